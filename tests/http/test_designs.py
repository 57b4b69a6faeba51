"""Designs over HTTP: stored, versioned, listed, exported, judged."""

from __future__ import annotations

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from netdesign.exchange.bundle import EXPORTS
from netdesign.model.canonical import canonical, design_digest
from netdesign.model.governance import Approval, Governance, State
from netdesign.model.inventory import Site
from netdesign.model.vocabulary import Role
from tests.support.sketch import design, device, link

DESIGN = design(
    Site(id="dc1", name="One"),
    device("s1", Role.SPINE),
    device("l1", Role.LEAF),
    link("l1:Ethernet1", "s1:Ethernet1"),
)


def put(client: TestClient, made=DESIGN, path: str = "", **headers: str):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.put(f"/api/v1/design{path}", content=canonical(made), headers=named)


def test_a_stored_design_is_read_back_with_its_digest(client: TestClient) -> None:
    stored = put(client)

    assert stored.status_code == 201
    body = stored.json()
    read = client.get(stored.headers["location"])
    assert read.status_code == 200
    assert read.json()["cabling"]["links"][0]["id"] == "l1:Ethernet1--s1:Ethernet1"
    assert read.json()["id"] == body["id"]
    assert body["digest"] == design_digest(replace(DESIGN, id=body["id"]))
    assert read.headers["etag"] == f'"{body["digest"]}"' == stored.headers["etag"]


def test_a_stored_design_starts_as_a_draft_whatever_it_claims(client: TestClient) -> None:
    claimed = replace(
        DESIGN,
        governance=Governance(author="mallory", state=State.APPROVED, approval=Approval(approver="m", digest="0")),
    )

    read = client.get(put(client, claimed).headers["location"]).json()

    assert read["governance"] == {"author": "local"}


def test_a_version_needs_the_digest_of_the_one_before(client: TestClient) -> None:
    first = put(client)
    path = "/" + first.json()["id"]
    renamed = replace(DESIGN, name="renamed")

    second = put(client, renamed, path, if_match=first.headers["etag"])
    stale = put(client, DESIGN, path, if_match=first.headers["etag"])
    absent = put(client, DESIGN, path)
    odd = put(client, DESIGN, path, if_match='"abc"')

    assert (second.status_code, second.json()["version"], second.json()["name"]) == (200, 2, "renamed")
    assert (stale.status_code, stale.json()["type"]) == (409, "urn:netdesign:problem:conflict")
    assert (absent.status_code, absent.json()["faults"][0]["pointer"]) == (422, "If-Match")
    assert odd.status_code == 409
    versions = client.get(f"/api/v1/design{path}/versions").json()
    assert [item["version"] for item in versions] == [1, 2]
    assert client.get(f"/api/v1/design{path}?version=1").json()["name"] == "test"
    assert client.get(f"/api/v1/design{path}").json()["governance"]["parent_digest"] == first.json()["digest"]
    assert client.get(f"/api/v1/design{path}?version=3").status_code == 404


def test_the_list_is_paged_newest_first(client: TestClient) -> None:
    made = [put(client).json()["id"] for _ in range(3)]

    first = client.get("/api/v1/design/list?limit=2").json()
    rest = client.get(f"/api/v1/design/list?limit=2&cursor={first['next']}").json()

    assert sorted((item["id"] for item in first["items"] + rest["items"]), reverse=True) == sorted(made, reverse=True)
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    assert client.get("/api/v1/design/list?network_type=wan").json()["items"] == []


@pytest.mark.parametrize("form", list(EXPORTS))
def test_a_design_is_exported_in_every_form(client: TestClient, form: str) -> None:
    identity = put(client).json()["id"]

    exported = client.get(f"/api/v1/design/{identity}/export?format={form}")

    assert exported.status_code == 200
    assert exported.headers["content-type"].startswith(EXPORTS[form].media.partition(";")[0])
    assert exported.headers["content-disposition"] == f'attachment; filename="{identity}-{EXPORTS[form].name}"'
    assert exported.content


def test_a_design_in_the_body_is_judged(client: TestClient) -> None:
    judged = client.post("/api/v1/validation/validate?validation_mode=strict", content=canonical(DESIGN))

    assert judged.status_code == 200
    report = judged.json()
    assert report["mode"] == "strict"
    assert not report["valid"]
    assert report["design_digest"] == design_digest(DESIGN)
    assert {verdict["category"] for verdict in report["verdicts"]} == {
        "capacity",
        "topology",
        "protocol",
        "security",
        "compliance",
    }


def test_a_report_is_given_as_sarif_when_asked(client: TestClient) -> None:
    judged = client.post(
        "/api/v1/validation/validate", content=canonical(DESIGN), headers={"Accept": "application/sarif+json"}
    )

    assert judged.headers["content-type"] == "application/sarif+json"
    assert judged.json()["version"] == "2.1.0"


def test_a_stored_design_is_judged_and_the_report_kept(client: TestClient) -> None:
    identity = put(client).json()["id"]

    judged = client.post(f"/api/v1/validation/validate-by-id/{identity}")

    kept = client.get(judged.headers["location"])
    assert judged.status_code == 200
    assert kept.json() == judged.json()
    assert kept.json()["design"] == identity
    assert client.post("/api/v1/validation/validate-by-id/dsg_" + "0" * 26).status_code == 404
    assert client.get("/api/v1/validation/val_" + "0" * 26).status_code == 404
