"""Use case: several designs for one request, judged, compared, and the best of them recommended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from netdesign.errors import Fault, InfeasibleError, InvalidInputError
from netdesign.model.canonical import design_digest
from netdesign.model.comparison import Candidate, Comparison, NextNine, Rejected, Score, Sensitivity, Why
from netdesign.model.design import Design
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.vocabulary import Mode, Severity
from netdesign.rules.engine import NO_CHANGES, RuleSettings
from netdesign.services.counter_offers import refusal
from netdesign.services.resolve_requirements import feasible, resolve_requirements
from netdesign.services.synthesize_design import Synthesized, design_for, signed
from netdesign.services.validate_design import validate_design
from netdesign.services.workbench import Workbench
from netdesign.synthesis.candidates.nines import Remake, next_nine, priced, reaching, remakes
from netdesign.synthesis.candidates.pareto import METHOD, better_in, distances, dominates, front, knee, spread
from netdesign.synthesis.candidates.scoring import score
from netdesign.synthesis.candidates.sensitivity import Known, questions, sensitivities
from netdesign.synthesis.candidates.variants import BASE, Variant, alike, made, variants
from netdesign.synthesis.trial import Shop

MOST_CANDIDATES: Final = 4


@dataclass(frozen=True, slots=True)
class Effort:
    """How much is tried beside the design that the request leads to."""

    variants: int
    remakes: int
    designed: bool
    """Whether sensitivities are found by designs, and not by cost bounds."""
    judged: bool
    """Whether designs for sensitivities are judged as well."""


EFFORTS: Final = (
    (150, Effort(variants=20, remakes=12, designed=True, judged=True)),
    (400, Effort(variants=20, remakes=12, designed=True, judged=False)),
    (2_000, Effort(variants=4, remakes=4, designed=False, judged=False)),
    (10**9, Effort(variants=2, remakes=1, designed=False, judged=False)),
)
"""By the number of devices of the design up to which each is affordable."""


@dataclass(frozen=True, slots=True)
class Compared:
    """The comparison, and the designs that are on offer, judged, by the id of the candidate."""

    comparison: Comparison
    designs: dict[str, Synthesized]

    @property
    def chosen(self) -> Synthesized:
        """The recommended design; where none is valid, the one that the request leads to."""
        return self.designs[self.comparison.recommended or BASE.id]


@dataclass(slots=True)
class _Table:
    """What was made so far, and what was turned away."""

    bench: Workbench
    mode: Mode
    settings: RuleSettings
    titles: dict[str, Variant] = field(default_factory=dict)
    scores: dict[str, Score] = field(default_factory=dict)
    designs: dict[str, Synthesized] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)

    def valid(self) -> dict[str, Score]:
        """The scores of the designs that hold."""
        return {name: one for name, one in self.scores.items() if self.designs[name].report.valid}


def compare_candidates(
    document: object,
    bench: Workbench,
    *,
    mode: Mode = Mode.STRICT,
    settings: RuleSettings = NO_CHANGES,
    open_questions: bool = True,
) -> Compared:
    """Return the candidates for a requirements document, the next nine and, if asked for, the sensitivities.

    Raises as `synthesize_design` does where there is no design at all.
    """
    _new_alone(document)
    requirements = feasible(resolve_requirements(document, bench))
    shop = Shop(bench.catalog, bench.parameters)
    table = _Table(bench, mode, settings)
    try:
        base = design_for(requirements, bench, mode=mode, settings=settings)
    except InfeasibleError as error:
        raise refusal(document, error, requirements, bench) from error
    _keep(table, BASE, base)
    effort = _effort(base.design)
    untried = _vary(table, document, shop, base.design, effort)
    comparison = _compared(table, untried)
    comparison = replace(comparison, next_nine=_next_nine(table, document, shop, base.design, effort))
    if open_questions:
        found = _sensitivities(table, document, shop, base, effort)
        comparison = replace(comparison, sensitivities=found, questions=questions(found))
    offered = {one.id: table.designs[one.id] for one in comparison.candidates}
    return Compared(comparison, {BASE.id: base} | offered)


def _new_alone(document: object) -> None:
    """Raise `InvalidInputError` for a request to extend a design: what stands leaves nothing to compare."""
    if isinstance(document, Mapping) and document.get("existing") is not None:
        fault = Fault(
            "/existing", "candidates are compared for new designs alone", "leave it out, or ask for one design"
        )
        raise InvalidInputError("requirements", (fault,))


def _effort(design: Design) -> Effort:
    devices = len(design.inventory.devices)
    return next(effort for most, effort in EFFORTS if devices <= most)


def _keep(table: _Table, variant: Variant, made_of_it: Synthesized) -> None:
    table.titles[variant.id] = variant
    table.designs[variant.id] = made_of_it
    table.scores[variant.id] = score(made_of_it.design, table.bench.catalog, table.bench.parameters)


def _vary(table: _Table, document: object, shop: Shop, base: Design, effort: Effort) -> tuple[str, ...]:
    """Make and judge the variants; returns which were left out, and why."""
    every = tuple(variants(base, shop))
    for variant in every[: effort.variants]:
        _try(table, variant, document, shop, base.requirements)
    return tuple(
        f"{variant.title}: a design of {len(base.inventory.devices):,} devices is not made so many times"
        for variant in every[effort.variants :]
    )


def _try(table: _Table, variant: Variant, document: object, shop: Shop, requirements: ResolvedRequirements) -> None:
    try:
        design = made(variant, document, requirements, shop)
    except (InfeasibleError, InvalidInputError) as error:
        table.rejected.append(Rejected(id=variant.id, title=variant.title, why=Why.REFUSED, reason=str(error)))
        return
    same = next((name for name, one in table.designs.items() if alike(design, one.design)), None)
    if same is not None:
        reason = f"the same design as {table.titles[same].title}"
        table.rejected.append(Rejected(id=variant.id, title=variant.title, why=Why.EQUAL, reason=reason, other=same))
        return
    signed_design = signed(design, table.bench)
    report = validate_design(signed_design, table.bench, mode=table.mode, settings=table.settings)
    _keep(table, variant, Synthesized(signed_design, report))


def _compared(table: _Table, untried: tuple[str, ...]) -> Comparison:
    """The front of the valid designs as candidates; the design that the request leads to where none is valid."""
    valid = table.valid()
    best = {name: valid[name] for name in front(valid)}
    kept = spread(best, MOST_CANDIDATES)
    recommended = knee(best)
    far = distances(best) if best else {}
    offered = tuple(_candidate(table, name, far.get(name, 0.0), name == recommended) for name in kept or (BASE.id,))
    rejected = (*_turned_away(table, best, {one.id for one in offered}), *table.rejected)
    return Comparison(
        candidates=tuple(sorted(offered, key=lambda one: (not one.recommended, one.score.tco_usd))),
        rejected=rejected,
        recommended=recommended,
        method=METHOD,
        untried=untried,
    )


def _candidate(table: _Table, name: str, distance: float, recommended: bool) -> Candidate:
    variant, one = table.titles[name], table.designs[name]
    return Candidate(
        id=name,
        title=variant.title,
        differs=variant.differs,
        archetype=one.design.archetype,
        devices=len(one.design.inventory.devices),
        links=len(one.design.cabling.links),
        score=table.scores[name],
        valid=one.report.valid,
        failed_rules=tuple(verdict.rule for verdict in one.report.failures()),
        digest=design_digest(one.design),
        recommended=recommended,
        distance=distance,
    )


def _turned_away(table: _Table, best: dict[str, Score], offered: set[str]) -> Iterator[Rejected]:
    """Why each design that was made is not on offer."""
    for name, mine in table.scores.items():
        if name in offered:
            continue
        title = table.titles[name].title
        if not table.designs[name].report.valid:
            failed = table.designs[name].report.failures(Severity.CRITICAL, Severity.ERROR)
            named = ", ".join(f"{verdict.rule} {verdict.name}" for verdict in failed[:5]) or "its score"
            yield Rejected(id=name, title=title, why=Why.NOT_VALID, reason=f"not valid because of {named}", score=mine)
            continue
        better = next((one for one in best if dominates(best[one], mine)), None)
        if better is not None:
            ahead = ", ".join(better_in(best[better], mine))
            reason = f"{table.titles[better].title} is better in {ahead}, and worse in nothing"
            yield Rejected(id=name, title=title, why=Why.DOMINATED, reason=reason, other=better, score=mine)
            continue
        twin = next((one for one in best if one != name and not better_in(best[one], mine)), None)
        if twin is not None:
            reason = f"no better and no worse than {table.titles[twin].title}"
            yield Rejected(id=name, title=title, why=Why.EQUAL, reason=reason, other=twin, score=mine)
            continue
        reason = f"no other is better in everything, but {len(offered)} others show the range of what can be had"
        yield Rejected(id=name, title=title, why=Why.BETWEEN, reason=reason, score=mine)


def _next_nine(table: _Table, document: object, shop: Shop, base: Design, effort: Effort) -> NextNine | None:
    """The price of a nine more than the design that the request leads to; None where nothing is to be reached."""
    present = table.scores[BASE.id]
    if present.unavailability is None:
        return None
    wanted = next_nine(present.unavailability)
    tried = remakes(document, base, shop, wanted, effort.remakes)
    judged: dict[str, bool] = {}
    chosen: Remake | None = None
    for one in reaching(tried, wanted):
        design = signed(one.design, table.bench) if one.design is not None else base
        judged[one.title] = validate_design(design, table.bench, mode=table.mode, settings=table.settings).valid
        if judged[one.title]:
            chosen = one
            break
    marked = tuple(replace(one, step=replace(one.step, valid=judged.get(one.title))) for one in tried)
    return priced(present, wanted, marked, chosen)


def _sensitivities(
    table: _Table, document: object, shop: Shop, base: Synthesized, effort: Effort
) -> tuple[Sensitivity, ...]:
    def judge(design: Design) -> bool | None:
        if not effort.judged:
            return None
        return validate_design(signed(design, table.bench), table.bench, mode=table.mode, settings=table.settings).valid

    known = Known(base.design, table.scores[BASE.id].tco_usd, base.report.valid)
    return sensitivities(document, known, shop, judge, by_bound=not effort.designed)
