"""Reading a request's body, and answering with documents."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from netdesign.errors import Fault, InvalidInputError
from netdesign.exchange.documents import Media, read_document

_MEDIA: dict[str, Media | None] = {
    "application/json": "json",
    "application/yaml": "yaml",
    "application/x-yaml": "yaml",
    "text/yaml": "yaml",
    "": None,
    "application/x-www-form-urlencoded": None,
    "application/octet-stream": None,
}
"""Content types that are read; None tells JSON from YAML by the first character (what curl sends by default)."""


async def document_of(request: Request) -> object:
    """Return the document in the body; raise `InvalidInputError` where there is none that can be read."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _MEDIA:
        fault = Fault("", f"the content type {kind!r} is not read", "send application/json or application/yaml")
        raise InvalidInputError("body", (fault,))
    body = await request.body()
    return read_document(body, media=_MEDIA[kind], limit_bytes=len(body) + 1, subject="body")


def answer(document: Any, status: int = 200, **headers: str) -> Response:
    """Return `document` (plain values, or JSON that is written already) as the response."""
    content = document if isinstance(document, bytes) else orjson.dumps(document)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(content, status, named, media_type="application/json")
