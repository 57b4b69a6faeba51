"""What is running, how it is, and what it counted."""

from __future__ import annotations

from functools import partial

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from functions import local
from netdesign import __version__
from netdesign.adapters.postgres import PostgresDatabase
from netdesign.rules.registry import all_rules
from tests.http.conftest import app_on


def test_the_root_says_where_to_go(client: TestClient) -> None:
    body = client.get("/").json()

    assert (body["name"], body["version"]) == ("netdesign", __version__)
    assert client.get(body["links"]["documentation"]).status_code == 200
    assert client.get(body["links"]["openapi"]).json()["info"]["title"] == "netdesign"


@pytest.mark.parametrize("path", ["/health", "/health/ready", "/health/startup", "/health/live"])
def test_health_is_up_while_the_store_answers(client: TestClient, path: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.json()) == (200, {"status": "up"})


def test_health_tells_when_the_store_is_away_but_the_process_lives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "PostgresDatabase", partial(PostgresDatabase, timeout_s=0.3))
    app = app_on("postgresql://postgres@127.0.0.1:1/none?connect_timeout=1")
    with TestClient(app) as client:
        assert client.get("/health").status_code == 503
        assert client.get("/health/live").status_code == 200
        (dependency,) = client.get("/api/v1/metrics/health/detailed").json()["dependencies"]
        listed = client.get("/api/v1/design/list")

    assert (dependency["name"], dependency["reachable"]) == ("postgresql", False)
    assert (listed.status_code, listed.headers["retry-after"]) == (503, "5")
    assert listed.json()["type"] == "urn:netdesign:problem:unavailable"


def test_the_configuration_shows_no_address(client: TestClient, database_url: str) -> None:
    answer = client.get("/config/status")

    assert answer.json()["database"] == {"kind": "postgresql", "embedded": False}
    assert "127.0.0.1" not in answer.text


def test_requests_are_counted_in_a_form_that_prometheus_reads(client: TestClient) -> None:
    for _ in range(3):
        client.get("/health/live")
    client.get("/nowhere/at/all")

    text = client.get("/api/v1/metrics/prometheus").text
    samples = {
        (sample.labels.get("route"), sample.labels.get("status")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "netdesign_requests_total"
    }
    assert samples["/health/live", "200"] == 3
    assert samples["unmatched", "404"] == 1
    plain = client.get("/api/v1/metrics/application").json()["samples"]
    assert plain["netdesign_requests_total{method=GET,route=/health/live,status=200}"] == 3


def test_client_events_are_counted_when_known(client: TestClient) -> None:
    counted = client.post("/api/v1/metrics/increment", json={"event": "page_view", "amount": 2})
    unknown = client.post("/api/v1/metrics/increment", json={"event": "launch_missiles"})

    assert counted.status_code == 204
    assert unknown.status_code == 422
    assert "page_view" in unknown.json()["faults"][0]["remedy"]
    samples = client.get("/api/v1/metrics/application").json()["samples"]
    assert samples["netdesign_client_events_total{event=page_view}"] == 2


def test_the_status_names_every_version_that_decides_a_verdict(client: TestClient) -> None:
    body = client.get("/api/v1/metrics/status").json()

    assert body["rules"] == len(all_rules())
    assert all(body[name] for name in ("version", "python", "rule_pack", "parameters", "catalog"))


def test_the_machine_is_measured(client: TestClient) -> None:
    body = client.get("/api/v1/metrics/system").json()

    assert body["cpu"]["count"] >= 1
    assert body["memory"]["process_peak_bytes"] > 10_000_000
    assert 0 < body["disk"]["free_bytes"] <= body["disk"]["total_bytes"]
