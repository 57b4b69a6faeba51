"""The command line inside this process, and files for it to read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from netdesign.cli.main import main
from netdesign.exchange.documents import write_yaml
from netdesign.model.canonical import canonical, to_document
from netdesign.model.inventory import Site
from netdesign.model.vocabulary import Role
from tests.golden.conftest import EXAMPLES
from tests.support.sketch import design, device, link

SKETCH = design(
    Site(id="dc1", name="One"),
    device("s1", Role.SPINE),
    device("l1", Role.LEAF),
    link("l1:Ethernet1", "s1:Ethernet1"),
)
SMALLEST = EXAMPLES / "dc-2-racks.yaml"


class Said(NamedTuple):
    """What a command answered."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command line on the arguments given and return what it said, on a wide terminal."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("NETDESIGN_TRACE", raising=False)

    def said(*arguments: object) -> Said:
        code = main([str(argument) for argument in arguments])
        return Said(code, *capsys.readouterr())

    return said


@pytest.fixture
def sketch(tmp_path: Path) -> Path:
    """A design that can be read and breaks rules, as JSON."""
    path = tmp_path / "sketch.json"
    path.write_bytes(canonical(SKETCH))
    return path


@pytest.fixture
def sketch_yaml(tmp_path: Path) -> Path:
    """The same as YAML."""
    path = tmp_path / "sketch.yaml"
    path.write_bytes(write_yaml(to_document(SKETCH)))
    return path
