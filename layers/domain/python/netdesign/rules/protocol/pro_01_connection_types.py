"""PRO-01: every link is a physical layer that exists, plugs into both ports and reaches far enough."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.equipment.link_ports import LinkPorts, link_ports
from netdesign.analysis.facts.row_codes import member_codes, row_codes, text_codes
from netdesign.catalog.media import PhyType, legal, media
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Medium, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Longs

MEDIA = tuple(Medium)


class Kind(NamedTuple):
    """Links that are alike: one of them, how many there are, and the length of the longest."""

    link: int
    alike: int
    longest_m: float
    unmeasured: int


def has_links(case: Case) -> bool:
    """Whether anything is plugged in."""
    return bool(case.network.links)


@rule(
    code="PRO-01",
    name="impossible-connection",
    title="Valid Connection Types",
    category=Category.PROTOCOL,
    severity=Severity.ERROR,
    applies="designs with links",
    applicable=has_links,
    flags="A link whose medium and speed are no physical layer of the table, whose transceiver or cable is unknown, "
    "of another speed or medium, does not plug into the cage at either end, or is shorter than the link.",
    passes="Every link is a physical layer of the table that fits both ports and its length.",
    remedy="Choose a transceiver or cable from the table for the two cages, the speed and the length.",
    references=("IEEE 802.3-2022: media and reaches", "IEEE 802.11: radio"),
)
def impossible_connection(case: Case) -> Iterator[Said]:
    """A cable that cannot be bought cannot carry anything."""
    ports = link_ports(case.network)
    wrong = 0
    for kind in _kinds(case, ports):
        link = case.network.links[kind.link]
        for problem in _problems(case, ports, kind):
            wrong += kind.alike
            yield Finding(
                message=f"link {link.id} {problem}" + (f" (and {kind.alike - 1} like it)" if kind.alike > 1 else ""),
                elements=(link.id,),
                witness={
                    "medium": link.medium.value,
                    "speed_bps": link.speed_bps,
                    "phy": link.phy,
                    "alike": kind.alike,
                },
            )
        if kind.unmeasured and link.medium is not Medium.VIRTUAL:
            yield Gap(message=f"{kind.unmeasured} links like {link.id} have no length", elements=(link.id,))
    yield Measure(name="links that no physical layer fits", value=wrong, threshold=0)


def _kinds(case: Case, ports: LinkPorts) -> Iterator[Kind]:
    """Links grouped by medium, speed, physical layer and the ports they plug into."""
    network = case.network
    links = network.links
    lengths = np.array([np.nan if link.length_m is None else link.length_m for link in links], np.float64)
    codes = row_codes(
        member_codes([link.medium for link in links], MEDIA),
        network.link_speed_bps,
        text_codes([link.phy for link in links], {}),
        _cage_codes(ports)[ports.a],
        _cage_codes(ports)[ports.b],
    )
    first = np.unique(codes, return_index=True)[1]
    longest = np.full(first.size, 0.0)
    np.maximum.at(longest, codes, np.nan_to_num(lengths))
    count = np.bincount(codes)
    unmeasured = np.bincount(codes, weights=np.isnan(lengths))
    for at, link in enumerate(first.tolist()):
        far = link if longest[at] == 0 else int(np.flatnonzero((codes == at) & (lengths == longest[at]))[0])
        yield Kind(far, int(count[at]), float(longest[at]), int(unmeasured[at]))


def _cage_codes(ports: LinkPorts) -> Longs:
    """A number for each port, equal for ports that take the same; then NO_PORT and NO_TYPE from the end."""
    seen: dict[object, int] = {}
    codes = [
        seen.setdefault((p.form_factor, p.speeds_bps, p.parent is None, p.breakouts, p.breakout), len(seen))
        for _, p in ports.ports
    ]
    return np.array([*codes, -2, -1], np.int64)


def _problems(case: Case, ports: LinkPorts, kind: Kind) -> Iterator[str]:
    link = case.network.links[kind.link]
    if link.medium is Medium.VIRTUAL:
        if link.speed_bps <= 0:
            yield "has no speed"
        return
    speed = f"{link.speed_bps / 1e9:g} Gbit/s"
    if not legal(link.medium, link.speed_bps):
        yield f"runs {speed} over {link.medium.value}, which is no physical layer"
        return
    if link.phy is None:
        if not legal(link.medium, link.speed_bps, length_m=kind.longest_m):
            yield f"is {kind.longest_m:g} m long: nothing reaches that far at {speed} over {link.medium.value}"
        return
    phy = media().phys.get(link.phy)
    if phy is None:
        yield f"names the physical layer {link.phy}, which is not in the table"
        return
    yield from _mismatches(phy, link.medium, link.speed_bps, kind.longest_m)
    for end, code in ((link.a, int(ports.a[kind.link])), (link.b, int(ports.b[kind.link]))):
        if code >= 0 and phy.speed_bps == link.speed_bps:
            cages = ports.cages(code, link.speed_bps)
            if cages and not any(phy.fits(cage) for cage in cages):
                yield f"uses {phy.name}, which does not plug into {end.port} of {end.device} ({cages[0].form_factor})"


def _mismatches(phy: PhyType, medium: Medium, speed_bps: int, length_m: float) -> Iterator[str]:
    if phy.speed_bps != speed_bps:
        yield f"uses {phy.name}, which runs at {phy.speed_bps / 1e9:g} Gbit/s and not at {speed_bps / 1e9:g}"
    if medium not in phy.reach_m:
        yield f"uses {phy.name} over {medium.value}, for which it is not made"
    elif length_m > phy.reach_m[medium]:
        yield f"is {length_m:g} m long: {phy.name} reaches {phy.reach_m[medium]} m over {medium.value}"


@impossible_connection.mutant("a link takes a medium that its speed does not exist on")
def another_medium(case: Case) -> Patch | None:
    """Lay the first cable of ours in a medium that no physical layer of its speed uses."""
    for link in case.network.links:
        if link.medium is not Medium.VIRTUAL:
            return (Set("links", link.id, {"medium": Medium.RADIO}),)
    return None


@impossible_connection.mutant("a cable is longer than its physical layer reaches")
def stretched(case: Case) -> Patch | None:
    """Make the first cable of ours a hundred kilometres long."""
    for link in case.network.links:
        if link.medium is not Medium.VIRTUAL:
            return (Set("links", link.id, {"length_m": 100_000.0}),)
    return None
