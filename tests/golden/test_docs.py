"""What the documents show is what the program makes today."""

from __future__ import annotations

from pathlib import Path

from netdesign.exchange.svg import svg
from netdesign.graph.network import compile_network
from netdesign.services.workbench import default_workbench
from tests.golden.conftest import synthesized

DOCS = Path(__file__).parents[2] / "docs"


def test_the_picture_in_the_readme_is_todays_drawing() -> None:
    network = compile_network(synthesized("dc-12-racks").design, default_workbench().catalog)

    assert (DOCS / "example.svg").read_bytes().strip() == svg(network), "run `make picture`"
