"""The cage that each end of a link is plugged into, and into how many links it is split."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from netdesign.analysis.equipment.port_matching import seat_of
from netdesign.catalog.media import Cage

if TYPE_CHECKING:
    from netdesign.catalog.sku import DeviceType
    from netdesign.graph.network import Network


def cage_of(network: Network, link: int, end: int) -> Cage | None:
    """The cage at the a (0) or b (1) end of a link by position; None where nothing says what port that is."""
    place, fact = int(network.link_ends[end][link]), network.links[link]
    kind = network.device_types[place] if place >= 0 else None
    port = (fact.a if end == 0 else fact.b).port
    return port_cage(kind, port, fact.speed_bps, fact.phy) if kind is not None else None


@lru_cache(maxsize=65_536)
def port_cage(kind: DeviceType, name: str, speed_bps: int, phy: str | None) -> Cage | None:
    """The cage of a port of a type as it is used; one that may be whole or split counts as whole."""
    port = kind.port(name)
    seat = seat_of(kind, name, speed_bps, phy)
    if port is None or seat.fault:
        return None
    return Cage(port.form_factor, max(1, seat.lanes))
