"""Requirements of wide-area networks, and designs made once per set of them."""

from __future__ import annotations

from functools import cache
from typing import Any

from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.selection import default_catalog
from netdesign.model.decoding import decode
from netdesign.model.design import Design
from netdesign.model.requirements import Requirements
from netdesign.model.resolved import ResolvedRequirements
from netdesign.synthesis.resolve import resolve
from netdesign.synthesis.synthesize import synthesize

WAN: dict[str, Any] = {
    "project_name": "Wide",
    "description": "offices joined by tunnels",
    "network_type": "wan",
    "bandwidth": {"min": "1Gbps", "max": "10Gbps"},
    "redundancy": "low",
    "security_level": "corporate",
}


def asked(count: int, users: int | None = None, **fields: Any) -> ResolvedRequirements:
    """The resolved requirements of a network of so many sites, ten users each where nothing is said."""
    scale = {"devices": 4 * count, "users": 10 * count if users is None else users, "sites": count}
    return resolve(decode(Requirements, WAN | {"scale": scale} | fields, subject="requirements"), default_parameters())


@cache
def design(requirements: ResolvedRequirements) -> Design:
    """The design of resolved requirements."""
    return synthesize(requirements, default_catalog(), default_parameters())
