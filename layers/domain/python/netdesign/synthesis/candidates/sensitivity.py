"""What each requirement that nobody stated would change, and so which questions to ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from netdesign.errors import InfeasibleError, InvalidInputError
from netdesign.graph.network import compile_network
from netdesign.model.comparison import Effect, Grounds, Sensitivity
from netdesign.model.resolved import Basis
from netdesign.synthesis.candidates.ranges import RANGES, UNTRIED, Range, Value
from netdesign.synthesis.candidates.scoring import cost_usd
from netdesign.synthesis.conditions.lower_bound import total_usd
from netdesign.synthesis.conditions.question import Question, written
from netdesign.synthesis.trial import Change, Shop, tried, understood

if TYPE_CHECKING:
    from netdesign.model.design import Design
    from netdesign.model.resolved import ResolvedRequirements

MATTERS: Final = 0.10
"""The change of cost from which on a question is worth asking."""
TURNED: Final = 1.0
"""What a change of archetype or of validity counts as, beside changes of cost."""


@dataclass(frozen=True, slots=True)
class Known:
    """The design with the defaults: what it costs, and whether it is valid (None: not judged)."""

    design: Design
    tco_usd: float
    valid: bool | None


Judge = Callable[["Design"], bool | None]


def sensitivities(
    document: object, base: Known, shop: Shop, judge: Judge, *, by_bound: bool
) -> tuple[Sensitivity, ...]:
    """The effect of every field that was defaulted, those that matter most first.

    `by_bound` asks for least costs in the place of designs; `judge` says whether a design is valid.
    """
    known = {one.field: one for one in RANGES}
    found = []
    for field in defaulted(base.design.requirements):
        if field in known:
            found.append(_sensitivity(known[field], document, base, shop, judge, by_bound=by_bound))
        else:
            found.append(_untried(field, base.design.requirements))
    return tuple(sorted(found, key=lambda one: (-one.impact, one.field)))


def defaulted(requirements: ResolvedRequirements) -> tuple[str, ...]:
    """The fields that nobody stated and nothing implies."""
    return tuple(entry.field for entry in requirements.provenance if entry.basis is Basis.DEFAULT)


def questions(found: Iterable[Sensitivity]) -> tuple[str, ...]:
    """What to ask the client, in the order given, each with what is at stake."""
    asked = {one.field: one.question for one in RANGES}
    return tuple(f"{asked[one.field]} {_stake(one)}" for one in found if one.ask)


def _stake(one: Sensitivity) -> str:
    parts = [_outcome(effect) for effect in one.effects]
    return f"Assumed: {one.default}; {'; '.join(part for part in parts if part)}."


def _outcome(effect: Effect) -> str:
    if effect.refused:
        return f"{effect.value}: no design"
    change = "" if effect.change is None else f"{effect.change:+.0%} cost"
    verdict = "" if effect.valid is None else "valid" if effect.valid else "not valid"
    shape = effect.archetype.value.replace("_", " ") if effect.archetype else ""
    return f"{effect.value}: " + ", ".join(part for part in (change, shape, verdict) if part)


def _sensitivity(one: Range, document: object, base: Known, shop: Shop, judge: Judge, *, by_bound: bool) -> Sensitivity:
    tries = one.tries(base.design, shop)
    if by_bound:
        effects = tuple(_bounded(value, document, shop) for value in tries)
    else:
        effects = tuple(_designed(value, document, base, shop, judge) for value in tries)
    impact = max((_impact(effect, base) for effect in effects), default=0.0)
    return Sensitivity(
        field=one.field,
        pointer=one.pointer.removesuffix("/-"),
        default=_shown(getattr(base.design.requirements, one.field)),
        reason=one.reason,
        grounds=Grounds.BOUND if by_bound else Grounds.DESIGN,
        effects=effects,
        impact=impact,
        ask=impact > MATTERS,
    )


def _untried(field: str, requirements: ResolvedRequirements) -> Sensitivity:
    return Sensitivity(
        field=field,
        pointer="",
        default=_shown(getattr(requirements, field)),
        reason=UNTRIED.get(field, "no values to try are known"),
        grounds=Grounds.NONE,
    )


def _shown(value: Any) -> str:
    """A default for people: its count stands for a population of servers."""
    count = getattr(value, "count", None)
    return "nothing" if value in (None, ()) else written(count if isinstance(count, int) else value)


def _designed(value: Value, document: object, base: Known, shop: Shop, judge: Judge) -> Effect:
    try:
        design = tried(document, shop, value.change)
    except (InfeasibleError, InvalidInputError) as error:
        return Effect(value=value.words, refused=str(error))
    cost = cost_usd(compile_network(design, shop.catalog), shop.parameters)
    return Effect(
        value=value.words,
        tco_usd=cost,
        change=_share(cost, base.tco_usd),
        archetype=design.archetype,
        valid=judge(design),
    )


def _bounded(value: Value, document: object, shop: Shop) -> Effect:
    """The change of the least cost of the mandatory parts, in the place of that of the design."""
    try:
        found = understood(document, shop, value.change)
    except InvalidInputError as error:
        return Effect(value=value.words, refused=str(error))
    if found.conflicts:
        return Effect(value=value.words, refused="; ".join(map(str, found.conflicts)))
    least = _least(found.requirements, shop)
    now = _least(understood(document, shop, Change()).requirements, shop)
    return Effect(value=value.words, change=_share(least, now) if now else None)


def _least(requirements: ResolvedRequirements, shop: Shop) -> float:
    return float(total_usd(Question(requirements, shop.catalog, shop.parameters)))


def _share(cost: float, of: float) -> float:
    return round((cost - of) / of, 4) if of else 0.0


def _impact(effect: Effect, base: Known) -> float:
    """The size of a change of cost; more than that where the shape, or whether there is a valid design, changes."""
    turned = bool(effect.refused)
    turned |= effect.archetype is not None and effect.archetype is not base.design.archetype
    turned |= effect.valid is not None and base.valid is not None and effect.valid is not base.valid
    return round(abs(effect.change or 0.0) + (TURNED if turned else 0.0), 4)
