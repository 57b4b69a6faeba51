"""`netdesign fix` says what it did, writes what it made, and its exit code is whether the design is valid."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netdesign.model.canonical import canonical, design_digest, design_from
from netdesign.model.patch import Set, apply
from netdesign.model.vocabulary import LinkPurpose
from tests.cli.conftest import Run
from tests.golden.conftest import synthesized

SOUND = synthesized("dc-2-racks").design
LINK = next(link.id for link in SOUND.cabling.links if link.purpose in (LinkPurpose.UPLINK, LinkPurpose.PEER))


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A design with a dead link."""
    path = tmp_path / "broken.json"
    path.write_bytes(canonical(apply(SOUND, (Set("links", LINK, {"in_service": False}),))))
    return path


def test_a_repair_is_told_and_written(run: Run, broken: Path, tmp_path: Path) -> None:
    said = run("fix", broken, "-o", tmp_path / "fixed.json")
    assert said.code == 0
    assert f"set links {LINK}: in_service false -> true" in said.out
    assert "put back to what the requirements call for" in said.out
    assert "valid" in said.out.splitlines()[-1]
    fixed = design_from(json.loads((tmp_path / "fixed.json").read_bytes()))
    assert design_digest(fixed) == design_digest(SOUND)


def test_the_account_comes_as_json_and_the_input_stays_as_it_was(run: Run, broken: Path) -> None:
    before = broken.read_bytes()
    account = json.loads(run("fix", broken, "--format", "json").out)
    assert account["valid_after"] is True
    assert account["valid_before"] is False
    (change,) = account["steps"][0]["changes"]
    assert (change["id"], change["before"], change["after"]) == (LINK, {"in_service": False}, {"in_service": True})
    assert broken.read_bytes() == before


def test_what_cannot_be_mended_is_left_with_the_reason_and_exit_code_1(run: Run, sketch: Path) -> None:
    said = run("fix", sketch)
    assert said.code == 1
    assert "left" in said.out
    assert "not valid" in said.out.splitlines()[-1]


def test_a_sound_design_needs_nothing(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "sound.json"
    path.write_bytes(canonical(SOUND))
    said = run("fix", path)
    assert said.code == 0
    assert "nothing changed" in said.out


def test_every_change_of_a_long_step_can_be_seen(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "bare.json"
    ids = [one.id for one in SOUND.security.policy_rules]
    path.write_bytes(canonical(apply(SOUND, tuple(Set("policy_rules", one, {"log": False}) for one in ids))))
    short, whole = run("fix", path).out, run("fix", path, "--all").out
    assert "log false -> true" in short
    assert "  concerns " in short
    assert "more: --all" in short
    assert "more: --all" not in whole
    assert len(whole.splitlines()) > len(short.splitlines())
