"""TOP-25: a VLAN stays in its building, and no more hosts and bridges share one than bear it."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.addressing.layer2_extent import (
    USERS,
    building_of,
    closets,
    hosts_of,
    largest_tree,
    overlaid,
    stretches,
)
from netdesign.analysis.switching.gateways import gateways
from netdesign.analysis.switching.layer2 import OVERLAY, bridging
from netdesign.graph.connectivity import components
from netdesign.model.inventory import Attachment, Room, RoomKind
from netdesign.model.overlay import Vni, VniKind
from netdesign.model.patch import Add, Operation, Patch, Remove, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

SHOWN = 10
CLOSETS = 2
"""Closets that a user VLAN may lie in where access switches route."""
ELSEWHERE = "building-elsewhere"


def _applies(case: Case) -> bool:
    return bool(hosts_of(case.network))


@rule(
    code="TOP-25",
    name="layer-2-extent",
    title="L2 extent",
    category=Category.TOPOLOGY,
    severity=Severity.ERROR,
    applies="designs with endpoints in VLANs",
    applicable=_applies,
    flags="A VLAN that links without an overlay carry to endpoints in several buildings or sites; one with more hosts"
    " than a broadcast domain bears; a spanning tree of too many bridges; a user VLAN in more than two closets where"
    " access switches are the gateways and no overlay carries it.",
    passes="VLANs end in their building, and broadcast domains and spanning trees stay within their limits.",
    remedy="Split the VLAN, route between its parts, or carry it by EVPN.",
    references=("IEEE 802.1Q", "Campus reference designs: routed access"),
    reading="A VLAN is where its endpoints are: that its gateway stands in the main building stretches nothing. Hosts"
    " of groups with several VLANs divide among them; with radio clients in it a VLAN has the wider limit. The bridges"
    " of the management network, a star of its own, are not counted.",
)
def layer_2_extent(case: Case) -> Iterator[Said]:
    """Looks at every VLAN's buildings, hosts and closets, and at the largest spanning tree."""
    network, limits = case.network, case.parameters.topology
    for stretch in stretches(network):
        names = [network.devices[place].id for place in stretch.devices]
        yield Finding(
            message=f"VLAN {stretch.number} spreads over {', '.join(stretch.buildings)} without an overlay",
            elements=tuple(names[:SHOWN]),
            witness={"kind": "stretched", "vlan": stretch.number, "buildings": list(stretch.buildings),
                     "devices": list(names)},
        )  # fmt: skip
    most = 0
    for name, hosts in sorted(hosts_of(network).items()):
        count = round(hosts.wired + hosts.wireless)
        limit = limits.max_broadcast_hosts_wireless if hosts.wireless else limits.max_broadcast_hosts_wired
        most = max(most, count)
        if count > limit:
            yield Finding(
                message=f"{count} hosts share VLAN {name}; {limit} may",
                elements=(name,),
                witness={"kind": "hosts", "vlan": name, "hosts": count, "limit": limit},
            )
    bridges, some = largest_tree(network)
    if bridges > limits.max_stp_bridges:
        names = [network.devices[place].id for place in some]
        yield Finding(
            message=f"{bridges} bridges share one spanning tree, {names[0]} among them; {limits.max_stp_bridges} may",
            elements=tuple(names),
            witness={"kind": "tree", "bridges": bridges, "limit": limits.max_stp_bridges},
        )
    for vlan in case.design.switching.vlans:
        rooms = closets(network, vlan)
        if len(rooms) > CLOSETS:
            yield Finding(
                message=f"VLAN {vlan.id} is in {len(rooms)} closets though access switches route",
                elements=(vlan.id, *rooms[:SHOWN]),
                witness={"kind": "closets", "vlan": vlan.id, "closets": list(rooms)},
            )
    yield Measure(name="most hosts in a VLAN", value=most, threshold=limits.max_broadcast_hosts_wired)
    yield Measure(name="bridges in the largest spanning tree", value=bridges, threshold=limits.max_stp_bridges)


def _crowded(case: Case, radio: bool) -> Patch | None:
    """One attachment of wired or of radio endpoints with VLANs gets more of them than any VLAN bears."""
    known, limits = case.network.by_id("endpoint_groups"), case.parameters.topology
    for one in case.design.inventory.attachments:
        group = known.get(one.group)
        wireless = group is not None and group.homing == "wireless"
        if group is not None and group.vlans and wireless == radio and one.device in case.network.device_index:
            count = 4 * max(limits.max_broadcast_hosts_wired, limits.max_broadcast_hosts_wireless)
            return (Set("attachments", one.id, {"endpoints": count * len(group.vlans) * max(1, group.nics)}),)
    return None


@layer_2_extent.mutant("put thousands of hosts into one VLAN")
def crowd(case: Case) -> Patch | None:
    """All on one switch."""
    return _crowded(case, radio=False)


@layer_2_extent.mutant("put thousands of radio clients into one VLAN")
def radio_crowd(case: Case) -> Patch | None:
    """All at one access point."""
    return _crowded(case, radio=True)


@layer_2_extent.mutant("stretch a VLAN to another building")
def stretched(case: Case) -> Patch | None:
    """One of the switches that it joins stands elsewhere."""
    network, bridged = case.network, bridging(case.network)
    hubs = [node for node, devices in enumerate(bridged.devices) if devices == (OVERLAY,)]
    label = components(bridged.graph.without(nodes=hubs)).tolist()
    vlans = {vlan.id: vlan.number for vlan in case.design.switching.vlans}
    for name, hosts in sorted(hosts_of(network).items()):
        pieces: dict[int, set[int]] = {}
        for node, devices in enumerate(bridged.devices):
            here = hosts.devices & set(devices)
            if int(bridged.number[node]) == vlans.get(name) and here and label[node] >= 0:
                pieces.setdefault(label[node], set()).update(here)
        for piece in pieces.values():
            places = sorted(place for place in piece if building_of(network, place) is not None)
            if len(places) > 1:
                device = network.devices[places[-1]]
                room = Room(id=ELSEWHERE, name="elsewhere", site=device.site, building=ELSEWHERE, kind=RoomKind.CLOSET)
                return (Add("rooms", room), Set("devices", device.id, {"room": ELSEWHERE}))
    return None


@layer_2_extent.mutant("lead a routed user VLAN to four closets without its overlay")
def many_closets(case: Case) -> Patch | None:
    """Its switches stand in rooms of their own, and its VNI is gone."""
    network = case.network
    for vlan in case.design.switching.vlans:
        hosts = hosts_of(network).get(vlan.id)
        vnis = [vni for vni in case.design.overlay.vnis if vni.kind is VniKind.L2 and vni.vlan == vlan.id]
        home = building_of(network, min(hosts.devices)) if hosts is not None and hosts.devices else None
        if hosts is None or home is None or len(hosts.devices) <= CLOSETS:
            continue
        made: list[Operation] = [Remove("vnis", vni.id) for vni in vnis]
        for place in sorted(hosts.devices):
            device = network.devices[place]
            name = f"{ELSEWHERE}-{device.id}"
            building = home.partition("/")[2]
            room = Room(id=name, name=name, site=device.site, building=building, kind=RoomKind.CLOSET)
            made += [Add("rooms", room), Set("devices", device.id, {"room": name})]
        if closets(network, vlan) or (vlan.id in overlaid(network) and _routed_here(case, vlan.id)):
            return tuple(made)
    return None


def _routed_here(case: Case, vlan: str) -> bool:
    hosts, known = hosts_of(case.network)[vlan], case.network.by_id("vlans")
    return known[vlan].purpose in USERS and bool(gateways(case.network).get(vlan, frozenset()) & hosts.devices)


@layer_2_extent.fix("let the rooms of devices be those of their racks")
def own_room(case: Case, finding: Finding) -> Patch | None:
    """Where a device says another one than its rack does."""
    racks, names = case.network.by_id("racks"), finding.witness.get("devices")
    chosen = set(names) if isinstance(names, list) else set()
    if finding.witness.get("kind") not in ("stretched", "closets"):
        return None
    wrong = [
        device
        for device in case.network.devices
        if device.rack in racks and device.room != racks[device.rack or ""].room and (not chosen or device.id in chosen)
    ]
    return tuple(Set("devices", one.id, {"room": racks[one.rack or ""].room}) for one in wrong) or None


@layer_2_extent.fix("let attachments have as many endpoints as ports or as their group")
def as_many_as_ports(case: Case, finding: Finding) -> Patch | None:
    """Where they have more."""
    groups = case.network.by_id("endpoint_groups")
    held = [one for one in case.design.inventory.attachments if one.group in groups]
    mine = [one for one in held if finding.witness.get("vlan") in groups[one.group].vlans]
    over = [one for one in mine if one.endpoints > _most(case, one)]
    return tuple(Set("attachments", one.id, {"endpoints": _most(case, one)}) for one in over) or None


def _most(case: Case, one: Attachment) -> int:
    """How many endpoints an attachment can have: one a port, and of radio clients what the other points leave."""
    group = case.network.by_id("endpoint_groups")[one.group]
    others = [x.endpoints for x in case.network.grouped("attachments", "group").get(one.group, []) if x.id != one.id]
    return len(one.ports) if group.homing != "wireless" and one.ports else max(0, group.count - sum(others))


@layer_2_extent.fix("give the VLAN a VNI")
def overlay(case: Case, finding: Finding) -> Patch | None:
    """Beyond the numbers in use, where other VLANs have one."""
    vnis, vlan = case.design.overlay.vnis, finding.witness.get("vlan")
    if finding.witness.get("kind") != "closets" or not any(vni.kind is VniKind.L2 for vni in vnis):
        return None
    number = max(vni.number for vni in vnis) + 1
    target = f"65000:{number}"
    return (Add("vnis", Vni(id=f"vni-{vlan}", number=number, kind=VniKind.L2, vlan=str(vlan), route_target=target)),)
