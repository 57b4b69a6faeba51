"""Use cases on the rules and parameters of an organisation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from netdesign.errors import Fault, InvalidInputError
from netdesign.model.vocabulary import Category, Severity
from netdesign.ports.policies import ParameterOverrides, RuleSetting
from netdesign.rules.card import Rule
from netdesign.rules.engine import RuleSettings
from netdesign.rules.registry import all_rules, find_rule
from netdesign.services.container import Container, Principal, settings_of


@dataclass(frozen=True, slots=True)
class RuleState:
    """A rule, whether the organisation has it switched on, the severity that it gave the rule, if any, and why."""

    rule: Rule
    enabled: bool
    severity: Severity | None = None
    reason: str = ""


async def rule_named(code: str, who: Principal, container: Container) -> RuleState:
    """The rule of that code or name, shipped or the organisation's own; raise `NotFoundError`."""
    settings = await settings_of(who.organisation, container)
    wanted = code.strip().lower()
    own = (rule for rule in settings.own_rules if wanted in (rule.code.lower(), rule.name))
    rule = next(own, None) or find_rule(code)
    return _state(rule, settings)


def _state(rule: Rule, settings: RuleSettings) -> RuleState:
    given, reasons = dict(settings.severities), dict(settings.reasons)
    return RuleState(rule, rule.code not in settings.disabled, given.get(rule.code), reasons.get(rule.code, ""))


async def rules_of(
    who: Principal,
    container: Container,
    *,
    category: Category | None = None,
    severity: str | None = None,
    enabled: bool | None = None,
) -> tuple[RuleState, ...]:
    """Return the rules that match every filter given."""
    settings = await settings_of(who.organisation, container)
    states = (_state(rule, settings) for rule in (*all_rules(), *settings.own_rules))
    return tuple(
        state
        for state in states
        if category in (None, state.rule.category)
        and severity in (None, (state.severity or state.rule.severity).value)
        and enabled in (None, state.enabled)
    )


async def switch_rules(
    rules: Iterable[Rule], who: Principal, container: Container, *, enabled: bool, reason: str = ""
) -> tuple[RuleState, ...]:
    """Switch the rules on or off for the organisation, and keep why; the severities it gave them stay."""
    before = {setting.rule: setting for setting in await container.rule_settings.all(who.organisation)}
    at = container.now()
    chosen = tuple(rules)
    settings = (before.get(rule.code, RuleSetting(rule.code, enabled, at)) for rule in chosen)
    changed = tuple(
        replace(setting, enabled=enabled, changed_at=at, reason=reason or setting.reason) for setting in settings
    )
    await container.rule_settings.put(who.organisation, changed)
    pairs = zip(chosen, changed, strict=True)
    return tuple(RuleState(rule, enabled, _severity(setting), setting.reason) for rule, setting in pairs)


async def set_severity(
    rule: Rule, severity: Severity | None, reason: str, who: Principal, container: Container
) -> RuleState:
    """Give a rule another severity for the organisation, or (None) its own again."""
    before = {setting.rule: setting for setting in await container.rule_settings.all(who.organisation)}
    at = container.now()
    setting = before.get(rule.code, RuleSetting(rule.code, True, at))
    changed = replace(setting, severity=severity.value if severity else None, reason=reason, changed_at=at)
    await container.rule_settings.put(who.organisation, (changed,))
    return RuleState(rule, changed.enabled, severity, reason)


def _severity(setting: RuleSetting) -> Severity | None:
    return Severity(setting.severity) if setting.severity else None


async def set_parameters(
    overrides: dict[str, Any], who: Principal, container: Container, *, after: int
) -> ParameterOverrides:
    """Keep new overrides of the policy parameters; raise `InvalidInputError` for unknown names and bad values."""
    try:
        container.bench.parameters.with_overrides(overrides)
    except InvalidInputError as error:
        faults = tuple(Fault(f"/overrides{f.pointer}", f.problem, f.remedy) for f in error.faults)
        raise InvalidInputError("parameters", faults) from None
    return await container.parameters.put(who.organisation, overrides, after=after, at=container.now())
