"""What the two ends of each link plug into: the catalogue's port behind every port name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.facts.row_codes import column, small_codes, text_codes
from netdesign.catalog.media import Cage
from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from netdesign.catalog.ports import Port
    from netdesign.catalog.sku import DeviceType
    from netdesign.graph.multigraph import Ints

NO_TYPE, NO_PORT = -1, -2


@dataclass(frozen=True, eq=False)
class LinkPorts:
    """The ports of links by code: `a` and `b` index `ports`; NO_TYPE without a device type, NO_PORT without a port."""

    a: Ints
    b: Ints
    ports: tuple[tuple[DeviceType, Port], ...]

    def cages(self, code: int, speed_bps: int) -> tuple[Cage, ...]:
        """The ways that a port can be split for a link of this speed; none where it does not run at it."""
        kind, port = self.ports[code]
        whole = kind.port(port.cage) or port
        ways = [
            way.lanes for way in whole.breakouts if way.speed_bps == speed_bps and port.name in way.names(whole.name)
        ]
        own = [1] if port.parent is None and speed_bps in _unbroken_speeds(kind, port) else []
        return tuple(Cage(port.form_factor, lanes) for lanes in dict.fromkeys([*own, *ways]))


def _unbroken_speeds(kind: DeviceType, port: Port) -> tuple[int, ...]:
    """The speeds of a port that is not split; makers who call its first lane alike list more under its name."""
    return next((whole.speeds_bps for whole in kind.all_ports() if whole.name == port.name), ())


@analysis
def type_codes(network: Network) -> tuple[Ints, tuple[DeviceType, ...]]:
    """The device type of each device as a position in the types in use; NO_TYPE where there is none, and at the end."""
    types: dict[int, int] = {}
    kinds: list[DeviceType] = []
    for kind in network.device_types:
        if kind is not None and id(kind) not in types:
            types[id(kind)] = len(kinds)
            kinds.append(kind)
    codes = [types.get(id(kind), NO_TYPE) for kind in network.device_types]
    return np.array([*codes, NO_TYPE], np.int32), tuple(kinds)


@analysis
def link_ports(network: Network) -> LinkPorts:
    """The ports at both ends of every link."""
    type_of, kinds = type_codes(network)
    names: dict[str | None, int] = {}
    ends = [column(network.links, "a"), column(network.links, "b")]
    ports = [text_codes(column(end, "port"), names) for end in ends]
    types = [type_of[devices].astype(np.int64) for devices in network.link_ends]
    span = len(names) + 1
    whole = (np.where(kind >= 0, kind * span + port + 1, 0) for kind, port in zip(types, ports, strict=True))
    keys = np.concatenate(list(whole))
    first, back = small_codes(keys)
    texts = [name for name in names if name is not None]
    found: list[tuple[DeviceType, Port]] = []
    numbers = [
        _numbered(kinds[(key - 1) // span], texts[(key - 1) % span], found) if key else NO_TYPE
        for key in keys[first].tolist()
    ]
    codes = np.array(numbers, np.int32)[back]
    count = len(network.links)
    return LinkPorts(codes[:count], codes[count:], tuple(found))


def _numbered(kind: DeviceType, name: str, found: list[tuple[DeviceType, Port]]) -> int:
    port = kind.port(name)
    if port is None:
        return NO_PORT
    found.append((kind, port))
    return len(found) - 1
