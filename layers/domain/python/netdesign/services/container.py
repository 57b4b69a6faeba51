"""What the use cases that keep things work with; `netdesign.bootstrap` fills it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from netdesign.model.decoding import decode
from netdesign.model.profile import OrganisationRule
from netdesign.model.vocabulary import Severity
from netdesign.ports.designs import DesignRepository, ReportRepository
from netdesign.ports.health import Dependency
from netdesign.ports.policies import OwnRuleRepository, ParameterRepository, RuleSettingRepository, WaiverRepository
from netdesign.rules.engine import RuleSettings
from netdesign.rules.organisation.definition import organisation_rule
from netdesign.services.profile import Standards
from netdesign.services.workbench import Workbench


@dataclass(frozen=True, slots=True)
class Container:
    """Stores, clock and source of identities, beside the shipped catalogue and parameters."""

    bench: Workbench
    designs: DesignRepository
    reports: ReportRepository
    rule_settings: RuleSettingRepository
    parameters: ParameterRepository
    waivers: WaiverRepository
    own_rules: OwnRuleRepository
    dependencies: tuple[Dependency, ...]
    now: Callable[[], datetime]
    new_identity: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks, for which organisation."""

    organisation: str
    name: str


async def bench_of(organisation: str, container: Container) -> Workbench:
    """The workbench with the organisation's own policy parameters."""
    changed = await container.parameters.current(organisation)
    if not changed.overrides:
        return container.bench
    return Workbench(container.bench.catalog, container.bench.parameters.with_overrides(changed.overrides))


async def settings_of(organisation: str, container: Container) -> RuleSettings:
    """The rules that the organisation switched off, the severities it gave, and its own rules."""
    settings = await container.rule_settings.all(organisation)
    own = await own_rules_of(organisation, container)
    return RuleSettings(
        disabled=frozenset(setting.rule for setting in settings if not setting.enabled),
        severities=tuple((setting.rule, Severity(setting.severity)) for setting in settings if setting.severity),
        reasons=tuple(
            (setting.rule, setting.reason) for setting in settings if not setting.enabled or setting.severity
        ),
        own_rules=tuple(organisation_rule(one) for one in own),
    )


async def own_rules_of(organisation: str, container: Container) -> tuple[OrganisationRule, ...]:
    """The declarations of the organisation's own rules."""
    kept = await container.own_rules.all(organisation)
    return tuple(decode(OrganisationRule, one.document, subject="rule") for one in kept)


async def standards_of(organisation: str, container: Container, design_id: str | None = None) -> Standards:
    """All that the organisation holds a design to, the waivers in force for it included."""
    kept = await container.waivers.all(organisation)
    return Standards(
        bench=await bench_of(organisation, container),
        settings=await settings_of(organisation, container),
        waivers=tuple(one.waiver for one in kept if one.withdrawn_at is None and one.design_id in (None, design_id)),
        today=container.now().date().isoformat(),
    )
