"""A rule's identity card, and how a function becomes a rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from netdesign.model.patch import Patch
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.case import Case

Said = Finding | Gap | Measure
Check = Callable[[Case], Iterator[Said]]
Mutate = Callable[[Case], Patch | None]
Propose = Callable[[Case, Finding], Patch | None]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change that breaks a sound design in the way the rule guards against; None where it cannot apply."""

    title: str
    mutate: Mutate


@dataclass(frozen=True, slots=True)
class Fix:
    """A change that may take a finding away; None where it cannot. It is a proposal: repair verifies it."""

    title: str
    propose: Propose


@dataclass(slots=True)
class Rule:
    """A card and the check behind it. `mutants` and `fixes` grow by decorators while the module loads."""

    code: str
    name: str
    title: str
    category: Category
    severity: Severity
    applies: str
    flags: str
    passes: str
    remedy: str
    references: tuple[str, ...]
    check: Check
    applicable: Callable[[Case], bool]
    reading: str = ""
    """How a vague or mistaken condition of the catalogue is read here, and why."""
    by_likeness: bool = False
    """What it finds among sites that are alike it finds among a few of them: it looks at a network of fewer sites."""
    sweeping: bool = False
    """The rule fails elements one by one, which costs more than a look at the design as it is."""
    mutants: list[Mutant] = field(default_factory=list)
    fixes: list[Fix] = field(default_factory=list)

    def mutant(self, title: str) -> Callable[[Mutate], Mutate]:
        """Register the decorated function as a mutant of this rule."""

        def register(mutate: Mutate) -> Mutate:
            self.mutants.append(Mutant(title, mutate))
            return mutate

        return register

    def fix(self, title: str) -> Callable[[Propose], Propose]:
        """Register the decorated function as a fix of this rule's findings; the first that verifies is kept."""

        def register(propose: Propose) -> Propose:
            self.fixes.append(Fix(title, propose))
            return propose

        return register


def always(case: Case) -> bool:
    """The rule applies to every design."""
    return bool(case)


def rule(
    *,
    code: str,
    name: str,
    title: str,
    category: Category,
    severity: Severity,
    flags: str,
    passes: str,
    remedy: str,
    references: tuple[str, ...],
    applies: str = "every design",
    applicable: Callable[[Case], bool] = always,
    reading: str = "",
    by_likeness: bool = False,
    sweeping: bool = False,
) -> Callable[[Check], Rule]:
    """Make the decorated generator the check of a rule with this card.

    The check yields a `Finding` for each defect, a `Gap` for each missing fact that keeps it from
    deciding, and at least one `Measure` of what it computed.
    """

    def make(check: Check) -> Rule:
        return Rule(
            code=code,
            name=name,
            title=title,
            category=category,
            severity=severity,
            applies=applies,
            flags=flags,
            passes=passes,
            remedy=remedy,
            references=references,
            check=check,
            applicable=applicable,
            reading=reading,
            by_likeness=by_likeness,
            sweeping=sweeping,
        )

    return make
