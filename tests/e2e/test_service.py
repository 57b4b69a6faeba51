"""From nothing to a stored, validated design, as the README tells it; and the same design after a new start."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import orjson
import pytest

from netdesign.model.canonical import design_digest, design_from
from tests.e2e.conftest import ROOT, Service, running

README = (ROOT / "README.md").read_text()
ADDRESS = "http://127.0.0.1:8000"


def commands(text: str) -> list[str]:
    """The indented lines of a page, which are commands."""
    return [line.strip() for line in text.splitlines() if line.startswith("    ")]


def ready(client: httpx2.Client) -> None:
    """Ask until the service answers that it is ready; the socket is open from the start, so this waits by itself."""
    answer = client.get("/health/ready", timeout=90)
    assert (answer.status_code, answer.json()) == (200, {"status": "up"})


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that is not there yet."""
    return tmp_path_factory.mktemp("service") / "data"


@pytest.fixture(scope="module")
def service(data_dir: Path) -> Iterator[Service]:
    """The service in its first life."""
    with running(data_dir) as made:
        yield made


@pytest.fixture(scope="module")
def client(service: Service) -> Iterator[httpx2.Client]:
    """A client of it, once it is ready."""
    with httpx2.Client(base_url=service.url, timeout=60) as made:
        ready(made)
        yield made


@pytest.fixture(scope="module")
def answer(service: Service, client: httpx2.Client) -> dict:
    """What the README's curl answers."""
    line = next(line for line in commands(README) if line.startswith("curl"))
    assert ADDRESS in line
    words = shlex.split(line.replace(ADDRESS, service.url))
    if shutil.which("curl"):
        said = subprocess.run(words, cwd=ROOT, capture_output=True, check=True).stdout
    else:  # the same request by other means
        (path,) = [word.removeprefix("@") for word in words if word.startswith("@")]
        headers = dict([words[words.index("-H") + 1].split(": ", 1)])
        said = client.post(words[-1], content=(ROOT / path).read_bytes(), headers=headers).content
    made: dict = orjson.loads(said)
    return made


def test_the_line_of_the_readme_makes_a_stored_and_valid_design(client: httpx2.Client, answer: dict) -> None:
    assert (answer["valid"], answer["critical"], answer["errors"]) == (True, [], [])
    stored = client.get(answer["links"]["design"])
    report = client.get(answer["links"]["report"]).json()
    design = design_from(stored.json())
    assert stored.headers["etag"] == f'"{design_digest(design)}"' == f'"{answer["design"]["digest"]}"'
    assert (report["valid"], report["mode"], report["design"]) == (True, "strict", answer["design"]["id"])
    assert report["design_digest"] == answer["design"]["digest"]
    assert len(report["verdicts"]) >= 50
    assert client.get(answer["links"]["diagram"]).text.startswith("<svg")
    assert client.get(answer["links"]["bill_of_materials"]).text.startswith("kind,part,")


def test_the_pages_of_the_service_are_there(client: httpx2.Client) -> None:
    assert "swagger" in client.get("/docs").text.lower()
    assert client.get("/").json()["name"] == "netdesign"
    assert client.get("/health/live").json() == {"status": "up"}
    (dependency,) = client.get("/api/v1/metrics/health/detailed").json()["dependencies"]
    assert (dependency["name"], dependency["reachable"]) == ("postgresql", True)
    assert client.get("/config/status").json()["database"]["embedded"] is True


def test_two_hundred_megabytes_are_refused_without_being_held(service: Service, client: httpx2.Client) -> None:
    part = b" " * (1 << 20)
    before = service.memory_bytes()

    announced = client.post(
        "/api/v1/design/generate", content=(part for _ in range(200)), headers={"Content-Length": str(200 << 20)}
    )
    streamed = client.post("/api/v1/validation/validate", content=(part for _ in range(200)))

    assert (announced.status_code, streamed.status_code) == (413, 413)
    assert announced.json()["type"] == streamed.json()["type"] == "urn:netdesign:problem:too-large"
    assert service.memory_bytes() - before < 64 << 20
    ready(client)


def test_bytes_that_are_no_http_are_refused(service: Service, client: httpx2.Client) -> None:
    import socket
    from urllib.parse import urlsplit

    address = urlsplit(service.url)
    for garbage in (b"\x16\x03\x01\x02\x00" * 50 + b"\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: -5\r\n\r\n"):
        with socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=30) as raw:
            raw.sendall(garbage)
            said = raw.recv(100)
        assert said == b"" or said.startswith(b"HTTP/1.1 400 ")
    ready(client)


def test_the_design_is_still_there_after_a_new_start(
    service: Service, client: httpx2.Client, answer: dict, data_dir: Path
) -> None:
    kept = client.get(answer["links"]["design"]).content

    code = service.stop()

    assert code == 0
    assert not any("Traceback" in line or "ERROR" in line for line in service.said)
    with running(data_dir) as again, httpx2.Client(base_url=again.url, timeout=60) as second:
        ready(second)
        assert second.get(answer["links"]["design"]).content == kept
        assert second.get(answer["links"]["report"]).json()["design_digest"] == answer["design"]["digest"]
        assert [item["id"] for item in second.get("/api/v1/design/list").json()["items"]] == [answer["design"]["id"]]
        assert again.stop() == 0


def test_nothing_is_left_running(service: Service, data_dir: Path) -> None:
    assert service.process.poll() is not None
    assert not (data_dir / "postgres" / "postmaster.pid").exists()


def test_the_readme_starts_with_make_run_and_names_make_test_second() -> None:
    named = [line for line in commands(README) if line.startswith("make ")]

    assert named[:2] == ["make run", "make test"]
    rules = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)
    assert {line.split()[1] for line in named} <= set(rules)
