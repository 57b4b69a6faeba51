"""The interfaces as columns, and the wires that they lie on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.facts.row_codes import column, member_codes, text_codes, whole_numbers
from netdesign.analysis.facts.tunnel_carriers import fallen
from netdesign.graph.connectivity import components
from netdesign.graph.multigraph import Multigraph
from netdesign.graph.network import KINDS, Network, analysis
from netdesign.model.vocabulary import InterfaceKind, PortMode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netdesign.graph.multigraph import Bools, Ints, Longs

MODES = tuple(PortMode)


@dataclass(frozen=True, eq=False)
class Interfaces:
    """One row an interface, in the design's order; codes index `KINDS`, `MODES`, `vrfs`, `vlans`, `lags`.

    -1 stands for none, a speed of 0 for one that is not stated. `up` says that interface and device are enabled
    and in service, and for a tunnel that a circuit is there to carry it.
    """

    device: Ints
    kind: Ints
    mode: Ints
    speed_bps: Longs
    mtu_bytes: Longs
    vrf: Ints
    vlan: Ints
    native_vlan: Ints
    lag: Ints
    parent: Ints
    unnumbered: Bools
    up: Bools
    vrfs: dict[str | None, int]
    vlans: dict[str | None, int]
    lags: dict[str | None, int]

    def of_kind(self, *kinds: InterfaceKind) -> Bools:
        """Which interfaces are of one of the kinds."""
        chosen = np.zeros(len(KINDS), np.bool_)
        chosen[[KINDS.index(kind) for kind in kinds]] = True
        found: Bools = chosen[self.kind]
        return found

    def in_mode(self, mode: PortMode) -> Bools:
        """Which interfaces are in the mode."""
        found: Bools = self.mode == MODES.index(mode)
        return found


@analysis
def interfaces(network: Network) -> Interfaces:
    """The interfaces of the design as columns."""
    facts = network.interfaces
    vrfs = _numbered(fact.id for fact in network.design.switching.vrfs)
    vlans = _numbered(fact.id for fact in network.design.switching.vlans)
    lags = _numbered(fact.id for fact in network.design.cabling.lags)
    named = (("vlan", vlans), ("native_vlan", vlans), ("lag", lags))
    codes = [text_codes(column(facts, name), known) for name, known in named]
    text_codes(column(network.design.addressing.subnets, "vlan"), vlans)
    device = network.interface_devices
    alive = np.append(network.in_service, False)
    return Interfaces(
        device=device,
        kind=member_codes(column(facts, "kind"), KINDS),
        mode=member_codes(column(facts, "mode"), MODES),
        speed_bps=whole_numbers([value or 0 for value in column(facts, "speed_bps")]),
        mtu_bytes=whole_numbers(column(facts, "mtu_bytes")),
        vrf=text_codes(column(facts, "vrf"), vrfs),
        vlan=codes[0],
        native_vlan=codes[1],
        lag=codes[2],
        parent=_parents(network, column(facts, "parent")),
        unnumbered=np.array(column(facts, "unnumbered"), np.bool_),
        up=np.array(column(facts, "enabled"), np.bool_) & alive[device] & ~fallen(network, network.usable_links),
        vrfs=vrfs,
        vlans=vlans,
        lags=lags,
    )


def _numbered(names: Iterable[str | None]) -> dict[str | None, int]:
    return {name: at for at, name in enumerate(dict.fromkeys(names))} | {None: -1}


def _parents(network: Network, names: list[str | None]) -> Ints:
    found = np.full(len(names), -1, np.int32)
    for position, name in enumerate(names):
        if name is not None:
            found[position] = network.interface_at.get((network.interfaces[position].device, name), -1)
    return found


@dataclass(frozen=True, eq=False)
class Wires:
    """What interfaces plug into: a wire is one link, or all links that bundles tie together.

    `of_link` and `of_interface` give the wire (-1: none); bundles and sub-interfaces have that of their
    members and their parent.
    """

    of_link: Longs
    of_interface: Longs


@analysis
def wires(network: Network) -> Wires:
    """The wires of the design; links out of service keep theirs."""
    table = interfaces(network)
    a, b = network.link_interfaces
    of_link = _bundled(table, a, b)
    of_interface = np.full(len(network.interfaces) + 1, -1, np.int64)
    of_interface[a], of_interface[b] = of_link, of_link
    of_interface[-1] = -1
    member = np.flatnonzero((table.lag >= 0) & (of_interface[:-1] >= 0))
    of_lag = np.full(len(table.lags), -1, np.int64)
    of_lag[table.lag[member]] = of_interface[member]
    bundles = np.flatnonzero(table.of_kind(InterfaceKind.LAG) & (table.lag >= 0))
    of_interface[bundles] = of_lag[table.lag[bundles]]
    below = np.flatnonzero(table.parent >= 0)
    of_interface[below] = of_interface[table.parent[below]]
    return Wires(of_link, of_interface[:-1])


def _bundled(table: Interfaces, a: Ints, b: Ints) -> Longs:
    """The wire of each link: its own position, or the smallest of those that bundles tie it to."""
    own = np.arange(a.size, dtype=np.int64)
    lag = np.append(table.lag, -1)
    bundled = np.flatnonzero((lag[a] >= 0) | (lag[b] >= 0))
    if not bundled.size:
        return own
    lag_count = len(table.lags)
    links = lag_count + np.arange(bundled.size)
    ends = [np.where(lag[end[bundled]] >= 0, lag[end[bundled]], links) for end in (a, b)]
    tails, heads = np.concatenate([links, links]), np.concatenate(ends)
    graph = Multigraph(lag_count + bundled.size, tails.astype(np.int32), heads.astype(np.int32))
    group = components(graph)[lag_count:]
    smallest = np.full(lag_count + bundled.size, a.size, np.int64)
    np.minimum.at(smallest, group, bundled)
    own[bundled] = smallest[group]
    return own
