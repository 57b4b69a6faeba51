"""What synthesis of each example of requirements costs."""

from __future__ import annotations

from pathlib import Path
from time import process_time
from typing import NamedTuple

from netdesign.errors import NetdesignError
from netdesign.exchange.documents import read_document
from netdesign.services.resolve_requirements import feasible, resolve_requirements
from netdesign.services.workbench import default_workbench
from netdesign.synthesis.synthesize import synthesize

FOLDER = Path(__file__).parents[2] / "events" / "requirements"
RUNS = 3


class Example(NamedTuple):
    """An example of requirements, the CPU seconds from its text to a design, and what came of it."""

    name: str
    synthesis_s: float
    outcome: str


def examples() -> tuple[Example, ...]:
    """All examples, the best of three runs of each."""
    default_workbench()
    return tuple(min((_once(path) for _ in range(RUNS)), key=lambda e: e[1]) for path in sorted(FOLDER.glob("*.yaml")))


def _once(path: Path) -> Example:
    bench, start = default_workbench(), process_time()
    try:
        analysed = resolve_requirements(read_document(path.read_bytes()), bench)
        design = synthesize(feasible(analysed), bench.catalog, bench.parameters)
        outcome = f"{len(design.inventory.devices):,} devices, {len(design.cabling.links):,} links"
    except NetdesignError as error:
        outcome = f"refused ({type(error).__name__})"
    return Example(path.stem, process_time() - start, outcome)
