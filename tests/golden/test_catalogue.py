"""The catalogue of rules is whole: every card, page, test and mutant is there."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from netdesign.cli.rules import command
from netdesign.model.vocabulary import Category
from netdesign.rules.card import Rule
from netdesign.rules.registry import all_rules
from tests.pages.made import FOLDER, pages

ROOT = Path(__file__).parents[2]
COUNTS = {
    Category.CAPACITY: ("CAP", 30),
    Category.TOPOLOGY: ("TOP", 29),
    Category.PROTOCOL: ("PRO", 32),
    Category.SECURITY: ("SEC", 30),
    Category.COMPLIANCE: ("CMP", 28),
}
RULES = all_rules()
TESTS = {
    category: "\n".join(path.read_text() for path in (ROOT / "tests" / "unit" / "rules" / category.value).glob("*.py"))
    for category in Category
}


def test_every_code_of_the_catalogue_is_a_rule_once() -> None:
    wanted = [f"{prefix}-{number:02}" for prefix, count in COUNTS.values() for number in range(1, count + 1)]
    assert len(wanted) == 149
    assert [rule.code for rule in RULES] == wanted


def test_the_command_lists_every_card_whole() -> None:
    cards = json.loads(CliRunner().invoke(command, ["--format", "json"]).output)
    assert [card["code"] for card in cards] == [rule.code for rule in RULES]
    for card in cards:
        for name in ("name", "title", "category", "severity", "applies", "flags", "passes", "remedy"):
            assert card[name].strip(), (card["code"], name)
        assert card["references"]
        assert card["mutants"]


def test_names_and_titles_are_not_shared() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert len({rule.title for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_lives_in_a_file_of_its_own_name_and_has_tests(rule: Rule) -> None:
    stem = rule.code.lower().replace("-", "_")
    module = rule.check.__module__
    assert re.fullmatch(rf"netdesign\.rules\.{rule.category.value}\.{stem}_\w+", module)
    assert module in TESTS[rule.category] or f'"{rule.code}"' in TESTS[rule.category]


def test_there_are_mutants_of_three_kinds_a_rule_on_average() -> None:
    kinds = [len(rule.mutants) for rule in RULES]
    assert min(kinds) >= 1
    assert sum(kinds) >= 450
    for rule in RULES:
        assert len({mutant.title for mutant in rule.mutants}) == len(rule.mutants), rule.code


def test_the_pages_are_what_the_cards_make_today() -> None:
    made = pages()
    kept = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    assert sorted(kept) == sorted(made), "run: make rule-pages"
    assert [name for name, text in made.items() if kept[name] != text] == [], "run: make rule-pages"
