"""The service as a process of its own, on a free port and a folder of its own."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
START_TIMEOUT_S = 90
STOP_TIMEOUT_S = 60


class Service:
    """A running service; `said` holds the lines of its log."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.said: list[str] = []
        self._told = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.said.append(line)
            self._told.set()

    @property
    def url(self) -> str:
        """Where it serves, as its first line says."""
        assert self._told.wait(START_TIMEOUT_S), "it said nothing"
        found = re.match(r"netdesign: (http://\S+)", self.said[0])
        assert found, self.said
        return found[1]

    def stop(self) -> int:
        """Interrupt it as a person would and return its exit code."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(STOP_TIMEOUT_S)
        self._reader.join(STOP_TIMEOUT_S)
        return code

    def memory_bytes(self) -> int:
        """The most memory that the process ever held."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) * 1024  # type: ignore[index]


@contextmanager
def running(data_dir: Path) -> Iterator[Service]:
    """The service on `data_dir`, killed if it still runs at the end."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("NETDESIGN")}
    environment |= {
        "PORT": "0",
        "NETDESIGN_DATA_DIR": str(data_dir),
        "PYTHONPATH": f"{ROOT / 'layers/domain/python'}{os.pathsep}{ROOT}",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "functions.local"], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        yield Service(process)
    finally:
        process.kill()
        process.communicate()
