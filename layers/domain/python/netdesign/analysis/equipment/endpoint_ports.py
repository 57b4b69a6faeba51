"""The ports that wired endpoints take: in whole cages, on lanes of split ones, and beside links in the same cage."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from netdesign.analysis.equipment.cages import port_cage
from netdesign.analysis.equipment.plugs import split_cages
from netdesign.catalog.media import media
from netdesign.graph.network import Network, analysis
from netdesign.model.inventory import Homing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netdesign.catalog.sku import DeviceType


class EndpointPorts(NamedTuple):
    """How many ports of endpoints there are: `whole` cages, `lanes` of `cages` that are split for endpoints alone,
    and lanes beside links over fibre (`fibred`) or over a ready-made cable (`tailed`)."""

    whole: int = 0
    lanes: int = 0
    cages: int = 0
    fibred: int = 0
    tailed: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.whole + self.lanes + self.fibred + self.tailed


@analysis
def endpoint_ports_taken(network: Network) -> EndpointPorts:
    """The ports of all wired endpoints on devices of known types."""
    whole, alone, beside = 0, dict[tuple[str, str], int](), [0, 0]
    linked = split_cages(network)
    for device, kind, name, speed in _ports(network):
        cage, port = port_cage(kind, name, speed, None), kind.port(name)
        if cage is None or port is None or cage.lanes == 1:
            whole += 1
        elif (device, port.cage) in linked:
            phy = media().phys[network.links[linked[device, port.cage][0]].phy or ""]
            beside[phy.per_cable] += 1
        else:
            alone[device, port.cage] = alone.get((device, port.cage), 0) + 1
    return EndpointPorts(whole, sum(alone.values()), len(alone), *beside)


def _ports(network: Network) -> Iterator[tuple[str, DeviceType, str, int]]:
    """(device, type, port, speed) of each port of a wired endpoint."""
    groups = network.by_id("endpoint_groups")
    for attachment in network.design.inventory.attachments:
        group, place = groups.get(attachment.group), network.device_index.get(attachment.device)
        kind = network.device_types[place] if place is not None else None
        if group is not None and kind is not None and group.homing is not Homing.WIRELESS:
            yield from ((attachment.device, kind, name, group.nic_speed_bps) for name in attachment.ports)
