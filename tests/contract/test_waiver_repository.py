"""What every waiver repository does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from netdesign.errors import ConflictError, NotFoundError
from netdesign.model.verdict import Waiver
from netdesign.ports.policies import KeptWaiver, WaiverRepository

PORT = "WaiverRepository"

pytestmark = pytest.mark.anyio

AT = datetime(2026, 11, 1, tzinfo=UTC)
LATER = datetime(2026, 12, 1, tzinfo=UTC)
WAIVER = Waiver(
    id="W-1",
    rule="CAP-01",
    owner="risk office",
    compensating_control="watched",
    expires="2027-01-01",
    elements=("leaf1", "leaf2"),
    granted="2026-11-01",
    reason="spring",
)
KEPT = KeptWaiver(WAIVER, None, "ann", AT)


async def test_waivers_come_back_as_they_were_kept(store: WaiverRepository) -> None:
    other = KeptWaiver(replace(WAIVER, id="W-0"), "dsg_1", "bob", LATER)
    await store.add("acme", KEPT)
    await store.add("acme", other)

    assert await store.all("acme") == (other, KEPT)
    assert await store.all("globex") == ()


async def test_an_id_is_taken_once_in_each_organisation(store: WaiverRepository) -> None:
    await store.add("acme", KEPT)
    with pytest.raises(ConflictError, match="W-1"):
        await store.add("acme", KEPT)
    await store.add("globex", KEPT)


async def test_a_withdrawn_waiver_stays_on_record_and_is_withdrawn_once(store: WaiverRepository) -> None:
    await store.add("acme", KEPT)
    await store.withdraw("acme", "W-1", LATER)

    assert await store.all("acme") == (replace(KEPT, withdrawn_at=LATER),)
    for organisation, identity in (("acme", "W-1"), ("acme", "W-2"), ("globex", "W-1")):
        with pytest.raises(NotFoundError):
            await store.withdraw(organisation, identity, LATER)
