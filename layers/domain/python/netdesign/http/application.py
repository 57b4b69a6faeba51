"""What every endpoint group shares: problem documents, request ids, size limits, security headers, metrics."""

from __future__ import annotations

import logging
import re
import secrets
from time import perf_counter
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from netdesign import __version__
from netdesign.errors import NetdesignError
from netdesign.http.metrics import Metrics
from netdesign.http.problems import (
    domain_problem,
    parameter_problem,
    problem,
    routing_problem,
    unexpected_problem,
)

SECURITY_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
    "cross-origin-resource-policy": "same-origin",
}

METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
"""Methods that are counted by name; a client may invent as many others as it likes."""

CLIENT_LEFT = 499
"""The status counted for a request whose client went away before the answer, as nginx does."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

log = logging.getLogger("netdesign.http")


def create_app(*routers: APIRouter, title: str, metrics: Metrics, body_limit_bytes: int) -> FastAPI:
    """Return an app that serves `routers` with everything that the groups share."""
    app = FastAPI(title=title, version=__version__, redoc_url=None)
    for router in routers:
        app.include_router(router)
    app.add_exception_handler(NetdesignError, domain_problem)
    app.add_exception_handler(HTTPException, routing_problem)
    app.add_exception_handler(RequestValidationError, parameter_problem)
    app.add_middleware(Envelope, metrics=metrics, body_limit_bytes=body_limit_bytes)
    return app


class BodyTooLargeError(Exception):
    """The body went over the limit while it was read."""


class Envelope:
    """ASGI middleware around every request: id, size limit, headers, one log line, metrics, last resort."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, body_limit_bytes: int) -> None:
        self._app = app
        self._metrics = metrics
        self._limit = body_limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send, self._limit)
        try:
            await self._serve(exchange)
        finally:
            self._record(exchange)

    async def _serve(self, exchange: _Exchange) -> None:
        request = Request(exchange.scope)
        try:
            if exchange.announced > self._limit:
                raise BodyTooLargeError
            await self._app(exchange.scope, exchange.receive, exchange.send)
        except BodyTooLargeError:
            detail = f"more than {self._limit} bytes; send a smaller document"
            refusal = problem(request, 413, "too-large", "The body is too large", detail)
            await refusal(exchange.scope, exchange.receive, exchange.send)
        except ClientDisconnect:
            exchange.status = exchange.status or CLIENT_LEFT
        except Exception as error:
            log.exception("defect", extra={"request_id": exchange.request_id})
            if exchange.status:
                raise
            await unexpected_problem(request, error)(exchange.scope, exchange.receive, exchange.send)

    def _record(self, exchange: _Exchange) -> None:
        seconds = perf_counter() - exchange.started
        route = getattr(exchange.scope.get("route"), "path", "unmatched")
        method = exchange.scope["method"] if exchange.scope["method"] in METHODS else "OTHER"
        self._metrics.observe_request(method, route, exchange.status, seconds)
        log.info(
            "request",
            extra={
                "request_id": exchange.request_id,
                "method": method,
                "route": route,
                "status": exchange.status,
                "ms": round(seconds * 1000, 1),
            },
        )


class _Exchange:
    """One request and its answer as they pass through."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        self.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(16)
        length = headers.get("content-length", "0")
        self.announced = int(length) if length.isdecimal() and len(length) < 20 else 0
        self.scope = scope
        self.scope.setdefault("state", {})["request_id"] = self.request_id
        self.status = 0
        self.started = perf_counter()
        self._receive = receive
        self._send = send
        self._limit = limit
        self._read = 0

    async def receive(self) -> Message:
        message = await self._receive()
        self._read += len(message.get("body", b""))
        if self._read > self._limit:
            raise BodyTooLargeError
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            headers["x-request-id"] = self.request_id
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)


def with_schemas(app: FastAPI, schemas: dict[str, Any]) -> FastAPI:
    """Add JSON Schemas to the components of the app's OpenAPI document."""
    made = app.openapi

    def openapi() -> dict[str, Any]:
        document = made()
        document.setdefault("components", {}).setdefault("schemas", {}).update(schemas)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # the documented way to extend the document
    return app
