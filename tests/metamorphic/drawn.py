"""Requirements drawn at random, sensible enough that most of them lead to a design."""

from __future__ import annotations

from functools import lru_cache
from random import Random
from typing import Any

from netdesign.errors import InfeasibleError, InvalidInputError
from netdesign.model.design import Design
from netdesign.services.synthesize_design import synthesize_design
from netdesign.services.workbench import default_workbench

REDUNDANCY = ("none", "low", "medium", "medium", "high", "high", "critical")
SECURITY = ("basic", "corporate", "corporate", "enterprise", "enterprise", "government")
FRAMEWORKS = ("PCI-DSS", "HIPAA", "SOC2", "ISO27001", "GDPR", "NIST")


def requirements(seed: int) -> dict[str, Any]:
    """The requirements document of a seed: a data centre or a campus of some size, with extras."""
    random = Random(seed)
    kind = random.choice(("enterprise_datacenter", "sdn_campus", "legacy_campus"))
    document: dict[str, Any] = {
        "project_name": f"drawn {seed}",
        "description": "drawn at random",
        "network_type": kind,
        "redundancy": _redundancy(seed, random),
        "security_level": random.choice(SECURITY),
    }
    document |= _data_center(random) if kind == "enterprise_datacenter" else _campus(random)
    if random.random() < 0.3:
        document["compliance"] = random.sample(FRAMEWORKS, random.choice((1, 2)))
    if "GDPR" in document.get("compliance", ()):
        document["sites"] = [{"name": "Site 1", "jurisdiction": "DE"}]
    if random.random() < 0.3:
        document["internet_facing"] = ["https"]
    if random.random() < 0.3:
        document["expected_growth_rate"] = random.choice(("0%", "5%", "30%"))
    return document


def _redundancy(seed: int, random: Random) -> str:
    """Any level; critical, which one site cannot give, only every second time, so that few are refused."""
    drawn = random.choice(REDUNDANCY)
    return "high" if drawn == "critical" and seed % 2 else drawn


def _data_center(random: Random) -> dict[str, Any]:
    servers = random.choice((7, 24, 60, 96, 160))
    speed = random.choice(("10Gbps", "25Gbps"))
    return {
        "scale": {"devices": servers, "users": random.choice((40, 400, 2000)), "sites": 1},
        "servers": {"count": servers, "nics": 2, "nic_speed": speed},
        "bandwidth": {"min": "1Gbps", "max": speed},
    }


def _campus(random: Random) -> dict[str, Any]:
    users = random.choice((12, 40, 120, 320))
    return {
        "scale": {"devices": users, "users": users, "sites": 1},
        "bandwidth": {"min": "100Mbps", "max": random.choice(("1Gbps", "10Gbps"))},
        "requires_wireless": random.random() < 0.5,
        "requires_voip": random.random() < 0.4,
    }


@lru_cache(maxsize=4)
def drawn(seed: int) -> Design | None:
    """The design of a seed; None where its requirements are refused."""
    try:
        return synthesize_design(requirements(seed), default_workbench()).design
    except (InfeasibleError, InvalidInputError):
        return None
