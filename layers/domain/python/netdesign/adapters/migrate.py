"""The schema of the PostgreSQL database, brought to the newest version or taken back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from yoyo import get_backend, read_migrations

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate_up(url: str) -> int:
    """Apply every migration that the database lacks, one process at a time; return how many there were."""
    with _locked(url) as backend:
        missing = backend.to_apply(read_migrations(str(MIGRATIONS)))
        backend.apply_migrations(missing)
    return len(missing)


def migrate_down(url: str) -> int:
    """Take back every migration that the database has; return how many there were."""
    with _locked(url) as backend:
        applied = backend.to_rollback(read_migrations(str(MIGRATIONS)))
        backend.rollback_migrations(applied)
    return len(applied)


@contextmanager
def _locked(url: str) -> Iterator[Any]:
    backend = get_backend(url.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        with backend.lock():
            yield backend
    finally:
        backend.connection.close()
