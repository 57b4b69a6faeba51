"""CAP-08: what stands in for a failed member carries the whole demand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from netdesign.analysis.traffic.demand import inspected_bps, site_share
from netdesign.analysis.traffic.traffic import loads
from netdesign.model.inventory import HaGroup, HaMode
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Redundancy, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

TINY = 1e-6


def _applies(case: Case) -> bool:
    return bool(case.design.inventory.ha_groups)


class Duty(NamedTuple):
    """What the survivors of a group can inspect at target utilisation, and what they must at the horizon."""

    able_bps: float
    demand_bps: float


@rule(
    code="CAP-08",
    name="redundant-components",
    title="Redundant Components",
    category=Category.CAPACITY,
    severity=Severity.ERROR,
    applies="designs with high-availability groups",
    applicable=_applies,
    flags="A high-availability group with fewer than two members in service, with members of different device type or"
    " software, or whose firewalls, with one failed (two of three and more at critical redundancy), inspect less"
    " than the traffic between zones at the horizon. What other devices than firewalls must carry is not weighed.",
    passes="Members of every group are alike, and those that remain after a failure carry the whole demand.",
    remedy="Take a larger device type for the whole group, or add a member.",
    references=("NIST SP 800-53 SC-5(2), CP-10", "ISO/IEC 27001:2022 A.8.14"),
)
def redundant_components(case: Case) -> Iterator[Said]:
    """Compares members with each other, then what is left with what is inspected."""
    tightest: Duty | None = None
    for group in case.design.inventory.ha_groups:
        members = _members(case, group)
        yield from _alike(case, group, members)
        if not members or any(case.network.devices[place].role is not Role.FIREWALL for place in members):
            continue
        duty = _duty(case, group, members)
        if duty is None:
            yield Gap(
                message=f"the catalogue does not say what the members of {group.id} inspect", elements=(group.id,)
            )
            continue
        if duty.able_bps < duty.demand_bps * (1 - TINY):
            yield _short(group, members, duty)
        tightest = min(tightest or duty, duty, key=lambda one: one.able_bps - one.demand_bps)
    yield Measure(name="high-availability groups", value=len(case.design.inventory.ha_groups))
    if tightest is not None:
        yield Measure(
            name="least inspected after a failure (bit/s)",
            value=round(tightest.able_bps),
            threshold=round(tightest.demand_bps),
        )


def _members(case: Case, group: HaGroup) -> tuple[int, ...]:
    index, alive = case.network.device_index, case.network.in_service
    return tuple(index[name] for name in dict.fromkeys(group.members) if name in index and alive[index[name]])


def _alike(case: Case, group: HaGroup, members: tuple[int, ...]) -> Iterator[Finding]:
    devices = [case.network.devices[place] for place in members]
    if len(devices) < 2:
        yield Finding(
            message=f"{group.id} has {len(devices)} members in service; one cannot stand in for another",
            elements=(group.id, *group.members),
            witness={"group": group.id, "members": len(devices)},
        )
    for sort, values in (
        ("device type", sorted({device.sku or "" for device in devices})),
        ("software", sorted({device.software or "" for device in devices})),
    ):
        if len(values) > 1:
            yield Finding(
                message=f"the members of {group.id} differ in {sort}: {', '.join(v or 'none' for v in values)}",
                elements=(group.id, *(device.id for device in devices)),
                witness={"group": group.id, "sort": sort, "values": list(values)},
            )


def _duty(case: Case, group: HaGroup, members: tuple[int, ...]) -> Duty | None:
    kinds = [case.network.device_types[place] for place in members]
    rates = [kind.firewall.ngfw_bps for kind in kinds if kind and kind.firewall and kind.firewall.ngfw_bps]
    if len(rates) < len(members):
        return None
    level = case.parameters.redundancy[case.requirements.redundancy]
    if group.mode is not HaMode.ACTIVE_ACTIVE:
        return Duty(min(rates) * level.max_utilisation, _demand(case, members))
    critical = case.requirements.redundancy is Redundancy.CRITICAL
    failed = 2 if critical and len(members) >= 3 else 1
    allowed = level.max_utilisation_failed or level.max_utilisation
    return Duty(max(0, len(members) - failed) * min(rates) * allowed, _demand(case, members))


def _demand(case: Case, members: tuple[int, ...]) -> float:
    """The larger of what flows send past the group, grown, and its part of what the requirements must inspect."""
    network, requirements = case.network, case.requirements
    inspected = loads(network).inspected_bps
    drawn = sum(inspected.get(place, 0.0) for place in members) * requirements.growth_multiplier
    home = network.devices[members[0]].site
    local = [p for p in network.with_role(Role.FIREWALL).tolist() if network.devices[p].site == home]
    share = sum(site_share(requirements, site) for site in requirements.sites if site.id == home)
    asked = inspected_bps(requirements) * share * len(members) / max(1, len(local))
    return max(drawn, asked)


def _short(group: HaGroup, members: tuple[int, ...], duty: Duty) -> Finding:
    return Finding(
        message=f"{group.id} inspects {duty.able_bps / 1e9:,.3f} Gbit/s at target utilisation after a failure;"
        f" {duty.demand_bps / 1e9:,.3f} Gbit/s are needed",
        elements=(group.id, *group.members),
        witness={
            "group": group.id,
            "mode": group.mode.value,
            "members": len(members),
            "able_bps": round(duty.able_bps),
            "demand_bps": round(duty.demand_bps),
        },
    )


@redundant_components.mutant("give one member of a group another, smaller device type")
def smaller_member(case: Case) -> Patch | None:
    """The first member of the first group becomes the smallest other device of its role."""
    for group in case.design.inventory.ha_groups:
        for place in _members(case, group):
            device = case.network.devices[place]
            others = [kind for kind in case.catalog.devices(device.role) if kind.sku != device.sku]
            if others:
                least = min(others, key=lambda kind: (_rate(kind.firewall), kind.sku))
                return (Set("devices", device.id, {"sku": least.sku}),)
    return None


def _rate(rates: object) -> int:
    return getattr(rates, "ngfw_bps", None) or 0


@redundant_components.mutant("give all firewalls of a group a device type that inspects too little")
def smaller_group(case: Case) -> Patch | None:
    """Every member becomes the same smaller firewall."""
    for group in case.design.inventory.ha_groups:
        members = _members(case, group)
        if not members or any(case.network.devices[place].role is not Role.FIREWALL for place in members):
            continue
        weak = [kind for kind in case.catalog.devices(Role.FIREWALL) if _rate(kind.firewall) > 0]
        least = min(weak, key=lambda kind: (_rate(kind.firewall), kind.sku))
        level = case.parameters.redundancy[case.requirements.redundancy]
        allowed = level.max_utilisation_failed or level.max_utilisation
        able = _rate(least.firewall) * max(allowed, level.max_utilisation) * max(1, len(members) - 1)
        if able < _demand(case, members) * (1 - TINY):
            return tuple(Set("devices", case.network.devices[place].id, {"sku": least.sku}) for place in members)
    return None
