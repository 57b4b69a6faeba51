"""TOP-16: endpoints reach their firewall and the Internet for the share of the year that was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from math import log10
from typing import NamedTuple

from netdesign.analysis.failure.outages import Outage, outages
from netdesign.analysis.failure.unavailability import KINDS, MINUTES_A_YEAR, repair_h
from netdesign.catalog.sku import DeviceType
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, LinkPurpose, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

SHOWN = 5
FAR = 10
"""By how much downtime may exceed the target before it is critical."""
SLACK = 1e-9


class Step(NamedTuple):
    """What to buy next: the words for it, its price, the minutes a year it saves, and the price of a nine."""

    what: str
    usd: float
    minutes: float
    usd_a_nine: float


def _applies(case: Case) -> bool:
    return bool(outages(case.network, case.parameters.availability))


@rule(
    code="TOP-16",
    name="availability-target",
    title="Availability target",
    category=Category.TOPOLOGY,
    severity=Severity.ERROR,
    applies="designs with wired endpoints that have a firewall, circuits or a top tier to reach",
    applicable=_applies,
    flags="Endpoints whose way to their firewalls and on to the Internet is down for a larger share of the year than"
    " the availability asked for allows; critical where it is down ten times as long.",
    passes="The sum over all cuts of one and two elements stays within the target for every class of endpoints.",
    remedy="Double the device or circuit that costs most minutes, or keep a spare of it on the shelf.",
    references=("NIST SP 800-53 CP-2, CP-8", "SOC 2 A1.2"),
    reading="Every cut of one or two elements counts with the probability that all of it is down, without credit for"
    " overlaps. Repair takes the time of parts on site where the bill keeps a spare of the device, else until the next"
    " business day. Partners of a group fail together for a share of their failures, and a share of takeovers fails;"
    " a device without partner is down for planned changes too. A switch that endpoints hang on with one port is their"
    " own end and is not counted (TOP-24 bounds it); of a dual home both are.",
)
def availability_target(case: Case) -> Iterator[Said]:
    """Sums the cuts of every class of homes and compares with the target."""
    target = 1.0 - case.requirements.availability
    found = outages(case.network, case.parameters.availability)
    for outage in found:
        if outage.share > target + SLACK:
            yield _finding(case, outage, target)
    worst = found[0]
    yield Measure(name="availability", value=round(1.0 - worst.share, 9), threshold=case.requirements.availability)
    yield Measure(name="downtime in minutes a year", value=round(worst.share * MINUTES_A_YEAR, 2),
                  threshold=round(target * MINUTES_A_YEAR, 2))  # fmt: skip
    for cut in worst.cuts[:SHOWN]:
        yield Measure(name=f"minutes a year by {' with '.join(cut.elements)}", value=_minutes(cut.share))
    step = _best_step(case, worst)
    if step is not None:
        yield Measure(name=f"USD a nine by {step.what}", value=round(step.usd_a_nine))
    unknown = [device.id for device, kind in zip(case.network.devices, case.network.device_types, strict=True)
               if kind is None and device.role is not Role.PROVIDER and device.in_service]  # fmt: skip
    if unknown:
        yield Gap(
            message=f"nothing says what type {', '.join(unknown[:3])} are, and so how often they fail",
            elements=tuple(unknown[:SHOWN]),
        )


def _minutes(share: float) -> float:
    return round(share * MINUTES_A_YEAR, 2)


def _finding(case: Case, outage: Outage, target: float) -> Finding:
    step, cuts = _best_step(case, outage), outage.cuts[:SHOWN]
    worst = f"; most of it by {' with '.join(cuts[0].elements)}" if cuts else ": there is no way at all"
    buy = f"; {step.what} for {step.usd:,.0f} USD saves {step.minutes:g} minutes" if step else ""
    return Finding(
        message=f"{outage.groups[0]} and what is homed like it miss {outage.target} for {_minutes(outage.share):,g}"
        f" minutes a year, {_minutes(target):,g} are allowed{worst}{buy}",
        elements=(*outage.groups[:SHOWN], *(cuts[0].elements if cuts else ())),
        witness={
            "availability": round(1.0 - outage.share, 9),
            "target": round(1.0 - target, 9),
            "downtime_min_per_year": _minutes(outage.share),
            "cuts": [" with ".join(cut.elements) for cut in cuts],
            "minutes": [_minutes(cut.share) for cut in cuts],
        },
        severity=Severity.CRITICAL if outage.share > FAR * target + SLACK else None,
    )


def _best_step(case: Case, outage: Outage) -> Step | None:
    """What takes most downtime away for its price: a spare on the shelf, or a partner for a device that has none."""
    steps = []
    for sku in sorted({kind.sku for cut in outage.cuts[:SHOWN] for kind in _kinds(case, cut.elements)}):
        price = case.catalog.device(sku).priced()[0]
        doubled = sum(cut.share for cut in outage.cuts if len(cut.elements) == 1 and _has(case, cut.elements, sku))
        kept = sum(cut.share * _saved(case, sku) for cut in outage.cuts if _has(case, cut.elements, sku))
        options = ((f"a second {sku}", doubled), (f"a spare {sku}", kept))
        for what, gain in options:
            if gain > 0:
                nines = log10(outage.share / max(outage.share - gain, outage.share * 1e-3))
                steps.append(Step(what, price, _minutes(gain), price / nines))
    return min(steps, key=lambda step: (step.usd_a_nine, step.what), default=None)


def _kinds(case: Case, elements: tuple[str, ...]) -> Iterator[DeviceType]:
    index = case.network.device_index
    for name in elements:
        kind = case.network.device_types[index[name]] if name in index else None
        if kind is not None:
            yield kind


def _has(case: Case, elements: tuple[str, ...], sku: str) -> bool:
    known = case.network.by_id("devices")
    return any(name in known and known[name].sku == sku for name in elements)


def _saved(case: Case, sku: str) -> float:
    """The share of a device's repair time that a spare on the shelf takes away."""
    policy = case.parameters.availability
    if any(line.part == sku and line.spares > 0 for line in case.design.parts.lines):
        return 0.0
    role = next(device.role for device in case.network.devices if device.sku == sku)
    name = KINDS.get(role, "fixed_switch")
    return 1.0 - repair_h(policy, name, stocked=True) / repair_h(policy, name, stocked=False)


def _circuits(case: Case) -> list[str]:
    live = {link.id for link, up in zip(case.network.links, case.network.usable_links.tolist(), strict=True) if up}
    return [one.id for one in case.design.cabling.circuits if one.link in live]


@availability_target.mutant("buy circuits that fail one day in ten")
def poor_circuits(case: Case) -> Patch | None:
    """All of them keep 90 % only."""
    tried = _applies(case) and case.requirements.availability > 0.9 + SLACK
    return tuple(Set("circuits", name, {"availability": 0.9}) for name in _circuits(case)) if tried else None


@availability_target.mutant("leave endpoints one circuit of poor quality")
def one_circuit(case: Case) -> Patch | None:
    """The others are out of service, and the first is a mobile one with what such circuits keep."""
    circuits = {one.id: one for one in case.design.cabling.circuits}
    first, *others = _circuits(case) or [""]
    poor = case.parameters.availability.circuit["lte"]
    if not first or not _applies(case) or poor >= case.requirements.availability:
        return None
    gone = tuple(Set("links", circuits[name].link, {"in_service": False}) for name in others)
    return (*gone, Set("circuits", first, {"availability": poor}))


@availability_target.mutant("take a firewall's partner out of service where four nines are asked for")
def lonely_firewall(case: Case) -> Patch | None:
    """Repair of the one that is left takes until the next business day."""
    known = case.network.by_id("devices")
    asked = 1.0 - case.requirements.availability
    for group in case.design.inventory.ha_groups if asked < 1.5e-4 else ():
        members = [known[name] for name in group.members if name in known]
        if len(members) > 1 and members[0].role is Role.FIREWALL:
            return tuple(Set("devices", one.id, {"in_service": False}) for one in members[1:])
    return None


@availability_target.mutant("take every circuit out of service")
def no_circuit(case: Case) -> Patch | None:
    """What was to reach the Internet never does."""
    circuits = {one.id: one for one in case.design.cabling.circuits}
    gone = [circuits[name].link for name in _circuits(case)] if _applies(case) else []
    return tuple(Set("links", name, {"in_service": False}) for name in gone) or None


@availability_target.fix("bring what stands beside the weakest back into service")
def restored(case: Case, _: Finding) -> Patch | None:
    """Members of groups and circuits that are out of service."""
    known, links = case.network.by_id("devices"), case.design.cabling.links
    members = {name for group in case.design.inventory.ha_groups for name in group.members if name in known}
    made = [Set("devices", name, {"in_service": True}) for name in sorted(members) if not known[name].in_service]
    idle = [link.id for link in links if link.purpose is LinkPurpose.CIRCUIT and not link.in_service]
    return (*made, *(Set("links", name, {"in_service": True}) for name in idle)) or None


@availability_target.fix("order circuits of the availability that their kind keeps")
def better_circuits(case: Case, _: Finding) -> Patch | None:
    """Those that promise less."""
    usual = case.parameters.availability.circuit
    poor = [
        one
        for one in case.design.cabling.circuits
        if one.availability is not None and one.availability < usual.get(one.kind.value, 0.0)
    ]
    return tuple(Set("circuits", one.id, {"availability": usual[one.kind.value]}) for one in poor) or None
