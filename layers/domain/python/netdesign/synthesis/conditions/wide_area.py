"""What a wide-area network cannot be: the shape of one building, a mesh or a ring of too many sites."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from typing import Final

from netdesign.model.conflict import Conflict
from netdesign.model.vocabulary import NetworkType, Role, TopologyPreference
from netdesign.synthesis.conditions.question import Question, numbers, relax
from netdesign.synthesis.conditions.wording import unsay
from netdesign.synthesis.needs.firewalls import firewall_count
from netdesign.synthesis.needs.transports import MPLS_WORDS, Transport, transport

INSIDE_A_SITE: Final = {
    TopologyPreference.SPINE_LEAF: NetworkType.ENTERPRISE_DATACENTER,
    TopologyPreference.THREE_TIER: NetworkType.LEGACY_CAMPUS,
    TopologyPreference.COLLAPSED_CORE: NetworkType.LEGACY_CAMPUS,
}
"""Shapes of switches at one site, and the kind of network that has them."""
CIRCUITS: Final = 2
SITE_LENGTH: Final = 48
"""Length of the IPv6 block of a site."""


def shape_of_one_site(question: Question) -> Iterator[Conflict]:
    """A wide-area network in a shape that switches of one site can have and sites cannot."""
    wanted, wish = question.requirements, question.requirements.topology_preference
    if wanted.network_type is not NetworkType.WAN or wish is None or wish not in INSIDE_A_SITE:
        return
    kind = INSIDE_A_SITE[wish]
    yield Conflict(
        code="shape-not-for-sites",
        requirements=("topology_preference", "network_type"),
        statement=f"{wish.value} says how the switches of one site are joined; sites of a wide-area network are joined "
        "as a star, a mesh or a ring.",
        numbers=numbers(sites=wanted.site_count),
        relaxations=(
            relax(
                "topology_preference", (wish.value, TopologyPreference.STAR.value),
                "join the sites as a star", "traffic between spokes passes a hub",
            ),
            relax(
                "network_type", (wanted.network_type.value, kind.value),
                f"ask for {kind.value}", "sites that nothing joins",
            ),
        ),
    )  # fmt: skip


def mesh_too_large(question: Question) -> Iterator[Conflict]:
    """A full mesh of more sites than firewalls can have tunnels to, or than anybody can run."""
    wanted = question.requirements
    if wanted.network_type is not NetworkType.WAN or wanted.topology_preference is not TopologyPreference.MESH:
        return
    run, held = question.parameters.wan.mesh_sites, _sites_by_tunnels(question)
    if transport(wanted) is Transport.LINES:
        run = held = question.parameters.wan.line_mesh_sites
    most = min(run, held)
    if len(wanted.sites) <= most:
        return
    pairs = len(wanted.sites) * (len(wanted.sites) - 1) // 2
    yield _too_many(
        question,
        "mesh-too-large",
        f"A full mesh of {len(wanted.sites):,} sites has {pairs:,} pairs to join; {most:,} sites are the most.",
        most,
        pairs=pairs,
        sites_that_can_be_run=run,
        sites_by_tunnels_of_a_firewall=held,
    )


def _sites_by_tunnels(question: Question) -> int:
    """Sites of a mesh up to which the largest firewall that may be bought holds the tunnels to all others."""
    wanted, capacity = question.requirements, question.parameters.capacity
    rates = [device.firewall for device in question.devices(Role.FIREWALL) if device.firewall is not None]
    largest = max((rate.tunnels or 0 for rate in rates), default=0)
    each = firewall_count(wanted, question.parameters) * CIRCUITS * wanted.growth_multiplier
    return 1 + int(largest * capacity.tunnel_share / each)


def ring_of_a_carrier(question: Question) -> Iterator[Conflict]:
    """A ring over a network in which everybody reaches everybody."""
    wanted, wish = question.requirements, question.requirements.topology_preference
    if wish is not TopologyPreference.RING or transport(wanted) is not Transport.MPLS:
        return
    yield Conflict(
        code="carrier-network-is-no-ring",
        requirements=("topology_preference", "technology_stack"),
        statement="In a carrier's MPLS network every site reaches every other by way of the carrier; a ring is made of"
        " lines or tunnels of one's own.",
        numbers=numbers(sites=len(wanted.sites)),
        relaxations=(
            relax(
                "topology_preference", (wish.value, TopologyPreference.STAR.value),
                "let the tunnels behind the carrier's network make a star", "hubs for what the carrier drops",
            ),
            *unsay(question, MPLS_WORDS, "do without the carrier's network", "tunnels over the Internet alone"),
        ),
    )  # fmt: skip


def ring_too_long(question: Question) -> Iterator[Conflict]:
    """A ring in which two sites are farther apart than sites may be."""
    wanted = question.requirements
    if wanted.network_type is not NetworkType.WAN or wanted.topology_preference is not TopologyPreference.RING:
        return
    hops = question.parameters.topology.max_diameter["wan"]
    most = 2 * hops + 1
    if len(wanted.sites) <= most:
        return
    yield _too_many(
        question,
        "ring-too-long",
        f"In a ring of {len(wanted.sites):,} sites some are {len(wanted.sites) // 2:,} apart; {hops} are allowed.",
        most,
        sites_apart=len(wanted.sites) // 2,
        allowed=hops,
    )


def _too_many(question: Question, code: str, statement: str, most: int, **counted: object) -> Conflict:
    wanted = question.requirements
    wish = wanted.topology_preference.value if wanted.topology_preference is not None else ""
    return Conflict(
        code=code,
        requirements=("topology_preference", "scale/sites"),
        statement=statement,
        numbers=numbers(sites=len(wanted.sites), **counted),
        relaxations=(
            relax(
                "topology_preference", (wish, TopologyPreference.STAR.value),
                "join the sites as a star with two hubs", "traffic between spokes passes a hub",
            ),
            relax(
                "scale/sites", (wanted.site_count, most),
                f"join {most:,} sites at the most", f"{wanted.site_count - most:,} sites fewer",
            ),
        ),
    )  # fmt: skip


def local_block_short(question: Question) -> Iterator[Conflict]:
    """An IPv6 supernet with fewer blocks than there are sites."""
    wanted = question.requirements
    if wanted.network_type is not NetworkType.WAN or not wanted.ipv6 or wanted.ipv6_supernet is None:
        return
    length = wanted.ipv6_supernet.partition("/")[2]
    there = 1 << max(0, SITE_LENGTH - int(length))
    if len(wanted.sites) <= there and int(length) <= SITE_LENGTH:
        return
    enough = min(int(length), SITE_LENGTH - (len(wanted.sites) - 1).bit_length())
    wider = str(ip_network(wanted.ipv6_supernet).supernet(new_prefix=enough))
    yield Conflict(
        code="ipv6-supernet-too-small",
        requirements=("addressing/supernets", "scale/sites"),
        statement=f"{wanted.ipv6_supernet} holds {there:,} blocks of /{SITE_LENGTH}; each of {len(wanted.sites):,}"
        " sites has one.",
        numbers=numbers(sites=len(wanted.sites), blocks=there),
        relaxations=(
            relax(
                "addressing",
                ({"ipv6": True, "supernets": (*wanted.supernets, wanted.ipv6_supernet)},
                 {"ipv6": False, "supernets": [*wanted.supernets]}),
                "do without IPv6",
                "IPv4 alone",
            ),
            relax(
                "addressing/supernets",
                ((*wanted.supernets, wanted.ipv6_supernet), (*wanted.supernets, wider)),
                f"give {wider}", "a larger assignment",
            ),
        ),
    )  # fmt: skip
