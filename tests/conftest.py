"""What every test may use: a real PostgreSQL server, and repeatable property tests."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# A run gives the same answer twice and on a slow machine; `--hypothesis-profile=explore` searches further.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None, print_blob=True)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a database on a running server; NETDESIGN_TEST_POSTGRES_URL names another server."""
    if given := os.environ.get("NETDESIGN_TEST_POSTGRES_URL"):
        yield given
        return
    from netdesign.adapters.embedded_postgres import EmbeddedPostgres

    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedPostgres(Path(folder) / "postgres", durable=False) as server,
    ):
        yield server.url


@pytest.fixture(scope="session")
def template_database(postgres_url: str) -> str:
    """The name of the database that `database_url` copies: empty, unless a conftest overrides it."""
    return "template1"


@pytest.fixture
def database_url(postgres_url: str, template_database: str) -> Iterator[str]:
    """The address of a database of the test's own."""
    from tests.support.databases import fresh_database

    with fresh_database(postgres_url, template_database) as url:
        yield url
