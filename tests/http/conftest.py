"""The composed app on a real database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from functions.local import build_app
from netdesign.adapters.migrate import migrate_up
from netdesign.settings import Settings
from tests.golden.conftest import EXAMPLES
from tests.support.databases import fresh_database


@pytest.fixture(scope="session")
def template_database(postgres_url: str) -> Iterator[str]:
    """A migrated database, to be copied for each test."""
    with fresh_database(postgres_url) as url:
        migrate_up(url)
        yield url.rpartition("/")[2]


def app_on(url: str, **changes) -> FastAPI:
    """The app on the database at `url`."""
    given: dict[str, Any] = {
        "database_url": url,
        "data_dir": Path(),
        "body_limit_bytes": 6 << 20,
        "organisation": "local",
        "author": "local",
    }
    return build_app(Settings(**(given | changes)), url)


@pytest.fixture
def client(database_url: str) -> Iterator[TestClient]:
    """A client of the app; a defect of the app is answered, not raised."""
    with TestClient(app_on(database_url), raise_server_exceptions=False) as made:
        yield made


@pytest.fixture(scope="module")
def shared_client(postgres_url: str, template_database: str) -> Iterator[TestClient]:
    """One client for all tests of a module that leave nothing behind or do not mind what others left."""
    with (
        fresh_database(postgres_url, template_database) as url,
        TestClient(app_on(url), raise_server_exceptions=False) as made,
    ):
        yield made


def example(name: str) -> bytes:
    """The requirements of that name."""
    return (EXAMPLES / f"{name}.yaml").read_bytes()
