"""What an organisation changed about the rules and the numbers they use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """One rule as an organisation set it; a rule without a setting is on, at its own severity."""

    rule: str
    enabled: bool
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class ParameterOverrides:
    """The policy parameters that an organisation changed, by dotted name; version 0 is the shipped document."""

    version: int
    overrides: dict[str, Any]


class RuleSettingRepository(Protocol):
    """A store of rule settings, by organisation."""

    async def all(self, organisation: str) -> tuple[RuleSetting, ...]:
        """Return every setting, by rule code."""
        ...

    async def put(self, organisation: str, settings: tuple[RuleSetting, ...]) -> None:
        """Keep the settings, each in place of an earlier one of the same rule; all of them or none."""
        ...


class ParameterRepository(Protocol):
    """A store of the versions of an organisation's parameter overrides; none is ever changed."""

    async def current(self, organisation: str) -> ParameterOverrides:
        """Return the newest version; version 0 without overrides where there is none."""
        ...

    async def put(
        self, organisation: str, overrides: dict[str, Any], *, after: int, at: datetime
    ) -> ParameterOverrides:
        """Keep a version after version `after`; raise `ConflictError` where another came first."""
        ...
