"""TOP-27: what lies at a cloud provider bears the loss of a zone, a tunnel or a location."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netdesign.analysis.facts.cloud_places import connections_of, subnets_of, used_zones
from netdesign.analysis.routing.cloud_routes import Trip, flow_pairs, trips
from netdesign.model.cloud import (
    CloudAttachment,
    CloudConnection,
    CloudConnectionKind,
    CloudGateway,
    CloudGatewayKind,
    CloudSubnetKind,
)
from netdesign.model.patch import Add, Patch, Set
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

ZONAL = frozenset({CloudGatewayKind.NAT, CloudGatewayKind.FIREWALL})
"""Gateways that stand in one zone; those to the Internet are the region's."""


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
    " connection enter in different zones; a flow that passes firewalls one way and not the other.",
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
    yield from _routers(case)
    yield from _inspection(case)
    yield from _journeys(case)
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


def _inspection(case: Case) -> Iterator[Finding]:
    """Networks with firewall endpoints in several zones that others are routed through."""
    through = {route.target for table in case.design.cloud.cloud_route_tables for route in table.routes}
    guarded: dict[str, set[str]] = {}
    for gateway in case.design.cloud.cloud_gateways:
        if gateway.kind is CloudGatewayKind.FIREWALL:
            guarded.setdefault(gateway.network, set()).add(gateway.availability_zone)
    for one in case.design.cloud.cloud_attachments:
        if len(guarded.get(one.network, ())) > 1 and one.id in through and not one.appliance_mode:
            yield Finding(
                message=f"{one.id} lets the two directions of a connection enter in different zones, so that firewalls"
                f" of {one.network} see one each (appliance mode is off)",
                elements=(one.id,),
                witness={"appliance": one.id, "network": one.network},
            )


def _journeys(case: Case) -> Iterator[Finding]:
    """The ways of flows there and back: gateways of the zone they started in, and the same firewalls' networks."""
    gateways = case.network.by_id("cloud_gateways")
    seen: set[tuple[str, str]] = set()
    for flow, source, target in flow_pairs(case.network):
        there, back = tuple(trips(case.network, source, target)), tuple(trips(case.network, target, source))
        for trip in (*there, *back):
            strays = (
                name
                for name in trip.journey.gateways
                if trip.source.availability_zone is not None
                and gateways[name].kind in ZONAL
                and gateways[name].availability_zone != trip.source.availability_zone
            )
            for name in strays:
                if (name, trip.source.id) not in seen:
                    seen.add((name, trip.source.id))
                    yield _stray(flow, trip, name)
        ways = [{_home(case, trip) for trip in some if trip.journey.arrived} for some in (there, back)]
        if ways[0] and ways[1] and ways[0] != ways[1]:
            yield Finding(
                message=f"{flow} passes firewalls of {_listed(ways[0])} from {source} to {target} and of"
                f" {_listed(ways[1])} back",
                elements=(flow, source, target),
                witness={"flow": flow, "there": _listed(ways[0]), "back": _listed(ways[1])},
            )


def _home(case: Case, trip: Trip) -> frozenset[str]:
    """The networks whose firewalls a journey passes."""
    gateways = case.network.by_id("cloud_gateways")
    return frozenset(gateways[name].network for name in trip.journey.firewalls)


def _listed(ways: set[frozenset[str]]) -> str:
    return ", ".join(sorted({name for way in ways for name in way})) or "none"


def _stray(flow: str, trip: Trip, name: str) -> Finding:
    return Finding(
        message=f"packets of {flow} from {trip.source.id} in {trip.source.availability_zone} pass {name}, which"
        " stands in another zone and may be lost with it",
        elements=(name, trip.source.id, flow),
        witness={"stray": name, "from": trip.source.id, "zone": trip.source.availability_zone},
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


def _routers(case: Case) -> Iterator[Finding]:
    """Tunnels that end on routers at the provider end in two zones where their network has several."""
    gateways, networks = case.network.by_id("cloud_gateways"), case.network.by_id("cloud_networks")
    for one in case.design.cloud.cloud_connections:
        ends = [gateways[name] for name in one.gateways if name in gateways]
        zones = {end.availability_zone for end in ends}
        homes = {zone for end in ends if end.network in networks for zone in networks[end.network].availability_zones}
        if one.gateways and len(zones) < min(2, max(1, len(homes))):
            yield Finding(
                message=f"the tunnels of {one.id} end in {len(zones)} availability zones of {len(homes)}",
                elements=(one.id, *one.gateways),
                witness={"routers_of": one.id, "zones": [*sorted(zones)]},
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


@cloud_zones.mutant("let both directions of a connection enter the inspection network in different zones")
def no_appliance(case: Case) -> Patch | None:
    """Appliance mode goes off where it is on and needed."""
    zones: dict[str, set[str]] = {}
    for gateway in case.design.cloud.cloud_gateways:
        if gateway.kind is CloudGatewayKind.FIREWALL:
            zones.setdefault(gateway.network, set()).add(gateway.availability_zone)
    for one in case.design.cloud.cloud_attachments:
        if one.appliance_mode and len(zones.get(one.network, ())) > 1:
            return (Set("cloud_attachments", one.id, {"appliance_mode": False}),)
    return None


@cloud_zones.mutant("lead packets of one zone to the firewall of another")
def crossed_zones(case: Case) -> Patch | None:
    """Where hub traffic enters the inspection network, all zones are led to the first zone's endpoint."""
    firewalls = {g.id: g for g in case.design.cloud.cloud_gateways if g.kind is CloudGatewayKind.FIREWALL}
    patch: list[Set] = []
    for subnet in case.design.cloud.cloud_subnets:
        others = [g for g in firewalls.values() if g.network == subnet.network]
        first = min(others, key=lambda g: g.availability_zone, default=None)
        if subnet.kind is not CloudSubnetKind.ATTACHMENT or first is None:
            continue
        if subnet.availability_zone == first.availability_zone:
            continue
        led = tuple(replace(route, target=first.id) if route.target in firewalls else route for route in subnet.routes)
        if led != subnet.routes:
            patch.append(Set("cloud_subnets", subnet.id, {"routes": led}))
    return tuple(patch) or None


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
