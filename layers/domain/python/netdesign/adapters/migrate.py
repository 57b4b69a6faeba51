"""The schema of the PostgreSQL database, brought to the newest version or taken back."""

from __future__ import annotations

from pathlib import Path

from yoyo import get_backend, read_migrations

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate_up(url: str) -> int:
    """Apply every migration that the database lacks, one process at a time; return how many there were."""
    backend = get_backend(_for_yoyo(url))
    with backend.lock():
        missing = backend.to_apply(read_migrations(str(MIGRATIONS)))
        backend.apply_migrations(missing)
    return len(missing)


def migrate_down(url: str) -> int:
    """Take back every migration that the database has; return how many there were."""
    backend = get_backend(_for_yoyo(url))
    with backend.lock():
        applied = backend.to_rollback(read_migrations(str(MIGRATIONS)))
        backend.rollback_migrations(applied)
    return len(applied)


def _for_yoyo(url: str) -> str:
    return url.replace("postgresql://", "postgresql+psycopg://", 1)
