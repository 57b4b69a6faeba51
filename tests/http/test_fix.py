"""Repair over HTTP: a further version where anything helped, the same one where nothing did."""

from __future__ import annotations

from starlette.testclient import TestClient

from netdesign.model.canonical import canonical
from netdesign.model.patch import Set, apply
from netdesign.model.vocabulary import LinkPurpose
from tests.golden.conftest import synthesized
from tests.http.test_designs import DESIGN, put

SOUND = synthesized("dc-2-racks").design
LINK = next(link.id for link in SOUND.cabling.links if link.purpose in (LinkPurpose.UPLINK, LinkPurpose.PEER))
BROKEN = apply(SOUND, (Set("links", LINK, {"in_service": False}),))


def test_a_repaired_design_is_a_further_version(client: TestClient) -> None:
    stored = put(client, BROKEN)
    path = stored.headers["location"]

    fixed = client.post(f"{path}/fix", headers={"if-match": stored.headers["etag"]})

    assert fixed.status_code == 200
    assert fixed.json()["valid_after"] is True
    assert fixed.headers["etag"] != stored.headers["etag"]
    assert [item["version"] for item in client.get(f"{path}/versions").json()] == [1, 2]
    now = client.get(path)
    assert now.headers["etag"] == fixed.headers["etag"]
    assert now.json()["governance"]["parent_digest"] == stored.json()["digest"]
    assert canonical(BROKEN) != now.content


def test_a_design_that_nothing_helps_stays_as_it_is(client: TestClient) -> None:
    stored = put(client, DESIGN)
    answered = client.post(f"{stored.headers['location']}/fix")
    assert answered.json().get("steps", []) == []
    assert answered.json()["left"]
    assert answered.headers["etag"] == stored.headers["etag"]
    assert len(client.get(f"{stored.headers['location']}/versions").json()) == 1


def test_a_design_that_changed_meanwhile_is_not_repaired(client: TestClient) -> None:
    stored = put(client, BROKEN)
    stale = client.post(f"{stored.headers['location']}/fix", headers={"if-match": f'"{"0" * 64}"'})
    assert (stale.status_code, stale.json()["type"]) == (409, "urn:netdesign:problem:conflict")


def test_what_is_not_there_cannot_be_repaired(client: TestClient) -> None:
    assert client.post(f"/api/v1/design/dsg_{'0' * 26}/fix").status_code == 404
