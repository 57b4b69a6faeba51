"""Bad requests: a problem document with the place and the remedy, never a stack trace, never a 5xx."""

from __future__ import annotations

from collections.abc import Iterator

import orjson
import pytest
from starlette.testclient import TestClient

from netdesign.services import keep_designs
from tests.http.conftest import app_on

READERS = (
    ("POST", "/api/v1/design/analyze-requirements"),
    ("POST", "/api/v1/design/generate"),
    ("PUT", "/api/v1/design"),
    ("POST", "/api/v1/validation/validate"),
)

BODIES = {
    "nothing": b"",
    "not json": b"{",
    "invalid utf-8": b'{"a": "\xff"}',
    "a nul": b'{"a": "\x00"}',
    "deep": b'{"a":' * 5000 + b"1" + b"}" * 5000,
    "deep list": b"[" * 5000 + b"]" * 5000,
    "a list": b"[1, 2]",
    "a number": b"7",
    "null": b"null",
    "not a number": b'{"users": NaN}',
    "infinite": b'{"users": 1e999}',
    "twice": b'{"name": 1, "name": 2}',
    "an unknown field": b'{"colour": "red"}',
    "a huge number": b'{"users": ' + b"9" * 5000 + b"}",
    "a surrogate": b'{"a": "\\ud800"}',
    "utf-16": '{"a": 1}'.encode("utf-16"),
}


@pytest.mark.parametrize(("method", "path"), READERS)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_bad_body_is_refused_with_its_faults(shared_client: TestClient, method: str, path: str, body: bytes) -> None:
    answer = shared_client.request(method, path, content=body, headers={"Content-Type": "application/json"})

    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["faults"]
    assert all(fault["problem"] for fault in problem["faults"])
    assert problem["request_id"] == answer.headers["x-request-id"]
    assert "Traceback" not in answer.text


def bomb() -> bytes:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return "\n".join(lines).encode()


@pytest.mark.parametrize("body", [bomb(), b"a: !!python/object/apply:os.system [ls]", b"a: 1\n---\nb: 2", b"\tx: 1"])
def test_hostile_yaml_is_refused(shared_client: TestClient, body: bytes) -> None:
    answer = shared_client.post("/api/v1/design/generate", content=body, headers={"Content-Type": "application/yaml"})

    assert answer.status_code == 422
    assert answer.json()["faults"][0]["problem"]


def test_another_content_type_is_refused_with_those_that_are_read(shared_client: TestClient) -> None:
    answer = shared_client.post("/api/v1/design/generate", content=b"<a/>", headers={"Content-Type": "text/xml"})

    assert answer.status_code == 422
    assert "application/yaml" in answer.json()["faults"][0]["remedy"]


def test_a_body_over_the_limit_is_refused_before_it_is_read(database_url: str) -> None:
    with TestClient(app_on(database_url, body_limit_bytes=1000)) as client:
        announced = client.post("/api/v1/validation/validate", content=b"x" * 1001)
        streamed = client.post("/api/v1/validation/validate", content=_chunks())
        fine = client.post("/api/v1/validation/validate", content=b'{"a": 1}')

    assert (announced.status_code, streamed.status_code, fine.status_code) == (413, 413, 422)
    assert announced.json()["type"] == "urn:netdesign:problem:too-large"


def _chunks() -> Iterator[bytes]:
    for _ in range(2000):
        yield b"x" * 100


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("DELETE", "/health", 405),
        ("GET", "/api/v1/design/not-an-id", 422),
        ("GET", "/api/v1/design/dsg_" + "0" * 26, 404),
        ("GET", "/api/v1/design/dsg_" + "0" * 26 + "?version=0", 422),
        ("GET", "/api/v1/design/list?limit=0", 422),
        ("GET", "/api/v1/design/list?limit=1000", 422),
        ("GET", "/api/v1/design/list?cursor=%27%3B--", 422),
        ("GET", "/api/v1/design/list?network_type=lan", 422),
        ("GET", "/api/v1/design/dsg_" + "0" * 26 + "/export?format=visio", 422),
        ("GET", "/api/v1/validation/1", 422),
        ("POST", "/api/v1/validation/validate?validation_mode=harsh", 422),
        ("POST", "/api/v1/design/generate?mode=harsh", 422),
        ("PUT", "/api/v1/design/dsg_" + "0" * 26, 422),
        ("GET", "/api/v1/admin/rules?severity=huge", 422),
        ("POST", "/api/v1/admin/rules/category/weather/disable", 422),
        ("PUT", "/api/v1/admin/parameters", 422),
        ("POST", "/api/v1/metrics/increment", 422),
        ("GET", "/api/v1/admin/rules/%00", 404),
    ],
)
def test_a_bad_address_or_parameter_is_a_problem_document(
    shared_client: TestClient, method: str, path: str, status: int
) -> None:
    answer = shared_client.request(method, path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_a_defect_of_ours_tells_the_client_nothing_but_that(
    shared_client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr(keep_designs, "design_from", broken)

    answer = shared_client.post("/api/v1/validation/validate", content=b"{}", headers={"X-Request-Id": "mine-1"})

    assert (answer.status_code, answer.json()["request_id"]) == (500, "mine-1")
    assert "secret" not in answer.text
    assert "RuntimeError" in answer.json()["detail"]


def test_every_answer_carries_security_headers_and_a_safe_request_id(shared_client: TestClient) -> None:
    answer = shared_client.get("/health/live", headers={"X-Request-Id": "a\tb" * 40})

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert len(answer.headers["x-request-id"]) == 32


def test_the_openapi_document_resolves_every_reference(shared_client: TestClient) -> None:
    document = shared_client.get("/openapi.json").json()
    text = orjson.dumps(document).decode()

    names = {part.partition('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert names <= set(document["components"]["schemas"])
    assert {"Requirements", "Design", "Report"} <= names
    operations = [(path, method) for path, item in document["paths"].items() for method in item]
    assert len(operations) >= 30
