"""The only place that chooses adapters: settings in, a container of use-case dependencies out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from netdesign.adapters.identities import new_identity, now
from netdesign.adapters.postgres import (
    PostgresDatabase,
    PostgresDesignRepository,
    PostgresOwnRuleRepository,
    PostgresParameterRepository,
    PostgresReportRepository,
    PostgresRuleSettingRepository,
    PostgresWaiverRepository,
)
from netdesign.services.container import Container
from netdesign.services.workbench import default_workbench


def build_container(database: PostgresDatabase) -> Container:
    """Return a container whose stores lie in `database`."""
    return Container(
        bench=default_workbench(),
        designs=PostgresDesignRepository(database),
        reports=PostgresReportRepository(database),
        rule_settings=PostgresRuleSettingRepository(database),
        parameters=PostgresParameterRepository(database),
        waivers=PostgresWaiverRepository(database),
        own_rules=PostgresOwnRuleRepository(database),
        dependencies=(database,),
        now=now,
        new_identity=new_identity,
    )


@asynccontextmanager
async def opened(database: PostgresDatabase) -> AsyncIterator[PostgresDatabase]:
    """Open the database for as long as the block runs."""
    await database.open()
    try:
        yield database
    finally:
        await database.close()
