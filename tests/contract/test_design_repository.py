"""What every design repository does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from netdesign.errors import ConflictError, NotFoundError
from netdesign.ports.designs import DesignRepository, NewVersion

PORT = "DesignRepository"

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


def version(design_id: str = "dsg_1", digest: str = "d1", **changes: Any) -> NewVersion:
    given: dict[str, Any] = {
        "design_id": design_id,
        "digest": digest,
        "name": "Head office",
        "network_type": "legacy_campus",
        "archetype": "three_tier",
        "author": "ada",
        "document": b'{"name":"Head office","devices":[1,2.5,null]}',
        "created_at": NOON,
    }
    return NewVersion(**(given | changes))


async def test_a_design_comes_back_as_it_was_kept(store: DesignRepository) -> None:
    summary = await store.add("acme", version())

    stored = await store.get("acme", "dsg_1")

    assert stored.document == {"name": "Head office", "devices": [1, 2.5, None]}
    assert stored.summary == summary
    assert (summary.version, summary.digest, summary.author, summary.created_at) == (1, "d1", "ada", NOON)


async def test_an_id_is_taken_once(store: DesignRepository) -> None:
    await store.add("acme", version())

    with pytest.raises(ConflictError, match="dsg_1"):
        await store.add("acme", version(digest="d2"))

    assert (await store.get("acme", "dsg_1")).summary.digest == "d1"


async def test_a_version_follows_the_current_one(store: DesignRepository) -> None:
    await store.add("acme", version())

    second = await store.add_version("acme", version(digest="d2", name="New name"), after="d1")

    assert second.version == 2
    assert (await store.get("acme", "dsg_1")).summary == second
    assert (await store.get("acme", "dsg_1", 1)).summary.digest == "d1"
    assert [item.digest for item in await store.versions("acme", "dsg_1")] == ["d1", "d2"]


async def test_a_version_after_a_stale_digest_is_refused(store: DesignRepository) -> None:
    await store.add("acme", version())
    await store.add_version("acme", version(digest="d2"), after="d1")

    with pytest.raises(ConflictError, match="d2"):
        await store.add_version("acme", version(digest="d3"), after="d1")

    assert [item.digest for item in await store.versions("acme", "dsg_1")] == ["d1", "d2"]


@pytest.mark.parametrize("wanted", [None, 1])
async def test_an_unknown_design_is_not_found(store: DesignRepository, wanted: int | None) -> None:
    with pytest.raises(NotFoundError, match="dsg_9"):
        await store.get("acme", "dsg_9", wanted)
    with pytest.raises(NotFoundError, match="dsg_9"):
        await store.versions("acme", "dsg_9")
    with pytest.raises(NotFoundError, match="dsg_9"):
        await store.add_version("acme", version("dsg_9"), after="d1")


async def test_an_unknown_version_is_not_found(store: DesignRepository) -> None:
    await store.add("acme", version())

    with pytest.raises(NotFoundError, match="dsg_1 version 2"):
        await store.get("acme", "dsg_1", 2)


async def test_organisations_do_not_see_each_other(store: DesignRepository) -> None:
    await store.add("acme", version())
    await store.add("globex", version(digest="other"))

    assert (await store.get("acme", "dsg_1")).summary.digest == "d1"
    assert [item.digest for item in (await store.page("globex", limit=10)).items] == ["other"]
    with pytest.raises(NotFoundError):
        await store.get("initech", "dsg_1")


async def test_pages_go_from_new_to_old_and_end(store: DesignRepository) -> None:
    for number in range(1, 6):
        await store.add("acme", version(f"dsg_{number}", network_type="wan" if number == 3 else "hybrid"))

    first = await store.page("acme", limit=2)
    second = await store.page("acme", limit=2, cursor=first.next)
    third = await store.page("acme", limit=2, cursor=second.next)

    ids = [[item.design_id for item in page.items] for page in (first, second, third)]
    assert ids == [["dsg_5", "dsg_4"], ["dsg_3", "dsg_2"], ["dsg_1"]]
    assert third.next is None
    only = await store.page("acme", limit=2, network_type="wan")
    assert [item.design_id for item in only.items] == ["dsg_3"]


async def test_a_page_shows_the_current_version_only(store: DesignRepository) -> None:
    await store.add("acme", version())
    await store.add_version("acme", version(digest="d2"), after="d1")

    assert [item.digest for item in (await store.page("acme", limit=10)).items] == ["d2"]
