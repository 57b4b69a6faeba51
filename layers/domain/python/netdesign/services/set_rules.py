"""Use cases on the rules and parameters of an organisation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from netdesign.model.vocabulary import Category
from netdesign.ports.policies import ParameterOverrides, RuleSetting
from netdesign.rules.card import Rule
from netdesign.rules.registry import all_rules
from netdesign.services.container import Container, Principal, settings_of


@dataclass(frozen=True, slots=True)
class RuleState:
    """A rule, and whether the organisation has it switched on."""

    rule: Rule
    enabled: bool


async def rules_of(
    who: Principal,
    container: Container,
    *,
    category: Category | None = None,
    severity: str | None = None,
    enabled: bool | None = None,
) -> tuple[RuleState, ...]:
    """Return the rules that match every filter given."""
    disabled = (await settings_of(who.organisation, container)).disabled
    states = (RuleState(rule, rule.code not in disabled) for rule in all_rules())
    return tuple(
        state
        for state in states
        if category in (None, state.rule.category)
        and severity in (None, state.rule.severity.value)
        and enabled in (None, state.enabled)
    )


async def switch_rules(
    rules: Iterable[Rule], who: Principal, container: Container, *, enabled: bool
) -> tuple[RuleState, ...]:
    """Switch the rules on or off for the organisation."""
    chosen = tuple(rules)
    at = container.now()
    await container.rule_settings.put(who.organisation, tuple(RuleSetting(rule.code, enabled, at) for rule in chosen))
    return tuple(RuleState(rule, enabled) for rule in chosen)


async def set_parameters(
    overrides: dict[str, Any], who: Principal, container: Container, *, after: int
) -> ParameterOverrides:
    """Keep new overrides of the policy parameters; raise `InvalidInputError` for unknown names and bad values."""
    container.bench.parameters.with_overrides(overrides)
    return await container.parameters.put(who.organisation, overrides, after=after, at=container.now())
