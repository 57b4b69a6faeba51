"""The design group: requirements analysed, designs generated, stored, listed and exported."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request
from starlette.responses import Response

from functions.design.schemas import DesignList, Generated, Links, VersionView, version_view
from netdesign.errors import ConflictError, Fault, InvalidInputError
from netdesign.exchange.bundle import EXPORTS, Material, export
from netdesign.http.bodies import answer, document_of
from netdesign.http.group import Group
from netdesign.http.openapi import body_of, schemas_of
from netdesign.model.canonical import canonical, design_from, to_document
from netdesign.model.comparison import Comparison
from netdesign.model.design import Design
from netdesign.model.repair import Repair
from netdesign.model.requirements import Requirements
from netdesign.model.vocabulary import Mode, NetworkType, Severity
from netdesign.ports.designs import VersionSummary
from netdesign.services.container import bench_of, standards_of
from netdesign.services.keep_designs import (
    Kept,
    generate_design,
    judged,
    keep_design,
    repair_stored_design,
    replace_design,
)
from netdesign.services.resolve_requirements import resolve_requirements

PREFIX = "/api/v1/design"

DesignId = Annotated[str, Path(pattern="^dsg_[0-9a-z]{26}$")]
Version = Annotated[int | None, Query(ge=1, le=1_000_000)]

Format = StrEnum("Format", {name.upper().replace("-", "_"): name for name in EXPORTS})  # type: ignore[misc]

SCHEMAS = schemas_of(Requirements, Design, Repair, Comparison)


def build_router(group: Group) -> APIRouter:
    """Return the routes of the group."""
    router = APIRouter(prefix=PREFIX, tags=["design"])
    _making(router, group)
    _storing(router, group)
    _repairing(router, group)
    _reading(router, group)
    return router


def _making(router: APIRouter, group: Group) -> None:
    @router.post("/analyze-requirements", openapi_extra=body_of(Requirements))
    async def analyze(request: Request) -> Response:
        """Complete the requirements, say where each field comes from, and which of them contradict each other."""
        document = await document_of(request)
        bench = await bench_of(group.principal.organisation, group.container)
        analysis = await asyncio.to_thread(resolve_requirements, document, bench)
        return answer(
            {
                "feasible": not analysis.conflicts,
                "requirements": to_document(analysis.requirements),
                "conflicts": [to_document(conflict) for conflict in analysis.conflicts],
            }
        )

    @router.post(
        "/generate",
        status_code=201,
        responses={201: {"model": Generated}},
        openapi_extra=body_of(Requirements),
    )
    async def generate(request: Request, mode: Mode = Mode.STRICT, candidates: bool = False) -> Response:
        """Turn requirements into a stored, judged design: with `candidates` the recommended one of several."""
        document = await document_of(request)
        kept = await generate_design(document, group.principal, group.container, mode=mode, candidates=candidates)
        group.metrics.count_design("generated")
        _count(group, kept)
        location = f"{PREFIX}/{kept.version.design_id}"
        return answer(_generated(kept), 201, Location=location, ETag=f'"{kept.version.digest}"')


def _storing(router: APIRouter, group: Group) -> None:
    @router.put("", status_code=201, responses={201: {"model": VersionView}}, openapi_extra=body_of(Design))
    async def keep(request: Request) -> Response:
        """Store a design that was made elsewhere."""
        summary = await keep_design(await document_of(request), group.principal, group.container)
        group.metrics.count_design("given")
        return _version_answer(summary, 201)

    @router.put("/{design_id}", responses={200: {"model": VersionView}}, openapi_extra=body_of(Design))
    async def replace(
        design_id: DesignId, request: Request, if_match: Annotated[str | None, Header()] = None
    ) -> Response:
        """Store a further version, provided that the design still is what `If-Match` says."""
        after = _expected(if_match)
        document = await document_of(request)
        summary = await replace_design(document, design_id, group.principal, group.container, after=after)
        return _version_answer(summary, 200)


def _repairing(router: APIRouter, group: Group) -> None:
    @router.post("/{design_id}/fix", responses={200: {"content": {"application/json": {"schema": _REPAIR}}}})
    async def fix(
        design_id: DesignId, mode: Mode = Mode.STANDARD, if_match: Annotated[str | None, Header()] = None
    ) -> Response:
        """Repair a design by changes that verify; a further version is kept where any did. `ETag` is what stands."""
        kept = await repair_stored_design(
            design_id,
            group.principal,
            group.container,
            mode=mode,
            after=_expected(if_match) if if_match not in (None, "*") else None,
        )
        if kept.repair.steps:
            group.metrics.count_design("repaired")
        return answer(canonical(kept.repair), ETag=f'"{kept.version.digest}"')


def _reading(router: APIRouter, group: Group) -> None:
    @router.get("/list")
    async def listing(
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        cursor: Annotated[str | None, Query(pattern="^dsg_[0-9a-z]{26}$")] = None,
        network_type: NetworkType | None = None,
    ) -> DesignList:
        """The newest designs first."""
        page = await group.container.designs.page(
            group.principal.organisation,
            limit=limit,
            cursor=cursor,
            network_type=network_type.value if network_type else None,
        )
        return DesignList(items=[version_view(item) for item in page.items], next=page.next)

    @router.get("/{design_id}", responses={200: {"content": {"application/json": {"schema": _DESIGN}}}})
    async def read(design_id: DesignId, version: Version = None) -> Response:
        """A version of a design, the current one by default."""
        stored = await group.container.designs.get(group.principal.organisation, design_id, version)
        return answer(stored.document, ETag=f'"{stored.summary.digest}"')

    @router.get("/{design_id}/versions")
    async def versions(design_id: DesignId) -> list[VersionView]:
        """Every version, oldest first."""
        found = await group.container.designs.versions(group.principal.organisation, design_id)
        return [version_view(summary) for summary in found]

    @router.get("/{design_id}/export", response_class=Response)
    async def exported(design_id: DesignId, format: Format, version: Version = None) -> Response:
        """A version of a design in another form."""
        stored = await group.container.designs.get(group.principal.organisation, design_id, version)
        to = await standards_of(group.principal.organisation, group.container, design_id)

        def render() -> bytes:
            design = design_from(stored.document)
            return export(format.value, Material(design, judged(design, to, Mode.STRICT), to.bench.catalog))

        file = EXPORTS[format.value]
        disposition = f'attachment; filename="{design_id}-{file.name}"'
        content = await asyncio.to_thread(render)
        return Response(content, headers={"Content-Disposition": disposition}, media_type=file.media)


_DESIGN = {"$ref": "#/components/schemas/Design"}
_REPAIR = {"$ref": "#/components/schemas/Repair"}


def _expected(if_match: str | None) -> str:
    if not if_match or if_match == "*":
        fault = Fault("If-Match", "the header is missing", "send the ETag of the version that you changed")
        raise InvalidInputError("headers", (fault,))
    digest = if_match.removeprefix("W/").strip('"')
    if len(digest) != 64:
        raise ConflictError("If-Match holds no digest of a design, so it cannot be the current one")
    return digest


def _version_answer(summary: VersionSummary, status: int) -> Response:
    body: Any = version_view(summary).model_dump(mode="json")
    return answer(body, status, Location=f"{PREFIX}/{summary.design_id}", ETag=f'"{summary.digest}"')


def _generated(kept: Kept) -> dict[str, Any]:
    def codes(severity: Severity) -> list[str]:
        return [verdict.rule for verdict in kept.report.failures(severity)]

    design = f"{PREFIX}/{kept.version.design_id}"
    view = Generated(
        design=version_view(kept.version),
        report=kept.report_id,
        valid=kept.report.valid,
        score=kept.report.score,
        critical=codes(Severity.CRITICAL),
        errors=codes(Severity.ERROR),
        warnings=codes(Severity.WARNING),
        links=Links(
            design=design,
            report=f"/api/v1/validation/{kept.report_id}",
            diagram=f"{design}/export?format=svg",
            bill_of_materials=f"{design}/export?format=bom-csv",
        ),
    )
    comparison = {} if kept.comparison is None else {"comparison": to_document(kept.comparison)}
    return view.model_dump(mode="json", exclude={"comparison"}) | comparison


def _count(group: Group, kept: Kept) -> None:
    failed = tuple(verdict.rule for verdict in kept.report.failures())
    group.metrics.count_validation(valid=kept.report.valid, failed_rules=failed)
