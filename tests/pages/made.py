"""The pages of all rules, made from the cards and a few example designs."""

from __future__ import annotations

from pathlib import Path

from netdesign.rules.registry import all_rules
from netdesign.services.rule_page import Examples, index_page, rule_page
from netdesign.services.workbench import default_workbench
from tests.golden.conftest import synthesized

FOLDER = Path(__file__).parents[2] / "docs" / "rules"

SHOWN_ON = ("dc-12-racks", "campus-shop-card-payments", "campus-government-office", "campus-one-building")
"""Small examples of different kinds; a rule is shown on the first that it applies to."""


def pages() -> dict[str, str]:
    """File name -> text of every page."""
    examples = Examples(((name, synthesized(name).design) for name in SHOWN_ON), default_workbench())
    rules = all_rules()
    made = {f"{rule.code}.md": rule_page(rule, examples.shown(rule)) for rule in rules}
    return {"README.md": index_page(rules), **made}
