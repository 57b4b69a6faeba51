"""Use case: the catalogue of rules as documents."""

from __future__ import annotations

from typing import Any

from netdesign.rules.card import Rule


def card_document(rule: Rule) -> dict[str, Any]:
    """Return a rule's card as plain values."""
    return {
        "code": rule.code,
        "name": rule.name,
        "title": rule.title,
        "category": rule.category.value,
        "severity": rule.severity.value,
        "applies": rule.applies,
        "flags": rule.flags,
        "passes": rule.passes,
        "remedy": rule.remedy,
        "references": list(rule.references),
        "reading": rule.reading,
        "sweeping": rule.sweeping,
        "fixes": [fix.title for fix in rule.fixes],
        "mutants": [mutant.title for mutant in rule.mutants],
    }
