"""The interfaces that meet on each wire: bundles in place of their members, no sub-interfaces."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.facts.interfaces import interfaces, wires
from netdesign.analysis.facts.row_codes import equal_pairs
from netdesign.graph.network import Network, analysis
from netdesign.model.vocabulary import InterfaceKind

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Longs


class WireEnds(NamedTuple):
    """(wire, interface) of whatever forwards on a wire, by wire."""

    wire: Longs
    interface: Longs


@analysis
def wire_ends(network: Network) -> WireEnds:
    """The ends of every wire that has interfaces."""
    table, wire = interfaces(network), wires(network).of_interface
    member = (table.lag >= 0) & ~table.of_kind(InterfaceKind.LAG)
    tops = np.flatnonzero((wire >= 0) & (table.parent < 0) & ~member & table.up)
    order = np.argsort(wire[tops], kind="stable")
    return WireEnds(wire[tops][order], tops[order])


@analysis
def facing_pairs(network: Network) -> tuple[Longs, Longs, Longs]:
    """(wire, interface, interface) of every two ends of a wire on different devices."""
    ends, device = wire_ends(network), interfaces(network).device
    left, right = equal_pairs(ends.wire, ends.wire)
    a, b = ends.interface[left], ends.interface[right]
    kept = (a < b) & (device[a] != device[b])
    return ends.wire[left][kept], a[kept], b[kept]
