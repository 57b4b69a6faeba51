"""The tunnels between sites: one over each pair of circuits, between the firewalls of two sites."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from netdesign.model.addressing import Interface, UnicastRpf
from netdesign.model.cabling import Link
from netdesign.model.inventory import Device
from netdesign.model.overlay import Tunnel, TunnelKind
from netdesign.model.security import CryptoKind, CryptoProfile
from netdesign.model.vocabulary import InterfaceKind, LinkPurpose, PortMode, Role
from netdesign.synthesis.draft.blueprint import UNDERLAY, Blueprint
from netdesign.synthesis.draft.interface_names import tunnel_name
from netdesign.synthesis.edge.border import Edge
from netdesign.synthesis.needs.joined_sites import Join, WanShape
from netdesign.synthesis.needs.zones import WAN
from netdesign.synthesis.operation.management import CERTIFICATE_DAYS

CRYPTO: Final = "between-sites"
REKEY_S: Final = 3_600
CIRCUIT_MTU: Final = 1_500
MTU_STEP: Final = 100
"""Inner packets are rounded down to a multiple of this, so that no provider's own encapsulation fragments them."""
TCP_IPV6_HEADERS: Final = 60


@dataclass(frozen=True, slots=True)
class End:
    """One end of tunnels: a firewall, the circuit that carries them there, and whether another firewall goes first."""

    firewall: Device
    circuit: Link
    standby: bool


@dataclass(frozen=True, slots=True)
class Joint:
    """A tunnel that was made: its ends, the addresses there by family, and how much the first end prefers it."""

    a: End
    b: End
    a_addresses: tuple[str, ...]
    b_addresses: tuple[str, ...]
    rank: int


def join_sites(blueprint: Blueprint, edges: Mapping[str, Edge], shape: WanShape) -> tuple[Joint, ...]:
    """Tunnels between all sites that the shape joins, each with an interface at both ends."""
    if not blueprint.has(CryptoProfile, CRYPTO):
        blueprint.add(crypto_profile())
    circuits = circuits_by_site(blueprint)
    inner = inner_mtu(blueprint)
    made = tuple(
        _tunnel(blueprint, a, b, join, inner)
        for join in shape.joins
        for a, b in _pairs(edges[join.a], circuits[join.a], edges[join.b], circuits[join.b])
    )
    _explain(blueprint, shape, made, inner)
    return made


def circuits_by_site(blueprint: Blueprint) -> dict[str, list[Link]]:
    """The circuits of each site to the Internet in the order in which they were ordered."""
    found: dict[str, list[Link]] = {}
    for link in blueprint.all(Link):
        if link.purpose is LinkPurpose.CIRCUIT:
            device = blueprint.get(Device, link.a.device)
            if device.role is not Role.WAN_EDGE:
                found.setdefault(device.site, []).append(link)
    return found


def tunnels_between(a: tuple[int, int], b: tuple[int, int]) -> int:
    """How many tunnels join two sites, each with (firewalls, circuits)."""
    return a[0] * b[0] * max(a[1], b[1])


def _pairs(near: Edge, here: Sequence[Link], far: Edge, there: Sequence[Link]) -> Iterator[tuple[End, End]]:
    """The ends to join: first circuits with first ones, second with second, on every firewall that has them."""
    for at in range(max(len(here), len(there))):
        one, other = here[at % len(here)], there[at % len(there)]
        for a in _ends(near, one):
            for b in _ends(far, other):
                yield a, b


def _ends(edge: Edge, circuit: Link) -> tuple[End, ...]:
    """The firewalls that reach a circuit: the one that holds it, or all of them behind a router."""
    holding = [at for at, firewall in enumerate(edge.firewalls) if firewall.id == circuit.a.device]
    places = holding or range(len(edge.firewalls))
    return tuple(End(edge.firewalls[at], circuit, at > 0) for at in places)


def _tunnel(blueprint: Blueprint, a: End, b: End, join: Join, inner: int) -> Joint:
    identity = f"{a.firewall.id}--{b.firewall.id}-tunnel-{a.circuit.b.device}"
    if blueprint.has(Tunnel, identity):
        identity = f"{identity}-{b.circuit.b.device}"
    ends = blueprint.link_addresses(join.b, identity, UNDERLAY, zone=WAN)
    a_addresses, b_addresses = (tuple(pair[at] for pair in ends) for at in (0, 1))
    near = _interface(blueprint, a.firewall, b.firewall, a_addresses, inner)
    far = _interface(blueprint, b.firewall, a.firewall, b_addresses, inner)
    blueprint.add(
        Tunnel(
            id=identity,
            a=a.firewall.id,
            b=b.firewall.id,
            kind=TunnelKind.IPSEC,
            inner_mtu_bytes=inner,
            crypto=CRYPTO,
            mss_clamp_bytes=inner - TCP_IPV6_HEADERS,
            a_interface=near.id,
            b_interface=far.id,
            a_link=a.circuit.id,
            b_link=b.circuit.id,
        )
    )
    return Joint(a, b, a_addresses, b_addresses, join.rank)


def _interface(
    blueprint: Blueprint, firewall: Device, peer: Device, addresses: tuple[str, ...], inner: int
) -> Interface:
    name = tunnel_name(blueprint.kind(firewall), blueprint.number(f"{firewall.id} tunnel"))
    return blueprint.add(
        Interface(
            id=f"{firewall.id}:{name}",
            device=firewall.id,
            name=name,
            kind=InterfaceKind.TUNNEL,
            mode=PortMode.ROUTED,
            mtu_bytes=inner,
            vrf=UNDERLAY,
            addresses=addresses,
            zone=WAN,
            access_list=f"{firewall.site}-policy",
            unicast_rpf=UnicastRpf.FEASIBLE,
            description=f"to:{peer.id}",
        )
    )


def inner_mtu(blueprint: Blueprint) -> int:
    """The largest inner packet, in round numbers, that fits a circuit with what encryption adds."""
    adds = blueprint.parameters.protocols.overhead_bytes
    return (CIRCUIT_MTU - adds["ipsec"] - adds["nat_traversal"]) // MTU_STEP * MTU_STEP


def crypto_profile() -> CryptoProfile:
    """The suite of all tunnels: strong enough for every level."""
    return CryptoProfile(
        id=CRYPTO,
        kind=CryptoKind.IPSEC,
        cipher="aes-256-gcm",
        key_bits=256,
        integrity="sha-384",
        forward_secrecy=True,
        rekey_s=REKEY_S,
        key_exchange="group20",
        protocol_version="ikev2",
        authentication="certificate",
        certificate_days=CERTIFICATE_DAYS,
        certificate_key="ecdsa-p384",
    )


def _explain(blueprint: Blueprint, shape: WanShape, made: tuple[Joint, ...], inner: int) -> None:
    adds = blueprint.parameters.protocols.overhead_bytes
    blueprint.decide(
        "How are sites joined?",
        f"{len(made)} IPsec tunnels in the shape {shape.archetype.value.replace('_', ' ')}",
        formula="for each joined pair of sites: firewalls of one * firewalls of the other * circuits of the one with "
        "more; inner packet <= circuit MTU - encryption - NAT traversal",
        inputs={
            "sites": len(blueprint.requirements.sites),
            "hubs": len(shape.hubs),
            "joined pairs": len(shape.joins),
            "circuit_mtu_bytes": CIRCUIT_MTU,
            "ipsec_bytes": adds["ipsec"],
            "nat_traversal_bytes": adds["nat_traversal"],
            "inner_mtu_bytes": inner,
        },
        result=len(made),
        fields=("network_type", "topology_preference", "sites", "redundancy", "requires_encryption"),
        source="RFC 4301, RFC 7296, RFC 4821; NIST SP 800-77r1",
    )
