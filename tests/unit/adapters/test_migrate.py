"""Addresses of databases that nothing can be done with: told in a line, without what they hold."""

from __future__ import annotations

import pytest

from netdesign.adapters.migrate import migrate_down, migrate_up
from netdesign.errors import InvalidInputError, UnavailableError


@pytest.mark.parametrize(
    "url", ["nonsense", "", "mysql://u:hunter2@h/d", "http://h", "postgresql:u@h", "postgresql://u:hunter2@h:port/d"]
)
@pytest.mark.parametrize("work", [migrate_up, migrate_down])
def test_what_is_no_address_is_refused(url: str, work) -> None:
    with pytest.raises(InvalidInputError, match="postgresql://user:password@host:port/database") as caught:
        work(url)

    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_a_database_that_is_not_there_is_told_without_the_password(scheme: str) -> None:
    with pytest.raises(UnavailableError, match="does not answer") as caught:
        migrate_up(f"{scheme}://u:hunter2@127.0.0.1:1/d?connect_timeout=2")

    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None
