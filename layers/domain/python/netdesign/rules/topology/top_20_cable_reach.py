"""TOP-20: every cable gets from one port to the other, and light and current get through it."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.equipment.cable_reach import (
    cabled,
    dim_links,
    endpoint_runs,
    endpoint_shortages,
    part_phys,
    short_links,
)
from netdesign.analysis.equipment.link_ports import link_ports
from netdesign.analysis.equipment.rack_space import cable_m
from netdesign.catalog.media import Cage, cheapest_phy, media
from netdesign.model.cabling import Link
from netdesign.model.parts import PartKind, PartLine
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Medium, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

SHOWN = 10


def _applies(case: Case) -> bool:
    return bool(cabled(case.network))


@rule(
    code="TOP-20",
    name="cable-reach",
    title="Cable / optic reach",
    category=Category.TOPOLOGY,
    severity=Severity.ERROR,
    applies="designs with cables",
    applicable=_applies,
    flags="A link that is longer than its physical layer reaches on its medium, or whose physical layer knows no such"
    " medium; one between sites whose fibre, joints and splices lose more light than its optics bear with the margin"
    " kept; one that is shorter than its two racks are apart; servers with ports in two racks for which the bill"
    " holds too few cables that long.",
    passes="Every length is within the reach of what is plugged in, and every cable is long enough for its racks.",
    remedy="Take the cheapest physical layer that reaches, or shorten the way.",
    references=("IEEE 802.3-2022", "OIF 400ZR", "ITU-T G.652"),
    reading="The length of a link is what the facts say; between racks of one room it must be at least the way along"
    " and across the rows. A server stands in the rack of its first switch, so that its cables to a switch in another"
    " rack have to be as long as a link between the two racks.",
)
def cable_reach(case: Case) -> Iterator[Said]:
    """Compares lengths with reaches, and the bill with what crosses racks."""
    fabric = case.parameters.fabric
    for short in short_links(case.network, fabric):
        link, why = short.link, f"{short.link.phy} over {short.link.medium.value} reaches {short.reach_m:g} m"
        if short.length_m < short.least_m or short.length_m < 0:
            why = f"its racks are {max(0.0, short.least_m):g} m apart"
        yield Finding(
            message=f"link {link.id} is {short.length_m:g} m long; {why}",
            elements=(link.id,),
            witness={"link": link.id, "length_m": short.length_m, "reach_m": short.reach_m, "least_m": short.least_m},
        )
    for dim in dim_links(case.network, case.parameters.interconnect):
        yield Finding(
            message=f"link {dim.link.id} loses {dim.loss_db:.1f} dB; {dim.link.phy} bears {dim.bears_db:g} dB, of which"
            f" {dim.margin_db:g} are kept for ageing",
            elements=(dim.link.id,),
            witness={"link": dim.link.id, "loss_db": round(dim.loss_db, 2), "bears_db": dim.bears_db},
        )
    if any(line.kind in (PartKind.CABLE, PartKind.TRANSCEIVER) for line in case.design.parts.lines):
        for lack in endpoint_shortages(case.network, fabric):
            yield Finding(
                message=f"{lack.needed} ports of servers at {lack.speed_bps / 1e9:g} Gbit/s need cables of"
                f" {lack.length_m:g} m to the next rack; the bill has {lack.billed} that reach",
                elements=lack.groups[:SHOWN],
                witness={"speed_bps": lack.speed_bps, "length_m": lack.length_m, "needed": lack.needed,
                         "billed": lack.billed},
            )  # fmt: skip
    yield from _unknown(case)
    lengths = [link.length_m for link in cabled(case.network) if link.length_m is not None]
    yield Measure(name="longest cable in metres", value=max(lengths, default=None))
    runs = endpoint_runs(case.network, fabric)
    yield Measure(name="longest cable of a server in metres", value=max((run.length_m for run in runs), default=None))


def _unknown(case: Case) -> Iterator[Gap]:
    unsaid = [link.id for link in cabled(case.network) if link.length_m is None or link.phy not in media().phys]
    if unsaid:
        yield Gap(
            message=f"nothing says how long {', '.join(unsaid[:3])} are or what is plugged in ({len(unsaid)} in all)",
            elements=tuple(unsaid[:SHOWN]),
        )


def _sound(case: Case) -> list[Link]:
    known = media().phys
    return [link for link in cabled(case.network) if link.phy in known and link.length_m is not None]


@cable_reach.mutant("stretch a cable beyond its reach")
def stretched(case: Case) -> Patch | None:
    """The first one, not of copper if there is another, by a metre more than its physical layer reaches."""
    for link in sorted(_sound(case), key=lambda link: link.medium in (Medium.CAT6, Medium.CAT6A)):
        return (Set("links", link.id, {"length_m": media().phys[link.phy or ""].reach_m.get(link.medium, 0) + 1.0}),)
    return None


@cable_reach.mutant("plug a direct-attach cable into a link of a hundred metres")
def long_copper(case: Case) -> Patch | None:
    """The longest of its kind."""
    known = media().phys.values()
    for link in _sound(case):
        fit = [phy for phy in known if phy.speed_bps == link.speed_bps and Medium.DAC in phy.reach_m]
        if fit:
            best = max(fit, key=lambda phy: (phy.reach_m[Medium.DAC], phy.name))
            return (Set("links", link.id, {"phy": best.name, "medium": Medium.DAC, "length_m": 100.0}),)
    return None


@cable_reach.mutant("lay multimode fibre where the optic wants single mode, or the other way round")
def wrong_fibre(case: Case) -> Patch | None:
    """The last link with fibre."""
    for link in reversed(_sound(case)):
        other = Medium.MMF_OM4 if link.medium is Medium.SMF else Medium.SMF
        if media().phys[link.phy or ""].fibres and other not in media().phys[link.phy or ""].reach_m:
            return (Set("links", link.id, {"medium": other}),)
    return None


@cable_reach.mutant("cut a cable between racks too short")
def too_short(case: Case) -> Patch | None:
    """To half a metre."""
    known = case.network.by_id("devices")
    for link in _sound(case):
        racks = [known[end.device].rack for end in (link.a, link.b) if end.device in known]
        if len(racks) == 2 and cable_m(case.network, racks[0], racks[1], case.parameters.fabric):
            return (Set("links", link.id, {"length_m": 0.5}),)
    return None


@cable_reach.mutant("leave the servers' cables to the next rack off the bill")
def no_long_cables(case: Case) -> Patch | None:
    """All lines of their speed that reach so far are gone."""
    runs = endpoint_runs(case.network, case.parameters.fabric)
    if not runs:
        return None
    longest = max(runs, key=lambda run: (run.length_m, run.speed_bps))
    gone = [
        line.id
        for line in case.design.parts.lines
        if line.part in part_phys()
        and part_phys()[line.part][0].speed_bps == longest.speed_bps
        and max(part_phys()[line.part][0].reach_m.values(), default=0) >= longest.length_m
    ]
    left = any(line.kind is PartKind.CABLE and line.id not in gone for line in case.design.parts.lines)
    return tuple(Remove("lines", name) for name in gone) if left and longest.ports else None


@cable_reach.fix("take the cheapest physical layer that reaches")
def reaching(case: Case, finding: Finding) -> Patch | None:
    """With its medium; a cable shorter than its way gets the length of the way first."""
    at = case.network.link_index.get(str(finding.witness.get("link")))
    if at is None:
        return None
    link, known = case.network.links[at], case.network.by_id("devices")
    racks = [known[end.device].rack for end in (link.a, link.b) if end.device in known]
    length, least = link.length_m or 0.0, finding.witness.get("least_m")
    if length < 0 or (isinstance(least, float) and length < least):
        length = cable_m(case.network, racks[0], racks[-1], case.parameters.fabric) or 0.0
    cages = [_cages(case, at, side) for side in ("a", "b")]
    mediums = frozenset({Medium.SMF}) if link.between_buildings else None
    for a in cages[0]:
        for b in cages[1]:
            phy = cheapest_phy(link.speed_bps, length, a.form_factor, b.form_factor, lanes_a=a.lanes, lanes_b=b.lanes,
                               mediums=mediums)  # fmt: skip
            if phy is not None:
                medium = next(m for m in phy.mediums(length) if mediums is None or m in mediums)
                return (Set("links", link.id, {"phy": phy.name, "medium": medium, "length_m": length}),)
    return None


@cable_reach.fix("bill cables that reach the next rack")
def billed(case: Case, finding: Finding) -> Patch | None:
    """For all that may have lost its cables at that speed, of the cheapest physical layer that long."""
    speed, length = finding.witness.get("speed_bps"), finding.witness.get("length_m")
    if not (isinstance(speed, int) and isinstance(length, float)):
        return None
    needed = sum(run.ports for run in endpoint_runs(case.network, case.parameters.fabric) if run.speed_bps == speed)
    needed += sum(1 for link in cabled(case.network) if link.speed_bps == speed)
    fit = [phy for phy in media().phys.values() if phy.speed_bps == speed and phy.mediums(length)]
    if not fit:
        return None
    phy = min(fit, key=lambda phy: (phy.priced()[0] * (1 if phy.per_cable else 2), phy.name))
    kind = PartKind.CABLE if phy.per_cable or not phy.fibres else PartKind.TRANSCEIVER
    usd, count = float(phy.priced()[0]), needed * (1 if kind is PartKind.CABLE else 2)
    line = PartLine(id=f"{kind.value}-{phy.name.lower()}-reach", kind=kind, part=phy.name, quantity=count,
                    unit_usd=usd, total_usd=usd * count, price_assumed=phy.priced()[1])  # fmt: skip
    return (Add("lines", line),) if line.id not in case.network.by_id("lines") else None


def _cages(case: Case, at: int, side: str) -> tuple[Cage, ...]:
    """How a link's port can be used at its speed; the other end's way where nothing is known of it."""
    ports = link_ports(case.network)
    code, other = (int(end[at]) for end in ((ports.a, ports.b) if side == "a" else (ports.b, ports.a)))
    chosen = code if code >= 0 else other
    return ports.cages(chosen, case.network.links[at].speed_bps) if chosen >= 0 else ()
