"""The data files of the catalogue: found beside the code, parsed once, never changed."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from netdesign.errors import CatalogError

_FOLDER = Path(__file__).parent / "data"


@cache
def content(name: str) -> bytes:
    """Bytes of a data file; raises `CatalogError` when there is none of that name."""
    try:
        return (_FOLDER / name).read_bytes()
    except OSError as exc:
        raise CatalogError(f"the catalogue has no data file {name!r}") from exc


def parsed(name: str) -> dict[str, Any]:
    """A data file as a mapping; raises `CatalogError` when it is not one."""
    return decoded(name, content(name))


def decoded(name: str, body: bytes) -> dict[str, Any]:
    """A JSON object from its bytes; raises `CatalogError`, naming the document, when it is not one."""
    try:
        found = json.loads(body)
    except ValueError as exc:
        raise CatalogError(f"data file {name!r} is not JSON: {exc}") from exc
    if not isinstance(found, dict):
        raise CatalogError(f"data file {name!r} is not a JSON object")
    return found


@cache
def device_files() -> tuple[str, ...]:
    """Names of the device files, one per vendor, in order."""
    return tuple(sorted(f"devices/{path.name}" for path in (_FOLDER / "devices").glob("*.json")))


@cache
def version() -> str:
    """Digest of all facts: the same data give the same version on every machine."""
    from hashlib import sha256

    digest = sha256()
    for name in (
        *device_files(),
        "media.json",
        "circuits.json",
        "assumptions.json",
        "validations.json",
        "vendors.json",
        "cloud_quotas.json",
        "cloud_regions.json",
        "cloud_prices.json",
    ):
        digest.update(name.encode() + b"\0" + content(name) + b"\0")
    return digest.hexdigest()[:16]
