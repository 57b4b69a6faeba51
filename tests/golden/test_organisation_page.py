"""The page on organisations' rules lists what expressions may ask, and its commands and example work."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from netdesign.cli.main import COMMANDS
from netdesign.exchange.documents import read_document
from netdesign.model.profile import OrganisationRule, Profile, RuleChange
from netdesign.model.verdict import Waiver
from netdesign.rules.organisation.computed import COMPUTED
from netdesign.services.profile import Standards, profile_from, standards
from netdesign.services.workbench import default_workbench

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "organisation.md").read_text(encoding="utf-8")


def test_every_computed_number_is_on_the_page() -> None:
    told = re.findall(r"^\| (\w+) \| `(\w+)` \| (.+) \|$", PAGE, re.MULTILINE)
    assert told == [(c, name, one.meaning) for c, names in COMPUTED.items() for name, one in names.items()]


@pytest.mark.parametrize(
    ("owner", "kind"),
    [
        ("a profile", Profile),
        ("an entry of `rules`", RuleChange),
        ("a waiver", Waiver),
        ("an own rule", OrganisationRule),
    ],
)
def test_every_field_is_on_the_page(owner: str, kind: type) -> None:
    block = re.search(rf"(?m)^\| of {re.escape(owner)} \| what it is \|\n\|---\|---\|\n((?:\|.*\n)+)", PAGE)
    assert block is not None
    assert set(re.findall(r"(?m)^\| `(\w+)` \|", block[1])) == {one.name for one in fields(kind)}


def test_its_commands_and_its_example_profile_are_there() -> None:
    for command in re.findall(r"^    netdesign (\w+)", PAGE, re.MULTILINE):
        assert command in COMMANDS
    for path in re.findall(r"--profile (\S+)", PAGE):
        if path.startswith("events/"):
            profile = profile_from(read_document((ROOT / path).read_bytes()))
            assert isinstance(standards(profile, default_workbench()), Standards)


def test_its_example_rule_is_one() -> None:
    block = re.search(r"(?ms)^    organisation_rules:\n(.+?)\n\n", PAGE)
    assert block is not None
    text = "organisation_rules:\n" + "\n".join(line[4:] for line in block[1].splitlines())
    held = standards(profile_from(read_document(f"name: p\n{text}\n".encode())), default_workbench())
    assert [rule.code for rule in held.settings.own_rules] == ["ORG-03"]
