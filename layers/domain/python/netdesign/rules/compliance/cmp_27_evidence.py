"""CMP-27: every control that can be computed has been, by named rules, on facts that are there."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.facts.days import day
from netdesign.model.governance import Approval, State
from netdesign.model.patch import Patch, Set, SetGovernance, SetRequirement
from netdesign.model.verdict import Finding, Gap, Measure, Status, Verdict
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.compliance.packs import PACKS
from netdesign.rules.controls import chosen
from netdesign.rules.frameworks import any_requested
from netdesign.rules.registry import pack_version
from netdesign.rules.verdicts import verdict_of

OWN = "CMP-27"
SHOWN = 10


@rule(
    code=OWN,
    name="evidence-completeness",
    title="Evidence completeness",
    category=Category.COMPLIANCE,
    severity=Severity.ERROR,
    applies="any framework",
    applicable=any_requested,
    flags="A rule that controls of a requested framework rest on and that broke, or passed or failed without a number"
    " or a witness; no day of evaluation, or no version of parameters or catalogue; an approved design whose evidence"
    " was taken by other rules, parameters or another catalogue than now; several such rules undecided, and a larger"
    " share of them than the parameter. Fewer that are undecided leave this rule undecided too.",
    passes="Each of these rules gave an answer with what it rests on, and the answers can be had again.",
    remedy="Supply the facts that the undecided rules name; take the evidence of approved designs again.",
    references=("NIST SP 800-53 CA-2, CA-7", "ISO/IEC 27001 A.5.28"),
    reading="One undecided rule is more than the share where a framework rests on few; it leaves this rule undecided"
    " whatever its share. The share tolerated is the parameter for standard mode, for a rule does not know the mode; in"
    " strict mode, where none is, undecided rules score nothing. That the same facts give the same answers is proven of"
    " the rules themselves; what is checked here is that evidence of an approved design is still of these rules and"
    " numbers.",
)
def evidence_completeness(case: Case) -> Iterator[Said]:
    """The verdicts of all rules that packs rest on, but this one."""
    verdicts = _evidence(case)
    for verdict in verdicts:
        yield from _bare(verdict)
    yield from _origin(case)
    yield from _undecided(case, verdicts)
    yield Measure(name="rules_that_controls_rest_on", value=len(verdicts))


def _evidence(case: Case) -> list[Verdict]:
    frameworks = dict.fromkeys(ref.framework for ref in case.requirements.frameworks)
    controls = (control for framework in frameworks for control in chosen(case, PACKS[framework]))
    codes = sorted({code for control in controls for code in control.evidence} - {OWN})
    return [verdict for code in codes if (verdict := verdict_of(case, code)) is not None]


def _bare(verdict: Verdict) -> Iterator[Finding]:
    """Why a verdict is no evidence."""
    why = None
    if verdict.crashed:
        why = "broke, and proves nothing"
    elif verdict.status is Status.PASS and not verdict.measures:
        why = "passes without a number"
    elif verdict.status is Status.FAIL and not any(finding.witness for finding in verdict.findings):
        why = "fails without a witness"
    if why is not None:
        yield Finding(message=f"{verdict.rule} {why}", witness={"rule": verdict.rule, "status": verdict.status.value})


def _origin(case: Case) -> Iterator[Finding]:
    """When, by what rules and numbers the evidence was taken."""
    if day(case.evaluation_date) is None:
        yield Finding(
            message=f"evidence without a day: {case.evaluation_date!r} is none",
            witness={"evaluation_date": case.evaluation_date},
        )
    held = case.design.governance
    now = {"rule_pack": pack_version(), "parameters": case.parameters.version, "catalog": case.catalog.version}
    empty = [name for name, value in now.items() if not value]
    if empty:
        yield Finding(message=f"evidence without the version of {', '.join(empty)}", witness={"missing": [*empty]})
    other = [name for name, value in now.items() if getattr(held, name) != value]
    if held.state is State.APPROVED and other:
        yield Finding(
            message=f"the design was approved under other {', '.join(name.replace('_', ' ') for name in other)}",
            witness={"state": held.state.value, "other": [*other]},
        )


def _undecided(case: Case, verdicts: list[Verdict]) -> Iterator[Said]:
    limit = case.parameters.compliance.unknown_share_standard
    asked = [verdict for verdict in verdicts if verdict.status is not Status.NOT_APPLICABLE]
    open_ones = [verdict.rule for verdict in asked if verdict.status is Status.UNKNOWN]
    share = len(open_ones) / len(asked) if asked else 0.0
    if share > limit and len(open_ones) > 1:
        yield Finding(
            message=f"{len(open_ones)} of {len(asked)} rules of evidence cannot decide: {', '.join(open_ones[:SHOWN])}",
            witness={"undecided": [*open_ones[:SHOWN]], "share": round(share, 4)},
        )
    elif open_ones:
        yield Gap(message=f"not decided for want of facts: {', '.join(open_ones)}")
    yield Measure(name="share_of_undecided_rules", value=round(share, 4), threshold=limit)


@evidence_completeness.mutant("take evidence without a day")
def without_day(case: Case) -> Patch | None:
    """The day of evaluation is empty."""
    del case
    return (SetRequirement({"evaluation_date": ""}),)


@evidence_completeness.mutant("approve under rules of long ago")
def old_rules(case: Case) -> Patch | None:
    """In the governance of the design."""
    held = case.design.governance
    approval = Approval(approver=f"not {held.author}", digest="0" * 64)
    changes = {"state": State.APPROVED, "approval": approval, "rule_pack": "long ago"}
    return (SetGovernance({**changes, "parameters": case.parameters.version, "catalog": case.catalog.version}),)


@evidence_completeness.mutant("approve with numbers of long ago")
def old_numbers(case: Case) -> Patch | None:
    """And with the rules of now."""
    held = case.design.governance
    approval = Approval(approver=f"not {held.author}", digest="0" * 64)
    changes = {"state": State.APPROVED, "approval": approval, "parameters": "long ago"}
    return (SetGovernance({**changes, "rule_pack": pack_version(), "catalog": case.catalog.version}),)


@evidence_completeness.mutant("forget lengths, types and availability")
def forget_facts(case: Case) -> Patch | None:
    """Of every link, device and circuit, and where time and logs come from."""
    design = case.design
    links = [Set("links", one.id, {"length_m": None}) for one in design.cabling.links]
    devices = [Set("devices", one.id, {"sku": "no such type"}) for one in design.inventory.devices if one.sku]
    circuits = [Set("circuits", one.id, {"availability": None}) for one in design.cabling.circuits]
    unknown = {"stratum": None, "storage_bytes": None, "retention_days": None, "events_per_second": None}
    services = [Set("service_instances", one.id, unknown) for one in design.infrastructure.service_instances]
    sites = [Set("sites", one.id, {"jurisdiction": "unknown"}) for one in design.inventory.sites]
    patch = (*links, *devices, *circuits, *services, *sites)
    return patch or None
