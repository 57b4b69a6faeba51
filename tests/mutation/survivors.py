"""Mutants that their own rule does not catch on some design, each with the reason."""

from __future__ import annotations

REASONS: dict[tuple[str, str], str] = {}
"""(rule, mutant) -> why the rule may let it pass."""
