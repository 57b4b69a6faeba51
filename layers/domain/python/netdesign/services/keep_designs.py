"""Use cases on designs that are kept: make, store, replace, judge."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace

import orjson

from netdesign.errors import ConflictError
from netdesign.model.canonical import canonical, design_digest, design_from
from netdesign.model.comparison import Comparison
from netdesign.model.design import Design
from netdesign.model.governance import Governance, State
from netdesign.model.repair import Repair
from netdesign.model.verdict import Report
from netdesign.model.vocabulary import Mode
from netdesign.ports.designs import NewVersion, StoredReport, VersionSummary
from netdesign.services.compare_candidates import compare_candidates
from netdesign.services.container import Container, Principal, standards_of
from netdesign.services.extend_design import named_existing
from netdesign.services.profile import Standards
from netdesign.services.repair_design import Repaired, repair_design
from netdesign.services.synthesize_design import Synthesized, synthesize_design
from netdesign.services.validate_design import validate_design


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored version of a design and the stored report on it."""

    version: VersionSummary
    report_id: str
    report: Report
    comparison: Comparison | None = None
    """The candidates that the design was chosen among, where they were asked for."""


async def generate_design(
    document: object, who: Principal, container: Container, *, mode: Mode, candidates: bool = False
) -> Kept:
    """Make, judge and keep a design for a requirements document; see `synthesize_design` for what it raises.

    A kept design that the document names as `existing` is extended; the result is kept beside it. With `candidates` it
    is the recommended one of several that are compared.
    """
    to = await standards_of(who.organisation, container)
    identity = container.new_identity("dsg")
    named = named_existing(document)
    stored = await container.designs.get(who.organisation, named, None) if named is not None else None

    def find(design_id: str) -> Design | None:
        return design_from(stored.document) if stored is not None and design_id == named else None

    def make() -> tuple[Synthesized, NewVersion, Comparison | None]:
        if candidates:
            compared = compare_candidates(document, to.bench, mode=mode, settings=to.settings)
            made, comparison = compared.chosen, compared.comparison
        else:
            made = synthesize_design(document, to.bench, mode=mode, settings=to.settings, find=find)
            comparison = None
        design = replace(made.design, id=identity, governance=_draft(made.design, who))
        made = replace(made, report=replace(made.report, design=identity))
        return made, _version(design, who, container), comparison

    made, version, comparison = await asyncio.to_thread(make)
    summary = await container.designs.add(who.organisation, version)
    report = replace(made.report, design_digest=version.digest)
    return Kept(summary, await _keep_report(report, summary, who, container), report, comparison)


async def keep_design(document: object, who: Principal, container: Container) -> VersionSummary:
    """Keep a design that was made elsewhere under a new id; its state becomes draft."""
    identity = container.new_identity("dsg")
    version = await asyncio.to_thread(_decoded, document, identity, None, who, container)
    return await container.designs.add(who.organisation, version)


async def replace_design(
    document: object, design_id: str, who: Principal, container: Container, *, after: str
) -> VersionSummary:
    """Keep a further version of a design whose current digest is `after`; its state becomes draft."""
    version = await asyncio.to_thread(_decoded, document, design_id, after, who, container)
    return await container.designs.add_version(who.organisation, version, after=after)


async def validate_stored_design(
    design_id: str, who: Principal, container: Container, *, mode: Mode, version: int | None = None
) -> Kept:
    """Judge a stored version of a design and keep the report."""
    stored = await container.designs.get(who.organisation, design_id, version)
    to = await standards_of(who.organisation, container, design_id)

    def judge() -> Report:
        return judged(design_from(stored.document), to, mode)

    report = await asyncio.to_thread(judge)
    return Kept(stored.summary, await _keep_report(report, stored.summary, who, container), report)


@dataclass(frozen=True, slots=True)
class KeptRepair:
    """The account of a repair, and the version of the design that stands after it."""

    version: VersionSummary
    repair: Repair


async def repair_stored_design(
    design_id: str, who: Principal, container: Container, *, mode: Mode, after: str | None = None
) -> KeptRepair:
    """Repair the current version of a design, and keep the result as a further version where anything helped.

    Raises `ConflictError` where the design no longer is what `after` says, or changes meanwhile.
    """
    stored = await container.designs.get(who.organisation, design_id, None)
    if after not in (None, stored.summary.digest):
        raise ConflictError("the design was changed since; read it again")
    to = await standards_of(who.organisation, container, design_id)

    def mend() -> Repaired:
        return repair_design(
            design_from(stored.document), to.bench, mode=mode, settings=to.settings, waivers=to.waivers, today=to.today
        )

    mended = await asyncio.to_thread(mend)
    if not mended.repair.steps:
        return KeptRepair(stored.summary, mended.repair)
    governance = replace(_draft(mended.design, who), parent_digest=stored.summary.digest)
    version = _version(replace(mended.design, governance=governance), who, container)
    summary = await container.designs.add_version(who.organisation, version, after=stored.summary.digest)
    return KeptRepair(summary, mended.repair)


async def validate_document(document: object, who: Principal, container: Container, *, mode: Mode) -> Report:
    """Judge a design that is not kept."""
    to = await standards_of(who.organisation, container)
    return await asyncio.to_thread(lambda: judged(design_from(document), to, mode))


def judged(design: Design, to: Standards, mode: Mode) -> Report:
    """The report on a design under an organisation's standards."""
    return validate_design(design, to.bench, mode=mode, settings=to.settings, waivers=to.waivers, today=to.today)


def _decoded(document: object, identity: str, parent: str | None, who: Principal, container: Container) -> NewVersion:
    design = design_from(document)
    governance = replace(_draft(design, who), parent_digest=parent)
    return _version(replace(design, id=identity, governance=governance), who, container)


def _draft(design: Design, who: Principal) -> Governance:
    return replace(design.governance, author=who.name, state=State.DRAFT, approval=None)


def _version(design: Design, who: Principal, container: Container) -> NewVersion:
    return NewVersion(
        design_id=design.id,
        digest=design_digest(design),
        name=design.name,
        network_type=design.requirements.network_type.value,
        archetype=design.archetype.value,
        author=who.name,
        document=canonical(design),
        created_at=container.now(),
    )


async def _keep_report(report: Report, summary: VersionSummary, who: Principal, container: Container) -> str:
    identity = container.new_identity("val")
    stored = StoredReport(
        id=identity,
        design_id=summary.design_id,
        design_version=summary.version,
        document=orjson.loads(canonical(report)),
        created_at=container.now(),
    )
    await container.reports.add(who.organisation, stored)
    return identity
