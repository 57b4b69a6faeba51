"""The data files of the catalogue: found beside the code, parsed once, never changed."""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Any

from netdesign.errors import CatalogError

_FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data")


@cache
def content(name: str) -> bytes:
    """Bytes of a data file; raises `CatalogError` when there is none of that name."""
    try:
        with open(os.path.join(_FOLDER, name), "rb") as file:
            return file.read()
    except OSError as exc:
        raise CatalogError(f"the catalogue has no data file {name!r}") from exc


def parsed(name: str) -> dict[str, Any]:
    """A data file as a mapping; raises `CatalogError` when it is not one."""
    try:
        found = json.loads(content(name))
    except ValueError as exc:
        raise CatalogError(f"data file {name!r} is not JSON: {exc}") from exc
    if not isinstance(found, dict):
        raise CatalogError(f"data file {name!r} is not a JSON object")
    return found


@cache
def device_files() -> tuple[str, ...]:
    """Names of the device files, one per vendor, in order."""
    names = sorted(os.listdir(os.path.join(_FOLDER, "devices")))
    return tuple(f"devices/{name}" for name in names if name.endswith(".json"))


@cache
def version() -> str:
    """Digest of all data files: the same data give the same version on every machine."""
    from hashlib import sha256

    digest = sha256()
    for name in (*device_files(), "media.json", "circuits.json", "assumptions.json"):
        digest.update(name.encode() + b"\0" + content(name) + b"\0")
    return digest.hexdigest()[:16]
