"""The validation group: designs judged, reports kept."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from functions.validation.schemas import WaiverView, waiver_view
from netdesign.exchange.sarif import sarif
from netdesign.http.bodies import answer, document_of
from netdesign.http.group import Group
from netdesign.http.openapi import body_of, schemas_of
from netdesign.model.canonical import canonical
from netdesign.model.design import Design
from netdesign.model.verdict import Report, Waiver
from netdesign.model.vocabulary import Framework, Mode
from netdesign.services.keep_designs import validate_document, validate_stored_design
from netdesign.services.keep_evidence import stored_evidence
from netdesign.services.keep_waivers import grant_waiver, waivers_of, withdraw_waiver

SARIF = "application/sarif+json"

SCHEMAS = schemas_of(Design, Report, Waiver)

DESIGN_ID = "^dsg_[0-9a-z]{26}$"

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
        design_id: Annotated[str, Path(pattern=DESIGN_ID)],
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

    _waivers(router, group)
    _reading(router, group)
    return router


def _waivers(router: APIRouter, group: Group) -> None:
    @router.post("/waivers", status_code=201, openapi_extra=body_of(Waiver))
    async def grant(request: Request, design_id: Annotated[str | None, Query(pattern=DESIGN_ID)] = None) -> WaiverView:
        """Accept a rule's failure on a design, or on all, until a date."""
        document = await document_of(request)
        return waiver_view(await grant_waiver(document, design_id, group.principal, group.container))

    @router.get("/waivers")
    async def waivers(design_id: Annotated[str | None, Query(pattern=DESIGN_ID)] = None) -> list[WaiverView]:
        """Every waiver that was ever granted; with a design, those that concern it."""
        found = await waivers_of(group.principal, group.container, design_id=design_id)
        return [waiver_view(kept) for kept in found]

    @router.delete("/waivers/{waiver_id}", status_code=204)
    async def withdraw(waiver_id: Annotated[str, Path(max_length=200)]) -> None:
        """End a waiver; it stays on record."""
        await withdraw_waiver(waiver_id, group.principal, group.container)


def _reading(router: APIRouter, group: Group) -> None:
    @router.get("/{report_id}", responses={200: _REPORT})
    async def read(report_id: Annotated[str, Path(pattern="^val_[0-9a-z]{26}$")]) -> Response:
        """A report that was kept."""
        stored = await group.container.reports.get(group.principal.organisation, report_id)
        return answer(stored.document)

    @router.get("/{report_id}/evidence", response_class=Response)
    async def evidence(report_id: Annotated[str, Path(pattern="^val_[0-9a-z]{26}$")], framework: Framework) -> Response:
        """The evidence pack of a report that was kept, as a zip: by its verdicts, settings and mode."""
        content = await stored_evidence(report_id, framework, group.principal, group.container)
        disposition = f'attachment; filename="evidence-{framework.value}.zip"'
        return Response(content, headers={"Content-Disposition": disposition}, media_type="application/zip")


def _in_form_asked(request: Request, report: Report) -> Response:
    if SARIF in request.headers.get("accept", ""):
        return Response(sarif(report), media_type=SARIF)
    return answer(canonical(report))


def _count(group: Group, report: Report) -> None:
    failed = tuple(verdict.rule for verdict in report.failures())
    group.metrics.count_validation(valid=report.valid, failed_rules=failed)
