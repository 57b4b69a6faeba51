"""What draws its power from switch ports: telephones, cameras and access points, by switch and class."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.catalog.ports import allocated_w
from netdesign.graph.network import Network, analysis
from netdesign.model.inventory import Homing
from netdesign.model.vocabulary import Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netdesign.catalog.sku import DeviceType
    from netdesign.graph.multigraph import Floats


class Fed(NamedTuple):
    """`number` like devices that the switch at position `device` feeds through `ports`; `owner` is what asks for it.

    `behind` says that the ports belong to others: telephones that users plug their computers into.
    """

    device: int
    owner: str
    number: int
    poe_class: int
    ports: tuple[str, ...]
    behind: bool = False
    link: int = -1

    @property
    def watts(self) -> float:
        """What the switch sets aside for all of them."""
        return self.number * allocated_w(self.poe_class)


@analysis
def fed(network: Network) -> tuple[Fed, ...]:
    """Everything that is fed."""
    return (*_endpoints(network), *_access_points(network))


def _endpoints(network: Network) -> Iterator[Fed]:
    groups, index = network.by_id("endpoint_groups"), network.device_index
    for attachment in network.design.inventory.attachments:
        group, place = groups.get(attachment.group), index.get(attachment.device)
        if group is None or place is None or group.poe_class is None or not network.in_service[place]:
            continue
        count = max(len(attachment.ports), attachment.endpoints, 0)
        ports = attachment.ports or _lent_ports(network).get(place, ())
        yield Fed(place, attachment.id, count, group.poe_class, ports, behind=not attachment.ports)


@analysis
def _lent_ports(network: Network) -> dict[int, tuple[str, ...]]:
    """Ports of wired endpoints that draw no power themselves, by switch: a telephone may stand before each."""
    groups, found = network.by_id("endpoint_groups"), defaultdict[int, list[str]](list)
    for attachment in network.design.inventory.attachments:
        group, place = groups.get(attachment.group), network.device_index.get(attachment.device)
        plain = group is not None and group.poe_class is None and group.homing is not Homing.WIRELESS
        if plain and place is not None:
            found[place].extend(attachment.ports)
    return {place: tuple(ports) for place, ports in found.items()}


def _access_points(network: Network) -> Iterator[Fed]:
    radios = np.append(np.zeros(len(network.devices), np.bool_), False)
    radios[network.with_role(Role.ACCESS_POINT)] = True
    a, b = network.link_ends
    for place in np.flatnonzero((radios[a] ^ radios[b]) & network.usable_links).tolist():
        link = network.links[place]
        point, switch, port = int(a[place]), int(b[place]), link.b.port
        if radios[b[place]]:
            point, switch, port = switch, point, link.a.port
        kind = network.device_types[point]
        if kind is not None and kind.access_point is not None:
            yield Fed(switch, network.devices[point].id, 1, kind.access_point.poe_class, (port,), link=place)


@analysis
def fed_watts(network: Network) -> Floats:
    """Watts that each device sets aside for what it feeds."""
    watts = np.zeros(len(network.devices))
    for one in fed(network):
        watts[one.device] += one.watts
    return watts


def port_watts(kind: DeviceType, name: str) -> float:
    """Watts that a port can set aside; 0 where it feeds nothing or is not there."""
    port = kind.port(name)
    return port.poe.pse_w if port is not None and port.poe is not None else 0.0


def unfed(kind: DeviceType, one: Fed) -> int:
    """How many of the devices find no port that feeds their class."""
    strong = Counter(port_watts(kind, name) >= allocated_w(one.poe_class) for name in one.ports)
    return max(0, one.number - strong[True])
