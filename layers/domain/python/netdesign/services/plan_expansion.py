"""Use case: the way from a design to a larger one, in phases that are each judged before anybody builds them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from netdesign.model.cabling import Link
from netdesign.model.canonical import design_digest
from netdesign.model.design import Design
from netdesign.model.difference import difference
from netdesign.model.expansion import ExpansionPlan, Phase, Setback
from netdesign.model.parts import PartLine
from netdesign.model.patch import Add, Operation, Patch, Set, collection_of
from netdesign.model.repair import changes_of
from netdesign.model.verdict import Report, Verdict
from netdesign.model.vocabulary import Mode, Severity
from netdesign.rules.engine import NO_CHANGES, RuleSettings
from netdesign.services.extend_design import extend_design
from netdesign.services.repair_design import worse
from netdesign.services.validate_design import validate_design
from netdesign.services.workbench import Workbench
from netdesign.synthesis.expansion.stages import Stage
from netdesign.synthesis.expansion.states import states

GRAVE = frozenset({Severity.CRITICAL, Severity.ERROR})


@dataclass(frozen=True, slots=True)
class Planned:
    """The plan, the design after each phase, and the reports on them; the last is the design to be."""

    plan: ExpansionPlan
    designs: tuple[Design, ...]
    reports: tuple[Report, ...]


def plan_expansion(
    existing: Design,
    document: object,
    bench: Workbench,
    *,
    mode: Mode = Mode.STRICT,
    settings: RuleSettings = NO_CHANGES,
) -> Planned:
    """Return the phases by which `existing` grows to a requirements document, each with its cost and its undoing.

    Raises as `extend_design` does. A plan of which a phase would leave the network worse protected or connected is
    returned all the same, and says that it is not sound.
    """
    extension = extend_design(existing, document, bench)
    steps = tuple(states(existing, extension.design, bench.catalog, bench.parameters))
    first = validate_design(existing, bench, mode=mode, settings=settings)
    reports = tuple(validate_design(design, bench, mode=mode, settings=settings) for _, design in steps)
    phases = tuple(_phases(existing, steps, first, reports))
    grave = any(setback.severity in GRAVE for phase in phases for setback in phase.setbacks)
    valid = all(phase.valid for phase in phases) or not first.valid
    plan = ExpansionPlan(
        design=existing.id,
        digest_before=design_digest(existing),
        digest_after=design_digest(extension.design),
        phases=phases,
        alterations=extension.alterations,
        sound=valid and not grave,
    )
    return Planned(plan, tuple(design for _, design in steps), reports)


def _phases(
    existing: Design, steps: Iterable[tuple[Stage, Design]], first: Report, reports: tuple[Report, ...]
) -> Iterator[Phase]:
    before = existing
    for number, ((stage, after), judged) in enumerate(zip(steps, reports, strict=True), start=1):
        patch = difference(before, after)
        yield Phase(
            number=number,
            name=stage.name,
            purpose=stage.purpose,
            built=tuple(sorted(one.fact.id for one in patch if isinstance(one, Add) and one.collection == "devices")),
            touched=touched(existing, after, patch),
            changes=changes_of(patch, before),
            undo=changes_of(difference(after, before), after),
            parts=bought(before, after),
            capital_usd=_more(before, after, "06-capital"),
            yearly_usd=_more(before, after, "11-yearly"),
            digest=design_digest(after),
            valid=judged.valid,
            score=judged.score,
            setbacks=tuple(_setbacks(first, judged, reports[number:], number)),
        )
        before = after


def touched(existing: Design, after: Design, patch: Patch) -> tuple[str, ...]:
    """Devices that stand and that a patch plugs a cable into or configures otherwise."""
    stands = {device.id for device in existing.inventory.devices}
    processes = {process.id: process.device for process in after.routing.processes}
    policies = {policy.id: policy.devices for policy in after.security.policies}
    found: set[str] = set()
    for operation in patch:
        fact = _fact(after, operation)
        process = processes.get(getattr(fact, "process", ""))
        found.update((fact.a.device, fact.b.device) if isinstance(fact, Link) else ())
        found.update(name for name in (getattr(fact, "device", None), process) if name is not None)
        found.update(policies.get(getattr(fact, "policy", ""), ()))
    return tuple(sorted(found & stands))


def _fact(design: Design, operation: Operation) -> object | None:
    if isinstance(operation, Add):
        added: object = operation.fact
        return added
    if isinstance(operation, Set):
        facts: tuple[object, ...] = collection_of(design, operation.collection)
        known: dict[object, object] = {getattr(fact, "id", None): fact for fact in facts}
        return known.get(operation.id)
    return None


def bought(before: Design, after: Design) -> tuple[PartLine, ...]:
    """Part lines with what `after` needs beyond `before`."""
    there = {line.id: line for line in before.parts.lines}
    found = []
    for line in after.parts.lines:
        old = there.get(line.id) or replace(line, quantity=0, spares=0, total_usd=0.0, power_w=0)
        if (line.quantity, line.spares) != (old.quantity, old.spares):
            more = replace(
                line,
                quantity=line.quantity - old.quantity,
                spares=line.spares - old.spares,
                total_usd=round((line.total_usd or 0.0) - (old.total_usd or 0.0), 2),
                power_w=line.power_w - old.power_w,
            )
            found.append(more)
    return tuple(found)


def _more(before: Design, after: Design, cost: str) -> float:
    amounts = ({line.id: line.amount_usd for line in design.parts.costs} for design in (after, before))
    new, old = (amount.get(cost, 0.0) for amount in amounts)
    return round(new - old, 2)


def _setbacks(first: Report, now: Report, later: tuple[Report, ...], number: int) -> Iterator[Setback]:
    """Rules that judge worse than before the first phase, with the phase that mends them."""
    old = {verdict.rule: verdict for verdict in first.verdicts}
    new = {verdict.rule: verdict for verdict in now.verdicts}
    for code in worse(old, new, may_vanish=True):
        mended = (
            at
            for at, report in enumerate(later, start=number + 1)
            if code not in worse(old, _by_rule(report), may_vanish=True)
        )
        when = next(mended, None)
        verdict = new[code]
        said = [one.message for one in verdict.findings] + [one.message for one in verdict.gaps]
        yield Setback(
            rule=code,
            severity=verdict.severity,
            finding=said[0] if said else verdict.status.value,
            reason=f"until phase {when}, for which this phase makes room" if when else "nothing mends it",
        )


def _by_rule(report: Report) -> dict[str, Verdict]:
    return {verdict.rule: verdict for verdict in report.verdicts}
