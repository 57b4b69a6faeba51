"""Routing at the gates: firewalls tell the routers of their site, these tell those of other sites or the carrier."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from ipaddress import ip_interface
from itertools import combinations
from typing import Final

from netdesign.model.addressing import Interface, Subnet
from netdesign.model.cabling import Link
from netdesign.model.inventory import Device
from netdesign.model.routing import (
    AddressFamily,
    BgpNeighbor,
    PolicyAction,
    RoutePolicy,
    RoutePolicyTerm,
    RoutingProcess,
)
from netdesign.model.vocabulary import LinkPurpose, RoutingProtocol
from netdesign.synthesis.draft.blueprint import UNDERLAY, Blueprint
from netdesign.synthesis.edge.border import Edge
from netdesign.synthesis.wan.routing import (
    BEST,
    MAX_PATHS,
    OF_HUBS,
    OF_LINES,
    OF_SPOKES,
    PER_HUB,
    PREFIXES_OF_A_SITE,
    STANDBY,
    inside_prefixes,
    own_addresses,
)

GATE_ASN: Final = 4_200_200_000
CARRIER_ASN: Final = 64_800
BY_TUNNEL: Final = "64512:4"
"""Marks what a hub tells of sites that it has only tunnels to: whoever has a way of its own keeps to it."""
LINE: Final = BEST + PER_HUB
LAST: Final = BEST - PER_HUB
"""Local preferences: ways by lines or the carrier before all tunnels, those on by a hub's tunnel after the own ones."""
FROM_GATE, TO_GATE = "wan-from-gate", "wan-to-gate"
FROM_SITE, FROM_STANDBY, FROM_OTHERS, TO_OTHERS = (
    "gate-from-site",
    "gate-from-standby",
    "gate-from-others",
    "gate-to-others",
)
FROM_ACTIVE, OWN_TUNNEL, STANDBY_TUNNEL, FOREIGN_TUNNEL = 100, 40, 35, 30
"""Local preferences of routers: what a site tells of itself first, then what lies behind tunnels of the own hub, and
last what lies behind those of another, so that no two hubs wait for each other."""


def route_gates(blueprint: Blueprint, edges: Mapping[str, Edge], lines: Iterable[Link]) -> None:
    """Speakers on all routers, and their sessions: with firewalls, with each other, over lines, with the carrier."""
    gated = {site: edge for site, edge in edges.items() if edge.wans}
    beside = _in_gate_vlans(blueprint, gated)
    _policies(blueprint)
    for edge in gated.values():
        asn = GATE_ASN + blueprint.number("asn gates")
        for router in edge.wans:
            _speaker(blueprint, router, asn)
        _within(blueprint, edge, beside)
    for link in lines:
        _over_line(blueprint, link)
    for link in blueprint.all(Link):
        if link.purpose is LinkPurpose.CIRCUIT and link.b.device in blueprint.carriers:
            _with_carrier(blueprint, link)
    _explain(blueprint, gated)


def _policies(blueprint: Blueprint) -> None:
    """Firewalls tell of their own site, and hubs of those that they reach by tunnels; routers pass on what is ours."""
    inside, deny, permit = inside_prefixes(blueprint), PolicyAction.DENY, PolicyAction.PERMIT
    ours = RoutePolicyTerm(action=permit, prefixes=inside)
    terms = {
        FROM_GATE: (
            _taken(inside, LAST, communities=(BY_TUNNEL,)),
            _taken(inside, LINE),
        ),
        TO_GATE: (
            RoutePolicyTerm(action=deny, communities=(OF_LINES, OF_HUBS)),
            RoutePolicyTerm(
                action=permit, prefixes=inside, communities=(OF_SPOKES,), set_communities=(OF_SPOKES, BY_TUNNEL)
            ),
            ours,
        ),
        FROM_SITE: (_behind_tunnels(inside, OWN_TUNNEL), ours),
        FROM_STANDBY: (
            _behind_tunnels(inside, STANDBY_TUNNEL),
            replace(ours, set_local_preference=FROM_ACTIVE - STANDBY),
        ),
        FROM_OTHERS: (_behind_tunnels(inside, FOREIGN_TUNNEL), ours),
        TO_OTHERS: (ours,),
    }
    for name, some in terms.items():
        blueprint.add(RoutePolicy(id=name, name=name, terms=(*some, RoutePolicyTerm(action=deny))))


def _behind_tunnels(inside: tuple[str, ...], worth: int) -> RoutePolicyTerm:
    return RoutePolicyTerm(
        action=PolicyAction.PERMIT, prefixes=inside, communities=(BY_TUNNEL,), set_local_preference=worth
    )


def _taken(inside: tuple[str, ...], worth: int, communities: tuple[str, ...] = ()) -> RoutePolicyTerm:
    return RoutePolicyTerm(
        action=PolicyAction.PERMIT,
        prefixes=inside,
        communities=communities,
        set_communities=(OF_LINES,),
        set_local_preference=worth,
    )


def _speaker(blueprint: Blueprint, router: Device, asn: int) -> None:
    loopback = blueprint.loopback(router)
    blueprint.add(
        RoutingProcess(
            id=f"{router.id}:bgp",
            device=router.id,
            vrf=UNDERLAY,
            protocol=RoutingProtocol.BGP,
            router_id=loopback.addresses[0].split("/")[0],
            asn=asn,
            max_paths=MAX_PATHS,
            multipath_relax=True,
            networks=own_addresses(loopback),
        )
    )


def _in_gate_vlans(blueprint: Blueprint, gated: Mapping[str, Edge]) -> dict[str, tuple[str, ...]]:
    """The addresses, without their lengths, that firewalls and routers (by id) have in the VLAN of their gate."""
    vlans = {vlan for edge in gated.values() for vlan in edge.gate_vlans}
    held = {subnet.prefix for subnet in blueprint.all(Subnet) if subnet.vlan in vlans}
    devices = {device.id for edge in gated.values() for device in (*edge.firewalls, *edge.wans)}
    found = {}
    for interface in blueprint.all(Interface):
        own = interface.addresses if interface.device in devices else ()
        if own and str(ip_interface(own[0]).network) in held:
            found[interface.device] = tuple(address.split("/")[0] for address in own)
    return found


def _within(blueprint: Blueprint, edge: Edge, beside: Mapping[str, tuple[str, ...]]) -> None:
    """Sessions in the VLAN of the gate: each router with each firewall, and the two routers with one another."""
    for at, firewall in enumerate(edge.firewalls):
        for router in edge.wans:
            taken = FROM_STANDBY if at else FROM_SITE
            _pair(blueprint, (firewall, beside[firewall.id], FROM_GATE, TO_GATE),
                  (router, beside[router.id], taken, TO_OTHERS))  # fmt: skip
    for one, other in combinations(edge.wans, 2):
        _pair(blueprint, (one, beside[one.id], None, None), (other, beside[other.id], None, None), inner=True)


End = tuple[Device, Sequence[str], str | None, str | None]


def _pair(blueprint: Blueprint, one: End, other: End, *, inner: bool = False) -> None:
    """Both sides of the sessions between two devices, one for each family: (device, addresses, taken, told)."""
    for near, far in ((one, other), (other, one)):
        device, _, taken, told = near
        asn = blueprint.get(RoutingProcess, f"{far[0].id}:bgp").asn or 0
        for peer in far[1]:
            blueprint.add(
                BgpNeighbor(
                    id=f"{device.id}:bgp:{far[0].id}:{peer}",
                    process=f"{device.id}:bgp",
                    remote_asn=asn,
                    peer_address=peer,
                    families=(AddressFamily.IPV6 if ":" in peer else AddressFamily.IPV4,),
                    import_policy=taken,
                    export_policy=told,
                    max_prefixes=PREFIXES_OF_A_SITE * (len(blueprint.requirements.sites) + 1),
                    authentication="tcp-ao",
                    bfd=True,
                    next_hop_self=inner,
                )
            )


def _over_line(blueprint: Blueprint, link: Link) -> None:
    ends = [(blueprint.get(Device, end.device), _on_port(blueprint, end.device, end.port)) for end in (link.a, link.b)]
    (a, here), (b, there) = ends
    _pair(blueprint, (a, here, FROM_OTHERS, TO_OTHERS), (b, there, FROM_OTHERS, TO_OTHERS))


def _on_port(blueprint: Blueprint, device: str, port: str) -> tuple[str, ...]:
    return tuple(address.split("/")[0] for address in blueprint.interface(device, port).addresses)


def _with_carrier(blueprint: Blueprint, link: Link) -> None:
    """The session with the carrier's router, whose side is stated as well."""
    edge = blueprint.get(Device, link.b.device)
    blueprint.add(
        RoutingProcess(id=f"{edge.id}:bgp", device=edge.id, vrf=UNDERLAY, protocol=RoutingProtocol.BGP, asn=CARRIER_ASN)
    )
    router = blueprint.get(Device, link.a.device)
    near = (router, _on_port(blueprint, router.id, link.a.port), FROM_OTHERS, TO_OTHERS)
    _pair(blueprint, near, (edge, _on_port(blueprint, edge.id, link.b.port), None, None))


def _explain(blueprint: Blueprint, gated: Mapping[str, Edge]) -> None:
    routers = sum(len(edge.wans) for edge in gated.values())
    blueprint.decide(
        "How do the routers of sites learn of one another?",
        "external BGP, each site with a number of its own; the shorter path of sites wins",
        formula="local preference 400 for what lines or the carrier bring, 300 and less for tunnels, 200 for what a "
        "hub passes on from its tunnels; no firewall passes on what it learned from its routers; a site never takes "
        "back a path with its own number",
        inputs={"sites": len(gated), "routers": routers, "carrier": len(blueprint.carriers)},
        result=routers,
        fields=("technology_stack", "special_requirements", "sites"),
        source="RFC 4271, RFC 4364, RFC 5880, RFC 5925",
    )
