"""The smallest request that is complete, and changes of it by JSON pointer."""

from __future__ import annotations

import copy
from typing import Any

SMALL: dict[str, Any] = {
    "project_name": "Small",
    "description": "A small data centre.",
    "network_type": "enterprise_datacenter",
    "scale": {"devices": 40, "users": 100, "sites": 1},
    "bandwidth": {"min": "1Gbps", "max": "25Gbps"},
    "redundancy": "high",
    "security_level": "enterprise",
}
CAMPUS: dict[str, Any] = SMALL | {
    "network_type": "sdn_campus",
    "scale": {"devices": 600, "users": 500, "sites": 1},
    "bandwidth": {"min": "1Gbps", "max": "10Gbps"},
}


def request(base: dict[str, Any] = SMALL, /, **fields: Any) -> dict[str, Any]:
    """`base` with some fields replaced."""
    return copy.deepcopy(base) | fields


def changed(document: dict[str, Any], pointer: str, value: Any) -> dict[str, Any]:
    """`document` with `value` at the slash-separated `pointer`; a mapping there is updated, a list extended."""
    made = copy.deepcopy(document)
    *outer, last = pointer.split("/")
    place: Any = made
    for step in outer:
        place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
    key: Any = int(last) if isinstance(place, list) else last
    known = place[key] if isinstance(place, list) else place.get(key)
    place[key] = known | value if isinstance(known, dict) and isinstance(value, dict) else value
    return made
