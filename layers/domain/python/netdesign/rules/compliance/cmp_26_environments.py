"""CMP-26: tests are apart from production: another VRF, no way to its stores, none of its sensitive data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from netdesign.analysis.policy.needs import packet_text, spot
from netdesign.analysis.policy.permissions import permitted
from netdesign.analysis.policy.policy import prefix_range
from netdesign.analysis.policy.zones import places
from netdesign.graph.headerspace import Box, Space, space
from netdesign.model.inventory import EndpointGroup, EndpointKind, Environment
from netdesign.model.patch import Add, Patch, Set
from netdesign.model.security import Action
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, DataClass, Severity
from netdesign.rules.breaches import first_rule
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

STORES = frozenset({EndpointKind.SERVER, EndpointKind.STORAGE, EndpointKind.GPU_SERVER})
TEST = "group-under-test"


def _testing(case: Case) -> list[EndpointGroup]:
    groups = case.design.inventory.endpoint_groups
    return [group for group in groups if group.environment is not Environment.PRODUCTION]


def _stores(case: Case) -> list[EndpointGroup]:
    groups = case.design.inventory.endpoint_groups
    return [g for g in groups if g.environment is Environment.PRODUCTION and g.kind in STORES]


def _applies(case: Case) -> bool:
    return bool(_testing(case))


@rule(
    code="CMP-26",
    name="separate-environments",
    title="Separation of environments",
    category=Category.COMPLIANCE,
    severity=Severity.ERROR,
    applies="designs with endpoints for tests or development",
    applicable=_applies,
    flags="Endpoints for tests or development in a zone, VLAN or VRF of production servers; packets that may pass from"
    " them to production servers or storage; sensitive data of production on them.",
    passes="Tests have VRFs of their own, no way to stores of production, and data that harms nobody.",
    remedy="Give tests a zone and a VRF of their own, take away rules to production, mask their data.",
    references=("PCI DSS 6.5.3-6.5.5", "ISO/IEC 27001 A.8.31", "NIST SP 800-53 CM-4(1)"),
    reading="Any sensitive class (card, health, personal, controlled or confidential data) that production holds counts"
    " as production data.",
)
def separate_environments(case: Case) -> Iterator[Said]:
    """Each group for tests against each store of production."""
    tests, stores = _testing(case), _stores(case)
    for group in tests:
        yield from _shared(case, group, stores)
        yield from _reaching(case, group, stores)
        held = {data for store in stores for data in store.data_classes} | _zone_data(case, stores)
        copied = sorted(data for data in group.data_classes if data.sensitive and data in held)
        if copied:
            yield Finding(
                message=f"{group.id} ({group.environment}) holds {', '.join(copied)} of production",
                elements=(group.id,),
                witness={"group": group.id, "data_classes": [str(data) for data in copied]},
            )
    yield Measure(name="groups_for_tests", value=len(tests))
    yield Measure(name="groups_of_production_servers", value=len(stores))


def _zone_data(case: Case, stores: list[EndpointGroup]) -> set[DataClass]:
    zones = case.network.by_id("zones")
    return {data for store in stores if store.zone in zones for data in zones[store.zone].data_classes}


def _tables(case: Case, group: EndpointGroup) -> set[str]:
    vlans = case.network.by_id("vlans")
    return {vlans[name].vrf for name in group.vlans if name in vlans and vlans[name].vrf is not None}


def _shared(case: Case, group: EndpointGroup, stores: list[EndpointGroup]) -> Iterator[Finding]:
    """What a group has in common with stores: told once for each store, by the narrowest."""
    for store in stores:
        vlans, tables = sorted({*group.vlans} & {*store.vlans}), sorted(_tables(case, group) & _tables(case, store))
        what = ("VLAN", vlans) if vlans else ("VRF", tables)
        if not what[1] and group.zone == store.zone:
            what = ("zone", [group.zone])
        if what[1]:
            yield Finding(
                message=f"{group.id} ({group.environment}) shares {what[0]} {what[1][0]} with {store.id} of production",
                elements=(group.id, store.id, what[1][0]),
                witness={"group": group.id, "store": store.id, "shared": what[0], "name": what[1][0]},
            )


def _reaching(case: Case, group: EndpointGroup, stores: list[EndpointGroup]) -> Iterator[Finding]:
    by_zone: dict[str, list[EndpointGroup]] = defaultdict(list)
    for store in stores:
        by_zone[store.zone].append(store)
    for zone, mine in sorted(by_zone.items()):
        if zone == group.zone or not {zone, group.zone} <= places(case.network).keys():
            continue
        way = permitted(case.network, group.zone, zone)
        for store in mine:
            packet = (way & _between(case, group, store)).witness() if way else None
            if packet is not None:
                yield Finding(
                    message=f"{group.id} ({group.environment}) may reach {store.id} of production, such as"
                    f" {packet_text(packet)}",
                    elements=(group.id, store.id),
                    witness={"group": group.id, "store": store.id, "packet": packet_text(packet)},
                )


def _between(case: Case, group: EndpointGroup, store: EndpointGroup) -> Space:
    near, far = spot(case.network, group.id), spot(case.network, store.id)
    ends = [
        [(v, r) for text in (at.prefixes or ()) for v in (4, 6) if (r := prefix_range(text, v)) is not None]
        for at in (near, far)
        if at is not None
    ]
    return space(Box(v, a, b) for v, a in ends[0] for w, b in ends[1] if v == w)


def _copy(store: EndpointGroup, **changes: Any) -> Add:
    kept: dict[str, Any] = {"id": TEST, "name": TEST, "environment": Environment.TEST, "count": 1, "data_classes": ()}
    return Add("endpoint_groups", replace(store, **(kept | changes)))


@separate_environments.mutant("test beside production servers")
def test_beside(case: Case) -> Patch | None:
    """In their VLAN."""
    stores = _stores(case)
    return (_copy(stores[0]),) if stores and TEST not in case.network.by_id("endpoint_groups") else None


@separate_environments.mutant("test on a group of production")
def test_on(case: Case) -> Patch | None:
    """Every second group of servers in a zone is for tests now."""
    stores = _stores(case)
    for store in stores[1:]:
        if any(one.zone == store.zone and one.id != store.id for one in stores):
            return (Set("endpoint_groups", store.id, {"environment": Environment.DEVELOPMENT}),)
    return None


@separate_environments.mutant("let tests into stores of production")
def let_in(case: Case) -> Patch | None:
    """From a VLAN in another zone, by a rule on top."""
    stores = _stores(case)
    others = [g for g in case.design.inventory.endpoint_groups if g.kind not in STORES and g.vlans]
    for store in stores if TEST not in case.network.by_id("endpoint_groups") else ():
        for other in others:
            patch = first_rule(case, Action.PERMIT, other.zone, store.zone) if other.zone != store.zone else None
            if patch is not None:
                return (*patch, _copy(other))
    return None


@separate_environments.mutant("test with data of production")
def copy_data(case: Case) -> Patch | None:
    """A copy of the first store, with its data."""
    stores = _stores(case)
    held = {data for store in stores for data in (*store.data_classes, *_zone_data(case, [store])) if data.sensitive}
    if not held or TEST in case.network.by_id("endpoint_groups"):
        return None
    return (_copy(stores[0], data_classes=tuple(sorted(held)), vlans=()),)
