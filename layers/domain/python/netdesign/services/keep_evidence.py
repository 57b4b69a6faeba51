"""Use case: the evidence pack of a design version whose report was kept."""

from __future__ import annotations

import asyncio

from netdesign.exchange.evidence_zip import evidence_zip
from netdesign.model.canonical import design_from
from netdesign.model.vocabulary import Framework, Mode
from netdesign.services.container import Container, Principal, standards_of
from netdesign.services.evidence_pack import evidence_pack


async def stored_evidence(
    report_id: str, framework: Framework, who: Principal, container: Container, *, mode: Mode
) -> bytes:
    """The zip of evidence on the version that a report is about; raise `NotFoundError` where there is no report."""
    report = await container.reports.get(who.organisation, report_id)
    stored = await container.designs.get(who.organisation, report.design_id, report.design_version)
    to = await standards_of(who.organisation, container, report.design_id)

    def pack() -> bytes:
        made = evidence_pack(design_from(stored.document), framework, to, mode=mode)
        return evidence_zip(made.evidence, made.design, made.report)

    return await asyncio.to_thread(pack)
