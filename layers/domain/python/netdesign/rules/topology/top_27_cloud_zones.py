"""TOP-27: what lies at a cloud provider bears the loss of a zone, a tunnel or a location."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netdesign.analysis.facts.cloud_places import connections_of, subnets_of, used_zones
from netdesign.model.cloud import (
    CloudAttachment,
    CloudConnection,
    CloudConnectionKind,
    CloudGateway,
)
from netdesign.model.patch import Add, Patch, Set
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.cloud_ways import (
    ZONAL,
    appliance_modes,
    crossed_zones,
    forgetful_hub,
    no_appliance,
    router_zones,
    ways_of_flows,
)


def _applies(case: Case) -> bool:
    cloud = case.design.cloud
    return bool(cloud.cloud_attachments or cloud.cloud_connections or cloud.cloud_gateways)


@rule(
    code="TOP-27",
    name="cloud-zones",
    title="Cloud zonal & hub redundancy",
    category=Category.TOPOLOGY,
    severity=Severity.ERROR,
    applies="designs with networks at a cloud provider",
    applicable=_applies,
    flags="An attachment in fewer availability zones than its network uses, up to three; workloads in a zone where"
    " their network has no way to its hub; a VPN connection of fewer than two tunnels; dedicated connections that, for"
    " the availability asked for, end at too few locations, or on too few of the provider's devices at one of them; a"
    " translation or inspection gateway that serves other zones than its own, or that routes lead packets of another"
    " zone to; a network that firewalls stand in on the way and whose attachment lets the two directions of a"
    " connection enter in different zones; a flow that passes firewalls one way and not"
    " the other, or that tables of subnets, gateways and hubs do not lead to its target, there or back.",
    passes="Attachments, gateways and connections bear the loss of a zone, of a tunnel and of a location, and both"
    " directions of every flow pass the same firewalls.",
    remedy="Add zones to the attachment, a gateway to each zone, or a second location.",
    references=("AWS Transit Gateway and Direct Connect resiliency recommendations",),
)
def cloud_zones(case: Case) -> Iterator[Said]:
    """Looks at attachments, then at gateways, then at the ways from the premises."""
    for one in case.design.cloud.cloud_attachments:
        yield from _attachment(case, one)
    for gateway in case.design.cloud.cloud_gateways:
        yield from _gateway(gateway)
    for hub, ways in sorted(connections_of(case.network).items()):
        yield from _vpn(case, ways)
        yield from _dedicated(case, hub, ways)
    yield from router_zones(case)
    yield from appliance_modes(case)
    yield from ways_of_flows(case)
    spread = [len(set(one.availability_zones)) for one in case.design.cloud.cloud_attachments]
    least, most = min(spread, default=None), case.parameters.cloud.availability_zones
    yield Measure(name="fewest zones of an attachment", value=least, threshold=most)


def _attachment(case: Case, one: CloudAttachment) -> Iterator[Finding]:
    zones, used = set(one.availability_zones), used_zones(case.network).get(one.network, frozenset())
    wanted = min(case.parameters.cloud.availability_zones, len(used))
    if len(zones & used) < wanted:
        yield Finding(
            message=f"{one.id} is in {len(zones & used)} of the {len(used)} zones that {one.network} uses;"
            f" {wanted} are needed",
            elements=(one.id,),
            witness={"attachment": one.id, "zones": [*sorted(zones)], "used": [*sorted(used)], "needed": wanted},
        )
    for subnet in subnets_of(case.network).get(one.network, ()):
        if subnet.workloads > 0 and subnet.availability_zone not in zones:
            yield Finding(
                message=f"{subnet.workloads} workloads of {subnet.id} are in {subnet.availability_zone}, where {one.id}"
                " has no way to its hub",
                elements=(subnet.id, one.id),
                witness={"attachment": one.id, "subnet": subnet.id, "zone": subnet.availability_zone},
            )


def _gateway(gateway: CloudGateway) -> Iterator[Finding]:
    others = sorted(set(gateway.serves) - {gateway.availability_zone})
    if gateway.kind in ZONAL and others:
        yield Finding(
            message=f"{gateway.id} stands in {gateway.availability_zone} and serves {', '.join(others)} as well",
            elements=(gateway.id,),
            witness={"gateway": gateway.id, "zone": gateway.availability_zone, "others": list(others)},
        )


def _vpn(case: Case, ways: tuple[CloudConnection, ...]) -> Iterator[Finding]:
    wanted = case.parameters.cloud.vpn_tunnels
    for one in ways:
        if one.kind is CloudConnectionKind.VPN and one.tunnels < wanted:
            yield Finding(
                message=f"{one.id} has {one.tunnels} VPN tunnels; the provider maintains one at a time, so {wanted} are"
                " needed",
                elements=(one.id,),
                witness={"connection": one.id, "tunnels": one.tunnels, "needed_tunnels": wanted},
            )


def _dedicated(case: Case, hub: str, ways: tuple[CloudConnection, ...]) -> Iterator[Said]:
    """Locations and the provider's devices at each, by the availability asked for."""
    cloud, mine = case.parameters.cloud, [one for one in ways if one.kind is CloudConnectionKind.DIRECT_CONNECT]
    if not mine or case.requirements.availability < cloud.direct_connect_high:
        return
    for one in mine:
        if one.location is None:
            yield Gap(message=f"nothing says at which location {one.id} ends", elements=(one.id,))
    places: dict[str, set[str | None]] = {}
    for one in mine:
        if one.location is not None:
            places.setdefault(one.location, set()).add(one.cloud_device)
    names = tuple(one.id for one in mine)
    if len(places) < cloud.direct_connect_locations:
        yield Finding(
            message=f"dedicated connections to {hub} end at {len(places)} locations;"
            f" {cloud.direct_connect_locations} are needed for {case.requirements.availability:.5g}",
            elements=names,
            witness={"hub": hub, "locations": [*sorted(places)], "needed": cloud.direct_connect_locations},
        )
    if case.requirements.availability < cloud.direct_connect_maximum:
        return
    for location, devices in sorted(places.items()):
        if len(devices - {None}) < cloud.direct_connect_devices:
            yield Finding(
                message=f"connections to {hub} at {location} end on {len(devices - {None})} known devices of the"
                f" provider; {cloud.direct_connect_devices} are needed for {case.requirements.availability:.5g}",
                elements=names,
                witness={"hub": hub, "location": location, "needed": cloud.direct_connect_devices},
            )


@cloud_zones.mutant("attach a network in one availability zone")
def one_zone(case: Case) -> Patch | None:
    """The first attachment of a network that uses several."""
    for one in case.design.cloud.cloud_attachments:
        if len(used_zones(case.network).get(one.network, ())) > 1 and one.availability_zones:
            return (Set("cloud_attachments", one.id, {"availability_zones": one.availability_zones[:1]}),)
    return None


@cloud_zones.mutant("run workloads in a zone from which no way leads to the hub")
def stranded(case: Case) -> Patch | None:
    """The first subnet of an attached network moves to a zone of its own."""
    for one in case.design.cloud.cloud_attachments:
        for subnet in subnets_of(case.network).get(one.network, ()):
            return (Set("cloud_subnets", subnet.id, {"availability_zone": "elsewhere", "workloads": 1}),)
    return None


@cloud_zones.mutant("run a VPN connection over one tunnel")
def one_tunnel(case: Case) -> Patch | None:
    """The first."""
    for one in case.design.cloud.cloud_connections:
        if one.kind is CloudConnectionKind.VPN:
            return (Set("cloud_connections", one.id, {"tunnels": 1}),)
    return None


@cloud_zones.mutant("end all dedicated connections at one location")
def one_location(case: Case) -> Patch | None:
    """That of the first."""
    dedicated = [c for c in case.design.cloud.cloud_connections if c.kind is CloudConnectionKind.DIRECT_CONNECT]
    if not dedicated or case.requirements.availability < case.parameters.cloud.direct_connect_high:
        return None
    place = dedicated[0].location or "location"
    return tuple(Set("cloud_connections", one.id, {"location": place}) for one in dedicated)


@cloud_zones.mutant("end the connections of a location on one device of the provider")
def one_device(case: Case) -> Patch | None:
    """Where the availability asked for needs two."""
    dedicated = [c for c in case.design.cloud.cloud_connections if c.kind is CloudConnectionKind.DIRECT_CONNECT]
    if not dedicated or case.requirements.availability < case.parameters.cloud.direct_connect_maximum:
        return None
    here = [one for one in dedicated if one.location == dedicated[0].location]
    return tuple(Set("cloud_connections", one.id, {"cloud_device": "one"}) for one in here)


@cloud_zones.mutant("let a gateway of one zone serve the others")
def shared_gateway(case: Case) -> Patch | None:
    """The first that stands in a zone."""
    for gateway in case.design.cloud.cloud_gateways:
        if gateway.kind in ZONAL:
            return (Set("cloud_gateways", gateway.id, {"serves": (*gateway.serves, "elsewhere")}),)
    return None


cloud_zones.mutant("let both directions of a connection enter the inspection network in different zones")(no_appliance)
cloud_zones.mutant("lead packets of one zone to the firewall of another")(crossed_zones)
cloud_zones.mutant("a table of a hub forgets all routes")(forgetful_hub)


@cloud_zones.fix("let both directions of a connection enter in one zone")
def appliance(case: Case, finding: Finding) -> Patch | None:
    """Appliance mode goes on."""
    name = finding.witness.get("appliance")
    known = name in case.network.by_id("cloud_attachments")
    return (Set("cloud_attachments", str(name), {"appliance_mode": True}),) if known else None


@cloud_zones.fix("attach the network in every zone that it uses")
def more_zones(case: Case, finding: Finding) -> Patch | None:
    """Zones named by the finding."""
    one = case.network.by_id("cloud_attachments").get(str(finding.witness.get("attachment")))
    if one is None:
        return None
    zones = {*one.availability_zones, *used_zones(case.network).get(one.network, ())}
    return (Set("cloud_attachments", one.id, {"availability_zones": tuple(sorted(zones))}),)


@cloud_zones.fix("give every zone a gateway of its own")
def own_gateways(case: Case, finding: Finding) -> Patch | None:
    """The gateway keeps its zone; zones that have none of the kind get one."""
    gateway = case.network.by_id("cloud_gateways").get(str(finding.witness.get("gateway")))
    others = finding.witness.get("others")
    if gateway is None or not isinstance(others, list):
        return None
    served = {
        one.availability_zone
        for one in case.design.cloud.cloud_gateways
        if (one.network, one.kind) == (gateway.network, gateway.kind)
    }
    patch: list[Add | Set] = [Set("cloud_gateways", gateway.id, {"serves": (gateway.availability_zone,)})]
    for zone in map(str, others):
        if zone not in served:
            made = replace(gateway, id=f"{gateway.id}-{zone}", availability_zone=zone, serves=(zone,))
            patch.append(Add("cloud_gateways", made))
    return tuple(patch)


@cloud_zones.fix("add the second tunnel")
def second_tunnel(case: Case, finding: Finding) -> Patch | None:
    """As many as the provider maintains in turn."""
    name = finding.witness.get("connection")
    if name is None or "needed_tunnels" not in finding.witness:
        return None
    return (Set("cloud_connections", str(name), {"tunnels": case.parameters.cloud.vpn_tunnels}),)
