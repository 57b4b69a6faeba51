"""The ways of flows among networks at a cloud provider: whether they arrive, by which firewalls and zones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netdesign.analysis.routing.cloud_trips import Trip, flow_pairs, trips
from netdesign.model.cloud import CloudGatewayKind, CloudSubnetKind
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding
from netdesign.rules.case import Case

SHOWN = 20
ZONAL = frozenset({CloudGatewayKind.NAT, CloudGatewayKind.FIREWALL})
"""Gateways that stand in one zone; those to the Internet are the region's."""


def router_zones(case: Case) -> Iterator[Finding]:
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


def appliance_modes(case: Case) -> Iterator[Finding]:
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


def ways_of_flows(case: Case) -> Iterator[Finding]:
    """The ways of flows there and back: that they arrive, by gateways of the zone they started in, and the same
    networks' firewalls."""
    gateways = case.network.by_id("cloud_gateways")
    seen: set[tuple[str, str]] = set()
    outside, told = frozenset(gateways), set[tuple[str, ...]]()
    for flow, source, target in flow_pairs(case.network):
        there, back = tuple(trips(case.network, source, target)), tuple(trips(case.network, target, source))
        for trip in (*there, *(back if not {source, target} & outside else ())):
            key = (trip.source.id, trip.target.id, trip.journey.fate.value)
            if not trip.journey.arrived and key not in told and len(told) < SHOWN:
                told.add(key)
                yield _lost(flow, trip)
        for trip in (*there, *back):
            strays = (
                name
                for name in trip.journey.gateways
                if trip.source.availability_zone is not None
                and gateways[name].kind in ZONAL
                and gateways[name].availability_zone != trip.source.availability_zone
                and trip.source.availability_zone in _zones(case, gateways[name].network)
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


def _zones(case: Case, network: str) -> tuple[str, ...]:
    """The availability zones of a network; those of another region are none of it."""
    home = case.network.by_id("cloud_networks").get(network)
    return home.availability_zones if home is not None else ()


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


def _lost(flow: str, trip: Trip) -> Finding:
    return Finding(
        message=f"{flow} from {trip.source.id} to {trip.target.id} is {trip.journey.fate.value} after"
        f" {' > '.join(trip.journey.hops)}",
        elements=(flow, trip.source.id, trip.target.id),
        witness={"flow": flow, "path": list(trip.journey.hops), "fate": trip.journey.fate.value},
    )


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


def forgetful_hub(case: Case) -> Patch | None:
    """The first table that flows look up loses all routes."""
    asked = {end for _, source, target in flow_pairs(case.network) for end in (source, target)}
    homes = {one.id: one.network for one in case.design.cloud.cloud_attachments}
    for table in case.design.cloud.cloud_route_tables:
        lookers = {homes.get(name, name) for name in table.associated}
        if lookers & asked and (table.routes or table.propagated):
            return (Set("cloud_route_tables", table.id, {"routes": (), "propagated": ()}),)
    return None
