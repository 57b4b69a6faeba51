"""What a complete design costs from requirements on, without rules: four large networks, each in its own process.

`python -m tests.bench.complete` prints CPU seconds and peak memory of all beside what is aimed at;
`python -m tests.bench.complete "80 leaves"` makes one and prints JSON.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any, TypedDict

import yaml

from netdesign.model.design import Design
from netdesign.services.resolve_requirements import feasible, resolve_requirements
from netdesign.services.workbench import default_workbench
from netdesign.synthesis.synthesize import synthesize
from tests.bench.fabrics import LARGE, fabric

REQUIREMENTS = Path(__file__).parents[2] / "events" / "requirements"


class Complete(TypedDict):
    """CPU seconds from requirements to the design, the catalogue already read, and the process's peak memory."""

    devices: int
    links: int
    seconds: float
    peak_mib: float


@dataclass(frozen=True, slots=True)
class Case:
    """A network by name, how it is made, and the CPU seconds that are aimed at."""

    name: str
    make: Callable[[], Design]
    aim_s: float


def eighty_leaves() -> Design:
    """40 racks of 40 servers with two ports of 25 Gbit/s each, on leaves of 48 ports."""
    document = _document("dc-12-racks")
    document["servers"] |= {"count": 1600}
    document["scale"] |= {"devices": 1600}
    document["sites"][0] |= {"servers": 1600, "racks": 40, "kw": "480 kW"}
    document |= {"expected_growth_rate": 0, "preferred_vendors": ["Arista"]}
    return _made(document)


def two_thousand_sites() -> Design:
    """The wide-area network of the examples."""
    return _made(_document("wan-two-thousand-sites"))


def forty_buildings() -> Design:
    """The large campus of the examples with 40 buildings of 250 people instead of 8 of 750."""
    document = _document("campus-large")
    document["scale"] |= {"devices": 14_000, "users": 10_000}
    document["sites"][0] |= {"users": 10_000, "endpoints": 1500, "area_m2": 150_000, "buildings": 40, "closets": 120}
    return _made(document)


CASES = (
    Case("80 leaves", eighty_leaves, 1),
    Case("five stages", lambda: fabric(LARGE), 10),
    Case("2,000 sites", two_thousand_sites, 10),
    Case("40 buildings", forty_buildings, 10),
)


def main() -> None:
    """Make the case that is named, or all, each in a process of its own."""
    if len(sys.argv) > 1:
        print(json.dumps(measured(next(case for case in CASES if case.name == sys.argv[1]))))
        return
    print("CPU seconds    aim  MiB peak   devices     links  complete design, no rules")
    for case in CASES:
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.complete", case.name], check=False, stdout=subprocess.PIPE, text=True
        )
        if done.returncode:
            print(f"     failed {case.aim_s:6.0f}  {case.name}")
            continue
        one: Complete = json.loads(done.stdout)
        print(
            f"{one['seconds']:11.2f} {case.aim_s:6.0f} {one['peak_mib']:9.0f} {one['devices']:9,} {one['links']:9,}"
            f"  {case.name}"
        )


def measured(case: Case) -> Complete:
    """One case, made once."""
    default_workbench()
    start = process_time()
    design = case.make()
    return Complete(
        devices=len(design.inventory.devices),
        links=len(design.cabling.links),
        seconds=process_time() - start,
        peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def _document(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((REQUIREMENTS / f"{name}.yaml").read_bytes())
    return document


def _made(document: object) -> Design:
    bench = default_workbench()
    return synthesize(feasible(resolve_requirements(document, bench)), bench.catalog, bench.parameters)


if __name__ == "__main__":
    main()
