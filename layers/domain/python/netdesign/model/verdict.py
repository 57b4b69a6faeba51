"""What a rule says of a design, and the report that gathers it."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from netdesign.model.fact import fact
from netdesign.model.vocabulary import Category, Mode, Severity

Scalar = str | int | float | bool | None
Witness = dict[str, Scalar | list[Scalar]]


class Status(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


@fact
class Finding:
    """One defect: the minimal counter-example that shows it, and the ids of the elements it lies on.

    `severity` overrides the rule's own where the catalogue says that the defect weighs more or less.
    """

    message: str
    elements: tuple[str, ...] = ()
    witness: Witness = field(default_factory=dict)
    severity: Severity | None = None


@fact
class Gap:
    """A fact that the rule needs and the design does not hold, so that it cannot decide."""

    message: str
    elements: tuple[str, ...] = ()


@fact
class Measure:
    """A number that the rule computed, with the threshold it was held against."""

    name: str
    value: Scalar
    threshold: Scalar = None


@fact
class Verdict:
    """A rule's answer. `waived_by` names the waivers that accept a failure, more than one joined by `, `."""

    rule: str
    name: str
    category: Category
    severity: Severity
    status: Status
    findings: tuple[Finding, ...] = ()
    gaps: tuple[Gap, ...] = ()
    measures: tuple[Measure, ...] = ()
    references: tuple[str, ...] = ()
    waived_by: str | None = None
    crashed: bool = False
    """The rule itself broke; counted as a critical failure, for nothing was proven."""
    overridden: bool = False
    """The organisation changed the rule's severity."""
    omitted_findings: int = 0
    """Findings beyond the limit kept in a report."""


@fact
class Waiver:
    """A person's acceptance of a rule's failure on the named elements (all of them when empty) until a date."""

    id: str
    rule: str
    owner: str
    compensating_control: str
    expires: str
    elements: tuple[str, ...] = ()
    granted: str | None = None
    """The day of the acceptance, as YYYY-MM-DD."""
    reason: str = ""


@fact
class CategoryScore:
    category: Category
    score: float
    passed: int = 0
    failed: int = 0
    unknown: int = 0
    not_applicable: int = 0


@fact
class Report:
    """All verdicts on one design. The same inputs give the same report, `duration_ms` aside."""

    design: str
    design_digest: str
    mode: Mode
    threshold: float
    score: float
    valid: bool
    categories: tuple[CategoryScore, ...]
    verdicts: tuple[Verdict, ...]
    rule_pack: str
    parameters: str
    catalog: str
    evaluation_date: str
    disabled_rules: tuple[str, ...] = ()
    changed_severities: dict[str, Severity] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    """Why rules were switched off or given another severity, by code."""
    changed_parameters: dict[str, Scalar | list[Scalar]] = field(default_factory=dict)
    own_rules: tuple[str, ...] = ()
    """Codes of the organisation's own rules."""
    profile: str | None = None
    waivers: tuple[Waiver, ...] = ()
    """The waivers that accept failures of this report."""
    waivers_as_of: str | None = None
    """The day that waivers were weighed on; None where there were none."""
    duration_ms: float = 0

    def waivers_of(self, verdict: Verdict) -> tuple[Waiver, ...]:
        """The waivers that accept a verdict's failure."""
        named = (verdict.waived_by or "").split(", ")
        return tuple(waiver for waiver in self.waivers if waiver.id in named)

    def failures(self, *severities: Severity) -> tuple[Verdict, ...]:
        """The failed verdicts that no waiver accepts, of the given severities (all when none are given)."""
        return tuple(
            verdict
            for verdict in self.verdicts
            if verdict.status is Status.FAIL
            and verdict.waived_by is None
            and (not severities or verdict.severity in severities)
        )
