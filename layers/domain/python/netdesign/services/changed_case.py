"""The case after a change: facts applied to a copy, names checked, parts and prices counted again."""

from __future__ import annotations

from dataclasses import replace

from netdesign.errors import CatalogError, NetdesignError
from netdesign.model.design import Design
from netdesign.model.patch import Patch, apply
from netdesign.model.references import faults_in
from netdesign.model.verdict import Verdict
from netdesign.rules.case import Case
from netdesign.services.validate_design import case_of
from netdesign.services.workbench import Workbench
from netdesign.synthesis.bill.parts import bill


def changed_case(case: Case, patch: Patch, bench: Workbench) -> Case | None:
    """The case after a patch, its parts counted and priced again; None where the patch does not fit the facts."""
    try:
        design = apply(case.design, patch)
    except NetdesignError:
        return None
    if len(faults_in(design)) > len(faults_in(case.design)):
        return None
    return case_of(_counted_again(case.design, design, bench), bench, case.waivers, case.today)


def _counted_again(before: Design, after: Design, bench: Workbench) -> Design:
    """`after` with parts and costs that follow from its devices, links and attachments, where those changed."""
    untouched = all(
        getattr(before, group) is getattr(after, group) for group in ("inventory", "cabling", "infrastructure")
    )
    if untouched or before.parts is not after.parts:
        return after
    try:
        parts = bill(
            after.inventory,
            after.cabling,
            bench.catalog,
            bench.parameters,
            after.requirements,
            services=after.infrastructure.service_instances,
            subnets=after.addressing.subnets,
        )
    except (CatalogError, KeyError, IndexError):  # facts that no bill can be made of: the rules say which
        return after
    return replace(after, parts=parts)


def finding_count(verdict: Verdict) -> int:
    """All findings of a verdict, those beyond the limit of a report included."""
    return len(verdict.findings) + verdict.omitted_findings
