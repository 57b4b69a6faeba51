"""The validation group: designs judged, reports kept."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from netdesign.exchange.sarif import sarif
from netdesign.http.bodies import answer, document_of
from netdesign.http.group import Group
from netdesign.http.openapi import body_of, schemas_of
from netdesign.model.canonical import canonical
from netdesign.model.design import Design
from netdesign.model.verdict import Report
from netdesign.model.vocabulary import Mode
from netdesign.services.keep_designs import validate_document, validate_stored_design

SARIF = "application/sarif+json"

SCHEMAS = schemas_of(Design, Report)

_REPORT = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Report"}}}}


def build_router(group: Group) -> APIRouter:
    """Return the routes of the group."""
    router = APIRouter(prefix="/api/v1/validation", tags=["validation"])

    @router.post("/validate", responses={200: _REPORT}, openapi_extra=body_of(Design))
    async def validate(request: Request, validation_mode: Mode = Mode.STANDARD) -> Response:
        """Judge the design in the body. `Accept: application/sarif+json` gives SARIF."""
        document = await document_of(request)
        report = await validate_document(document, group.principal, group.container, mode=validation_mode)
        _count(group, report)
        return _in_form_asked(request, report)

    @router.post("/validate-by-id/{design_id}", responses={200: _REPORT})
    async def validate_by_id(
        design_id: Annotated[str, Path(pattern="^dsg_[0-9a-z]{26}$")],
        request: Request,
        validation_mode: Mode = Mode.STANDARD,
        version: Annotated[int | None, Query(ge=1, le=1_000_000)] = None,
    ) -> Response:
        """Judge a stored design and keep the report; `Location` says where."""
        kept = await validate_stored_design(
            design_id, group.principal, group.container, mode=validation_mode, version=version
        )
        _count(group, kept.report)
        made = _in_form_asked(request, kept.report)
        made.headers["Location"] = f"/api/v1/validation/{kept.report_id}"
        return made

    @router.get("/{report_id}", responses={200: _REPORT})
    async def read(report_id: Annotated[str, Path(pattern="^val_[0-9a-z]{26}$")]) -> Response:
        """A report that was kept."""
        stored = await group.container.reports.get(group.principal.organisation, report_id)
        return answer(stored.document)

    return router


def _in_form_asked(request: Request, report: Report) -> Response:
    if SARIF in request.headers.get("accept", ""):
        return Response(sarif(report), media_type=SARIF)
    return answer(canonical(report))


def _count(group: Group, report: Report) -> None:
    failed = tuple(verdict.rule for verdict in report.failures())
    group.metrics.count_validation(valid=report.valid, failed_rules=failed)
