"""`netdesign candidates`: several designs side by side."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from netdesign.model.canonical import canonical, design_digest, design_from
from netdesign.model.comparison import Comparison
from netdesign.model.decoding import decode
from netdesign.services.compare_candidates import Compared, compare_candidates
from netdesign.services.workbench import default_workbench
from tests.cli.conftest import Run
from tests.golden.conftest import EXAMPLES
from tests.unit.synthesis.candidates.examples import document

BRANCH = EXAMPLES / "campus-branch.yaml"


@cache
def compared() -> Compared:
    return compare_candidates(document("campus-branch"), default_workbench(), open_questions=False)


@pytest.fixture
def made_before(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """What the command asks for; the answer was made once for all tests."""
    from netdesign.cli import candidates as command

    asked: list[dict[str, object]] = []

    def answer(_: object, bench: object, **options: object) -> Compared:
        asked.append(options)
        return compared()

    monkeypatch.setattr(command, "compare_candidates", answer)
    return asked


def test_the_comparison_is_on_standard_output_and_its_table_beside_it(run: Run, made_before) -> None:
    said = run("candidates", BRANCH, "--no-questions", "--mode", "standard")

    assert said.code == 0
    assert said.out.encode() == canonical(compared().comparison) + b"\n"
    assert decode(Comparison, json.loads(said.out), subject="comparison") == compared().comparison
    assert made_before == [{"mode": "standard", "open_questions": False}]
    assert all(one.title in said.err for one in compared().comparison.candidates)
    assert "recommended" in said.err
    assert "not offered: By cisco: As asked is better in cost" in said.err
    assert "costs 9,000 USD more, by circuits for 0.999" in " ".join(said.err.split())


def test_every_design_on_offer_goes_into_a_folder(run: Run, made_before, tmp_path: Path) -> None:
    said = run("candidates", BRANCH, "-o", tmp_path / "made")

    offered = {one.id: one.digest for one in compared().comparison.candidates}
    files = {path.stem: path for path in (tmp_path / "made").iterdir()}
    assert (said.code, said.out) == (0, "")
    assert files.keys() == {"comparison", *offered}
    for name, digest in offered.items():
        assert design_digest(design_from(json.loads(files[name].read_bytes()))) == digest
    assert made_before == [{"mode": "strict", "open_questions": True}]


def test_requirements_that_cannot_be_met_are_refused_with_ways_out_that_were_tried(run: Run) -> None:
    said = run("candidates", EXAMPLES / "refused-contradiction.yaml")

    assert (said.code, said.out) == (1, "")
    assert said.err.count("way out:") >= 2
