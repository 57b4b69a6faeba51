"""The composition on one machine: its address, its database, its beginning and its end."""

from __future__ import annotations

import asyncio
import socket
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn

from functions import local
from netdesign.adapters.postgres import PostgresDatabase
from netdesign.bootstrap import opened
from netdesign.errors import InvalidInputError
from netdesign.settings import read_settings


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch, database_url: str) -> str:
    """A database that the environment names; nothing else is set."""
    for name in ("NETDESIGN_DATA_DIR", "NETDESIGN_BODY_LIMIT_MIB", "PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NETDESIGN_DATABASE_URL", database_url)
    return database_url


def served(
    monkeypatch: pytest.MonkeyPatch, *, started: bool = True, interrupted: bool = False
) -> list[tuple[str, int]]:
    """The addresses that a server was run on, which ends at once."""
    addresses: list[tuple[str, int]] = []

    def run(server: uvicorn.Server, sockets: list[socket.socket]) -> None:
        addresses.append(sockets[0].getsockname()[:2])
        server.started = started
        if interrupted:
            raise KeyboardInterrupt

    monkeypatch.setattr(uvicorn.Server, "run", run)
    return addresses


def test_it_serves_where_asked_and_says_so(
    database: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    addresses = served(monkeypatch)

    assert local.serve(port=0) == 0

    ((host, port),) = addresses
    assert host == "127.0.0.1"
    assert f"http://127.0.0.1:{port} " in capsys.readouterr().err


def test_the_port_comes_from_the_environment(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = served(monkeypatch)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setenv("PORT", str(port))

    assert local.serve() == 0
    assert addresses == [("127.0.0.1", port)]


def test_an_interrupt_is_the_normal_end_and_a_failed_start_is_not(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    served(monkeypatch, interrupted=True)
    assert local.serve(port=0) == 0
    served(monkeypatch, started=False)
    assert local.serve(port=0) == 2


def test_it_serves_on_the_newer_protocol_too(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if not socket.has_ipv6 or not Path("/proc/net/if_inet6").exists():
        pytest.skip("no IPv6 on this machine")
    addresses = served(monkeypatch)

    assert local.serve(host="::1", port=0) == 0
    assert addresses[0][0] == "::1"


def test_a_port_in_use_is_told_before_a_database_is_started(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.delenv("NETDESIGN_DATABASE_URL", raising=False)
    monkeypatch.setenv("NETDESIGN_DATA_DIR", str(tmp_path / "data"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code = local.serve(port=port)

    said = capsys.readouterr().err
    assert code == 2
    assert said.startswith(f"netdesign: address: 127.0.0.1:{port}: Address already in use")
    assert "PORT=" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("NETDESIGN_DATA_DIR", "/dev/null/data", "NETDESIGN_DATA_DIR: Not a directory"),
        ("NETDESIGN_BODY_LIMIT_MIB", "huge", "NETDESIGN_BODY_LIMIT_MIB"),
        ("NETDESIGN_DATABASE_URL", "nonsense", "no address of PostgreSQL"),
        ("NETDESIGN_DATABASE_URL", "postgresql://u:hunter2@127.0.0.1:1/d", "does not answer"),
        ("PORT", "http", "PORT"),
    ],
)
def test_a_setting_that_cannot_be_used_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, says: str
) -> None:
    monkeypatch.delenv("NETDESIGN_DATABASE_URL", raising=False)
    monkeypatch.setenv(name, value)

    code = local.serve(port=None if name == "PORT" else 0)

    said = capsys.readouterr().err
    assert code == 2
    assert says in said
    assert (len(said.splitlines()) - said.count("http://"), "hunter2" in said) == (1, False)


def test_an_embedded_database_is_started_in_the_folder_of_the_settings(
    monkeypatch: pytest.MonkeyPatch, database_url: str, tmp_path: Path
) -> None:
    folders: list[Path] = []

    class Server:
        url = database_url

    @contextmanager
    def embedded(folder: Path):
        folders.append(folder)
        yield Server

    monkeypatch.setattr(local, "EmbeddedPostgres", embedded)
    settings = read_settings({"NETDESIGN_DATA_DIR": str(tmp_path / "new" / "data")})

    with local.migrated_database(settings) as url:
        assert url == database_url
    assert folders == [tmp_path / "new" / "data" / "postgres"]
    assert folders[0].parent.is_dir()
    with pytest.raises(InvalidInputError), local.migrated_database(replace(settings, data_dir=Path("/dev/null/x"))):
        pass


def test_the_pool_is_closed_whatever_happens(database_url: str) -> None:
    database = PostgresDatabase(database_url)

    async def work() -> None:
        async with opened(database):
            assert (await database.ask()).reachable
            raise RuntimeError("broke")

    with pytest.raises(RuntimeError, match="broke"):
        asyncio.run(work())
    assert database._pool.closed
