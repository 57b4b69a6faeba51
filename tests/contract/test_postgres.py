"""What only the real database can show: tenants kept apart by the database, migrations, outages."""

from __future__ import annotations

import psycopg
import pytest

from netdesign.adapters.migrate import migrate_down, migrate_up
from netdesign.adapters.postgres import PostgresDatabase, PostgresReportRepository
from netdesign.errors import UnavailableError

pytestmark = pytest.mark.anyio

TABLES = ("designs", "design_versions", "reports", "rule_settings", "parameter_overrides", "waivers", "own_rules")


def tables(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return {row[0] for row in rows}


def test_migrations_go_up_and_down_and_up_again(database_url: str) -> None:
    assert set(TABLES) <= tables(database_url)
    assert migrate_up(database_url) == 0

    assert migrate_down(database_url) == 2
    assert not set(TABLES) & tables(database_url)

    assert migrate_up(database_url) == 2
    assert set(TABLES) <= tables(database_url)


@pytest.mark.parametrize("table", TABLES)
async def test_the_database_keeps_organisations_apart(database_url: str, table: str) -> None:
    values = {
        "designs": "('acme', 'dsg_1', 1, now())",
        "design_versions": "('acme', 'dsg_1', 1, 'd', 'n', 't', 'a', 'x', '{}', now())",
        "reports": "('acme', 'val_1', 'dsg_1', 1, '{}', now())",
        "rule_settings": "('acme', 'TOP-01', false, now())",
        "parameter_overrides": "('acme', 1, '{}', now())",
        "waivers": "('acme', 'W-1', NULL, '{}', 'a', now(), NULL)",
        "own_rules": "('acme', 'ORG-01', '{}', now())",
    }
    with psycopg.connect(database_url) as connection:
        if table == "design_versions":
            connection.execute(f"INSERT INTO designs VALUES {values['designs']}")
        connection.execute(f"INSERT INTO {table} VALUES {values[table]}")
    database = PostgresDatabase(database_url)
    await database.open()
    seen = {}
    for organisation in ("acme", "globex"):
        async with database.transaction(organisation) as connection:
            cursor = await connection.execute(f"SELECT count(*) FROM {table}")
            seen[organisation] = (await cursor.fetchone() or (None,))[0]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with database.transaction("globex") as connection:
            await connection.execute(f"INSERT INTO {table} VALUES {values[table]}")
    await database.close()

    assert seen == {"acme": 1, "globex": 0}


async def test_a_database_that_is_away_is_said_to_be() -> None:
    database = PostgresDatabase("postgresql://postgres@127.0.0.1:1/none?connect_timeout=1", timeout_s=0.5)
    await database.open()

    found = await database.ask()
    with pytest.raises(UnavailableError, match="does not answer"):
        await PostgresReportRepository(database).get("acme", "val_1")
    await database.close()

    assert (found.reachable, found.version) == (False, None)
    assert found.problem == "PoolTimeout"


async def test_a_database_that_is_there_says_its_version(database_url: str) -> None:
    database = PostgresDatabase(database_url)
    await database.open()

    found = await database.ask()
    await database.close()

    assert found.reachable
    assert found.version is not None
    assert found.version.startswith("18.")
