"""SEC-29: answers come back by the firewalls that saw the questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netdesign.analysis.forwarding.stateful_paths import asymmetries, state_groups, suspects
from netdesign.analysis.policy.needs import crossings
from netdesign.analysis.traffic.failures import FailureKind, failure_kinds
from netdesign.model.addressing import Interface, VirtualGateway
from netdesign.model.inventory import HaGroup, HaMode
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case


def _nodes(case: Case) -> bool:
    """Whether the design has to survive the loss of devices."""
    return FailureKind.NODE in failure_kinds(case.parameters, case.requirements.redundancy)


@rule(
    code="SEC-29",
    name="stateful-path-symmetry",
    title="Stateful path symmetry",
    category=Category.SECURITY,
    severity=Severity.CRITICAL,
    applies="stateful firewalls with flows between zones",
    applicable=lambda case: bool(state_groups(case.network)) and bool(crossings(case.network)),
    flags="A flow between zones that passes different firewalls without common sessions, on equal paths or on the way"
    " there and the way back, as the design stands or while one device is down.",
    passes="Every flow passes the same firewalls there and back, or firewalls that share their sessions.",
    remedy="Share sessions between the firewalls, or have one of them carry both directions.",
    references=("NIST SP 800-41 r1 section 2.1.2", "RFC 2663"),
    reading="Of single failures those of firewalls and of the devices beside them are gone through: the loss of others"
    " does not move a flow to another firewall. Where there is but one chain of groups between any two parts of the"
    " network, every way passes it and no path needs to be followed.",
    by_likeness=True,
    sweeping=True,
)
def path_symmetry(case: Case) -> Iterator[Said]:
    """By the forwarding tables of every state, hop by hop, over all equal paths."""
    found = asymmetries(case.network, _nodes(case))
    for one in found:
        ways = " or ".join("+".join(way) or "no firewall" for way in one.groups)
        names = {name for way in one.groups for name in way}
        yield Finding(
            message=f"flow {one.flow} between {one.source} and {one.target} passes {ways}, which share no sessions"
            + (f", while {one.failed} is down" if one.failed else ""),
            elements=(one.flow, *sorted(names)),
            witness={"flow": one.flow, "groups": [*sorted(names)], "failed": one.failed},
        )
    yield Measure(name="state_groups", value=len(set(state_groups(case.network).values())))
    yield Measure(name="states_examined", value=1 + (len(suspects(case.network)) if _nodes(case) else 0))


@path_symmetry.fix("share sessions between the firewalls")
def share(case: Case, finding: Finding) -> Patch | None:
    """In the group that holds them, or in one made for them."""
    known = {case.network.devices[at].id: at for at in state_groups(case.network)}
    names = tuple(sorted(name for name in finding.elements if name in known))
    groups = [group for group in case.design.inventory.ha_groups if set(group.members) & set(names)]
    if groups:
        return (
            tuple(Set("ha_groups", group.id, {"state_sync": True}) for group in groups if not group.state_sync) or None
        )
    if len(names) < 2:
        return None
    stated = {case.network.devices[known[name]].ha_group for name in names} - {None}
    taken = case.network.by_id("ha_groups")
    name = next((str(one) for one in sorted(stated, key=str) if one not in taken), f"{names[0]}-group")
    made = HaGroup(id=name, mode=HaMode.ACTIVE_STANDBY, members=names, state_sync=True)
    return (Add("ha_groups", made), *(Set("devices", one, {"ha_group": name}) for one in names))


def _legs(case: Case, members: tuple[str, ...]) -> list[Interface]:
    """Legs of the second member with a virtual gateway, by id."""
    found = [
        port
        for port in case.network.interfaces
        if port.device == members[1] and port.virtual_gateway is VirtualGateway.VRRP and port.zone is not None
    ]
    return sorted(found, key=lambda port: port.id)


def _pair(case: Case) -> HaGroup | None:
    """The first group of two firewalls with common sessions and legs in several zones."""
    stateful = {case.network.devices[at].id for at in state_groups(case.network)}
    for group in case.design.inventory.ha_groups:
        whole = group.state_sync and len(group.members) > 1 and stateful.issuperset(group.members)
        if whole and len({port.zone for port in _legs(case, group.members)}) > 1:
            return group
    return None


def _needed_zones(case: Case) -> list[tuple[str, str]]:
    return list(dict.fromkeys((one.source, one.target) for one in crossings(case.network)))


def _first(case: Case, group: HaGroup, side: int) -> Interface | None:
    """A leg of the second member in the source (0) or target (1) zone of a flow between two zones that it binds."""
    legs = {port.zone: port for port in _legs(case, group.members)}
    for pair in _needed_zones(case):
        if pair[0] in legs and pair[1] in legs:
            return legs[pair[side]]
    return None


@path_symmetry.mutant("give one zone's gateway to a firewall that shares no sessions with the other")
def split_source(case: Case) -> Patch | None:
    """The zone that a flow comes from."""
    return _split(case, 0, lambda group: (Set("ha_groups", group.id, {"state_sync": False}),))


@path_symmetry.mutant("part the group, and give another zone's gateway to its second member")
def split_target(case: Case) -> Patch | None:
    """The zone that a flow goes to."""
    return _split(case, 1, lambda group: (Remove("ha_groups", group.id),))


def _split(case: Case, side: int, part: object) -> Patch | None:
    group = _pair(case)
    port = _first(case, group, side) if group is not None else None
    if group is None or port is None or not callable(part):
        return None
    return (*part(group), Set("interfaces", port.id, {"virtual_priority": 254}))


@path_symmetry.mutant("route to both firewalls alike, though they share no sessions")
def both_ways(case: Case) -> Patch | None:
    """By second next hops beside the routes to the virtual gateway, to an own address of each member."""
    group = _pair(case)
    if group is None:
        return None
    own = _own_addresses(case, group)
    made = []
    for route in case.design.routing.static_routes:
        for at, other in enumerate(own.get(route.next_hop or "", ())):
            made.append(Add("static_routes", replace(route, id=f"{route.id}-{at}", next_hop=other, bfd=True)))
    if not made:
        return None
    return (Set("ha_groups", group.id, {"state_sync": False}), *made)


def _own_addresses(case: Case, group: HaGroup) -> dict[str, list[str]]:
    """The members' own addresses beside each virtual address that they share."""
    found: dict[str, list[str]] = {}
    for port in case.network.interfaces:
        if port.device in group.members and port.virtual_gateway is VirtualGateway.VRRP:
            for virtual in port.virtual_addresses:
                for text in port.addresses:
                    if (":" in text) == (":" in virtual):
                        found.setdefault(virtual.partition("/")[0], []).append(text.partition("/")[0])
    return found
