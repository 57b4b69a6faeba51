"""What every report repository does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from netdesign.errors import ConflictError, NotFoundError
from netdesign.ports.designs import ReportRepository, StoredReport

PORT = "ReportRepository"

pytestmark = pytest.mark.anyio

REPORT = StoredReport("val_1", "dsg_1", 2, {"score": 0.5, "verdicts": []}, datetime(2026, 11, 1, tzinfo=UTC))


async def test_a_report_comes_back_as_it_was_kept(store: ReportRepository) -> None:
    await store.add("acme", REPORT)

    assert await store.get("acme", "val_1") == REPORT


async def test_a_report_is_kept_once_and_by_one_organisation(store: ReportRepository) -> None:
    await store.add("acme", REPORT)

    with pytest.raises(ConflictError, match="val_1"):
        await store.add("acme", REPORT)
    with pytest.raises(NotFoundError, match="val_1"):
        await store.get("globex", "val_1")
