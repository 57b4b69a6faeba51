"""What routers toward a cloud provider speak: sessions over ports and between themselves, and their policies."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import collapse_addresses, ip_network
from typing import Final

from netdesign.model.addressing import Pool
from netdesign.model.cabling import Link
from netdesign.model.inventory import Device
from netdesign.model.routing import (
    AddressFamily,
    BgpNeighbor,
    PolicyAction,
    Redistribution,
    RoutePolicy,
    RoutePolicyTerm,
    RoutingProcess,
    StaticRoute,
)
from netdesign.model.switching import Vlan
from netdesign.model.vocabulary import LinkPurpose, RoutingProtocol
from netdesign.synthesis.draft.blueprint import UNDERLAY, Blueprint

WAN_ASN: Final = 64_513
HUB_ASN: Final = 64_520
"""Of the first hub; the far end of dedicated ports speaks with it."""
MAX_PREFIXES: Final = 100
"""Routes that a provider takes from the premises, and that are taken from it at the most."""


def speak(blueprint: Blueprint, site: str, routers: Sequence[Device], vlan: Vlan) -> None:
    """Sessions of the routers of a site with the provider and with each other, and what they drop."""
    _policies(blueprint, site)
    for router in routers:
        _speak(blueprint, site, router)
        for prefix in (*site_prefixes(blueprint, site), *cloud_prefixes(blueprint)):
            discard(blueprint, router, UNDERLAY, prefix)
    if len(routers) == 2:
        _between(blueprint, routers, vlan)


def cloud_prefixes(blueprint: Blueprint) -> tuple[str, ...]:
    """The fewest prefixes that cover the networks at the provider."""
    side = blueprint.cloud_side
    texts = side.prefixes if side is not None else ()
    four = collapse_addresses(net for text in texts if (net := ip_network(text)).version == 4)
    six = collapse_addresses(net for text in texts if (net := ip_network(text)).version == 6)
    return (*map(str, four), *map(str, six))


def discard(blueprint: Blueprint, device: Device, vrf: str, prefix: str) -> None:
    """A route to nowhere for what is announced, so that what it covers but nobody uses cannot loop."""
    identity = f"{device.id}:{vrf}:{prefix}:discard"
    if not blueprint.has(StaticRoute, identity):
        blueprint.add(StaticRoute(id=identity, device=device.id, vrf=vrf, prefix=prefix, discard=True, distance=250))


def _policies(blueprint: Blueprint, site: str) -> None:
    """From the provider its networks alone; to it the summaries of the site, and nothing longer."""
    permit, deny = PolicyAction.PERMIT, PolicyAction.DENY
    own = site_prefixes(blueprint, site)

    def exactly(prefixes: Sequence[str]) -> tuple[RoutePolicyTerm, ...]:
        return tuple(
            RoutePolicyTerm(action=permit, prefixes=(text,), max_length=ip_network(text).prefixlen) for text in prefixes
        )

    for name, prefixes in (("from", cloud_prefixes(blueprint)), ("to", own)):
        identity = f"{site}-{name}-cloud"
        terms = (*exactly(prefixes), RoutePolicyTerm(action=deny))
        blueprint.add(RoutePolicy(id=identity, name=identity, terms=terms))


def site_prefixes(blueprint: Blueprint, site: str) -> tuple[str, ...]:
    """The block of the site in either family, which the provider routes to it."""
    ids = (f"{site}-block", f"{site}-block-v6")
    return tuple(blueprint.get(Pool, one).prefix for one in ids if blueprint.has(Pool, one))


def _speak(blueprint: Blueprint, site: str, router: Device) -> None:
    """BGP with the provider over each circuit of a router, one session for each family."""
    loopback = blueprint.loopback(router)
    process = blueprint.add(
        RoutingProcess(
            id=f"{router.id}:bgp",
            device=router.id,
            vrf=UNDERLAY,
            protocol=RoutingProtocol.BGP,
            router_id=loopback.addresses[0].split("/")[0],
            asn=WAN_ASN,
            max_paths=2,
            networks=site_prefixes(blueprint, site),
            redistribute=(Redistribution(source="connected"),),
        )
    )
    for link in blueprint.all(Link):
        if link.purpose is LinkPurpose.CIRCUIT and link.a.device == router.id:
            _sessions(blueprint, site, process, link)


def _sessions(blueprint: Blueprint, site: str, process: RoutingProcess, link: Link) -> None:
    door = link.b.device
    far = blueprint.add(
        RoutingProcess(
            id=f"{door}:bgp",
            device=door,
            vrf=UNDERLAY,
            protocol=RoutingProtocol.BGP,
            asn=HUB_ASN,
            networks=cloud_prefixes(blueprint),
        )
    )
    here = blueprint.interface(link.a.device, link.a.port).addresses
    there = blueprint.interface(door, link.b.port).addresses
    for mine, other in zip(here, there, strict=True):
        family = AddressFamily.IPV6 if ":" in mine else AddressFamily.IPV4
        common = {"families": (family,), "max_prefixes": MAX_PREFIXES, "authentication": "tcp-ao", "bfd": True}
        blueprint.add(
            BgpNeighbor(
                id=f"{process.id}:{door}:{family}",
                process=process.id,
                remote_asn=HUB_ASN,
                peer_address=other.split("/")[0],
                import_policy=f"{site}-from-cloud",
                export_policy=f"{site}-to-cloud",
                **common,  # type: ignore[arg-type]
            )
        )
        blueprint.add(
            BgpNeighbor(
                id=f"{far.id}:{link.a.device}:{family}",
                process=far.id,
                remote_asn=WAN_ASN,
                peer_address=mine.split("/")[0],
                **common,  # type: ignore[arg-type]
            )
        )


def _between(blueprint: Blueprint, routers: Sequence[Device], vlan: Vlan) -> None:
    """Sessions between the two routers, so that either reaches the provider through the other."""
    for at, router in enumerate(routers):
        for net in blueprint.nets(vlan):
            family = AddressFamily.IPV6 if net.six else AddressFamily.IPV4
            blueprint.add(
                BgpNeighbor(
                    id=f"{router.id}:bgp:{routers[1 - at].id}:{family}",
                    process=f"{router.id}:bgp",
                    remote_asn=WAN_ASN,
                    peer_address=net.address(3 - at),
                    families=(family,),
                    authentication="tcp-ao",
                    bfd=True,
                    next_hop_self=True,
                )
            )
