"""The exits to the Internet: their circuits, the devices that hold them, and the traffic they see at peak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.facts.cloud_places import doors
from netdesign.analysis.policy.terrain import circuit_links, near_end
from netdesign.graph.network import Network, analysis
from netdesign.model.vocabulary import Role, Trust

if TYPE_CHECKING:
    from netdesign.model.cabling import Circuit


@dataclass(frozen=True, slots=True)
class Exit:
    """A public circuit: our device and the provider's (by id), the link, and what it takes in each second."""

    link: str
    device: str
    provider: str
    inward_bps: int


@analysis
def exits(network: Network) -> tuple[Exit, ...]:
    """Every usable public circuit, in the design's order."""
    circuits: dict[str, Circuit] = {circuit.link: circuit for circuit in network.design.cabling.circuits}
    found = []
    for place in np.flatnonzero(circuit_links(network)).tolist():
        link = network.links[place]
        if link.trust is Trust.PUBLIC:
            device = network.devices[near_end(network, place)].id
            provider = link.a.device if link.b.device == device else link.b.device
            circuit = circuits.get(link.id)
            rate = circuit.rate_down_bps if circuit is not None else link.speed_bps
            found.append(Exit(link.id, device, provider, rate))
    return tuple(found)


def _internet(network: Network) -> set[str]:
    """Devices of the Internet's providers; doors to cloud providers are none."""
    return {network.devices[at].id for at in network.with_role(Role.PROVIDER).tolist()} - doors(network).keys()


@analysis
def inward_peak_bps(network: Network) -> int:
    """What comes from providers at peak, over all flows."""
    providers = _internet(network)
    total = 0
    for flow in network.design.traffic.flows:
        if providers.intersection(flow.sources):
            total += flow.up_bps
        if providers.intersection(flow.targets):
            total += flow.down_bps
    return total


@analysis
def outward_peak_bps(network: Network) -> int:
    """What goes to providers at peak, over all flows."""
    providers = _internet(network)
    total = 0
    for flow in network.design.traffic.flows:
        if providers.intersection(flow.targets):
            total += flow.up_bps
        if providers.intersection(flow.sources):
            total += flow.down_bps
    return total
