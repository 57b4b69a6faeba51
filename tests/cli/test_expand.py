"""`netdesign expand` shows the phases, writes plan and designs, and says how far a design goes that cannot grow so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netdesign.exchange.documents import write_yaml
from netdesign.model.canonical import canonical, design_from
from tests.cli.conftest import Run
from tests.golden.conftest import synthesized
from tests.support.growing import larger

SOUND = synthesized("dc-2-racks").design


@pytest.fixture
def standing(tmp_path: Path) -> Path:
    """A design of two racks."""
    path = tmp_path / "standing.json"
    path.write_bytes(canonical(SOUND))
    return path


def asked(folder: Path, servers: int) -> Path:
    path = folder / f"{servers}.yaml"
    path.write_bytes(write_yaml(larger("dc-2-racks", 2, servers)))
    return path


def test_the_phases_are_told_and_written(run: Run, standing: Path, tmp_path: Path) -> None:
    said = run("expand", standing, asked(tmp_path, 31), "-o", tmp_path / "plan")

    assert said.code == 0
    assert "Phase 1" in said.out
    assert "nothing that stands is rewired, renamed, readdressed or removed" in said.out
    assert "every phase leaves the network as sound as it was" in said.out.splitlines()[-1]
    plan = json.loads((tmp_path / "plan" / "plan.json").read_bytes())
    last = len(plan["phases"])
    design = design_from(json.loads((tmp_path / "plan" / f"phase-{last}-design.json").read_bytes()))
    assert design.requirements.servers.count == 31
    report = json.loads((tmp_path / "plan" / f"phase-{last}-report.json").read_bytes())
    assert report["valid"] is True


def test_the_plan_comes_as_json(run: Run, standing: Path, tmp_path: Path) -> None:
    plan = json.loads(run("expand", standing, asked(tmp_path, 31), "--format", "json").out)

    assert plan["sound"] is True
    assert plan["design"] == SOUND.id


def test_what_cannot_grow_so_far_says_how_far_it_can(run: Run, standing: Path, tmp_path: Path) -> None:
    said = run("expand", standing, asked(tmp_path, 45))

    assert said.code == 1
    assert "attach 31 servers at Harbour" in said.out + said.err


def test_growth_is_told_year_by_year(run: Run, standing: Path) -> None:
    said = run("growth", standing, "--rate", "0.2", "--years", "4")

    assert "20.0% a year over 4 years" in said.out
    assert [f"year {year}:" in said.out for year in range(5)] == [True] * 5
    assert "runs out first" in said.out.splitlines()[-1]


def test_growth_that_outgrows_the_network_ends_with_1_and_comes_as_json(run: Run, standing: Path) -> None:
    said = run("growth", standing, "--rate", "1", "--years", "3", "--format", "json")
    report = json.loads(said.out)

    assert said.code == 1
    assert report["resources"][0]["runs_out"] <= 3
    assert [year["year"] for year in report["years"]] in ([0, 1, 2, 3], [1, 2, 3])
