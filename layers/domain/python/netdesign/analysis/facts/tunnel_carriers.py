"""What carries tunnels: the circuits that an interface of tunnels goes down with."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netdesign.graph.multigraph import Bools, Longs
    from netdesign.model.overlay import Tunnel


class Carried(NamedTuple):
    """Rows of (interface, link) by position: the interface needs one of its links. -1 is a link that is not there."""

    interface: Longs
    link: Longs


class TunnelEnd(NamedTuple):
    """One end of a tunnel, by ids: the device, the interface that stands for it, and the link that carries it."""

    device: str
    interface: str | None
    link: str | None


def ends_of_tunnel(tunnel: Tunnel) -> tuple[TunnelEnd, TunnelEnd]:
    """Both ends of a tunnel, the a end first."""
    return (
        TunnelEnd(tunnel.a, tunnel.a_interface, tunnel.a_link),
        TunnelEnd(tunnel.b, tunnel.b_interface, tunnel.b_link),
    )


@analysis
def carried_tunnels(network: Network) -> Carried:
    """The interfaces of tunnels with their links; one of whose tunnels some takes any way needs none of them."""
    free = {one.interface for one in _ends(network) if one.link is None}
    index, links = network.interface_index, network.link_index
    rows = {
        (index[one.interface], links.get(one.link or "", -1))
        for one in _ends(network)
        if one.interface in index and one.interface not in free
    }
    columns = np.array(sorted(rows), np.int64).reshape(-1, 2)
    return Carried(columns[:, 0], columns[:, 1])


def _ends(network: Network) -> Iterator[TunnelEnd]:
    for tunnel in network.design.overlay.tunnels:
        yield from ends_of_tunnel(tunnel)


def fallen(network: Network, live: Bools) -> Bools:
    """Which interfaces stand for tunnels that none of the links is left to carry, `live` telling which are up."""
    interface, link = carried_tunnels(network)
    found = np.zeros(len(network.interfaces), np.bool_)
    found[interface] = True
    found[interface[np.append(live, False)[link]]] = False
    return found


def links_left(network: Network, failed_devices: Iterable[int] = (), failed_links: Iterable[int] = ()) -> Bools:
    """Which usable links are left once devices and links (by position) have failed."""
    live = network.usable_links.copy()
    live[[*failed_links]] = False
    gone = np.zeros(len(network.devices) + 1, np.bool_)
    gone[[*failed_devices]] = True
    a, b = network.link_ends
    left: Bools = live & ~gone[a] & ~gone[b]
    return left


@analysis
def tunnels_over(network: Network) -> dict[str, tuple[Tunnel, ...]]:
    """The tunnels that each link (by id) carries at one of their ends; those that take any way under the device."""
    found: dict[str, dict[str, Tunnel]] = {}
    for tunnel in network.design.overlay.tunnels:
        for one in ends_of_tunnel(tunnel):
            found.setdefault(one.link or one.device, {})[tunnel.id] = tunnel
    return {name: tuple(some.values()) for name, some in found.items()}
