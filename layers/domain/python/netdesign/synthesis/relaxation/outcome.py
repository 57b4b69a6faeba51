"""Whether a change of the request ends a conflict, and what design comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from netdesign.analysis.facts.money import money
from netdesign.errors import InfeasibleError, InvalidInputError
from netdesign.graph.network import compile_network
from netdesign.model.conflict import Conflict, Proof, Relaxation
from netdesign.model.design import Design
from netdesign.model.edits import Edit
from netdesign.synthesis.relaxation.search import Trials
from netdesign.synthesis.synthesize import synthesize
from netdesign.synthesis.trial import Change, Shop, Understood, understood

Holds = Callable[[Design, Shop], bool]
"""Whether a design keeps what the conflict is about, where that shows in the design alone."""


@dataclass(frozen=True, slots=True)
class Bench:
    """The request, what designs are made from, how many may be tried, and what is wrong with the request."""

    document: object
    shop: Shop
    trials: Trials
    codes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A change that ends a conflict: all its edits, what else has to give way, and how far it was tried."""

    edits: tuple[Edit, ...]
    also: tuple[Relaxation, ...] = ()
    proof: Proof = Proof.CONDITIONS
    tco_usd: float | None = None


def condition_met(bench: Bench, code: str, edits: tuple[Edit, ...]) -> Outcome | None:
    """The outcome where the conditions alone are asked; None where the conflict stays, or another comes up.

    What another conflict asks for is added, where one further change settles it.
    """
    found = _understood(bench, edits)
    if found is None:
        return None
    new = _new(bench, code, found)
    if not new:
        return Outcome(edits)
    also = tuple(way for conflict in new if (way := _aside(conflict, edits)) is not None)
    every = (*edits, *(edit for way in also for edit in way.edits))
    again = _understood(bench, every) if len(also) == len(new) and code not in _codes(found) else None
    return Outcome(every, also) if again is not None and not _new(bench, code, again) else None


def designed(bench: Bench, code: str, edits: tuple[Edit, ...], holds: Holds | None = None) -> Outcome | bool:
    """The outcome where a design is made; True where no trial is left for one, False where it does not help."""
    met = condition_met(bench, code, edits)
    if met is None:
        return False
    found = _understood(bench, met.edits)
    if found is None or found.conflicts:
        return met
    if not bench.trials.spend():
        return True
    try:
        design = synthesize(found.requirements, bench.shop.catalog, bench.shop.parameters)
    except InfeasibleError:
        return False
    if holds is not None and not holds(design, bench.shop):
        return False
    return Outcome(met.edits, met.also, Proof.DESIGN, cost_usd(design, bench.shop))


def cost_usd(design: Design, shop: Shop) -> float:
    """What a design costs over its horizon."""
    years = design.requirements.horizon_years
    return money(compile_network(design, shop.catalog), shop.parameters.cost).total(years)


def _understood(bench: Bench, edits: tuple[Edit, ...]) -> Understood | None:
    try:
        return understood(bench.document, bench.shop, Change(edits=edits))
    except InvalidInputError:
        return None


def _codes(found: Understood) -> frozenset[str]:
    return frozenset(conflict.code for conflict in found.conflicts)


def _new(bench: Bench, code: str, found: Understood) -> list[Conflict]:
    """The conflicts that there should not be: the one to end, and any that was not there before."""
    return [one for one in found.conflicts if one.code == code or one.code not in bench.codes]


def _aside(conflict: Conflict, edits: tuple[Edit, ...]) -> Relaxation | None:
    """The first way out of a further conflict that leaves the change itself alone."""
    changed = {edit.pointer for edit in edits}
    return next((way for way in conflict.relaxations if not changed & {edit.pointer for edit in way.edits}), None)
