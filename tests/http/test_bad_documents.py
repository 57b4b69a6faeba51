"""Over a hundred kinds of bad bodies: each a problem document with the place and the remedy; nothing is kept."""

from __future__ import annotations

import re

import pytest
from starlette.testclient import TestClient

from tests.support.bad_documents import Bad, bad_designs, bad_requirements, unreadable

REQUIREMENT_READERS = ("/api/v1/design/analyze-requirements", "/api/v1/design/generate")
DESIGN_READERS = (("PUT", "/api/v1/design"), ("POST", "/api/v1/validation/validate"))


def named(documents: list[Bad]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("bad", documents, ids=[bad.name for bad in documents])


def refused(client: TestClient, method: str, path: str, bad: Bad, media: str = "") -> None:
    answer = client.request(method, path, content=bad.data, headers={"Content-Type": media} if media else {})

    problem = answer.json()
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["type"] == "urn:netdesign:problem:invalid-input"
    assert any(bad.says in f"{fault['pointer']}: {fault['problem']}" for fault in problem["faults"]), answer.text
    assert all(fault["problem"] and fault["remedy"] for fault in problem["faults"])
    assert (problem["instance"], problem["status"]) == (path, 422)
    assert len(problem["detail"]) <= 2000
    assert not re.search(r"Traceback|\.py\b|Error\b", answer.text.replace(bad.name, ""))


@named(unreadable())
@pytest.mark.parametrize("path", [*REQUIREMENT_READERS, "/api/v1/validation/validate"])
def test_what_holds_no_document_is_refused(shared_client: TestClient, path: str, bad: Bad) -> None:
    refused(shared_client, "POST", path, bad)


@named(bad_requirements())
@pytest.mark.parametrize("path", REQUIREMENT_READERS)
def test_what_is_no_requirements_is_refused(shared_client: TestClient, path: str, bad: Bad) -> None:
    refused(shared_client, "POST", path, bad, "application/json")


@named(bad_designs())
@pytest.mark.parametrize(("method", "path"), DESIGN_READERS)
def test_what_is_no_design_is_refused(shared_client: TestClient, method: str, path: str, bad: Bad) -> None:
    refused(shared_client, method, path, bad, "application/json; charset=utf-8")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "/api/v1/admin/parameters", b'{"after": 0, "overrides": {"\\ud800": 1}}'),
        ("PUT", "/api/v1/admin/parameters", b'{"after": 0, "overrides": {"a": 1}, "\\ud800": 1}'),
        ("PUT", "/api/v1/admin/parameters", b'{"after": -1, "overrides": {}}'),
        ("PUT", "/api/v1/admin/parameters", b'{"after": 1e400, "overrides": {}}'),
        ("PUT", "/api/v1/admin/parameters", b'{"after": 0, "overrides": {"x": NaN}}'),
        ("PUT", "/api/v1/admin/parameters", b'{"after": 0, "overrides": ' + b'{"a":' * 5000 + b"1" + b"}" * 5001),
        ("PUT", "/api/v1/admin/parameters", b'{"after": ' + b"9" * 5000 + b', "overrides": {}}'),
        ("PUT", "/api/v1/admin/parameters", b"[" * 100_000),
        ("PUT", "/api/v1/admin/parameters", b"\xff\xfe"),
        ("PUT", "/api/v1/admin/parameters", b""),
        ("POST", "/api/v1/metrics/increment", b'{"event": "\\ud800"}'),
        ("POST", "/api/v1/metrics/increment", b'{"event": "page_view", "amount": true}'),
        ("POST", "/api/v1/metrics/increment", b'{"event": "page_view", "amount": 0}'),
        ("POST", "/api/v1/metrics/increment", b'{"event": "' + b"x" * 65 + b'"}'),
        ("POST", "/api/v1/metrics/increment", b'{"event": "page_view", "amount": NaN}'),
        ("POST", "/api/v1/metrics/increment", b"null"),
        ("POST", "/api/v1/metrics/increment", b"{"),
    ],
)
def test_small_bodies_are_checked_as_strictly(shared_client: TestClient, method: str, path: str, body: bytes) -> None:
    answer = shared_client.request(method, path, content=body, headers={"Content-Type": "application/json"})

    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_overrides_that_are_no_parameters_are_refused(shared_client: TestClient) -> None:
    from netdesign.catalog.parameters import default_parameters

    numbers = [card for card in default_parameters().cards() if isinstance(card.value, float)]
    for written in ('"lots"', "null", "[]", "{}", '"NaN"', "1e400", "-1e400", "NaN"):
        body = f'{{"after": 0, "overrides": {{"{numbers[0].path}": {written}}}}}'
        answer = shared_client.put(
            "/api/v1/admin/parameters", content=body, headers={"Content-Type": "application/json"}
        )
        assert (answer.status_code, len(answer.json()["faults"])) == (422, 1), answer.text
    assert shared_client.get("/api/v1/admin/parameters").json()["version"] == 0


def test_nothing_of_all_this_was_kept(shared_client: TestClient) -> None:
    assert shared_client.get("/api/v1/design/list").json() == {"items": [], "next": None}
