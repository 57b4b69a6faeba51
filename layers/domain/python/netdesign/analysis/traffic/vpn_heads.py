"""What ends tunnels: how many each head-end has, what it encrypts, and who stands in for it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netdesign.analysis.policy.enforcers import standby_devices
from netdesign.analysis.traffic.traffic import stretches
from netdesign.graph.network import Network, analysis
from netdesign.model.cloud import CloudConnectionKind
from netdesign.model.overlay import TunnelKind

if TYPE_CHECKING:
    from collections.abc import Iterable

ENDED = frozenset({TunnelKind.IPSEC, TunnelKind.GRE, TunnelKind.WIREGUARD})
"""Tunnels that a head-end holds; those of access points end on controllers."""


@dataclass(slots=True)
class Heads:
    """The head-ends of a site that stand in for one another, by position, and what they end together.

    `peers` are the far ends of tunnels, `people` come in from outside, `bps` is what flows and connections
    put through tunnels at peak today. `tunnels` counts those of each device now.
    """

    site: str
    members: tuple[int, ...] = ()
    active: tuple[int, ...] = ()
    tunnels: dict[int, int] = field(default_factory=dict)
    peers: set[str] = field(default_factory=set)
    people: int = 0
    bps: float = 0.0


@analysis
def head_ends(network: Network) -> tuple[Heads, ...]:
    """The head-ends of every site."""
    found: dict[str, Heads] = {}
    members: dict[str, dict[int, int]] = defaultdict(dict)
    for site, place, peer in (*_tunnels(network), *_cloud_tunnels(network)):
        heads = found.setdefault(site, Heads(site))
        members[site][place] = members[site].get(place, 0) + 1
        heads.peers.add(peer)
    for access in network.design.security.remote_accesses:
        ours = [at for at in _positions(network, access.heads) if network.in_service[at]]
        site = network.devices[ours[0]].site if ours else access.id
        found.setdefault(site, Heads(site)).people += max(0, access.users)
        for place in ours:
            members[site].setdefault(place, 0)
    waiting, exchanged = standby_devices(network), _between_sites(network)
    for site, heads in found.items():
        heads.tunnels = members[site]
        heads.members = tuple(sorted(members[site]))
        heads.active = tuple(at for at in heads.members if at not in waiting) or heads.members
        heads.bps = exchanged.get(site, 0.0) + _to_clouds(network, heads.members)
    return tuple(found[site] for site in sorted(found))


def _positions(network: Network, names: Iterable[str]) -> list[int]:
    return [network.device_index[name] for name in dict.fromkeys(names) if name in network.device_index]


def _tunnels(network: Network) -> list[tuple[str, int, str]]:
    """(site, our device, far end) of each tunnel, from both its ends."""
    rows = []
    for tunnel in network.design.overlay.tunnels:
        for near, far in ((tunnel.a, tunnel.b), (tunnel.b, tunnel.a)):
            place = network.device_index.get(near)
            if tunnel.kind in ENDED and place is not None and network.in_service[place] and network.ours[place]:
                rows.append((network.devices[place].site, place, far))
    return rows


def _cloud_tunnels(network: Network) -> list[tuple[str, int, str]]:
    rows = []
    for one in network.design.cloud.cloud_connections:
        place = network.device_index.get(one.device or "")
        if one.kind is CloudConnectionKind.VPN and place is not None and network.in_service[place]:
            rows += [(network.devices[place].site, place, f"{one.id} {n}") for n in range(max(0, one.tunnels))]
    return rows


def _between_sites(network: Network) -> dict[str, float]:
    """Peak of flows between each site and others, both with tunnels, in the larger direction of each flow."""
    sites = {network.devices[at].site for _, at, _ in _tunnels(network)}
    total = dict.fromkeys(sites, 0.0)
    for one in stretches(network):
        near, far = one.source.site, one.target.site
        if near != far and near in total and far in total:
            total[near] += max(one.up_bps, one.down_bps)
            total[far] += max(one.up_bps, one.down_bps)
    return total


def _to_clouds(network: Network, members: tuple[int, ...]) -> float:
    names = {network.devices[at].id for at in members}
    found = (one for one in network.design.cloud.cloud_connections if one.kind is CloudConnectionKind.VPN)
    return float(sum(max(0, one.peak_bps) for one in found if one.device in names))
