"""Requests for networks at a cloud provider, and designs made once per request."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.selection import default_catalog
from netdesign.model.design import Design
from netdesign.model.resolved import ResolvedRequirements
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.synthesize import synthesize
from tests.unit.synthesis.resolving import resolved

CLOUD: dict[str, Any] = {
    "project_name": "Cloud",
    "description": "workloads at a provider",
    "network_type": "cloud_native",
    "scale": {"devices": 60, "users": 200, "sites": 2},
    "bandwidth": {"min": "1Gbps", "max": "10Gbps"},
    "redundancy": "high",
    "security_level": "corporate",
    "servers": {"count": 60},
    "sites": [{"name": "North", "users": 150}, {"name": "South", "users": 50}],
}


def asked(**fields: Any) -> ResolvedRequirements:
    """The resolved requirements of the request with other values in some fields."""
    return resolved(CLOUD, **fields)


def design(**fields: Any) -> Design:
    """The design of the request with other values in some fields."""
    return _made(json.dumps(fields, sort_keys=True))


@cache
def _made(fields: str) -> Design:
    return synthesize(asked(**json.loads(fields)), default_catalog(), default_parameters())


def blueprint(**fields: Any) -> Blueprint:
    """An empty blueprint of the request."""
    return Blueprint(asked(**fields), default_catalog(), default_parameters())
