"""An evidence pack: what a design shows for each control of a framework, and what people still have to show."""

from __future__ import annotations

from netdesign.model.fact import fact
from netdesign.model.verdict import Finding, Gap, Measure, Status
from netdesign.model.vocabulary import Framework, Mode, Severity


@fact
class RuleEvidence:
    """What one rule says: its verdict with the witnesses. The status is None for a rule that does not exist yet."""

    rule: str
    title: str
    severity: Severity
    status: Status | None
    waived_by: str | None = None
    findings: tuple[Finding, ...] = ()
    omitted_findings: int = 0
    gaps: tuple[Gap, ...] = ()
    measures: tuple[Measure, ...] = ()


@fact
class ControlEvidence:
    """A control, the worst that its rules say, and those rules. The status is None where only people can answer.

    `needs_people` controls want people's evidence besides, whatever the rules say.
    """

    id: str
    title: str
    status: Status | None
    needs_people: bool
    rules: tuple[RuleEvidence, ...] = ()


@fact
class SegmentationTest:
    """A packet to send across a boundary, and what has to become of it."""

    id: str
    source_zone: str
    target_zone: str
    source: str
    target: str
    protocol: str
    port: int
    expected: str
    """`passes` or `is blocked`."""
    because: str


@fact
class Evidence:
    """The pack: what was judged, with which versions of everything, and the outcome for each control."""

    framework: Framework
    framework_version: str
    level: str
    requested: bool
    """Whether the requirements ask for the framework."""
    design: str
    design_name: str
    design_digest: str
    report_digest: str
    generator: str
    rule_pack: str
    parameters: str
    catalog: str
    evaluation_date: str
    waivers_as_of: str | None = None
    """The day that waivers were weighed on; None where there were none."""
    mode: Mode
    valid: bool
    score: float
    controls: tuple[ControlEvidence, ...]
    segmentation_tests: tuple[SegmentationTest, ...] = ()
    changes: tuple[str, ...] = ()
    """What the organisation changed about how the design was judged."""
