"""Use case: the evidence pack of a report that was kept."""

from __future__ import annotations

import asyncio

from netdesign.exchange.evidence_zip import evidence_zip
from netdesign.model.canonical import adapter, design_from
from netdesign.model.decoding import decode
from netdesign.model.verdict import Report
from netdesign.model.vocabulary import Framework
from netdesign.services.container import Container, Principal
from netdesign.services.evidence_pack import evidence_of_report


async def stored_evidence(report_id: str, framework: Framework, who: Principal, container: Container) -> bytes:
    """The zip of the evidence that a kept report gives, as it was judged then; raise `NotFoundError` without one."""
    kept = await container.reports.get(who.organisation, report_id)
    stored = await container.designs.get(who.organisation, kept.design_id, kept.design_version)

    def pack() -> bytes:
        report = decode(adapter(Report), kept.document, subject="report")
        made = evidence_of_report(design_from(stored.document), framework, report, container.bench)
        return evidence_zip(made.evidence, made.design, made.report)

    return await asyncio.to_thread(pack)
