"""Whole designs of a stated size: the plan of the fabric is given, all else is synthesised as for anybody."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import yaml

from netdesign.model.design import Design
from netdesign.services.resolve_requirements import feasible, resolve_requirements
from netdesign.services.workbench import default_workbench
from netdesign.synthesis.datacenter import joining
from netdesign.synthesis.datacenter.clos_choice import FabricPlan
from netdesign.synthesis.datacenter.clos_sizing import ClosSize
from netdesign.synthesis.synthesize import synthesize

REQUIREMENTS = Path(__file__).parents[2] / "events" / "requirements" / "dc-300-racks.yaml"
GBPS = 1_000_000_000
LEAF_PORTS = 32
SPARE = 1.25
"""What the redundancy of the example asks to keep free: leaves are as full as they may be."""


@dataclass(frozen=True, slots=True)
class Size:
    """A five-stage fabric: pods of leaves and spines, a plane of super-spines for each spine of a pod."""

    key: str
    pods: int
    leaves_per_pod: int
    spines: int
    plane_width: int
    parallel: int
    """Links between a spine and each super-spine of its plane."""


SMALL = Size("small", pods=10, leaves_per_pod=82, spines=6, plane_width=14, parallel=3)
LARGE = Size("large", pods=100, leaves_per_pod=82, spines=12, plane_width=42, parallel=1)
SIZES = (SMALL, LARGE)
"""About 1,000 devices with 8,000 links, and 10,000 with 160,000."""


def fabric(size: Size) -> Design:
    """The complete design of a data centre on a fabric of `size`."""
    bench = default_workbench()
    leaves = size.pods * size.leaves_per_pod
    down = min(3 * size.spines, LEAF_PORTS - size.spines)
    servers = int(leaves * down / 2 / SPARE) - 1
    plan = FabricPlan(
        size=ClosSize(
            leaves=leaves,
            border_leaves=2,
            leaf_downlinks=down,
            uplinks=size.spines,
            uplink_bps=100 * GBPS,
            spines=size.spines,
            parallel=1,
            oversubscription=down / size.spines,
            pods=size.pods,
            plane_width=size.plane_width,
            spine_parallel=size.parallel,
        ),
        leaf=bench.catalog.device("DCS-7050CX3-32S"),
        spine=bench.catalog.device("QFX5220-128C-AFO"),
        super_spine=bench.catalog.device("QFX5220-128C-AFO"),
        cost_usd=0.0,
    )
    parameters = bench.parameters.with_overrides({"fabric.racks_per_management_switch": 8})
    requirements = feasible(resolve_requirements(_document(servers), bench))
    with patch.object(joining, "choose_fabric", lambda *_: plan):
        return synthesize(requirements, bench.catalog, parameters)


def _document(servers: int) -> object:
    document = yaml.safe_load(REQUIREMENTS.read_bytes())
    racks = -(-servers // 36)
    document["servers"] = {"count": servers, "nics": 2, "nic_speed": "100Gbps"}
    document["scale"]["devices"] = servers
    document["sites"][0] |= {"servers": servers, "racks": racks, "kw": f"{racks * 12} kW", "area_m2": racks * 5}
    document["expected_growth_rate"] = 0
    return document
