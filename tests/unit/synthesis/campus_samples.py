"""Campus requirements, and designs made once per set of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.selection import default_catalog
from netdesign.exchange.documents import read_document
from netdesign.model.decoding import decode
from netdesign.model.design import Design
from netdesign.model.requirements import Requirements
from netdesign.model.resolved import ResolvedRequirements
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.resolve import resolve
from netdesign.synthesis.synthesize import synthesize

G = 1_000_000_000
EXAMPLES = sorted((Path(__file__).parents[3] / "events" / "requirements").glob("campus-*.yaml"))
SITE: dict[str, Any] = {
    "name": "Site",
    "users": 120,
    "endpoints": 30,
    "servers": 4,
    "area_m2": 1800,
    "buildings": 1,
    "closets": 2,
}
CAMPUS = {
    "project_name": "Campus",
    "description": "a campus",
    "network_type": "legacy_campus",
    "scale": {"devices": 250, "users": 120, "sites": 1},
    "bandwidth": {"min": "1Gbps", "max": "10Gbps"},
    "redundancy": "high",
    "security_level": "enterprise",
    "requires_wireless": True,
    "requires_voip": True,
}


def asked(site: dict[str, Any] | None = None, **fields: Any) -> ResolvedRequirements:
    """The resolved requirements of a campus with one site."""
    place = SITE | (site or {})
    scale = {"devices": place["users"] * 2, "users": place["users"], "sites": 1}
    document = CAMPUS | {"sites": [place], "scale": scale} | fields
    return resolve(decode(Requirements, document, subject="requirements"), default_parameters())


def example(path: Path) -> ResolvedRequirements:
    """The resolved requirements of an example file."""
    read = decode(Requirements, read_document(path.read_bytes()), subject=path.name)
    return resolve(read, default_parameters())


def blueprint(requirements: ResolvedRequirements | None = None) -> Blueprint:
    """An empty blueprint."""
    return Blueprint(requirements or asked(), default_catalog(), default_parameters())


@cache
def design(requirements: ResolvedRequirements) -> Design:
    """The design of resolved requirements."""
    return synthesize(requirements, default_catalog(), default_parameters())
