"""What the admin group sends and receives."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

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
    mutants: list[str]
    enabled: bool


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


def rule_view(state: RuleState) -> RuleView:
    """Return what a client sees of a rule."""
    return RuleView(**card_document(state.rule), enabled=state.enabled)
