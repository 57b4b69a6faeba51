"""What is plugged into ports: whether it fits, what split cages share, and whether the bill holds it."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.equipment.link_ports import link_ports
from netdesign.analysis.facts.row_codes import row_codes, text_codes
from netdesign.catalog.media import media
from netdesign.graph.network import Network, analysis
from netdesign.model.parts import PartKind
from netdesign.model.vocabulary import Medium

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netdesign.analysis.equipment.link_ports import LinkPorts
    from netdesign.catalog.media import Cage, PhyType

UNPLUGGED = frozenset({Medium.VIRTUAL, Medium.RADIO})


class Misfit(NamedTuple):
    """A link, by position, with a part that does not do there, and why."""

    link: int
    reason: str


@analysis
def _combinations(network: Network) -> tuple[np.ndarray, np.ndarray]:
    """(first link, number of each link) of every combination of ports, speed, physical layer and medium."""
    ports, links = link_ports(network), network.links
    names: dict[str | None, int] = {}
    kinds: dict[str | None, int] = {}
    phy = text_codes([link.phy for link in links], names).astype(np.int64)
    medium = text_codes([link.medium.value for link in links], kinds).astype(np.int64)
    codes = row_codes(ports.a.astype(np.int64), ports.b.astype(np.int64), network.link_speed_bps, phy, medium)
    first = np.unique(codes, return_index=True)[1]
    return first, codes


@analysis
def misfits(network: Network) -> tuple[Misfit, ...]:
    """Every link in service whose part is unknown, of another speed or medium, or too large or small for a cage."""
    first, codes = _combinations(network)
    reasons = {int(codes[at]): _reason(network, int(at)) for at in first.tolist()}
    wrong = np.array(sorted(code for code, reason in reasons.items() if reason), np.int64)
    places = np.flatnonzero(np.isin(codes, wrong))
    return tuple(Misfit(p, reasons[int(codes[p])]) for p in places.tolist() if network.links[p].in_service)


def _reason(network: Network, at: int) -> str:
    link = network.links[at]
    if link.phy is None or link.medium in UNPLUGGED:
        return ""
    phy = media().phys.get(link.phy)
    if phy is None:
        return f"nothing of the catalogue is called {link.phy}"
    if phy.speed_bps != link.speed_bps:
        return f"{phy.name} runs at {phy.speed_bps / 1e9:g} Gbit/s, the link at {link.speed_bps / 1e9:g}"
    if link.medium not in phy.reach_m:
        return f"{phy.name} is not made for {link.medium.value}"
    ports, split = link_ports(network), 0
    for code, end in ((int(ports.a[at]), link.a), (int(ports.b[at]), link.b)):
        if code < 0:
            continue
        cages = ports.cages(code, link.speed_bps)
        fitting = [cage for cage in cages if phy.fits(cage)]
        if cages and not fitting:
            lanes = f" split {cages[0].lanes} ways" if cages[0].lanes > 1 else ""
            sku = ports.ports[code][0].sku
            return f"{phy.name} does not fit the {cages[0].form_factor} cage of {sku} {end.port}{lanes}"
        split += bool(fitting) and all(cage.lanes > 1 for cage in fitting)
    return f"{phy.name} is one cable and cannot be split at both ends" if phy.per_cable and split > 1 else ""


@analysis
def split_cages(network: Network) -> dict[tuple[str, str], tuple[int, ...]]:
    """The links in service on lanes of each split cage, by device and cage; links of known parts only."""
    ports = link_ports(network)
    ways = _ways(network, ports)
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for codes, side in ((ports.a, "a"), (ports.b, "b")):
        for at in np.flatnonzero(ways[side]).tolist():
            link = network.links[at]
            end = link.a if side == "a" else link.b
            found[end.device, ports.ports[int(codes[at])][1].cage].append(at)
    return {cage: tuple(places) for cage, places in sorted(found.items())}


def _ways(network: Network, ports: LinkPorts) -> dict[str, np.ndarray]:
    """Which links are on a lane at their a and at their b end."""
    first, codes = _combinations(network)
    lanes = np.zeros((2, 2, int(codes.max(initial=-1)) + 1), np.bool_)
    for at in first.tolist():
        for side, ends in enumerate((ports.a, ports.b)):
            for shared in (False, True):
                cage = plugged_cage(network, at, int(ends[at]), shared=shared)
                lanes[side, int(shared), codes[at]] = cage is not None and cage.lanes > 1
    live = np.fromiter((link.in_service for link in network.links), np.bool_, len(network.links))
    a, b = (
        np.where(shared, lanes[side, 1][codes], lanes[side, 0][codes]) for side, shared in enumerate(_shared(network))
    )
    return {"a": a & live, "b": b & live}


@analysis
def _shared(network: Network) -> tuple[np.ndarray, np.ndarray]:
    """Links whose cage at the a, and at the b end, has another link in it: it is split, whatever its port is called."""
    ports, (a, b) = link_ports(network), network.link_ends
    cage = text_codes([port.cage for _, port in ports.ports], {}).astype(np.int64)
    live = np.fromiter((link.in_service for link in network.links), np.bool_, len(network.links))
    width, known = len(cage) + 1, np.append(cage, 0)
    ends = [
        np.where((codes >= 0) & live, devices * width + known[np.maximum(codes, -1)], -1)
        for devices, codes in ((a.astype(np.int64), ports.a), (b.astype(np.int64), ports.b))
    ]
    found, where, counts = np.unique(np.concatenate(ends), return_inverse=True, return_counts=True)
    several = ((counts > 1) & (found >= 0))[where]
    return several[: len(live)], several[len(live) :]


def plugged_cage(network: Network, at: int, code: int, *, shared: bool = False) -> Cage | None:
    """The cage, split as it is, that a link's part sits in at the port of a code; None where it does not fit.

    A port that may be whole or split is split where its cage is `shared`.
    """
    link = network.links[at]
    phy = media().phys.get(link.phy or "")
    if code < 0 or phy is None:
        return None
    fitting = [cage for cage in link_ports(network).cages(code, link.speed_bps) if phy.fits(cage)]
    lanes = [cage for cage in fitting if cage.lanes > 1] if shared else []
    return next(iter((*lanes, *fitting)), None)


def lane_cage(network: Network, link: int, device: str) -> Cage | None:
    """The split cage of a device that a link by position is on a lane of; None where it is on none."""
    ports, side = link_ports(network), int(network.links[link].a.device != device)
    code = int((ports.a, ports.b)[side][link])
    cage = plugged_cage(network, link, code, shared=bool(_shared(network)[side][link]))
    return cage if cage is not None and cage.lanes > 1 else None


class Unbilled(NamedTuple):
    """A part of split cages that the bill has too few of, and devices that take it."""

    kind: PartKind
    part: str
    needed: int
    billed: int
    devices: tuple[str, ...]


def unbilled(network: Network) -> Iterator[Unbilled]:
    """Modules, harnesses and cables of split cages that the bill lacks; nothing where there is no bill."""
    lines = network.design.parts.lines
    if not any(line.kind is PartKind.CABLE for line in lines):
        return
    billed = Counter[tuple[PartKind, str]]()
    for line in lines:
        billed[line.kind, line.part] += line.quantity
    users: dict[tuple[PartKind, str], list[str]] = defaultdict(list)
    for (device, _), links in split_cages(network).items():
        for key in dict.fromkeys(part for at in links for part in _parts(network, at, device)):
            users[key].append(device)
    for (kind, part), devices in sorted(users.items()):
        if billed[kind, part] < len(devices):
            yield Unbilled(kind, part, len(devices), billed[kind, part], tuple(dict.fromkeys(devices)))


def _parts(network: Network, at: int, device: str) -> Iterator[tuple[PartKind, str]]:
    """What a split cage of a device takes for the link on one of its lanes."""
    phy: PhyType = media().phys[network.links[at].phy or ""]
    cage = lane_cage(network, at, device)
    if cage is not None:
        yield PartKind.CABLE if phy.per_cable else PartKind.TRANSCEIVER, phy.plugged(cage)
        harness = phy.fan_out(cage)
        if harness is not None:
            yield PartKind.CABLE, harness
