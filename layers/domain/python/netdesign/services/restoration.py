"""Changes that bring a design back to what its own requirements call for, as few as mend a finding."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from netdesign.errors import CatalogError, NetdesignError
from netdesign.model.design import Design
from netdesign.model.difference import difference
from netdesign.model.patch import Add, Operation, Patch, Remove, Set, collection_of
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.verdict import Status, Verdict
from netdesign.rules.card import Rule
from netdesign.rules.case import Case
from netdesign.rules.engine import judge_one
from netdesign.services.changed_case import changed_case, finding_count
from netdesign.services.left_alone import joined, restorable
from netdesign.services.proposals import Proposal
from netdesign.services.workbench import Workbench
from netdesign.synthesis.bill.parts import bill
from netdesign.synthesis.synthesize import synthesize

MAX_FACTS = 600
"""A design that differs by more was not made from its requirements, or no longer resembles what they call for."""

MAX_PROBES = 24
COUNTED = frozenset({"lines", "costs"})
DERIVED = COUNTED | {"decisions"}
"""Collections that follow from others; parts are counted again after every change."""

MOST_NAMED = 3
RESTORE = "put back to what the requirements call for"
UNFOUNDED = "what its requirements call for rests on facts that the design lacks and repair never adds, such as sites"
RECOUNT = "count and price the parts again"


def restoration(patch: Patch) -> Proposal:
    """The proposal to put back what a patch says, named for the facts that it is about."""
    whole = joined(patch)
    names = [one.fact.id if isinstance(one, Add) else one.id for one in whole if isinstance(one, Add | Remove | Set)]
    rest = len(names) - MOST_NAMED
    more = f" and {rest} more" if rest > 0 else ""
    return Proposal(f"{RESTORE}: {', '.join(names[:MOST_NAMED])}{more}", whole, restores=True)


def recount(case: Case, bench: Workbench) -> Iterator[Proposal]:
    """The parts and costs that follow from the drawing, where the design holds others."""
    design = case.design
    try:
        parts = bill(
            design.inventory,
            design.cabling,
            bench.catalog,
            bench.parameters,
            design.requirements,
            services=design.infrastructure.service_instances,
            subnets=design.addressing.subnets,
        )
    except (CatalogError, KeyError, IndexError):  # facts that no bill can be made of: the rules say which
        return
    patch = tuple(difference(design, replace(design, parts=parts)))
    if patch:
        yield Proposal(RECOUNT, patch)


class Reference:
    """The design that a design's own requirements lead to, made on first use."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._made: tuple[ResolvedRequirements, Design | None] | None = None
        self.obstacle = ""
        """Why nothing can be put back; empty where something can."""

    def proposals(self, case: Case, rule: Rule, verdict: Verdict) -> Iterator[Proposal]:
        """Restorations that may mend a verdict: of what the findings name, of its surroundings, of everything."""
        self.obstacle = ""
        operations = self._operations(case.design)
        if not self.obstacle and operations and not self._fits(case, operations):
            self.obstacle = UNFOUNDED
        tried: set[int] = set()
        for near in _widening(case.design, operations, verdict):
            if not near or len(near) in tried:
                continue
            tried.add(len(near))
            smallest = self._smallest(case, near, rule, verdict)
            if not smallest:
                continue
            yield restoration(smallest)
            if len(smallest) < len(near):
                facts = {_place(operation) for operation in smallest}
                whole = tuple(operation for operation in near if _place(operation) in facts)
                if len(smallest) < len(whole) < len(near):
                    yield restoration(whole)
                yield restoration(near)

    def _fits(self, case: Case, operations: Patch) -> bool:
        """Whether all of a restoration leaves no names of nothing; asked once for each design."""
        fits: bool = case.network.memo(("restorable",), lambda: changed_case(case, operations, self._bench) is not None)
        return fits

    def _operations(self, design: Design) -> Patch:
        reference = self._design(design.requirements)
        if reference is None or reference.archetype is not design.archetype:
            self.obstacle = "its requirements lead to no design of this archetype: they have to change"
            return ()
        wanted = tuple(
            operation
            for whole in difference(design, reference)
            if isinstance(whole, Add | Remove | Set) and whole.collection not in DERIVED
            for operation in restorable(design, whole)
        )
        facts = len({_place(operation) for operation in wanted})
        if facts > MAX_FACTS:
            self.obstacle = f"its requirements lead to a design that differs in {facts:,} facts: generate it anew"
            return ()
        return wanted

    def _design(self, requirements: ResolvedRequirements) -> Design | None:
        if self._made is None or self._made[0] is not requirements:
            self._made = (requirements, _synthesized(requirements, self._bench))
        return self._made[1]

    def _smallest(self, case: Case, patch: Patch, rule: Rule, verdict: Verdict) -> Patch:
        """A part of `patch` that mends the verdict as well as all of it; () where not even all of it does."""
        whole = self._findings(case, patch, rule, verdict)
        if whole is None:
            return ()
        kept, width, probes = patch, max(1, len(patch) // 2), 0
        while width and len(kept) > 1 and probes < MAX_PROBES:
            for start in range(0, len(kept), width):
                rest = kept[:start] + kept[start + width :]
                probes += 1
                if rest and self._findings(case, rest, rule, verdict) == whole:
                    kept = rest
                    break
                if probes >= MAX_PROBES:
                    break
            else:
                width //= 2
        return kept

    def _findings(self, case: Case, patch: Patch, rule: Rule, verdict: Verdict) -> int | None:
        """How many findings are left after a patch; None where it does not help or leaves names of nothing."""
        changed = changed_case(case, patch, self._bench)
        if changed is None:
            return None
        own = judge_one(rule, changed)
        left = finding_count(own) if own.status is Status.FAIL else 0
        return left if left < finding_count(verdict) else None


def _place(operation: Operation) -> tuple[str, str]:
    """The collection and the id of what an operation is about."""
    if isinstance(operation, Add):
        return operation.collection, operation.fact.id
    if isinstance(operation, Remove | Set):
        return operation.collection, operation.id
    return "", ""


def _synthesized(requirements: ResolvedRequirements, bench: Workbench) -> Design | None:
    try:
        return synthesize(requirements, bench.catalog, bench.parameters)
    except NetdesignError:
        return None


def _widening(design: Design, operations: Patch, verdict: Verdict) -> Iterator[Patch]:
    """The operations on what the findings name, then on what touches those, and so on; at last all."""
    names = {element for finding in verdict.findings for element in finding.elements}
    touched = [(operation, _names(design, operation)) for operation in operations]
    for _ in range(3):
        near = [(operation, mine) for operation, mine in touched if mine & names]
        yield tuple(operation for operation, _ in near)
        names = names.union(*(mine for _, mine in near))
    yield operations


def _names(design: Design, operation: Operation) -> frozenset[str]:
    """Every text in the fact that an operation is about, before and after: among them the ids it names."""
    if isinstance(operation, Add):
        return frozenset((operation.fact.id, *_texts(operation.fact)))
    if isinstance(operation, Set | Remove):
        fact = next(fact for fact in collection_of(design, operation.collection) if fact.id == operation.id)
        changed = operation.changes.values() if isinstance(operation, Set) else ()
        return frozenset((operation.id, *_texts(fact), *(text for value in changed for text in _texts(value))))
    return frozenset()


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))
