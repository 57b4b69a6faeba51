"""Which port of its device type every cable and endpoint takes, and which of them cannot be as they are drawn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.facts.row_codes import text_codes
from netdesign.catalog.media import Cage, media
from netdesign.graph.matching import deficient_set, maximum_matching
from netdesign.graph.network import Network, analysis
from netdesign.model.inventory import Homing
from netdesign.model.quantity import format_bandwidth

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netdesign.catalog.sku import DeviceType
    from netdesign.graph.multigraph import Bools, Ints, Longs


MARKED = 2**24
"""Codes up to this many are renumbered by marking, which is faster than sorting."""


@dataclass(frozen=True, eq=False)
class PortUses:
    """One row for each port that a cable or an endpoint takes on a device whose type is known.

    `link` and `attachment` are positions, -1 where the row stems from the other. `kind` and `port` number
    `kinds` and `names`. `cage` numbers the physical cages of a device (-1: no such port), `mode` tells
    apart the ways in which a cage can be split, into `lanes` (0: it may be whole or split), `fault` numbers
    `faults` (0: none).
    """

    kinds: tuple[DeviceType, ...]
    names: tuple[str, ...]
    faults: tuple[str, ...]
    device: Longs
    kind: Longs
    port: Longs
    speed_bps: Longs
    link: Longs
    attachment: Longs
    cage: Longs
    mode: Longs
    lanes: Longs
    fault: Ints


class Seat(NamedTuple):
    """Where a port is: its cage and into how many links the cage is split; a fault where the use is impossible.

    Where one name stands for the whole port and for its first lane, and both do, `lanes` is 0.
    """

    cage: str
    lanes: int
    fault: str


class PortFault(NamedTuple):
    """A port that cannot be used as drawn: the device by position, the reason, and the ids that ask for it."""

    device: int
    port: str
    reason: str
    users: tuple[str, ...]


class Shortage(NamedTuple):
    """How many uses of a device find a port of their own, whatever their names; and a set that shares too few."""

    needed: int
    placed: int
    crowded: tuple[int, ...]
    ports: int


@analysis
def kind_codes(network: Network) -> tuple[tuple[DeviceType, ...], Ints]:
    """The distinct device types, and the number of that of each device (-1: none that is known)."""
    known: dict[str, int] = {}
    kinds: list[DeviceType] = []
    codes = np.full(len(network.devices), -1, dtype=np.int32)
    for place, kind in enumerate(network.device_types):
        if kind is not None:
            if kind.sku not in known:
                known[kind.sku] = len(kinds)
                kinds.append(kind)
            codes[place] = known[kind.sku]
    return tuple(kinds), codes


@analysis
def port_uses(network: Network) -> PortUses:
    """Every port in use, and what is wrong with it by itself."""
    kinds, kind_of = kind_codes(network)
    names: dict[str | None, int] = {}
    phys: dict[str | None, int] = {}
    ends = _link_rows(network, names, phys)
    rows = [np.concatenate(column) for column in zip(ends, _attachment_rows(network, names), strict=True)]
    device = rows[0]
    kept = (device >= 0) & (np.append(kind_of, -1)[device] >= 0)
    device, port, speed, phy, link, attachment = (column[kept] for column in rows)
    kind = kind_of[device].astype(np.int64)
    name_list = tuple(name for name in names if name is not None)
    phy_list = [name for name in phys if name is not None]
    cage, mode, lanes, fault, faults = _seated(kinds, name_list, phy_list, (kind, port, speed, phy))
    return PortUses(
        kinds, name_list, faults, device, kind, port, speed, link, attachment, cage, mode, lanes, fault
    )  # fmt: skip


def _link_rows(network: Network, names: dict[str | None, int], phys: dict[str | None, int]) -> tuple[Longs, ...]:
    links, (a, b) = network.links, network.link_ends
    ports = [*(link.a.port for link in links), *(link.b.port for link in links)]
    phy = text_codes([link.phy for link in links], phys)
    where = np.arange(len(links))
    twice = (network.link_speed_bps, phy, where)
    speed, phy2, at = (np.tile(column, 2).astype(np.int64) for column in twice)
    ends = np.concatenate([a, b]).astype(np.int64)
    return ends, text_codes(ports, names).astype(np.int64), speed, phy2, at, np.full(at.size, -1)


def _attachment_rows(network: Network, names: dict[str | None, int]) -> tuple[Longs, ...]:
    groups, index = network.by_id("endpoint_groups"), network.device_index
    attachments = network.design.inventory.attachments
    speeds = np.zeros(len(attachments), dtype=np.int64)
    wired = np.zeros(len(attachments), dtype=np.bool_)
    for place, attachment in enumerate(attachments):
        group = groups.get(attachment.group)
        if group is not None and group.homing is not Homing.WIRELESS:
            speeds[place], wired[place] = group.nic_speed_bps, True
    devices = np.fromiter((index.get(a.device, -1) for a in attachments), np.int64, len(attachments))
    devices[~wired] = -1
    counts = np.fromiter((len(a.ports) for a in attachments), np.int64, len(attachments))
    ports = text_codes(list(chain.from_iterable(a.ports for a in attachments)), names).astype(np.int64)
    at = np.repeat(np.arange(len(attachments)), counts)
    nothing = np.full(at.size, -1)
    return np.repeat(devices, counts), ports, np.repeat(speeds, counts), nothing, nothing, at


def _seated(
    kinds: Sequence[DeviceType], names: Sequence[str], phys: Sequence[str], columns: tuple[Longs, ...]
) -> tuple[Longs, Longs, Longs, Ints, tuple[str, ...]]:
    """The cage, mode, lanes and fault of each row, found once for each distinct combination."""
    kind_of, port_of, speed_of, phy_of = columns
    _, speed_code = np.unique(speed_of, return_inverse=True)
    key, size = dense(port_of, len(names))
    for column, count in (
        (kind_of, len(kinds)),
        (speed_code, int(speed_code.max(initial=-1)) + 1),
        (phy_of + 1, len(phys) + 1),
    ):
        key, size = dense(key * count + column, size * count)
    codes, first = key, np.zeros(size, dtype=np.int64)
    first[codes[::-1]] = np.arange(codes.size)[::-1]
    cages: dict[tuple[int, str], int] = {}
    modes: dict[tuple[int, int], int] = {}
    faults: dict[str, int] = {"": 0}
    table = np.zeros((4, first.size), dtype=np.int64)
    for at, row in enumerate(first.tolist()):
        kind, port, speed, phy = (int(column[row]) for column in columns)
        seat = seat_of(kinds[kind], names[port], speed, phys[phy] if phy >= 0 else None)
        split = (seat.lanes, speed if seat.lanes > 1 else 0)
        table[0, at] = cages.setdefault((kind, seat.cage), len(cages)) if seat.cage else -1
        table[1, at] = modes.setdefault(split, len(modes)) if seat.lanes else -1
        table[2, at] = seat.lanes
        table[3, at] = faults.setdefault(seat.fault, len(faults))
    cage, mode, lanes, fault = table[:, codes]
    return cage, mode, lanes, fault.astype(np.int32), tuple(faults)


def dense(codes: Longs, size: int) -> tuple[Longs, int]:
    """The codes (0 up to `size`) renumbered without gaps in their order, and how many there are."""
    if size > MARKED:
        found, back = np.unique(codes, return_inverse=True)
        return back.reshape(-1), int(found.size)
    marks = np.zeros(size, dtype=np.bool_)
    marks[codes] = True
    numbers = np.cumsum(marks) - 1
    return numbers[codes], int(marks.sum())


@lru_cache(maxsize=100_000)
def seat_of(kind: DeviceType, name: str, speed_bps: int, phy: str | None) -> Seat:
    """The seat of a port of that name at that speed, with the transceiver or cable plugged in."""
    port = kind.port(name)
    if port is None:
        return Seat("", 1, f"{kind.sku} has no port of that name")
    whole = _whole_ports(kind)[port.cage]
    lanes = [way.lanes for way in whole.breakouts if way.speed_bps == speed_bps and name in way.names(whole.name)]
    ways = ([1] if name == whole.name and speed_bps in whole.speeds_bps else []) + lanes
    if not ways:
        return Seat(whole.name, 1, f"the port does not run at {format_bandwidth(speed_bps)}")
    known = media().phys.get(phy) if phy else None
    fitting = [way for way in ways if known is None or known.fits(Cage(whole.form_factor, way))]
    if not fitting:
        return Seat(whole.name, ways[0], f"{phy} does not fit a {whole.form_factor.value} cage split {ways[0]} ways")
    return Seat(whole.name, 0 if len(fitting) > 1 else fitting[0], "")


@lru_cache(maxsize=1_000)
def _whole_ports(kind: DeviceType) -> dict[str, _Port]:
    return {port.name: port for port in kind.all_ports()}


@analysis
def port_faults(network: Network) -> tuple[PortFault, ...]:
    """Every port that cannot be used as drawn: unknown, too slow or fast, of the wrong form, or taken twice."""
    uses = port_uses(network)
    devices, (port, ports) = len(network.devices), dense(uses.port, len(uses.names))
    slot, slots = dense(uses.device * ports + port, devices * ports)
    crowd = np.bincount(slot, minlength=slots)
    found = [*_alone(network, uses)]
    found.extend(_shared(network, uses, slot, crowd[slot] > 1, "is taken by more than one cable or endpoint"))
    found.extend(
        _shared(network, uses, *_split(network, uses), "shares its cage with a use that splits it another way")
    )
    return tuple(found)


def _split(network: Network, uses: PortUses) -> tuple[Longs, Bools]:
    """The cage of each row as a number, and which rows share theirs with a possible use of another mode."""
    cages = int(uses.cage.max(initial=-1)) + 2
    cage, count = dense(uses.device * cages + uses.cage + 1, len(network.devices) * cages)
    sound = np.flatnonzero((uses.fault == 0) & (uses.mode >= 0))
    least, most = np.full(count, np.iinfo(np.int64).max), np.full(count, -1)
    np.minimum.at(least, cage[sound], uses.mode[sound])
    np.maximum.at(most, cage[sound], uses.mode[sound])
    mixed: Bools = (least < most)[cage] & (uses.fault == 0) & (uses.mode >= 0)
    return cage, mixed


def _alone(network: Network, uses: PortUses) -> Iterator[PortFault]:
    for row in np.flatnonzero(uses.fault).tolist():
        name, reason = uses.names[uses.port[row]], uses.faults[uses.fault[row]]
        yield PortFault(int(uses.device[row]), name, reason, (_user(network, uses, row),))


def _shared(network: Network, uses: PortUses, code: Longs, wrong: Bools, reason: str) -> Iterator[PortFault]:
    together: dict[int, list[int]] = {}
    for row in np.flatnonzero(wrong).tolist():
        together.setdefault(int(code[row]), []).append(row)
    for rows in together.values():
        users = tuple(sorted(_user(network, uses, row) for row in rows))
        name = min(uses.names[uses.port[row]] for row in rows)
        yield PortFault(int(uses.device[rows[0]]), name, reason, users)


def _user(network: Network, uses: PortUses, row: int) -> str:
    if uses.link[row] >= 0:
        return network.links[int(uses.link[row])].id
    return network.design.inventory.attachments[int(uses.attachment[row])].id


def shortage(network: Network, device: int) -> Shortage:
    """How many uses of a device find a port under any assignment of cables to ports.

    A split cage counts for as many links as its widest split has lanes, beside the whole port: the answer
    errs on the side of the device, so that what it refuses is surely impossible.
    """
    uses = port_uses(network)
    rows = np.flatnonzero(uses.device == device)
    kind = uses.kinds[uses.kind[rows[0]]]
    lanes = [(port, name) for port in kind.all_ports() for name in _slots(port)]
    choices = []
    for row in rows.tolist():
        speed = int(uses.speed_bps[row])
        phy = network.links[int(uses.link[row])].phy if uses.link[row] >= 0 else None
        choices.append([at for at, (_, name) in enumerate(lanes) if not seat_of(kind, name, speed, phy).fault])
    partner = maximum_matching(choices, len(lanes))
    crowded, ports = deficient_set(choices, partner)
    return Shortage(len(choices), int((partner >= 0).sum()), tuple(int(rows[at]) for at in crowded), len(ports))


def _slots(port: _Port) -> tuple[str, ...]:
    widest = max(port.breakouts, key=lambda way: way.lanes, default=None)
    return tuple(dict.fromkeys((port.name, *(widest.names(port.name) if widest else ()))))


if TYPE_CHECKING:
    from netdesign.catalog.ports import Port as _Port
