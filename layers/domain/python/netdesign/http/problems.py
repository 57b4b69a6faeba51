"""Every error as a problem document (RFC 9457), in one table."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import orjson
from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from netdesign.errors import (
    ConflictError,
    InfeasibleError,
    InputTooLargeError,
    InvalidInputError,
    NetdesignError,
    NotFoundError,
    UnavailableError,
)
from netdesign.model.conflict import Conflict

TABLE: tuple[tuple[type[NetdesignError], int, str, str], ...] = (
    (InputTooLargeError, 413, "too-large", "The body is too large"),
    (InvalidInputError, 422, "invalid-input", "The input cannot be used"),
    (InfeasibleError, 422, "infeasible", "No design can meet the requirements"),
    (NotFoundError, 404, "not-found", "There is no such thing"),
    (ConflictError, 409, "conflict", "The state of the thing forbids the change"),
    (UnavailableError, 503, "unavailable", "A store does not answer"),
    (NetdesignError, 400, "refused", "The request was refused"),
)
"""The first class that an error is an instance of gives status, type and title."""


def problem(request: Request, status: int, kind: str, title: str, detail: str, **members: Any) -> Response:
    """Return a problem document; `type` is a URN that stays the same for a kind of problem."""
    body = {
        "type": f"urn:netdesign:problem:{kind}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
        "request_id": getattr(request.state, "request_id", None),
        **members,
    }
    headers = {"Retry-After": "5"} if status == 503 else {}
    return Response(_written(body), status, headers, media_type="application/problem+json")


def _written(body: dict[str, Any]) -> bytes:
    """Return `body` as JSON; halves of surrogate pairs, which a client may send, become question marks."""
    try:
        return orjson.dumps(body)
    except TypeError:
        return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def domain_problem(request: Request, error: Exception) -> Response:
    """Return the problem document of an error of the domain."""
    status, kind, title = next(row[1:] for row in TABLE if isinstance(error, row[0]))
    return problem(request, status, kind, title, _detail(error), **_members(error))


def _detail(error: Exception) -> str:
    return str(error) if len(str(error)) <= 2000 else str(error)[:1999] + "…"


def _members(error: Exception) -> dict[str, Any]:
    if isinstance(error, InvalidInputError):
        return {"faults": [asdict(fault) for fault in error.faults]}
    if isinstance(error, InfeasibleError):
        return {"conflicts": [asdict(c) for c in error.conflicts if isinstance(c, Conflict)]}
    return {}


def routing_problem(request: Request, error: Exception) -> Response:
    """Return the problem document of what the framework refuses: unknown paths, wrong methods."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = str(error.detail) if isinstance(error, HTTPException) else "unexpected"
    made = problem(request, status, "http", detail, f"{request.method} {request.url.path}: {detail}")
    for name, value in (getattr(error, "headers", None) or {}).items():
        made.headers[name] = value
    return made


def parameter_problem(request: Request, error: Exception) -> Response:
    """Return the problem document of query, path or header parameters that make no sense."""
    errors = error.errors() if isinstance(error, RequestValidationError) else []
    faults = [
        {"pointer": "/".join(map(str, entry["loc"])), "problem": entry["msg"], "remedy": "mend the parameter"}
        for entry in errors
    ]
    detail = "; ".join(f"{fault['pointer']}: {fault['problem']}" for fault in faults)
    return problem(request, 422, "invalid-input", "A parameter makes no sense", detail, faults=faults)


def unexpected_problem(request: Request, error: Exception) -> Response:
    """Return the problem document of a defect of ours; it tells nothing but that there is one."""
    detail = f"{type(error).__name__}: the service broke; quote the request id when you report it"
    return problem(request, 500, "defect", "The service broke", detail)
