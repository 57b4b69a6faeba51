"""The way to the Internet: providers, circuits, edge routers, their sessions and filters, and DDoS protection."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_network

from netdesign.model.addressing import Interface, VirtualGateway
from netdesign.model.cabling import Circuit, CircuitKind, Link, Srlg, SrlgKind
from netdesign.model.inventory import Device
from netdesign.model.routing import (
    AddressFamily,
    BgpNeighbor,
    PolicyAction,
    Redistribution,
    RoutePolicy,
    RoutePolicyTerm,
    RoutingProcess,
)
from netdesign.model.security import DdosMitigation, MitigationKind, RouteOrigin
from netdesign.model.switching import Vlan
from netdesign.model.vocabulary import (
    InterfaceKind,
    LinkPurpose,
    Medium,
    PortMode,
    Role,
    RoutingProtocol,
    SecurityLevel,
    ServiceClass,
    Trust,
)
from netdesign.synthesis.draft.blueprint import UNDERLAY, Blueprint
from netdesign.synthesis.draft.pairs import feeds, trunk
from netdesign.synthesis.edge.border import Edge, firewall_host, route
from netdesign.synthesis.edge.sizing import CIRCUIT_OWNER, CircuitPlan, first_review
from netdesign.synthesis.needs.flows import internet_bps

OWN_ASN = 64_512
PROVIDER_ASN = 64_900
MAX_PREFIXES = 1_000
BOGONS = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24"),
    *("192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3"),
    *("::/8", "100::/64", "2001:2::/48", "2001:db8::/32", "3fff::/20", "fc00::/7", "fe80::/10", "ff00::/8"),
)
"""What the Internet never routes (RFC 6890)."""
BLACKHOLE = "65535:666"
"""The community that asks a provider to drop (RFC 7999)."""


def build_internet(blueprint: Blueprint, edge: Edge, outside: Vlan, racks: Sequence[str], mtu_bytes: int) -> None:
    """Edge routers between the outside VLAN and the providers, with their circuits and routing."""
    routers = tuple(
        blueprint.device(
            Role.INTERNET_EDGE,
            edge.site,
            edge.plan.router,
            rack=racks[at % len(racks)],
            criticality=ServiceClass.GOLD,
            **feeds(edge.plan.router, at),
        )
        for at in range(edge.plan.routers)
    )
    edge.routers = routers
    for at, router in enumerate(routers):
        _join_outside(blueprint, edge, router, outside, at, mtu_bytes)
    for at, circuit in enumerate(edge.plan.circuits):
        edge.providers += (add_circuit(blueprint, edge.site, routers[at % len(routers)], circuit, at),)
    add_border_gateway(blueprint, edge, outside)
    protect(blueprint, edge.providers)
    for net in blueprint.nets(outside):
        everything = "::/0" if net.six else "0.0.0.0/0"
        for firewall in edge.firewalls:
            route(blueprint, firewall, UNDERLAY, everything, net.address(1))
        for router in routers:
            for zone in edge.transits:
                for prefix in blueprint.summaries(edge.site, zone):
                    if (":" in prefix) == net.six:
                        route(blueprint, router, UNDERLAY, prefix, net.address(firewall_host(edge)))


def _join_outside(blueprint: Blueprint, edge: Edge, router: Device, outside: Vlan, at: int, mtu_bytes: int) -> None:
    """The router's routed interface in the outside VLAN; two routers share the first address."""
    name = trunk(
        blueprint,
        router,
        edge.pair,
        edge.plan.router_port_bps,
        LinkPurpose.ATTACHMENT,
        mtu_bytes=mtu_bytes,
        mode=PortMode.ACCESS,
        vlan=outside.id,
    )
    nets, double = blueprint.nets(outside), edge.plan.routers > 1
    blueprint.change(
        blueprint.interface(router, name),
        mode=PortMode.ROUTED,
        vlan=None,
        vrf=UNDERLAY,
        addresses=tuple(net.host(at + 2 if double else 1) for net in nets),
        virtual_gateway=VirtualGateway.VRRP if double else VirtualGateway.NONE,
        virtual_addresses=tuple(net.address(1) for net in nets) if double else (),
        virtual_group=1 if double else None,
        virtual_priority=110 - 10 * at if double else None,
    )


def add_circuit(blueprint: Blueprint, site: str, near: Device, plan: CircuitPlan, at: int) -> Device:
    """A circuit from a router or firewall to a provider of its own, by an entry and a point of presence of its own."""
    provider = blueprint.device(Role.PROVIDER, site, None)
    letter = "abcdefgh"[at]
    risks = (
        Srlg(id=f"{site}-entry-{letter}", kind=SrlgKind.CONDUIT, name=f"building entry {letter} of {site}"),
        Srlg(id=f"{site}-pop-{letter}", kind=SrlgKind.POP, name=f"point of presence {letter} near {site}"),
    )
    blueprint.add_all(risks)
    (link,) = blueprint.connect(
        near,
        provider,
        plan.port_bps,
        LinkPurpose.CIRCUIT,
        medium=Medium.VIRTUAL,
        srlgs=tuple(risk.id for risk in risks),
        trust=Trust.PUBLIC,
    )
    far = Interface(
        id=f"{provider.id}:{link.b.port}",
        device=provider.id,
        name=link.b.port,
        kind=InterfaceKind.PHYSICAL,
        speed_bps=plan.port_bps,
        description=f"to:{near.id}:{link.a.port}",
    )
    if not blueprint.has(Interface, far.id):
        blueprint.add(far)
    blueprint.point_to_point(link)
    blueprint.add(
        Circuit(
            id=f"{link.id}-circuit",
            link=link.id,
            kind=CircuitKind(plan.kind.value),
            provider=f"provider-{letter}",
            site=site,
            rate_down_bps=plan.tier.rate_bps,
            rate_up_bps=plan.tier.up_bps,
            monthly_usd=round(plan.tier.usd_per_month),
            price_assumed=True,
            availability=blueprint.parameters.availability.circuit[plan.kind.value],
            owner=CIRCUIT_OWNER,
            review_date=first_review(blueprint.requirements, blueprint.parameters),
        )
    )
    _explain_circuit(blueprint, site, plan, at)
    return provider


def provider_links(blueprint: Blueprint, near: Device) -> list[Link]:
    """Circuits that end on a device."""
    return [link for link in blueprint.all(Link) if link.purpose is LinkPurpose.CIRCUIT and link.a.device == near.id]


def add_border_gateway(blueprint: Blueprint, edge: Edge, outside: Vlan) -> None:
    """BGP on the edge routers: a default route in, our own prefixes out, and between the routers."""
    if not edge.routers:
        return
    own = _public(blueprint)
    _originate(blueprint, own)
    _policies(blueprint, edge.site, own)
    processes = {}
    for router in edge.routers:
        loopback = blueprint.loopback(router)
        processes[router.id] = blueprint.add(
            RoutingProcess(
                id=f"{router.id}:bgp",
                device=router.id,
                vrf=UNDERLAY,
                protocol=RoutingProtocol.BGP,
                router_id=loopback.addresses[0].split("/")[0],
                asn=OWN_ASN,
                max_paths=2,
                networks=own,
                redistribute=(Redistribution(source="static"), Redistribution(source="connected")),
            )
        )
        for link in provider_links(blueprint, router):
            _session(blueprint, edge.site, router, processes[router.id], link)
    if len(edge.routers) == 2:
        _between_routers(blueprint, edge, outside)


def _policies(blueprint: Blueprint, site: str, own: tuple[str, ...]) -> None:
    """What is taken from and told to providers: the default route alone, and our own public prefixes, none longer.

    Bogons, prefixes of ours and too specific ones are named before it, so that whoever takes more keeps them out.
    """
    six = blueprint.requirements.ipv6
    everything = ("0.0.0.0/0", "::/0") if six else ("0.0.0.0/0",)
    inside = tuple(dict.fromkeys((*blueprint.requirements.supernets, *own)))
    specific = [(everything[0], 25), ("::/0", 49)] if six else [(everything[0], 25)]
    deny, permit = PolicyAction.DENY, PolicyAction.PERMIT
    blueprint.add_all(
        (
            RoutePolicy(
                id=f"{site}-from-provider",
                name=f"{site}-from-provider",
                terms=(
                    RoutePolicyTerm(action=deny, prefixes=BOGONS),
                    RoutePolicyTerm(action=deny, prefixes=inside),
                    *(RoutePolicyTerm(action=deny, prefixes=(p,), min_length=length) for p, length in specific),
                    RoutePolicyTerm(action=permit, prefixes=everything, max_length=0),
                ),
            ),
            RoutePolicy(
                id=f"{site}-to-provider",
                name=f"{site}-to-provider",
                terms=(
                    *(RoutePolicyTerm(action=permit, prefixes=(p,), max_length=ip_network(p).prefixlen) for p in own),
                    RoutePolicyTerm(action=deny),
                ),
            ),
        )
    )


def _originate(blueprint: Blueprint, own: tuple[str, ...]) -> None:
    """The statement to sign for each public prefix: our number, and nothing longer (RFC 9319)."""
    for prefix in own:
        identity = f"roa-{prefix.replace('/', '-').replace(':', '-').replace('.', '-')}"
        if not blueprint.has(RouteOrigin, identity):
            length = ip_network(prefix).prefixlen
            blueprint.add(RouteOrigin(id=identity, prefix=prefix, asn=OWN_ASN, max_length=length))


def _public(blueprint: Blueprint) -> tuple[str, ...]:
    """Prefixes of ours that the Internet routes."""
    asked = blueprint.requirements
    six = (asked.ipv6_supernet,) if asked.ipv6 and asked.ipv6_supernet else ()
    return tuple(prefix for prefix in (*asked.supernets, *six) if ip_network(prefix).is_global)


def _session(blueprint: Blueprint, site: str, router: Device, process: RoutingProcess, link: Link) -> None:
    """Sessions with a provider, one for each family, and the provider's side of them."""
    provider = blueprint.get(Device, link.b.device)
    asn = PROVIDER_ASN + len([one for one in blueprint.devices(Role.PROVIDER) if one.id <= provider.id])
    far = blueprint.add(
        RoutingProcess(
            id=f"{provider.id}:bgp",
            device=provider.id,
            vrf=UNDERLAY,
            protocol=RoutingProtocol.BGP,
            asn=asn,
            default_originate=True,
        )
    )
    here = blueprint.interface(router, link.a.port).addresses
    there = blueprint.interface(provider, link.b.port).addresses
    for mine, other in zip(here, there, strict=True):
        family = AddressFamily.IPV6 if ":" in mine else AddressFamily.IPV4
        blueprint.add(
            BgpNeighbor(
                id=f"{process.id}:{provider.id}:{family}",
                process=process.id,
                remote_asn=asn,
                peer_address=other.split("/")[0],
                families=(family,),
                import_policy=f"{site}-from-provider",
                export_policy=f"{site}-to-provider",
                max_prefixes=MAX_PREFIXES,
                authentication="tcp-ao",
                bfd=True,
                remove_private_asn=True,
                origin_validation=True,
            )
        )
        blueprint.add(
            BgpNeighbor(
                id=f"{far.id}:{router.id}:{family}",
                process=far.id,
                remote_asn=OWN_ASN,
                peer_address=mine.split("/")[0],
                families=(family,),
                max_prefixes=MAX_PREFIXES,
                authentication="tcp-ao",
                bfd=True,
            )
        )


def _between_routers(blueprint: Blueprint, edge: Edge, outside: Vlan) -> None:
    """Sessions between the two routers, so that either reaches the Internet through the other."""
    for at, router in enumerate(edge.routers):
        for net in blueprint.nets(outside):
            family = AddressFamily.IPV6 if net.six else AddressFamily.IPV4
            blueprint.add(
                BgpNeighbor(
                    id=f"{router.id}:bgp:{edge.routers[1 - at].id}:{family}",
                    process=f"{router.id}:bgp",
                    remote_asn=OWN_ASN,
                    peer_address=net.address(3 - at),
                    families=(family,),
                    authentication="tcp-ao",
                    bfd=True,
                    next_hop_self=True,
                )
            )


def protect(blueprint: Blueprint, providers: Sequence[Device]) -> None:
    """Remotely triggered blackholes where there are sessions with the providers; scrubbing where there are none, where
    services are public, or where the level asks."""
    asked = blueprint.requirements
    public = bool(asked.internet_facing) or asked.security_level.at_least(SecurityLevel.GOVERNMENT)
    peak = max(internet_bps(asked.flows))
    ids = tuple(provider.id for provider in providers)
    capacity = round(peak * blueprint.parameters.capacity.ddos_headroom * blueprint.growth)
    site = providers[0].site
    talks = any(blueprint.has(RoutingProcess, f"{provider.id}:bgp") for provider in providers)
    if public or not talks:
        scrubbing = MitigationKind.SCRUBBING
        blueprint.add(DdosMitigation(id=f"{site}-scrubbing", kind=scrubbing, providers=ids, capacity_bps=capacity))
    if talks:
        blueprint.add(DdosMitigation(id=f"{site}-rtbh", kind=MitigationKind.RTBH, providers=ids, community=BLACKHOLE))


def _explain_circuit(blueprint: Blueprint, site: str, plan: CircuitPlan, at: int) -> None:
    down, up = internet_bps(blueprint.requirements.flows)
    blueprint.decide(
        f"How large is circuit {at + 1} of {site}?",
        f"{plan.kind.value} {plan.tier.rate_bps / 1e6:g}/{plan.tier.up_bps / 1e6:g} Mbit/s",
        formula="rate >= peak to the Internet * g / U0 over all circuits, and / U1 with one failed",
        inputs={
            "peak_down_bps": down,
            "peak_up_bps": up,
            "g": f"{blueprint.growth:.3f}",
            "U0": blueprint.redundancy.max_utilisation,
            "U1": blueprint.redundancy.max_utilisation_failed,
        },
        result=plan.tier.rate_bps,
        alternatives=(
            (
                "own provider-independent prefix",
                "no public prefix was given: hosts are translated to provider addresses",
            ),
        ),
        fields=("flows", "redundancy", "availability_requirement"),
        source="policy parameters redundancy; catalogue of circuits",
    )
