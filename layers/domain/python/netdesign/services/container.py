"""What the use cases that keep things work with; `netdesign.bootstrap` fills it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from netdesign.ports.designs import DesignRepository, ReportRepository
from netdesign.ports.health import Dependency
from netdesign.ports.policies import ParameterRepository, RuleSettingRepository
from netdesign.rules.engine import RuleSettings
from netdesign.services.workbench import Workbench


@dataclass(frozen=True, slots=True)
class Container:
    """Stores, clock and source of identities, beside the shipped catalogue and parameters."""

    bench: Workbench
    designs: DesignRepository
    reports: ReportRepository
    rule_settings: RuleSettingRepository
    parameters: ParameterRepository
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
    """The rules that the organisation switched off."""
    settings = await container.rule_settings.all(organisation)
    return RuleSettings(disabled=frozenset(setting.rule for setting in settings if not setting.enabled))
