"""Routing between sites: BGP over every tunnel, and policies by which no spoke carries what is not its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from ipaddress import ip_network
from typing import Final

from netdesign.model.addressing import Interface, Pool
from netdesign.model.inventory import Device
from netdesign.model.routing import (
    AddressFamily,
    BgpNeighbor,
    PolicyAction,
    RoutePolicy,
    RoutePolicyTerm,
    RoutingProcess,
)
from netdesign.model.vocabulary import Archetype, RoutingProtocol
from netdesign.synthesis.draft.blueprint import UNDERLAY, Blueprint
from netdesign.synthesis.edge.border import Edge, discard
from netdesign.synthesis.needs.joined_sites import WanShape
from netdesign.synthesis.needs.transports import Transport
from netdesign.synthesis.wan.overlay import End, Joint

HUB_ASN: Final = 4_200_000_000
SPOKE_ASN: Final = 4_200_100_000
OF_SPOKES: Final = "64512:1"
OF_HUBS: Final = "64512:2"
OF_LINES: Final = "64512:3"
"""Communities that say where a route was learned: from a spoke, from a hub or an equal, from the routers of the site.
"""
BEST: Final = 300
PER_HUB: Final = 100
STANDBY: Final = 50
"""Local preferences: the best, how much less each further hub counts, and how much less a standby firewall."""
DETOUR: Final = 2
"""Between hubs, a way counts like that of the third hub."""
MAX_PATHS: Final = 4
PREFIXES_OF_A_SITE: Final = 16


def route_sites(blueprint: Blueprint, edges: Mapping[str, Edge], shape: WanShape, joints: Sequence[Joint]) -> None:
    """A BGP speaker on every firewall that ends tunnels, and a session over each of them."""
    hubs = set(shape.hubs)
    inside = inside_prefixes(blueprint)
    if joints:
        _policies(blueprint, inside, shape)
    starred = bool(joints) and bool(shape.homes)
    for site, edge in edges.items():
        more = inside if starred and site in hubs else ()
        for firewall in edge.firewalls:
            _speaker(blueprint, site, firewall, HUB_ASN if site in hubs else SPOKE_ASN, more)
    for joint in joints:
        _session(blueprint, joint.a, joint.b, joint.b_addresses, joint.rank, shape)
        _session(blueprint, joint.b, joint.a, joint.a_addresses, 0, shape)
    _explain(blueprint, shape, len(joints))


def inside_prefixes(blueprint: Blueprint) -> tuple[str, ...]:
    """What all sites lie in: the supernets, and the supernet of IPv6."""
    asked = blueprint.requirements
    six = (asked.ipv6_supernet,) if asked.ipv6 and asked.ipv6_supernet else ()
    return (*asked.supernets, *six)


def blocks(blueprint: Blueprint, site: str) -> tuple[str, ...]:
    """The blocks of a site, IPv4 first."""
    names = (f"{site}-block", f"{site}-block-v6")
    return tuple(blueprint.get(Pool, name).prefix for name in names if blueprint.has(Pool, name))


def _speaker(blueprint: Blueprint, site: str, firewall: Device, base: int, more: Iterable[str]) -> None:
    """The process of a firewall: it announces the block of its site; a hub also all that lies inside."""
    covering = tuple(dict.fromkeys((*blocks(blueprint, site), *more)))
    loopback = blueprint.loopback(firewall)
    blueprint.add(
        RoutingProcess(
            id=f"{firewall.id}:bgp",
            device=firewall.id,
            vrf=UNDERLAY,
            protocol=RoutingProtocol.BGP,
            router_id=loopback.addresses[0].split("/")[0],
            asn=base + blueprint.number(f"asn {base}"),
            max_paths=MAX_PATHS,
            multipath_relax=True,
            networks=(*covering, *own_addresses(loopback)),
        )
    )
    for prefix in covering:
        discard(blueprint, firewall, UNDERLAY, prefix)


def own_addresses(loopback: Interface) -> tuple[str, ...]:
    """The addresses of a loopback as prefixes of their own."""
    return tuple(str(ip_network(address)) for address in loopback.addresses)


def _session(blueprint: Blueprint, near: End, far: End, there: tuple[str, ...], rank: int, shape: WanShape) -> None:
    """One side of the sessions of a tunnel, one for each family."""
    here, process = near.firewall, f"{near.firewall.id}:bgp"
    asn = blueprint.get(RoutingProcess, f"{far.firewall.id}:bgp").asn or 0
    of_hub = far.firewall.site in shape.hubs
    worth = _worth(rank, shape, here.site, far)
    for address in there:
        family = AddressFamily.IPV6 if ":" in address else AddressFamily.IPV4
        peer = address.split("/")[0]
        blueprint.add(
            BgpNeighbor(
                id=f"{process}:{far.firewall.id}:{peer}",
                process=process,
                remote_asn=asn,
                peer_address=peer,
                families=(family,),
                import_policy=_taken(worth, of_hub=of_hub),
                export_policy=_told(here.site, far.firewall.site, shape, rank),
                max_prefixes=PREFIXES_OF_A_SITE * (len(blueprint.requirements.sites) if of_hub else 1),
                authentication="tcp-ao",
                bfd=True,
            )
        )


def _worth(rank: int, shape: WanShape, site: str, far: End) -> int:
    """How good a way is: hubs take other hubs' ways to spokes only where they have none of their own."""
    between_hubs = bool(shape.homes) and site in shape.hubs and far.firewall.site in shape.hubs
    return BEST - PER_HUB * (DETOUR if between_hubs else rank) - STANDBY * far.standby


def _taken(worth: int, *, of_hub: bool) -> str:
    return f"wan-from-{'hub' if of_hub else 'spoke'}-{worth}"


def _told(site: str, peer: str, shape: WanShape, rank: int) -> str:
    """The policy towards a peer: rings pass on all, hubs tell each other of spokes, others of themselves; the longer
    for the hubs that come later, so that answers come by the hub that questions went to."""
    if shape.archetype is Archetype.WAN_RING:
        return "wan-to-ring"
    if shape.archetype is not Archetype.WAN_MESH and site in shape.hubs and peer in shape.hubs:
        return "wan-to-hub"
    return _later("wan-to-site", rank)


def _later(name: str, rank: int) -> str:
    return f"{name}-{rank}" if rank else name


def _policies(blueprint: Blueprint, inside: tuple[str, ...], shape: WanShape) -> None:
    """What is taken in, marked by where it comes from and how good that way is, and what is told to whom."""
    deny, permit = PolicyAction.DENY, PolicyAction.PERMIT
    ours = RoutePolicyTerm(action=permit, prefixes=inside)
    ranks = max((join.rank for join in shape.joins), default=0)
    gates = () if shape.transport is Transport.TUNNELS else (OF_LINES,)
    kept = RoutePolicyTerm(action=deny, communities=(OF_SPOKES, OF_HUBS, *gates))
    told = {
        "wan-to-site": (kept, ours),
        "wan-to-hub": (RoutePolicyTerm(action=deny, communities=(OF_HUBS, *gates)), ours),
        "wan-to-ring": (ours,),
    } | {_later("wan-to-site", rank): (kept, replace(ours, prepend=rank)) for rank in range(1, ranks + 1)}
    for name, terms in told.items():
        blueprint.add(RoutePolicy(id=name, name=name, terms=(*terms, RoutePolicyTerm(action=deny))))
    for of_hub, community in ((True, OF_HUBS), (False, OF_SPOKES)):
        for worth in {
            BEST - PER_HUB * rank - STANDBY * standby for rank in {*range(ranks + 1), DETOUR} for standby in (0, 1)
        }:
            name = _taken(worth, of_hub=of_hub)
            term = RoutePolicyTerm(
                action=permit, prefixes=inside, set_communities=(community,), set_local_preference=worth
            )
            blueprint.add(RoutePolicy(id=name, name=name, terms=(term, RoutePolicyTerm(action=deny))))


def _explain(blueprint: Blueprint, shape: WanShape, joints: int) -> None:
    six = sum(ip_network(prefix).version == 6 for prefix in inside_prefixes(blueprint))
    blueprint.decide(
        "How do sites learn of one another?",
        "external BGP over every tunnel, each firewall with a number of its own",
        formula="sessions = tunnels * families; local preference = 300 - 100 * hubs that go first - 50 for a standby "
        "firewall; whatever was learned from others is told to nobody but hubs (and on around a ring)",
        inputs={"tunnels": joints, "families": 1 + bool(six), "hubs": len(shape.hubs)},
        result=joints * (1 + bool(six)),
        alternatives=(
            ("OSPF over the tunnels", "a change at one site would be computed at every other"),
            ("static routes", "nothing would lead around a tunnel that is up but passes nothing"),
        ),
        fields=("network_type", "sites", "ipv6"),
        source="RFC 4271, RFC 7938 section 5, RFC 5880, RFC 5925",
    )
