"""Identities that sort by time."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from netdesign.adapters import identities
from netdesign.adapters.identities import ALPHABET, new_identity, now


def test_identities_are_what_the_service_takes_for_one() -> None:
    made = {new_identity("dsg") for _ in range(1000)}

    assert len(made) == 1000
    assert all(re.fullmatch("dsg_[0-9a-z]{26}", identity) for identity in made)
    assert set("".join(made).replace("dsg_", "")) <= set(ALPHABET)


def test_a_later_identity_sorts_after_an_earlier_one(monkeypatch: pytest.MonkeyPatch) -> None:
    start = datetime(2026, 11, 1, tzinfo=UTC)
    made = []
    for milliseconds in (0, 1, 999, 1000, 86_400_000, 10**12):
        at = start + timedelta(milliseconds=milliseconds)
        monkeypatch.setattr(identities, "now", lambda at=at: at)
        made.append(new_identity("val"))

    assert made == sorted(made)
    moments = [sum(ALPHABET.index(c) * 32 ** (25 - at) for at, c in enumerate(made[0][4:])) >> 80]
    assert moments == [int(start.timestamp() * 1000)]


def test_the_clock_knows_its_zone() -> None:
    assert now().utcoffset() == timedelta(0)
