"""What wraps every request, spoken to without a server: limits, lost clients, defects, counting."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi import Request as AnyRequest
from prometheus_client.parser import text_string_to_metric_families
from starlette.responses import Response, StreamingResponse
from starlette.types import Message

from netdesign.errors import CatalogError, ConflictError, Fault, InvalidInputError, NotFoundError, UnavailableError
from netdesign.http.application import create_app
from netdesign.http.bodies import document_of
from netdesign.http.metrics import CLIENT_EVENTS, Metrics
from netdesign.http.problems import TABLE

LIMIT = 1000

ERRORS = {
    "catalog": (CatalogError("no entry"), 400),
    "conflict": (ConflictError("changed"), 409),
    "missing": (NotFoundError("design", "x\ud800"), 404),
    "away": (UnavailableError("no answer"), 503),
    "wrong": (InvalidInputError("body", (Fault("/a", "wrong", "mend it"),) * 3), 422),
    "wordy": (InvalidInputError("body", (Fault("/a", "w" * 5000, "mend it"),)), 422),
}


def routes() -> APIRouter:
    router = APIRouter()

    @router.post("/read")
    async def read(request: AnyRequest) -> Response:
        return Response(json.dumps(await document_of(request)))

    @router.post("/typed")
    async def typed(body: dict[str, int]) -> dict[str, int]:
        return body

    @router.get("/broken")
    async def broken() -> Response:
        raise RuntimeError("secret of the house")

    @router.get("/half")
    async def half() -> Response:
        async def content() -> Any:
            yield b"first"
            raise RuntimeError("then it broke")

        return StreamingResponse(content())

    @router.get("/errors/{name}")
    async def errors(name: str) -> Response:
        raise ERRORS[name][0]

    return router


class Spoken:
    """What came back on the wire."""

    def __init__(self, sent: list[Message], metrics: Metrics) -> None:
        self.status = sent[0]["status"] if sent else 0
        self.headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]} if sent else {}
        self.body = b"".join(message.get("body", b"") for message in sent)
        self.metrics = metrics

    def counted(self) -> dict[tuple[str, str, str], float]:
        """Requests by method, route and status."""
        return {
            (sample.labels["method"], sample.labels["route"], sample.labels["status"]): sample.value
            for family in text_string_to_metric_families(self.metrics.exposition().decode())
            for sample in family.samples
            if sample.name == "netdesign_requests_total"
        }


def speak(method: str, path: str, *parts: bytes, headers: dict[str, str] | None = None, leaves: bool = False) -> Spoken:
    """Send one request in `parts`; a client that `leaves` hangs up after them."""
    metrics = Metrics()
    app = create_app(routes(), title="t", metrics=metrics, body_limit_bytes=LIMIT)
    sent: list[Message] = []
    waiting: list[Message] = [
        {"type": "http.request", "body": part, "more_body": leaves or at < len(parts) - 1}
        for at, part in enumerate(parts or (b"",))
    ]

    async def receive() -> Message:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "server": ("here", 80),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in (headers or {}).items()],
    }
    asyncio.run(app(scope, receive, send))
    return Spoken(sent, metrics)


def test_a_body_is_read_in_parts() -> None:
    assert speak("POST", "/read", b'{"a"', b": 1}").body == b'{"a": 1}'


@pytest.mark.parametrize("path", ["/read", "/typed"])
def test_a_body_is_refused_as_soon_as_it_passes_the_limit(path: str) -> None:
    json_type = {"content-type": "application/json"}
    announced = speak("POST", path, b"{}", headers=json_type | {"content-length": str(200 << 20)})
    streamed = speak("POST", path, *[b" " * 100] * 11, b"{}", headers=json_type)

    assert announced.status == 413
    assert json.loads(announced.body)["type"] == "urn:netdesign:problem:too-large"
    assert streamed.status in (400, 413)
    assert speak("POST", path, b" " * (LIMIT - 2), b"{}", headers=json_type).status == 200


@pytest.mark.parametrize("length", ["-1", "many", "٣", "9" * 30, ""])
def test_a_length_that_makes_no_sense_is_not_believed(length: str) -> None:
    headers = {"content-length": length.encode().decode("latin-1")}

    assert speak("POST", "/read", b"[1]", headers=headers).status == 200


def test_a_client_that_leaves_is_no_defect(caplog: pytest.LogCaptureFixture) -> None:
    spoken = speak("POST", "/read", b'{"a": ', leaves=True)

    assert spoken.body == b""
    assert spoken.counted() == {("POST", "/read", "499"): 1}
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


def test_a_defect_is_told_without_its_words_and_logged_with_the_request(caplog: pytest.LogCaptureFixture) -> None:
    spoken = speak("GET", "/broken", headers={"x-request-id": "mine"})

    problem = json.loads(spoken.body)
    assert (spoken.status, problem["request_id"], problem["type"]) == (500, "mine", "urn:netdesign:problem:defect")
    assert b"secret" not in spoken.body
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert record.__dict__["request_id"] == "mine"
    assert record.exc_info is not None
    assert spoken.counted() == {("GET", "/broken", "500"): 1}


def test_a_defect_in_the_middle_of_an_answer_breaks_the_answer_off() -> None:
    with pytest.raises((RuntimeError, ExceptionGroup)):
        speak("GET", "/half")


@pytest.mark.parametrize("name", list(ERRORS))
def test_each_error_has_its_status_and_its_words(name: str) -> None:
    spoken = speak("GET", f"/errors/{name}")

    error, status = ERRORS[name]
    problem = json.loads(spoken.body)
    assert spoken.status == problem["status"] == status
    assert spoken.headers["content-type"] == "application/problem+json"
    assert problem["title"] == next(title for kind, _, _, title in TABLE if isinstance(error, kind))
    assert len(problem["detail"]) <= 2000
    assert problem["detail"].startswith(str(error)[:20].replace("\ud800", "?"))
    assert ("retry-after" in spoken.headers) == (status == 503)
    assert len(problem.get("faults", [])) == len(getattr(error, "faults", ()))


def test_methods_and_paths_that_clients_invent_share_one_count() -> None:
    for method, path, key in (
        ("BREW", "/read", ("OTHER", "/read", "405")),
        ("GET", "/read", ("GET", "/read", "405")),
        ("GET", "/a/b/c", ("GET", "unmatched", "404")),
        ("BREW", "/a/b/c", ("OTHER", "unmatched", "404")),
    ):
        assert speak(method, path).counted() == {key: 1}


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, 'a"b', "é"])
def test_a_request_id_that_could_do_harm_is_replaced(given: str) -> None:
    spoken = speak("POST", "/read", b"[]", headers={"x-request-id": given})

    assert len(spoken.headers["x-request-id"]) == 32
    assert spoken.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("media", ["text/xml", "multipart/form-data; boundary=x", "application/json+x", "image/png"])
def test_another_media_type_is_refused(media: str) -> None:
    spoken = speak("POST", "/read", b"{}", headers={"content-type": media})

    assert spoken.status == 422
    assert "application/yaml" in json.loads(spoken.body)["faults"][0]["remedy"]


def test_other_protocols_pass_through() -> None:
    app = create_app(routes(), title="t", metrics=Metrics(), body_limit_bytes=LIMIT)
    sent: list[Message] = []

    async def talk() -> None:
        waiting: list[Message] = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]

        async def receive() -> Message:
            return waiting.pop(0)

        async def send(message: Message) -> None:
            sent.append(message)

        await app({"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}, receive, send)

    asyncio.run(talk())

    assert [message["type"] for message in sent] == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


def test_metrics_are_counted_by_process() -> None:
    one, other = Metrics(), Metrics()
    one.count_design("given")
    one.count_validation(valid=False, failed_rules=("TOP-01", "TOP-01"))
    one.count_client_event(CLIENT_EVENTS[0], 3)

    numbers = one.numbers()
    assert numbers["netdesign_designs_total{origin=given}"] == 1
    assert numbers["netdesign_validations_total{valid=false}"] == 1
    assert numbers["netdesign_rule_failures_total{rule=TOP-01}"] == 2
    assert numbers[f"netdesign_client_events_total{{event={CLIENT_EVENTS[0]}}}"] == 3
    assert not any("created" in name for name in numbers)
    assert other.numbers() == {}
    with pytest.raises(InvalidInputError, match="page_view"):
        one.count_client_event("launch", 1)
