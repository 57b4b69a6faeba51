"""Every rule of the pack, found in the packages named for the categories."""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
from functools import cache

from netdesign.errors import NotFoundError
from netdesign.model.vocabulary import Category
from netdesign.rules.card import Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, by category in the catalogue's order and then by code."""
    return tuple(rule for category in Category for rule in _rules_of(category))


def find_rule(code: str) -> Rule:
    """Return the rule with this code or name, in any case; raise `NotFoundError`."""
    wanted = code.strip().lower()
    for rule in all_rules():
        if wanted in (rule.code.lower(), rule.name):
            return rule
    raise NotFoundError("rule", code)


@cache
def pack_version() -> str:
    """A digest of every card, so that a report says which rules judged."""
    text = "\n".join(
        "|".join((rule.code, rule.name, rule.severity, rule.applies, rule.flags, *rule.references))
        for rule in all_rules()
    )
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _rules_of(category: Category) -> list[Rule]:
    package = importlib.import_module(f"netdesign.rules.{category.value}")
    found: list[Rule] = []
    for module_info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{module_info.name}")
        found.extend(value for value in vars(module).values() if isinstance(value, Rule))
    return sorted(found, key=lambda rule: rule.code)
