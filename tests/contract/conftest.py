"""Every store under its port's name: the fake in memory, and the real one on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from netdesign.adapters import memory, postgres
from netdesign.adapters.migrate import migrate_up
from tests.support.databases import fresh_database


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """Asynchronous tests run on asyncio alone."""
    return "asyncio"


@pytest.fixture(scope="session")
def template_database(postgres_url: str) -> Iterator[str]:
    """A migrated database, to be copied for each test."""
    with fresh_database(postgres_url) as url:
        migrate_up(url)
        yield url.rpartition("/")[2]


@asynccontextmanager
async def _postgres(url: str, kind: str) -> AsyncIterator[Any]:
    database = postgres.PostgresDatabase(url)
    await database.open()
    try:
        yield getattr(postgres, f"Postgres{kind}")(database)
    finally:
        await database.close()


@pytest.fixture(params=["memory", "postgres"])
async def store(request: pytest.FixtureRequest, anyio_backend: str) -> AsyncIterator[Any]:
    """The adapter of the port that the test module names in `PORT`."""
    kind = request.module.PORT
    if request.param == "memory":
        yield getattr(memory, f"Memory{kind}")()
        return
    async with _postgres(request.getfixturevalue("database_url"), kind) as adapter:
        yield adapter
