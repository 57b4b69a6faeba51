"""The stores in the memory of one process: for tests, and to say by example what each port means."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from netdesign.errors import ConflictError, NotFoundError
from netdesign.ports.designs import NewVersion, Page, StoredReport, StoredVersion, VersionSummary
from netdesign.ports.policies import KeptWaiver, OwnRule, ParameterOverrides, RuleSetting


class MemoryDesignRepository:
    """Implements `DesignRepository` on a dictionary."""

    def __init__(self) -> None:
        self._versions: dict[tuple[str, str], list[StoredVersion]] = {}

    async def add(self, organisation: str, version: NewVersion) -> VersionSummary:
        """See the port."""
        if (organisation, version.design_id) in self._versions:
            raise ConflictError(f"there is a design {version.design_id!r} already")
        return self._keep(organisation, version)

    async def add_version(self, organisation: str, version: NewVersion, *, after: str) -> VersionSummary:
        """See the port."""
        current = (await self.get(organisation, version.design_id)).summary.digest
        if current != after:
            raise ConflictError(f"design {version.design_id!r} has changed since; its digest is {current}")
        return self._keep(organisation, version)

    async def get(self, organisation: str, design_id: str, version: int | None = None) -> StoredVersion:
        """See the port."""
        kept = self._versions.get((organisation, design_id), [])
        wanted = len(kept) if version is None else version
        if not 1 <= wanted <= len(kept):
            raise NotFoundError("design", design_id if version is None else f"{design_id} version {version}")
        return kept[wanted - 1]

    async def page(
        self, organisation: str, *, limit: int, cursor: str | None = None, network_type: str | None = None
    ) -> Page:
        """See the port."""
        items = [
            kept[-1].summary
            for (owner, design_id), kept in sorted(self._versions.items(), reverse=True)
            if owner == organisation
            and (cursor is None or design_id < cursor)
            and network_type in (None, kept[-1].summary.network_type)
        ]
        return Page(tuple(items[:limit]), items[limit - 1].design_id if len(items) > limit else None)

    async def versions(self, organisation: str, design_id: str) -> tuple[VersionSummary, ...]:
        """See the port."""
        await self.get(organisation, design_id)
        return tuple(kept.summary for kept in self._versions[organisation, design_id])

    def _keep(self, organisation: str, version: NewVersion) -> VersionSummary:
        kept = self._versions.setdefault((organisation, version.design_id), [])
        summary = VersionSummary(
            version.design_id,
            len(kept) + 1,
            version.digest,
            version.name,
            version.network_type,
            version.archetype,
            version.author,
            version.created_at,
        )
        kept.append(StoredVersion(summary, orjson.loads(version.document)))
        return summary


class MemoryReportRepository:
    """Implements `ReportRepository` on a dictionary."""

    def __init__(self) -> None:
        self._reports: dict[tuple[str, str], StoredReport] = {}

    async def add(self, organisation: str, report: StoredReport) -> None:
        """See the port."""
        if (organisation, report.id) in self._reports:
            raise ConflictError(f"there is a report {report.id!r} already")
        self._reports[organisation, report.id] = report

    async def get(self, organisation: str, report_id: str) -> StoredReport:
        """See the port."""
        if (organisation, report_id) not in self._reports:
            raise NotFoundError("report", report_id)
        return self._reports[organisation, report_id]


class MemoryRuleSettingRepository:
    """Implements `RuleSettingRepository` on a dictionary."""

    def __init__(self) -> None:
        self._settings: dict[tuple[str, str], RuleSetting] = {}

    async def all(self, organisation: str) -> tuple[RuleSetting, ...]:
        """See the port."""
        return tuple(setting for (owner, _), setting in sorted(self._settings.items()) if owner == organisation)

    async def put(self, organisation: str, settings: tuple[RuleSetting, ...]) -> None:
        """See the port."""
        self._settings |= {(organisation, setting.rule): setting for setting in settings}


class MemoryWaiverRepository:
    """Implements `WaiverRepository` on a dictionary."""

    def __init__(self) -> None:
        self._waivers: dict[tuple[str, str], KeptWaiver] = {}

    async def add(self, organisation: str, kept: KeptWaiver) -> None:
        """See the port."""
        if (organisation, kept.waiver.id) in self._waivers:
            raise ConflictError(f"there is a waiver {kept.waiver.id!r} already")
        self._waivers[organisation, kept.waiver.id] = kept

    async def all(self, organisation: str) -> tuple[KeptWaiver, ...]:
        """See the port."""
        return tuple(kept for (owner, _), kept in sorted(self._waivers.items()) if owner == organisation)

    async def withdraw(self, organisation: str, identity: str, at: datetime) -> None:
        """See the port."""
        kept = self._waivers.get((organisation, identity))
        if kept is None or kept.withdrawn_at is not None:
            raise NotFoundError("waiver", identity)
        self._waivers[organisation, identity] = replace(kept, withdrawn_at=at)


class MemoryOwnRuleRepository:
    """Implements `OwnRuleRepository` on a dictionary."""

    def __init__(self) -> None:
        self._rules: dict[tuple[str, str], OwnRule] = {}

    async def all(self, organisation: str) -> tuple[OwnRule, ...]:
        """See the port."""
        return tuple(rule for (owner, _), rule in sorted(self._rules.items()) if owner == organisation)

    async def put(self, organisation: str, rule: OwnRule) -> None:
        """See the port."""
        self._rules[organisation, rule.code] = rule

    async def remove(self, organisation: str, code: str) -> None:
        """See the port."""
        if self._rules.pop((organisation, code), None) is None:
            raise NotFoundError("rule", code)


class MemoryParameterRepository:
    """Implements `ParameterRepository` on a dictionary."""

    def __init__(self) -> None:
        self._versions: dict[str, list[ParameterOverrides]] = {}

    async def current(self, organisation: str) -> ParameterOverrides:
        """See the port."""
        return (self._versions.get(organisation) or [ParameterOverrides(0, {})])[-1]

    async def put(
        self, organisation: str, overrides: dict[str, Any], *, after: int, at: datetime
    ) -> ParameterOverrides:
        """See the port."""
        if (await self.current(organisation)).version != after:
            raise ConflictError(f"the parameters have changed since version {after}")
        del at  # this store keeps no times
        made = ParameterOverrides(after + 1, overrides)
        self._versions.setdefault(organisation, []).append(made)
        return made
