"""What the admin group sends and receives."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from netdesign.model.vocabulary import Severity
from netdesign.ports.policies import OwnRule
from netdesign.services.list_rules import card_document
from netdesign.services.set_rules import RuleState


class RuleView(BaseModel):
    """A rule's card, and whether the organisation has it switched on."""

    code: str
    name: str
    title: str
    category: str
    severity: str
    applies: str
    flags: str
    passes: str
    remedy: str
    references: list[str]
    reading: str
    sweeping: bool
    fixes: list[str]
    mutants: list[str]
    enabled: bool
    given_severity: str | None = None
    reason: str = ""


class RuleStatistics(BaseModel):
    """Counts of rules."""

    total: int
    enabled: int
    by_category: dict[str, int]
    by_severity: dict[str, int]


class ParameterView(BaseModel):
    """The policy parameters in force: overrides of the organisation over the shipped document."""

    version: int
    document: str
    overrides: dict[str, Any]


class ParameterChange(BaseModel):
    """Overrides to keep, by dotted name, provided that `after` still is the newest version."""

    model_config = ConfigDict(extra="forbid", strict=True)

    after: int = Field(ge=0)
    overrides: dict[str, Any] = Field(max_length=500)


class SeverityChange(BaseModel):
    """Another severity for a rule, or (null) its own again, and why."""

    model_config = ConfigDict(extra="forbid")

    severity: Severity | None
    reason: str = Field(min_length=1, max_length=2_000, pattern=r"\S")


class OwnRuleView(BaseModel):
    """An organisation's own rule as it was declared."""

    code: str
    changed_at: datetime
    rule: dict[str, Any]


def own_rule_view(kept: OwnRule) -> OwnRuleView:
    """Return what a client sees of an own rule."""
    return OwnRuleView(code=kept.code, changed_at=kept.changed_at, rule=kept.document)


def rule_view(state: RuleState) -> RuleView:
    """Return what a client sees of a rule."""
    given = state.severity.value if state.severity else None
    return RuleView(**card_document(state.rule), enabled=state.enabled, given_severity=given, reason=state.reason)
