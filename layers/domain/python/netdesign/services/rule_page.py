"""Use case: the documentation page of a rule, from its card and from what it says of real designs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netdesign.model.design import Design
from netdesign.model.patch import apply
from netdesign.model.verdict import Measure, Scalar, Status
from netdesign.model.vocabulary import Category
from netdesign.rules.card import Mutant, Rule
from netdesign.rules.case import Case
from netdesign.rules.engine import judge_one
from netdesign.services.validate_design import case_of
from netdesign.services.workbench import Workbench

MOST_MEASURES = 6


@dataclass(frozen=True, slots=True)
class Flagged:
    """A way to break a design, and what the rule says of it; an empty message where no example can show it."""

    mutant: str
    message: str


@dataclass(frozen=True, slots=True)
class Shown:
    """What a rule says of the examples: the measures of one that it holds on, and of broken ones."""

    example: str
    measures: tuple[Measure, ...]
    flagged: tuple[Flagged, ...]


class Examples:
    """Sound designs to show rules on, compiled once."""

    def __init__(self, designs: Iterable[tuple[str, Design]], bench: Workbench) -> None:
        self._bench = bench
        self._cases = [(name, case_of(design, bench)) for name, design in designs]

    def shown(self, rule: Rule) -> Shown:
        """What `rule` says of the first example that it holds on, and of every way to break one."""
        sound = ((name, case, judge_one(rule, case)) for name, case in self._cases)
        found = next(((name, verdict) for name, _, verdict in sound if verdict.status is Status.PASS), None)
        flagged = tuple(Flagged(mutant.title, self._message(rule, mutant)) for mutant in rule.mutants)
        if found is None:
            return Shown("", (), flagged)
        return Shown(found[0], found[1].measures[:MOST_MEASURES], flagged)

    def _message(self, rule: Rule, mutant: Mutant) -> str:
        for _, case in self._cases:
            message = self._said(rule, mutant, case)
            if message:
                return message
        return ""

    def _said(self, rule: Rule, mutant: Mutant, case: Case) -> str:
        patch = None if judge_one(rule, case).status is Status.FAIL else mutant.mutate(case)
        if patch is None:
            return ""
        verdict = judge_one(rule, case_of(apply(case.design, patch), self._bench))
        return verdict.findings[0].message if verdict.findings else ""


def rule_page(rule: Rule, shown: Shown) -> str:
    """The page of one rule in Markdown."""
    lines = [
        f"# {rule.code} {rule.title}",
        "",
        f"`{rule.name}`, {rule.category.value}, {rule.severity.value}. Applies to {rule.applies}.",
        "",
        *_part("What is flagged", (rule.flags,)),
        *_part("What passes", (rule.passes, *_on_example(shown))),
        *_part("What to do", (rule.remedy, *_fixes(rule))),
        *_part("How the condition is read", (rule.reading,) if rule.reading else ()),
        *_part("Seen to flag", _seen(shown)),
        *_part("Rests on", (", ".join(rule.references),)),
    ]
    return "\n".join(lines).rstrip() + "\n"


def index_page(rules: Iterable[Rule]) -> str:
    """The list of all rules by category, each with a link to its page."""
    chosen = tuple(rules)
    lines = ["# Rules", "", f"{len(chosen)} rules, each computed on the facts of a design. Made from their cards.", ""]
    for category in Category:
        lines += [f"## {category.value.capitalize()}", ""]
        lines += [
            f"- [{rule.code}]({rule.code}.md) {rule.title} ({rule.severity.value})"
            for rule in chosen
            if rule.category is category
        ]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _part(title: str, paragraphs: Iterable[str]) -> Iterator[str]:
    said = [paragraph for paragraph in paragraphs if paragraph]
    if said:
        yield from (f"## {title}", "")
        for paragraph in said:
            yield from (paragraph, "")


def _on_example(shown: Shown) -> Iterator[str]:
    if shown.measures:
        measured = "\n".join(f"- {_measured(measure)}" for measure in shown.measures)
        yield f"On the example `{shown.example}`:\n\n{measured}"


def _measured(measure: Measure) -> str:
    against = "" if measure.threshold is None else f" (held against {_number(measure.threshold)})"
    return f"{measure.name}: {_number(measure.value)}{against}"


def _number(value: Scalar) -> str:
    if isinstance(value, float):
        return f"{value:,.6g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _fixes(rule: Rule) -> Iterator[str]:
    if rule.fixes:
        yield "Repair tries to:\n\n" + "\n".join(f"- {fix.title}" for fix in rule.fixes)


def _seen(shown: Shown) -> Iterator[str]:
    lines = [f"- {one.mutant}: “{one.message}”" if one.message else f"- {one.mutant}" for one in shown.flagged]
    if lines:
        yield "Changes that break a sound design, and what the rule says of each:\n\n" + "\n".join(lines)
