"""Which traffic leaves the premises, and what encrypts it: the application, the link, or a tunnel."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.facts.ends import ends_of
from netdesign.analysis.facts.tunnel_carriers import tunnels_over
from netdesign.analysis.policy.terrain import circuit_links, near_end
from netdesign.graph.network import Network, analysis
from netdesign.model.vocabulary import Role, Trust

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netdesign.model.cabling import Link
    from netdesign.model.security import CryptoProfile
    from netdesign.model.traffic import Flow

BROKEN = ("null", "none", "rc4", "wep")
SHORT = {"3des": 112, "des": 56}


def strength_bits(profile: CryptoProfile) -> int:
    """The strength of a cipher suite: its key length, or less where the cipher is known to give less."""
    cipher = profile.cipher.lower().replace("-", "").replace("_", "")
    if any(word in cipher for word in BROKEN):
        return 0
    for word, bits in SHORT.items():
        if word in cipher:
            return min(bits, profile.key_bits)
    return profile.key_bits


def meets(profile: CryptoProfile, bits: int) -> bool:
    """Whether a cipher suite has at least `bits` of strength."""
    return strength_bits(profile) >= bits


def protects(network: Network, crypto: str | None, bits: int) -> bool:
    """Whether the crypto profile of that id is there and has at least `bits` of strength."""
    profile = network.by_id("crypto_profiles").get(crypto or "")
    return profile is not None and meets(profile, bits)


@analysis
def flow_sites(network: Network, flow: str) -> tuple[frozenset[str], frozenset[str]]:
    """The sites of a flow's sources and of its targets; the Internet has none."""
    fact: Flow = network.by_id("flows")[flow]
    near, far = (
        frozenset(end.site for end in ends_of(network, names) if end.site is not None)
        for names in (fact.sources, fact.targets)
    )
    return near, far


@analysis
def circuits_by_site(network: Network) -> dict[str, tuple[int, ...]]:
    """The usable circuits (links, by position) that are not our own, by the site of our end."""
    found: dict[str, list[int]] = defaultdict(list)
    for place in np.flatnonzero(circuit_links(network)).tolist():
        if network.links[place].trust is not Trust.OWNED:
            found[network.devices[near_end(network, place)].site].append(place)
    return {site: tuple(places) for site, places in found.items()}


@analysis
def exposed_links(network: Network, flow: str) -> tuple[int, ...]:
    """The links beyond our premises that a flow may take, also when others have failed, by position.

    A flow to or from the Internet may take every public circuit of its providers and sites; a flow
    between sites every leased or public circuit at either, and any leased or public link between the two.
    """
    fact: Flow = network.by_id("flows")[flow]
    near, far = flow_sites(network, flow)
    found = set(_to_providers(network, (*fact.sources, *fact.targets)))
    if near and far and not (near == far and len(near) == 1):
        for site in near | far:
            found.update(circuits_by_site(network).get(site, ()))
        found.update(_between_sites(network, near | far))
    return tuple(sorted(found))


def _to_providers(network: Network, names: Iterable[str]) -> list[int]:
    a, b = network.link_ends
    index = network.device_index
    ends = [index[n] for n in names if n in index and network.devices[index[n]].role is Role.PROVIDER]
    usable = circuit_links(network) & (np.isin(a, ends) | np.isin(b, ends))
    return [at for at in np.flatnonzero(usable).tolist() if network.links[at].trust is not Trust.OWNED]


def _between_sites(network: Network, sites: frozenset[str]) -> list[int]:
    """Leased or public links that join devices of two sites without a provider's device between."""
    return [
        place
        for place in wide_links(network)
        if {network.devices[int(ends[place])].site for ends in network.link_ends} & sites
    ]


@analysis
def wide_links(network: Network) -> tuple[int, ...]:
    """Usable leased or public links between our own devices, by position."""
    not_owned = np.fromiter((link.trust is not Trust.OWNED for link in network.links), np.bool_, len(network.links))
    return tuple(np.flatnonzero(not_owned & network.usable_links & ~circuit_links(network)).tolist())


@analysis
def building_links(network: Network) -> tuple[int, ...]:
    """Usable links of our own between buildings, by position."""
    marked = np.fromiter(
        (link.between_buildings and link.trust is Trust.OWNED for link in network.links),
        np.bool_,
        len(network.links),
    )
    return tuple(np.flatnonzero(marked & network.usable_links).tolist())


def tunnelled(network: Network, link: Link, sites: tuple[frozenset[str], frozenset[str]], bits: int) -> bool:
    """Whether a sound encrypted tunnel leaves by a circuit, from our end or behind it, to the flow's other site."""
    index, devices, over = network.device_index, network.devices, tunnels_over(network)
    ours = [end.device for end in (link.a, link.b) if end.device in index and devices[index[end.device]].managed]
    for tunnel in (one for name in (link.id, *ours) for one in over.get(name, ())):
        ends = [devices[index[name]] for name in (tunnel.a, tunnel.b) if name in index]
        if len(ends) != 2 or not protects(network, tunnel.crypto, bits):
            continue
        one, two = (end.site for end in ends)
        if one != two and ((one in sites[0] and two in sites[1]) or (two in sites[0] and one in sites[1])):
            return True
    return False


def clear_links(network: Network, flow: Flow, bits: int) -> tuple[int, ...]:
    """The links beyond our premises that a flow may take without any encryption of at least `bits` of strength."""
    if flow.encrypted:
        return ()
    sites = flow_sites(network, flow.id)
    return tuple(
        place
        for place in exposed_links(network, flow.id)
        if not protects(network, network.links[place].crypto, bits)
        and not tunnelled(network, network.links[place], sites, bits)
    )


@analysis
def crypto_endpoints(network: Network) -> dict[str, tuple[str, ...]]:
    """The crypto profiles (by id) that each device (by id) runs, for tunnels and encrypted links."""
    found: dict[str, set[str]] = defaultdict(set)
    for tunnel in network.design.overlay.tunnels:
        if tunnel.crypto is not None:
            for name in (tunnel.a, tunnel.b):
                found[name].add(tunnel.crypto)
    for link in network.links:
        if link.crypto is not None:
            for end in (link.a, link.b):
                found[end.device].add(link.crypto)
    return {name: tuple(sorted(profiles)) for name, profiles in sorted(found.items())}
