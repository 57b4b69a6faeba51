"""What a routing table holds of one prefix, and how far protocols are believed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from netdesign.analysis.protocols.route_policy import Marks
from netdesign.analysis.tables.bgp_speakers import Via

if TYPE_CHECKING:
    from netdesign.analysis.tables.bgp_paths import Paths
    from netdesign.analysis.tables.igp_prefixes import IgpRoutes
    from netdesign.analysis.tables.redistribution import Taken
    from netdesign.analysis.tables.rib_sources import Source

CONNECTED, STATIC = "connected", "static"
DISTANCE = {"ospf": 110, "isis": 115, "bgp": 20}
INNER_DISTANCE = 200


class Entry(NamedTuple):
    """The best route of a table to a prefix; no next hops: connected, or dropped here (`discard`)."""

    source: str
    process: int
    distance: int
    metric: int
    via: tuple[Via, ...] = ()
    discard: bool = False
    marks: Marks = Marks()


@dataclass(eq=False)
class State:
    """What is known of one prefix."""

    source: Source
    igp: IgpRoutes = field(default_factory=dict)
    bgp: tuple[Paths, int] | None = None
    exporters: tuple[int, ...] = ()
    taken: Taken = field(default_factory=dict)
    settled: bool = True
