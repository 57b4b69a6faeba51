"""The schema of the PostgreSQL database, brought to the newest version or taken back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from psycopg import OperationalError, ProgrammingError
from yoyo import get_backend, read_migrations

from netdesign.errors import Fault, InvalidInputError, UnavailableError

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
    backend = _backend(url)
    try:
        with backend.lock():
            yield backend
    finally:
        backend.connection.close()


def _backend(url: str) -> Any:
    """The backend for `url`; no error repeats the address, which may hold a password."""
    scheme, separator, rest = url.partition("://")
    if scheme not in ("postgresql", "postgres") or not separator:
        fault = Fault("", "this is no address of PostgreSQL", "write postgresql://user:password@host:port/database")
        raise InvalidInputError("database address", (fault,))
    try:
        return get_backend(f"postgresql+psycopg://{rest}")
    except ValueError:
        fault = Fault("", "the address cannot be read", "write postgresql://user:password@host:port/database")
        raise InvalidInputError("database address", (fault,)) from None
    except (OperationalError, ProgrammingError) as error:
        reason = type(error).__name__
        raise UnavailableError(
            f"the database does not answer ({reason}); is it running, and the address right?"
        ) from None
