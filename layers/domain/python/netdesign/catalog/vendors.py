"""Vendors by any usual spelling."""

from __future__ import annotations

import re
from functools import cache

from netdesign.catalog.documents import parsed

_NOISE = re.compile(r"[^a-z0-9]+")


@cache
def _slugs() -> dict[str, str]:
    """Canonical slug by squeezed spelling."""
    known = parsed("vendors.json")["vendors"]
    return {_squeezed(name): slug for slug, names in known.items() for name in (slug, *names)}


def _squeezed(text: str) -> str:
    """Letters and digits of a spelling, lower-case."""
    return _NOISE.sub("", text.lower())


def vendor_slug(text: str) -> str | None:
    """Canonical slug of a vendor, such as `palo-alto` for "Palo Alto Networks, Inc."; None when unknown."""
    squeezed = _squeezed(text)
    for ending in ("", "inc", "networks", "networksinc", "systems", "systemsinc", "ltd"):
        found = _slugs().get(squeezed.removesuffix(ending))
        if found:
            return found
    return None
