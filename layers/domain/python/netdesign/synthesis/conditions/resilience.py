"""Availability against what the redundancy and the number of sites can give."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, floor

from netdesign.model.conflict import Conflict
from netdesign.model.resolved import Basis, ResolvedRequirements
from netdesign.model.vocabulary import Redundancy
from netdesign.synthesis.conditions.question import Question, numbers, relax
from netdesign.synthesis.needs.circuits import LEAVING_BY_CIRCUITS, MAX_CIRCUITS, circuit_kind
from netdesign.synthesis.resolution.intent import MINUTES_A_YEAR

HOURS_A_YEAR = 8766
SERIES = 2
"""Switches that every path of an unprotected network crosses at the least: one at the edge, one above."""
TOLERANCE = 0.1


def downtime_contradicts(question: Question) -> Iterator[Conflict]:
    """An availability and a yearly downtime that say different things about the same quantity."""
    wanted = question.requirements
    if wanted.max_downtime_minutes is None or wanted.why("availability").basis is not Basis.STATED:
        return
    implied = (1 - wanted.availability) * MINUTES_A_YEAR
    stated = wanted.max_downtime_minutes
    if abs(implied - stated) <= TOLERANCE * max(implied, stated):
        return
    availability = round(1 - stated / MINUTES_A_YEAR, 7)
    yield Conflict(
        code="availability-contradicts-downtime",
        requirements=("availability_requirement", "max_downtime_minutes_per_year"),
        statement=(
            f"An availability of {wanted.availability:.7g} means {implied:.4g} minutes of downtime a year, "
            f"but {stated:.4g} are stated."
        ),
        numbers=numbers(implied_minutes=f"{implied:.4g}", stated_minutes=f"{stated:.4g}"),
        relaxations=(
            relax(
                "max_downtime_minutes_per_year",
                (stated, float(f"{implied:.6g}")),
                f"state {implied:.6g} minutes a year",
                "none; it is the same availability in other words",
            ),
            relax(
                "availability_requirement",
                (wanted.availability, availability),
                f"state an availability of {availability:.9g}",
                "none; it is the same downtime in other words",
            ),
        ),
    )


def unprotected_ceiling(question: Question) -> float:
    """The best availability of a path without any spare: switches in series, each with its planned outage."""
    policy = question.parameters.availability
    outage = policy.planned_outage_h_per_year / HOURS_A_YEAR
    repair = policy.mttr_h["fixed_switch"] / policy.mtbf_h["fixed_switch"]
    software = policy.mttr_h["software"] / policy.mtbf_h["software"]
    return 1 - SERIES * (outage + repair + software)


def availability_unreachable(question: Question) -> Iterator[Conflict]:
    """More availability than single devices in series can have, without the redundancy that would give it."""
    wanted, levels = question.requirements, question.parameters.redundancy
    ceiling = unprotected_ceiling(question)
    if question.virtual or wanted.redundancy.at_least(Redundancy.MEDIUM) or wanted.availability <= ceiling:
        return
    ranked = [
        level
        for level in Redundancy
        if level.at_least(Redundancy.MEDIUM) and levels[level].distinct_sites <= wanted.site_count
    ]
    enough = next((level for level in ranked if levels[level].availability >= wanted.availability), ranked[-1])
    reachable = floor(ceiling * 10_000) / 10_000
    field, change = _accepted(wanted, reachable)
    yield Conflict(
        code="availability-needs-redundancy",
        requirements=(field, "redundancy"),
        statement=(
            f"Redundancy {wanted.redundancy} leaves single devices in every path, which reach {ceiling:.5f} "
            f"at best; {wanted.availability:.7g} is asked for."
        ),
        numbers=numbers(availability=f"{wanted.availability:.7g}", reachable_without_spares=f"{ceiling:.6f}"),
        relaxations=(
            relax(
                "redundancy", (wanted.redundancy.value, enough.value),
                f"raise redundancy to {enough}", "a second device and path wherever one is now",
            ),
            relax(
                field, change, f"accept an availability of {reachable:g}",
                f"{(1 - reachable) * MINUTES_A_YEAR:.0f} minutes of downtime a year",
            ),
        ),
    )  # fmt: skip


def circuits_short(question: Question) -> Iterator[Conflict]:
    """More availability than all circuits that a site can have together, were nothing else ever down."""
    wanted, policy = question.requirements, question.parameters.availability
    if wanted.network_type not in LEAVING_BY_CIRCUITS or not wanted.redundancy.at_least(Redundancy.MEDIUM):
        return
    kind = circuit_kind(wanted)
    outage = (1 - policy.circuit[kind.value]) ** MAX_CIRCUITS
    if 1 - wanted.availability >= outage:
        return
    reachable = floor((1 - outage) * 1e7) / 1e7
    field, change = _accepted(wanted, reachable)
    yield Conflict(
        code="availability-beyond-circuits",
        requirements=(field, "redundancy"),
        statement=(
            f"{MAX_CIRCUITS} circuits of kind {kind.value}, each up for {policy.circuit[kind.value]:g} of the time,"
            f" are all down for {outage:.3g} of it; an availability of {wanted.availability:.9g} is asked for."
        ),
        numbers=numbers(
            availability=f"{wanted.availability:.9g}", reachable=f"{1 - outage:.9g}", circuits=MAX_CIRCUITS
        ),
        relaxations=(
            relax(
                field, change, f"accept an availability of {reachable:.9g}",
                f"{(1 - reachable) * MINUTES_A_YEAR:.3g} minutes a year without any circuit",
            ),
        ),
    )  # fmt: skip


def unattained(question: Question, reached: float) -> Conflict:
    """More availability than the design has with the redundancy that is asked for."""
    wanted = question.requirements
    value = floor(reached * 1e7) / 1e7
    field, change = _accepted(wanted, value)
    down = [(1 - share) * MINUTES_A_YEAR for share in (reached, wanted.availability)]
    return Conflict(
        code="availability-not-reached",
        requirements=(field, "redundancy"),
        statement=(
            f"With redundancy {wanted.redundancy} the endpoints that are worst off are cut off for {down[0]:,.4g} "
            f"minutes a year; an availability of {wanted.availability:.9g} allows {down[1]:,.4g}."
        ),
        numbers=numbers(availability=f"{wanted.availability:.9g}", reached=f"{reached:.9g}"),
        relaxations=(
            relax(
                field, change, f"accept an availability of {value:.9g}",
                f"{(1 - value) * MINUTES_A_YEAR:.4g} minutes of downtime a year",
            ),
        ),
    )  # fmt: skip


def _accepted(wanted: ResolvedRequirements, reachable: float) -> tuple[str, tuple[object, object]]:
    """The field that says how much may be down, with its value now and that which an availability comes to."""
    if wanted.why("availability").basis is not Basis.INFERRED:
        return "availability_requirement", (wanted.availability, reachable)
    minutes = ceil((1 - reachable) * MINUTES_A_YEAR * 1000) / 1000
    return "max_downtime_minutes_per_year", (wanted.max_downtime_minutes, minutes)


def too_few_sites(question: Question) -> Iterator[Conflict]:
    """A redundancy that wants live instances at more sites than there are."""
    wanted, levels = question.requirements, question.parameters.redundancy
    need = levels[wanted.redundancy].distinct_sites
    if question.virtual or wanted.site_count >= need:
        return
    fitting = [level for level in Redundancy if levels[level].distinct_sites <= wanted.site_count]
    lower = fitting[-1]
    yield Conflict(
        code="redundancy-needs-sites",
        requirements=("redundancy", "scale/sites"),
        statement=(
            f"Redundancy {wanted.redundancy} keeps live instances at {need} sites, so that the loss of one "
            f"is survived; there is {wanted.site_count}."
        ),
        numbers=numbers(sites=wanted.site_count, sites_needed=need),
        relaxations=(
            relax(
                "redundancy", (wanted.redundancy.value, lower.value),
                f"accept redundancy {lower}", "the loss of the site is the loss of the service",
            ),
            relax(
                "scale/sites", (wanted.site_count, need),
                f"build at {need} sites", "another site, and lines to it",
            ),
        ),
    )  # fmt: skip
