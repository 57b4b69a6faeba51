"""Every example of requirements, and the design that it becomes."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from netdesign.exchange.documents import read_document
from netdesign.services.resolve_requirements import Analysis, resolve_requirements
from netdesign.services.synthesize_design import Synthesized, design_for
from netdesign.services.workbench import default_workbench

EXAMPLES = Path(__file__).parents[2] / "events" / "requirements"

REFUSED = tuple(sorted(path.stem for path in EXAMPLES.glob("refused-*.yaml")))
LARGE = ("wan-two-thousand-sites",)
"""Examples for measurements, too large to be judged by every rule in tests."""
VALID = tuple(sorted(path.stem for path in EXAMPLES.glob("*.yaml") if path.stem not in (*REFUSED, *LARGE)))

QUICK = ("campus-branch", "campus-shop-card-payments", "dc-2-racks", "dc-12-racks", "campus-one-building")
"""Small examples, for what takes many judgements; `make mutation` goes through all."""


@cache
def analysed(name: str) -> Analysis:
    """The analysis of the example's requirements."""
    return resolve_requirements(read_document((EXAMPLES / f"{name}.yaml").read_bytes()), default_workbench())


@cache
def synthesized(name: str) -> Synthesized:
    """The example's design and its report in strict mode."""
    return design_for(analysed(name).requirements, default_workbench())
