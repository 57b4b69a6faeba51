"""What an organisation changed about the rules and the numbers they use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from netdesign.model.verdict import Waiver


@dataclass(frozen=True, slots=True)
class RuleSetting:
    """One rule as an organisation set it; a rule without a setting is on, at its own severity."""

    rule: str
    enabled: bool
    changed_at: datetime
    severity: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class KeptWaiver:
    """An accepted failure, of one design or (None) of all, and who entered it when."""

    waiver: Waiver
    design_id: str | None
    author: str
    created_at: datetime
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OwnRule:
    """A declaration of an organisation's own rule."""

    code: str
    document: dict[str, Any]
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


class WaiverRepository(Protocol):
    """A store of waivers, by organisation; none is ever changed but by being withdrawn."""

    async def add(self, organisation: str, kept: KeptWaiver) -> None:
        """Keep a waiver; raise `ConflictError` where its id is taken."""
        ...

    async def all(self, organisation: str) -> tuple[KeptWaiver, ...]:
        """Return every waiver, the withdrawn ones included, by id."""
        ...

    async def withdraw(self, organisation: str, identity: str, at: datetime) -> None:
        """End a waiver; raise `NotFoundError` where there is none in force of that id."""
        ...


class OwnRuleRepository(Protocol):
    """A store of an organisation's own rules."""

    async def all(self, organisation: str) -> tuple[OwnRule, ...]:
        """Return every rule, by code."""
        ...

    async def put(self, organisation: str, rule: OwnRule) -> None:
        """Keep a rule in place of an earlier one of the same code."""
        ...

    async def remove(self, organisation: str, code: str) -> None:
        """Forget a rule; raise `NotFoundError` where there is none of that code."""
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
