"""The stores on PostgreSQL. The database itself keeps one organisation's rows from another's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import astuple
from datetime import datetime
from time import perf_counter
from typing import Any

import orjson
import psycopg
from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from netdesign.errors import ConflictError, NotFoundError, UnavailableError
from netdesign.model.canonical import to_document
from netdesign.model.decoding import decode
from netdesign.model.verdict import Waiver
from netdesign.ports.designs import NewVersion, Page, StoredReport, StoredVersion, VersionSummary
from netdesign.ports.health import Answer
from netdesign.ports.policies import KeptWaiver, OwnRule, ParameterOverrides, RuleSetting

TIMEOUT_S = 5.0

_SUMMARY = "v.design_id, v.version, v.digest, v.name, v.network_type, v.archetype, v.author, v.created_at"


class PostgresDatabase:
    """A pool of connections whose transactions see the rows of one organisation."""

    def __init__(self, url: str, *, most: int = 8, timeout_s: float = TIMEOUT_S) -> None:
        self._ask_timeout_s = min(2.0, timeout_s)
        self._pool = AsyncConnectionPool(
            url,
            min_size=0,
            max_size=most,
            open=False,
            timeout=timeout_s,
            check=AsyncConnectionPool.check_connection,
        )

    async def open(self) -> None:
        """Open the pool; connections are made when they are first needed."""
        await self._pool.open()

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.close()

    @asynccontextmanager
    async def transaction(self, organisation: str) -> AsyncIterator[AsyncConnection[Any]]:
        """Yield a connection in a transaction that acts for `organisation` and cannot see another's rows."""
        try:
            async with self._pool.connection() as connection:
                await connection.execute("SET LOCAL ROLE netdesign_application")
                await connection.execute("SELECT set_config('netdesign.organisation', %s, true)", (organisation,))
                yield connection
        except (psycopg.OperationalError, PoolTimeout) as error:
            raise UnavailableError("the database does not answer") from error

    async def ask(self) -> Answer:
        """See the port."""
        started = perf_counter()
        try:
            async with self._pool.connection(timeout=self._ask_timeout_s) as connection:
                cursor = await connection.execute("SHOW server_version")
                version = str((await cursor.fetchone() or ("unknown",))[0])
        except (psycopg.OperationalError, PoolTimeout) as error:
            return Answer("postgresql", False, _since(started), problem=type(error).__name__)
        return Answer("postgresql", True, _since(started), version=version)


def _since(started: float) -> float:
    return round((perf_counter() - started) * 1000, 1)


class PostgresDesignRepository:
    """Implements `DesignRepository` on tables `designs` and `design_versions`."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def add(self, organisation: str, version: NewVersion) -> VersionSummary:
        """See the port."""
        async with self._database.transaction(organisation) as connection:
            try:
                await connection.execute(
                    "INSERT INTO designs (organisation, id, current_version, created_at) VALUES (%s, %s, 1, %s)",
                    (organisation, version.design_id, version.created_at),
                )
            except UniqueViolation as error:
                raise ConflictError(f"there is a design {version.design_id!r} already") from error
            return await _insert_version(connection, organisation, version, 1)

    async def add_version(self, organisation: str, version: NewVersion, *, after: str) -> VersionSummary:
        """See the port."""
        async with self._database.transaction(organisation) as connection:
            cursor = await connection.execute(
                "SELECT v.version, v.digest FROM designs d JOIN design_versions v"
                " ON v.organisation = d.organisation AND v.design_id = d.id AND v.version = d.current_version"
                " WHERE d.organisation = %s AND d.id = %s FOR UPDATE OF d",
                (organisation, version.design_id),
            )
            row = await cursor.fetchone()
            if row is None:
                raise NotFoundError("design", version.design_id)
            if row[1] != after:
                raise ConflictError(f"design {version.design_id!r} has changed since; its digest is {row[1]}")
            await connection.execute(
                "UPDATE designs SET current_version = %s WHERE organisation = %s AND id = %s",
                (row[0] + 1, organisation, version.design_id),
            )
            return await _insert_version(connection, organisation, version, row[0] + 1)

    async def get(self, organisation: str, design_id: str, version: int | None = None) -> StoredVersion:
        """See the port."""
        async with self._database.transaction(organisation) as connection:
            cursor = await connection.execute(
                f"SELECT {_SUMMARY}, v.document FROM designs d JOIN design_versions v"  # noqa: S608  # constant text
                " ON v.organisation = d.organisation AND v.design_id = d.id"
                " AND v.version = coalesce(%s, d.current_version) WHERE d.organisation = %s AND d.id = %s",
                (version, organisation, design_id),
            )
            row = await cursor.fetchone()
        if row is None:
            raise NotFoundError("design", design_id if version is None else f"{design_id} version {version}")
        return StoredVersion(VersionSummary(*row[:-1]), row[-1])

    async def page(
        self, organisation: str, *, limit: int, cursor: str | None = None, network_type: str | None = None
    ) -> Page:
        """See the port."""
        async with self._database.transaction(organisation) as connection:
            found = await connection.execute(
                f"SELECT {_SUMMARY} FROM designs d JOIN design_versions v"  # noqa: S608  # constant text
                " ON v.organisation = d.organisation AND v.design_id = d.id AND v.version = d.current_version"
                " WHERE d.organisation = %s AND (%s::text IS NULL OR d.id < %s)"
                " AND (%s::text IS NULL OR v.network_type = %s) ORDER BY d.id DESC LIMIT %s",
                (organisation, cursor, cursor, network_type, network_type, limit + 1),
            )
            items = tuple(VersionSummary(*row) for row in await found.fetchall())
        return Page(items[:limit], items[limit - 1].design_id if len(items) > limit else None)

    async def versions(self, organisation: str, design_id: str) -> tuple[VersionSummary, ...]:
        """See the port."""
        async with self._database.transaction(organisation) as connection:
            found = await connection.execute(
                f"SELECT {_SUMMARY} FROM design_versions v"  # noqa: S608  # constant text
                " WHERE v.organisation = %s AND v.design_id = %s ORDER BY v.version",
                (organisation, design_id),
            )
            items = tuple(VersionSummary(*row) for row in await found.fetchall())
        if not items:
            raise NotFoundError("design", design_id)
        return items


async def _insert_version(
    connection: AsyncConnection[Any], organisation: str, version: NewVersion, number: int
) -> VersionSummary:
    summary = VersionSummary(
        version.design_id,
        number,
        version.digest,
        version.name,
        version.network_type,
        version.archetype,
        version.author,
        version.created_at,
    )
    await connection.execute(
        "INSERT INTO design_versions (organisation, design_id, version, digest, name, network_type, archetype,"
        " author, created_at, document) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        (organisation, *astuple(summary), Jsonb(version.document, dumps=bytes.decode)),
    )
    return summary


class PostgresReportRepository:
    """Implements `ReportRepository` on table `reports`."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def add(self, organisation: str, report: StoredReport) -> None:
        """See the port."""
        async with self._database.transaction(organisation) as connection:
            try:
                await connection.execute(
                    "INSERT INTO reports (organisation, id, design_id, design_version, document, created_at)"
                    " VALUES (%s, %s, %s, %s, %s, %s)",
                    (
                        organisation,
                        report.id,
                        report.design_id,
                        report.design_version,
                        Jsonb(report.document, dumps=_dumps),
                        report.created_at,
                    ),
                )
            except UniqueViolation as error:
                raise ConflictError(f"there is a report {report.id!r} already") from error

    async def get(self, organisation: str, report_id: str) -> StoredReport:
        """See the port."""
        async with self._database.transaction(organisation) as connection:
            cursor = await connection.execute(
                "SELECT id, design_id, design_version, document, created_at FROM reports"
                " WHERE organisation = %s AND id = %s",
                (organisation, report_id),
            )
            row = await cursor.fetchone()
        if row is None:
            raise NotFoundError("report", report_id)
        return StoredReport(*row)


class PostgresRuleSettingRepository:
    """Implements `RuleSettingRepository` on table `rule_settings`."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def all(self, organisation: str) -> tuple[RuleSetting, ...]:
        """See the port."""
        async with self._database.transaction(organisation) as connection:
            cursor = await connection.execute(
                "SELECT rule, enabled, changed_at, severity, reason FROM rule_settings"
                " WHERE organisation = %s ORDER BY rule",
                (organisation,),
            )
            return tuple(RuleSetting(*row) for row in await cursor.fetchall())

    async def put(self, organisation: str, settings: tuple[RuleSetting, ...]) -> None:
        """See the port."""
        rows = [(organisation, *astuple(setting)) for setting in settings]
        async with self._database.transaction(organisation) as connection, connection.cursor() as cursor:
            await cursor.executemany(
                "INSERT INTO rule_settings (organisation, rule, enabled, changed_at, severity, reason)"
                " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (organisation, rule)"
                " DO UPDATE SET enabled = excluded.enabled, changed_at = excluded.changed_at,"
                " severity = excluded.severity, reason = excluded.reason",
                rows,
            )


class PostgresWaiverRepository:
    """Implements `WaiverRepository` on table `waivers`."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def add(self, organisation: str, kept: KeptWaiver) -> None:
        """See the port."""
        async with self._database.transaction(organisation) as connection:
            try:
                await connection.execute(
                    "INSERT INTO waivers (organisation, id, design_id, document, author, created_at)"
                    " VALUES (%s, %s, %s, %s, %s, %s)",
                    (
                        organisation,
                        kept.waiver.id,
                        kept.design_id,
                        Jsonb(to_document(kept.waiver), dumps=_dumps),
                        kept.author,
                        kept.created_at,
                    ),
                )
            except UniqueViolation as error:
                raise ConflictError(f"there is a waiver {kept.waiver.id!r} already") from error

    async def all(self, organisation: str) -> tuple[KeptWaiver, ...]:
        """See the port."""
        async with self._database.transaction(organisation) as connection:
            cursor = await connection.execute(
                "SELECT document, design_id, author, created_at, withdrawn_at FROM waivers"
                " WHERE organisation = %s ORDER BY id",
                (organisation,),
            )
            rows = await cursor.fetchall()
        return tuple(KeptWaiver(decode(Waiver, row[0], subject="waiver"), *row[1:]) for row in rows)

    async def withdraw(self, organisation: str, identity: str, at: datetime) -> None:
        """See the port."""
        async with self._database.transaction(organisation) as connection:
            cursor = await connection.execute(
                "UPDATE waivers SET withdrawn_at = %s WHERE organisation = %s AND id = %s AND withdrawn_at IS NULL",
                (at, organisation, identity),
            )
            if not cursor.rowcount:
                raise NotFoundError("waiver", identity)


class PostgresOwnRuleRepository:
    """Implements `OwnRuleRepository` on table `own_rules`."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def all(self, organisation: str) -> tuple[OwnRule, ...]:
        """See the port."""
        async with self._database.transaction(organisation) as connection:
            cursor = await connection.execute(
                "SELECT code, document, changed_at FROM own_rules WHERE organisation = %s ORDER BY code",
                (organisation,),
            )
            return tuple(OwnRule(*row) for row in await cursor.fetchall())

    async def put(self, organisation: str, rule: OwnRule) -> None:
        """See the port."""
        async with self._database.transaction(organisation) as connection:
            await connection.execute(
                "INSERT INTO own_rules (organisation, code, document, changed_at) VALUES (%s, %s, %s, %s)"
                " ON CONFLICT (organisation, code)"
                " DO UPDATE SET document = excluded.document, changed_at = excluded.changed_at",
                (organisation, rule.code, Jsonb(rule.document, dumps=_dumps), rule.changed_at),
            )

    async def remove(self, organisation: str, code: str) -> None:
        """See the port."""
        async with self._database.transaction(organisation) as connection:
            cursor = await connection.execute(
                "DELETE FROM own_rules WHERE organisation = %s AND code = %s", (organisation, code)
            )
            if not cursor.rowcount:
                raise NotFoundError("rule", code)


class PostgresParameterRepository:
    """Implements `ParameterRepository` on table `parameter_overrides`."""

    def __init__(self, database: PostgresDatabase) -> None:
        self._database = database

    async def current(self, organisation: str) -> ParameterOverrides:
        """See the port."""
        async with self._database.transaction(organisation) as connection:
            cursor = await connection.execute(
                "SELECT version, overrides FROM parameter_overrides WHERE organisation = %s"
                " ORDER BY version DESC LIMIT 1",
                (organisation,),
            )
            row = await cursor.fetchone()
        return ParameterOverrides(*row) if row else ParameterOverrides(0, {})

    async def put(
        self, organisation: str, overrides: dict[str, Any], *, after: int, at: datetime
    ) -> ParameterOverrides:
        """See the port."""
        if (await self.current(organisation)).version != after:
            raise ConflictError(f"the parameters have changed since version {after}")
        async with self._database.transaction(organisation) as connection:
            try:
                await connection.execute(
                    "INSERT INTO parameter_overrides (organisation, version, overrides, created_at)"
                    " VALUES (%s, %s, %s, %s)",
                    (organisation, after + 1, Jsonb(overrides, dumps=_dumps), at),
                )
            except UniqueViolation as error:
                raise ConflictError(f"the parameters have changed since version {after}") from error
        return ParameterOverrides(after + 1, overrides)


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()
