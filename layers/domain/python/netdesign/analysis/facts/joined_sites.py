"""Which sites anything joins: cables, circuits or tunnels, in service or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netdesign.graph.connectivity import components
from netdesign.graph.multigraph import Multigraph
from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Ints


@analysis
def joined_sites(network: Network) -> Ints:
    """A label for each device, equal where the sites of both are one or are joined by any cable, circuit or tunnel.

    A site counts as one place whatever is cabled in it; the devices of a provider are places of their own.
    """
    sites = {name: at for at, name in enumerate(sorted({device.site for device in network.devices}))}
    ours, index = network.ours.tolist(), network.device_index
    places = [sites[device.site] if ours[at] else len(sites) + at for at, device in enumerate(network.devices)]
    node = np.array(places, np.int32)
    known = [(index[t.a], index[t.b]) for t in network.design.overlay.tunnels if t.a in index and t.b in index]
    tunnels = np.array(known, np.int64).reshape(-1, 2)
    a, b = (np.concatenate([end, tunnels[:, at]]) for at, end in enumerate(network.link_ends))
    label: Ints = components(Multigraph(len(sites) + len(node), node[a], node[b]))[node]
    return label
