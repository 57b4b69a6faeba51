"""What every parameter repository does."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from netdesign.errors import ConflictError
from netdesign.ports.policies import ParameterOverrides, ParameterRepository

PORT = "ParameterRepository"

pytestmark = pytest.mark.anyio

AT = datetime(2026, 11, 1, tzinfo=UTC)


async def test_versions_follow_each_other(store: ParameterRepository) -> None:
    assert await store.current("acme") == ParameterOverrides(0, {})

    first = await store.put("acme", {"a.b": 1}, after=0, at=AT)
    second = await store.put("acme", {"a.b": 2.5, "c": [1]}, after=1, at=AT)

    assert first == ParameterOverrides(1, {"a.b": 1})
    assert await store.current("acme") == second == ParameterOverrides(2, {"a.b": 2.5, "c": [1]})
    assert await store.current("globex") == ParameterOverrides(0, {})


async def test_a_change_after_a_stale_version_is_refused(store: ParameterRepository) -> None:
    await store.put("acme", {"a.b": 1}, after=0, at=AT)

    with pytest.raises(ConflictError, match="version 0"):
        await store.put("acme", {"a.b": 9}, after=0, at=AT)

    assert await store.current("acme") == ParameterOverrides(1, {"a.b": 1})


async def test_of_several_changes_at_once_one_is_made(store: ParameterRepository) -> None:
    answers = await asyncio.gather(
        *(store.put("acme", {"a": number}, after=0, at=AT) for number in range(4)), return_exceptions=True
    )

    made = [answer for answer in answers if isinstance(answer, ParameterOverrides)]
    assert [type(answer) for answer in answers if answer not in made] == [ConflictError] * 3
    assert await store.current("acme") == made[0]
