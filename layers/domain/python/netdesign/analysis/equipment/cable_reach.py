"""Which cables end before the far port, on links and towards endpoints."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from netdesign.analysis.equipment.homing import SERVERS
from netdesign.analysis.equipment.rack_space import cable_m, tray_run_m
from netdesign.catalog.fibre import route_loss_db
from netdesign.catalog.media import Cage, media
from netdesign.model.inventory import Homing
from netdesign.model.parts import PartKind
from netdesign.model.vocabulary import Medium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netdesign.catalog.media import PhyType
    from netdesign.catalog.policy import Fabric, Interconnect
    from netdesign.graph.network import Network
    from netdesign.model.cabling import Link

UNCABLED = frozenset({Medium.VIRTUAL, Medium.RADIO})


class Short(NamedTuple):
    """A link whose cable does not reach: how long it is, how long it may be, and the least it must be."""

    link: Link
    length_m: float
    reach_m: float
    least_m: float


def cabled(network: Network) -> tuple[Link, ...]:
    """The links in service that take a cable of ours."""
    return tuple(link for link in network.links if link.in_service and link.medium not in UNCABLED)


def short_links(network: Network, fabric: Fabric) -> Iterator[Short]:
    """Every link that is longer than its physical layer reaches on its medium, or shorter than its racks are apart."""
    known, index = media().phys, network.by_id("devices")
    for link in cabled(network):
        phy = known.get(link.phy or "")
        if link.length_m is None or phy is None:
            continue
        reach = phy.reach_m.get(link.medium, 0)
        ends = [index.get(link.a.device), index.get(link.b.device)]
        racks = [end.rack if end is not None else None for end in ends]
        least = tray_run_m(network, racks[0], racks[1], fabric) or 0.0
        if link.length_m > reach or link.length_m < least or link.length_m < 0:
            yield Short(link, link.length_m, reach, least)


class Dim(NamedTuple):
    """A line between sites that loses more light than its optics bear with a margin."""

    link: Link
    loss_db: float
    bears_db: float
    margin_db: float


def dim_links(network: Network, policy: Interconnect) -> Iterator[Dim]:
    """Every link between two sites whose optics do not bear the loss of its length with the margin kept."""
    known, index = media().phys, network.by_id("devices")
    for link in cabled(network):
        phy, ends = known.get(link.phy or ""), [index.get(end.device) for end in (link.a, link.b)]
        if phy is None or phy.span_loss_db is None or link.length_m is None or None in ends:
            continue
        if len({end.site for end in ends if end is not None}) < 2:
            continue
        loss = route_loss_db(link.length_m / 1000, policy)
        if phy.span_loss_db - loss < policy.margin_db:
            yield Dim(link, loss, phy.span_loss_db, policy.margin_db)


class Run(NamedTuple):
    """Endpoints of a group whose cables must be so long to get from the rack of their first switch to another."""

    group: str
    device: str
    speed_bps: int
    length_m: float
    ports: int


def endpoint_runs(network: Network, fabric: Fabric) -> tuple[Run, ...]:
    """The cables of servers that have ports in several racks: those to the rack that they do not stand in."""
    groups, devices = network.by_id("endpoint_groups"), network.by_id("devices")
    found = []
    for name, attachments in network.grouped("attachments", "group").items():
        group = groups.get(name)
        if group is None or group.kind not in SERVERS or group.homing is Homing.WIRELESS:
            continue
        near = next((devices[one.device].rack for one in attachments if one.device in devices), None)
        for one in attachments:
            far = devices[one.device].rack if one.device in devices else None
            length = cable_m(network, near, far, fabric)
            if length:
                found.append(Run(name, one.device, group.nic_speed_bps, length, len(one.ports)))
    return tuple(found)


class Shortage(NamedTuple):
    """So many endpoint ports of a speed need a cable of a length; the bill has fewer that reach, links served."""

    speed_bps: int
    length_m: float
    needed: int
    billed: int
    groups: tuple[str, ...]


def endpoint_shortages(network: Network, fabric: Fabric) -> Iterator[Shortage]:
    """For every speed the longest cables that the bill has too few of."""
    by_speed: dict[int, list[Run]] = defaultdict(list)
    for run in endpoint_runs(network, fabric):
        by_speed[run.speed_bps].append(run)
    for speed, runs in sorted(by_speed.items()):
        billed, used = _billed(network, speed), _used(network, speed)
        for length in sorted({run.length_m for run in runs}, reverse=True):
            longer = [run for run in runs if run.length_m >= length]
            needed = sum(run.ports for run in longer)
            there = _reaching(billed, length) - _reaching(used, length)
            if needed > there:
                groups = tuple(dict.fromkeys(run.group for run in longer))
                yield Shortage(speed, length, needed, max(0, int(there)), groups)
                break


def _reaching(cables: dict[str, float], length_m: float) -> float:
    known = media().phys
    return sum(count for name, count in cables.items() if max(known[name].reach_m.values(), default=0) >= length_m)


def _billed(network: Network, speed_bps: int) -> dict[str, float]:
    """Cables of a speed in the bill by physical layer: half of the transceivers, each lane of a split part."""
    found: dict[str, float] = defaultdict(float)
    for line in network.design.parts.lines:
        phy, lanes = part_phys().get(line.part, (None, 0))
        if phy is None or phy.speed_bps != speed_bps:
            continue
        if line.kind is PartKind.CABLE:
            found[phy.name] += line.quantity * lanes
        elif line.kind is PartKind.TRANSCEIVER:
            found[phy.name] += line.quantity * lanes / 2
    return found


def _used(network: Network, speed_bps: int) -> dict[str, float]:
    found: dict[str, float] = defaultdict(float)
    for link in cabled(network):
        if link.speed_bps == speed_bps and link.phy in media().phys:
            found[link.phy or ""] += 1
    return found


@cache
def part_phys() -> dict[str, tuple[PhyType, int]]:
    """The physical layer of every part name of the bill, and how many links one piece ends."""
    found = {phy.name: (phy, 1) for phy in media().phys.values()}
    for phy in media().phys.values():
        found.update((phy.plugged(Cage(form, lanes)), (phy, lanes)) for form, lanes in phy.splits)
    return found
