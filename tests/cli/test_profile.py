"""What `--profile` and `--as-of` change on the command line, and what a profile may say."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from netdesign.cli.main import EXIT_BAD_INPUT
from netdesign.exchange.documents import read_document
from netdesign.model.canonical import canonical
from netdesign.rules.registry import all_rules
from netdesign.services.workbench import default_workbench
from tests.cli.conftest import Run
from tests.golden.conftest import synthesized

EXAMPLE = Path(__file__).parents[2] / "events" / "profiles" / "network-standards.yaml"
RULE: dict[str, Any] = {
    "code": "ORG-01",
    "name": "no-sites",
    "title": "No sites",
    "category": "topology",
    "severity": "error",
    "select": "sites",
    "require": "users < 0",
    "message": "{id} has \u202e{users} users",
    "remedy": "Move.",
}
WAIVER: dict[str, Any] = {
    "id": "W-1",
    "rule": "org-01",
    "owner": "risk office",
    "compensating_control": "they are watched",
    "granted": "2026-06-01",
    "expires": "2026-12-01",
    "elements": [synthesized("dc-2-racks").design.inventory.sites[0].id],
}


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "design.json"
    path.write_bytes(canonical(synthesized("dc-2-racks").design))
    return path


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    off = {"rule": "CAP-06", "enabled": False, "reason": "by hand"}
    path = tmp_path / "profile.json"
    path.write_text(json.dumps({"name": "Ours", "organisation_rules": [RULE], "waivers": [WAIVER], "rules": [off]}))
    return path


@pytest.mark.parametrize(("day", "code"), [("2026-05-31", 1), ("2026-06-01", 0), ("2026-12-01", 0), ("2026-12-02", 1)])
def test_a_waiver_counts_on_the_days_that_it_runs(run: Run, sound: Path, profile: Path, day: str, code: int) -> None:
    said = run("validate", sound, "--profile", profile, "--as-of", day)
    assert said.code == code
    assert f"waivers as of {day}" in said.out
    assert "judged as of 2026-01-01" in said.out
    assert ("failure of ORG-01 accepted by waiver W-1 of risk office until 2026-12-01" in said.out) is (code == 0)
    assert "switched off: CAP-06 (by hand)" in said.out
    assert "\u202e" not in said.out


def test_the_day_is_a_day(run: Run, sound: Path) -> None:
    assert run("validate", sound, "--as-of", "soon").code == EXIT_BAD_INPUT


def test_build_servers_are_told_what_was_changed(run: Run, sound: Path, profile: Path) -> None:
    given = ("validate", sound, "--profile", profile, "--as-of", "2026-07-01", "--format")
    report, sarif = json.loads(run(*given, "json").out), json.loads(run(*given, "sarif").out)
    assert report["waivers"] == [WAIVER | {"rule": "ORG-01"}]
    assert report["waivers_as_of"] == sarif["runs"][0]["properties"]["waiversAsOf"] == "2026-07-01"
    assert sarif["runs"][0]["properties"]["profile"] == "Ours"
    suites = ElementTree.fromstring(run(*given, "junit").out)
    assert "profile: Ours" in {one.get("value") for one in suites.iter("property")}
    off = next(suite for suite in suites if suite.get("name") == "switched off")
    assert [(case.get("name"), case[0].tag) for case in off.iter("testcase")] == [("CAP-06", "skipped")]


def test_a_profile_with_every_rule_off_is_no_empty_page(run: Run, sound: Path, tmp_path: Path) -> None:
    codes = [rule.code for rule in all_rules()]
    path = tmp_path / "off.json"
    path.write_text(json.dumps({"name": "n", "rules": [{"rule": c, "enabled": False, "reason": "r"} for c in codes]}))
    said = run("validate", sound, "--profile", path, "--format", "junit")
    assert said.code == 1
    suites = ElementTree.fromstring(said.out)
    assert sum(int(suite.get("skipped") or 0) for suite in suites) == len(codes)


def test_own_rules_are_listed_and_explained(run: Run, profile: Path) -> None:
    cards = json.loads(run("rules", "--profile", profile, "--format", "json").out)
    assert [card["code"] for card in cards][-1] == "ORG-01"
    assert len(json.loads(run("rules", "--format", "json").out)) == len(cards) - 1
    for name in ("org-01", "no-sites"):
        said = run("explain", name, "--profile", profile)
        assert (said.code, "For each holds: users < 0" in said.out) == (0, True)
    assert run("explain", "ORG-01").code != 0


def test_the_schema_of_profiles_takes_what_is_sound_and_refuses_what_is_not(run: Run) -> None:
    schema = json.loads(run("schema", "profile").out)
    Draft202012Validator.check_schema(schema)
    judge = Draft202012Validator(schema)
    whole = {"name": "p", "organisation_rules": [RULE], "waivers": [WAIVER]}
    assert list(judge.iter_errors(read_document(EXAMPLE.read_bytes()))) == []
    assert list(judge.iter_errors(whole)) == []
    for bad in (
        {},
        {"name": "p", "more": 1},
        {"name": "p", "parameters": {"no.such": 1}},
        {"name": "p", "rules": [{"rule": "CAP-01", "reason": " ", "enabled": False}]},
        {"name": "p", "waivers": [WAIVER | {"id": "a/b"}]},
        {"name": "p", "waivers": [WAIVER | {"owner": ""}]},
        {"name": "p", "waivers": [WAIVER | {"expires": "never"}]},
        {"name": "p", "organisation_rules": [RULE | {"select": "gadgets"}]},
        {"name": "p", "organisation_rules": [RULE | {"title": ""}]},
    ):
        assert list(judge.iter_errors(bad)), bad


def test_the_schema_of_profiles_names_every_parameter_with_unit_and_reason(run: Run) -> None:
    told = json.loads(run("schema", "profile").out)["properties"]["parameters"]["properties"]
    cards = default_workbench().parameters.cards()
    assert list(told) == [card.path for card in cards]
    for card in cards:
        assert card.unit in told[card.path]["description"]
        assert list(Draft202012Validator(told[card.path]).iter_errors(json.loads(json.dumps(card.value)))) == []
