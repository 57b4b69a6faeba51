"""SEC-02: losing one firewall loses no traffic, and no session."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.facts.ends import End, ends_of
from netdesign.analysis.policy.enforcers import Enforcer, enforcers
from netdesign.analysis.policy.zones import enforcement_points
from netdesign.graph.connectivity import components
from netdesign.model.addressing import VirtualGateway
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.traffic import Flow
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, LinkPurpose, Redundancy, ServiceClass, Severity
from netdesign.rules.breaches import without_device
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.posture import posture

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Ints

SHOWN = 10

Way = tuple[str, str, str]
"""What kind of way out of a firewall, where to, and by which group or table."""


def _groups(case: Case) -> list[Enforcer]:
    strong = set(enforcement_points(case.network))
    return [group for group in enforcers(case.network) if strong & set(group.members)]


def _wanted(case: Case) -> bool:
    return posture(case).enforcement_ha or case.requirements.redundancy.at_least(Redundancy.HIGH)


def _applies(case: Case) -> bool:
    return any(_wanted(case) or len(group.members) > 1 for group in _groups(case))


@rule(
    code="SEC-02",
    name="redundant-firewalls",
    title="Redundant Firewalls",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    applies="where firewalls enforce: security level enterprise and above, or redundancy high and above; below, groups"
    " of several firewalls, whose members are compared and nothing else",
    applicable=_applies,
    flags="A group of firewalls with fewer than two members in service; that shares no sessions or has no"
    " heartbeat link; whose members stand in one rack or hang on one power feed, or differ in the zones they have"
    " legs and gateways in or in their static routes; or of which the loss of a member"
    " leaves a gold flow without a way (critical).",
    passes="Every group keeps a synchronised member, apart from the others, that serves all gold flows.",
    remedy="Add a second firewall in another rack, a heartbeat link and state synchronisation, and home both to"
    " both switches of the pair.",
    references=("NIST SP 800-53 SC-7, SC-24, CP-10", "SOC 2 A1.2"),
    reading="Nobody has to buy a second firewall where no level asks for one; one that was bought can take over.",
)
def redundant_firewalls(case: Case) -> Iterator[Said]:
    """A group is taken apart member by member on the forwarding graph."""
    for group in _groups(case):
        if len(group.members) > 1:
            yield from _alike(case, group)
        if not _wanted(case):
            continue
        yield from _numbers(case, group)
        if len(group.members) > 1:
            yield from _synchronised(case, group)
            yield from _apart(case, group)
        for lost in group.members:
            yield from _without(case, group, lost)
    fewest = min(_alive(case, group) for group in _groups(case))
    yield Measure(name="least_firewalls_in_a_group", value=fewest, threshold=2 if _wanted(case) else None)


def _alive(case: Case, group: Enforcer) -> int:
    return sum(bool(case.network.in_service[member]) for member in group.members)


def _names(case: Case, group: Enforcer) -> tuple[str, ...]:
    return tuple(case.network.devices[member].id for member in group.members)


def _numbers(case: Case, group: Enforcer) -> Iterator[Finding]:
    alive = _alive(case, group)
    if alive < 2:
        names = _names(case, group)
        yield Finding(
            message=f"{', '.join(names)}: firewalls in service are {alive}, and 2 are needed",
            elements=names,
            witness={"in_service": alive, "needed": 2},
        )


def _synchronised(case: Case, group: Enforcer) -> Iterator[Finding]:
    names = _names(case, group)
    facts = [one for one in case.design.inventory.ha_groups if set(names) <= set(one.members)]
    if not any(one.state_sync for one in facts):
        yield Finding(
            message=f"{', '.join(names)} do not synchronise sessions: a failover drops all of them",
            elements=names,
            witness={"state_sync": False},
        )
    a, b = case.network.link_ends
    inside = np.isin(a, group.members) & np.isin(b, group.members)
    if not (inside & case.network.links_for(LinkPurpose.HEARTBEAT)).any():
        yield Finding(
            message=f"{', '.join(names)} have no heartbeat link in service between them",
            elements=names,
            witness={"heartbeat_links": 0},
        )


def _apart(case: Case, group: Enforcer) -> Iterator[Said]:
    devices = [case.network.devices[member] for member in group.members]
    names = _names(case, group)
    racks = [device.rack for device in devices if device.rack is not None]
    if len(racks) < len(devices):
        yield Gap(message=f"no rack is known for {', '.join(d.id for d in devices if d.rack is None)}", elements=names)
    elif len(set(racks)) == 1:
        yield Finding(
            message=f"{', '.join(names)} all stand in rack {racks[0]}",
            elements=(*names, racks[0]),
            witness={"rack": racks[0]},
        )
    common = set.intersection(*(set(device.power_feeds) for device in devices))
    only = common if all(len(set(device.power_feeds)) == 1 for device in devices) else set()
    for feed in sorted(only):
        yield Finding(
            message=f"{', '.join(names)} all hang on power feed {feed} alone",
            elements=names,
            witness={"feed": feed},
        )


def _alike(case: Case, group: Enforcer) -> Iterator[Finding]:
    """A member takes over only what it has a leg, a shared gateway and a route for."""
    members = [member for member in group.members if case.network.in_service[member]]
    ways = {member: _ways(case, case.network.devices[member].id) for member in members}
    every = frozenset[Way]().union(*ways.values())
    for member in members:
        lacking = sorted(every - ways[member])
        if lacking:
            name = case.network.devices[member].id
            said = [" ".join(way).strip() for way in lacking[:SHOWN]]
            yield Finding(
                message=f"{name} cannot take over: it lacks {', '.join(said[:3])}, which its partner has",
                elements=(name,),
                witness={"member": name, "lacking": list(said)},
            )


def _ways(case: Case, device: str) -> frozenset[Way]:
    """The zones that a firewall has a leg in, those whose gateway it shares, and its static routes."""
    found: set[Way] = set()
    for leg in case.network.grouped("interfaces", "device").get(device, ()):
        if leg.zone is not None and leg.enabled:
            found.add(("a leg in", leg.zone, ""))
            if leg.virtual_gateway is not VirtualGateway.NONE and leg.virtual_addresses:
                found.add(("the virtual gateway of", leg.zone, f"group {leg.virtual_group}"))
    for route in case.network.grouped("static_routes", "device").get(device, ()):
        found.add(("the route to", route.prefix, f"in {route.vrf}"))
    return frozenset(found)


def _without(case: Case, group: Enforcer, lost: int) -> Iterator[Finding]:
    left = [member for member in group.members if member != lost and case.network.in_service[member]]
    label = components(case.network.forwarding.without(nodes=(lost,)))
    unserved = [flow.id for flow in _gold(case, group) if not _served(case, flow, left, label)]
    if unserved:
        name = case.network.devices[lost].id
        yield Finding(
            message=f"without {name}, {len(unserved)} gold flows have no firewall to pass: "
            f"{', '.join(unserved[:SHOWN])}",
            elements=(name, *unserved),
            witness={"lost": name, "unserved": list(unserved[:SHOWN])},
            severity=Severity.CRITICAL,
        )


def _gold(case: Case, group: Enforcer) -> Iterator[Flow]:
    """The gold flows that change between zones that the group binds, with an end at its site."""
    for flow in case.design.traffic.flows:
        if flow.service_class is not ServiceClass.GOLD:
            continue
        sources, targets = ends_of(case.network, flow.sources), ends_of(case.network, flow.targets)
        if any(_crosses(group, one, two) for one in sources for two in targets):
            yield flow


def _crosses(group: Enforcer, one: End, two: End) -> bool:
    zones = {one.zone, two.zone}
    return len(zones) == 2 and zones <= group.zones and group.site in (one.site, two.site)


def _served(case: Case, flow: Flow, left: list[int], label: Ints) -> bool:
    """Whether a remaining member hangs together with a device of both ends."""
    ends = [_devices(case, names) for names in (flow.sources, flow.targets)]
    pieces = [{int(label[device]) for device in devices} for devices in ends]
    return any(label[member] in pieces[0] and label[member] in pieces[1] for member in left)


def _devices(case: Case, names: tuple[str, ...]) -> list[int]:
    index, attachments = case.network.device_index, case.network.grouped("attachments", "group")
    services = case.network.by_id("service_instances")
    found = [index[name] for name in names if name in index]
    for name in names:
        homes = [one.device for one in attachments.get(name, ())]
        homes += services[name].attached_to if name in services else ()
        found += [index[home] for home in homes if home in index]
    return found


@redundant_firewalls.mutant("take the last firewall of a group away")
def remove_member(case: Case) -> Patch | None:
    """What is left of the group is one firewall."""
    for group in _groups(case) if _wanted(case) else ():
        patch: Patch = ()
        for member in group.members[1:]:
            patch = (*patch, *without_device(case, case.network.devices[member].id))
        if len(group.members) == 2:
            return patch
    return None


@redundant_firewalls.mutant("switch state synchronisation off")
def forget_sessions(case: Case) -> Patch | None:
    """The members of a group no longer share sessions."""
    groups = [_names(case, group) for group in _groups(case) if len(group.members) > 1 and _wanted(case)]
    facts = [one for one in case.design.inventory.ha_groups if any(set(names) <= set(one.members) for names in groups)]
    return tuple(Set("ha_groups", one.id, {"state_sync": False}) for one in facts) or None


@redundant_firewalls.mutant("home one firewall to nothing but its peer")
def unplug(case: Case) -> Patch | None:
    """All forwarding links of every member but the first are out of service."""
    groups = [group for group in _groups(case) if len(group.members) > 1 and _wanted(case)]
    others = {case.network.devices[member].id for group in groups for member in group.members[1:]}
    if not others or not any(True for group in groups for _ in _gold(case, group)):
        return None
    carrying = (LinkPurpose.ATTACHMENT, LinkPurpose.UPLINK, LinkPurpose.FABRIC, LinkPurpose.CIRCUIT, LinkPurpose.PEER)
    cut = [
        link.id for link in case.network.links if link.purpose in carrying and others & {link.a.device, link.b.device}
    ]
    return tuple(Set("links", link, {"in_service": False}) for link in cut) or None


@redundant_firewalls.mutant("take a route from one member of a group")
def half_routed(case: Case) -> Patch | None:
    """The last member of the first pair forgets where one of its destinations lies."""
    routes = case.network.grouped("static_routes", "device")
    for group in _groups(case) if _applies(case) else ():
        if _alive(case, group) < 2:
            continue
        *others, last = _names(case, group)
        shared = {(route.prefix, route.vrf) for other in others for route in routes.get(other, ())}
        for chosen in routes.get(last, ()):
            way = (chosen.prefix, chosen.vrf)
            if way in shared:
                same = [route.id for route in routes[last] if (route.prefix, route.vrf) == way]
                return tuple(Remove("static_routes", name) for name in same)
    return None


def _legs(case: Case) -> list[str]:
    """The legs in zones of the last member of the first pair."""
    for group in _groups(case) if _applies(case) else ():
        if _alive(case, group) > 1:
            device = case.network.devices[group.members[-1]].id
            ports = case.network.grouped("interfaces", "device").get(device, ())
            legs = [leg.id for leg in ports if leg.zone is not None and leg.enabled]
            if legs:
                return legs
    return []


@redundant_firewalls.mutant("switch off a leg of one member of a group")
def half_legged(case: Case) -> Patch | None:
    """The last member of the first pair loses its first leg into a zone."""
    return tuple(Set("interfaces", name, {"enabled": False}) for name in _legs(case)[:1]) or None


@redundant_firewalls.mutant("switch off every leg of one member of a group")
def legless(case: Case) -> Patch | None:
    """The last member of the first pair is in service and in no zone."""
    return tuple(Set("interfaces", name, {"enabled": False}) for name in _legs(case)) or None


@redundant_firewalls.fix("give a member the legs and routes of its partner")
def catch_up(case: Case, finding: Finding) -> Patch | None:
    """Legs that it has are switched on; routes are copied. A leg that it has not is no matter of a setting."""
    name = finding.witness.get("member")
    group = next((one for one in _groups(case) if name in _names(case, one)), None)
    if not isinstance(name, str) or group is None:
        return None
    ports, routes = case.network.grouped("interfaces", "device"), case.network.grouped("static_routes", "device")
    shut = [leg.id for leg in ports.get(name, ()) if leg.zone is not None and not leg.enabled]
    mine = {(route.prefix, route.vrf) for route in routes.get(name, ())}
    partners = [other for other in _names(case, group) if other != name]
    copied = {
        f"{name}:{route.vrf}:{route.prefix}:{route.next_hop or 'discard'}": route
        for other in partners
        for route in routes.get(other, ())
        if (route.prefix, route.vrf) not in mine
    }
    made = [Add("static_routes", replace(route, id=key, device=name)) for key, route in copied.items()]
    return (*(Set("interfaces", one, {"enabled": True}) for one in shut), *made) or None
