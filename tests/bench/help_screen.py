"""What it costs to start the command line."""

from __future__ import annotations

import resource
import subprocess
import sys

RUNS = 3
START = "from netdesign.cli.main import main; main()"
"""What the installed command `netdesign` runs."""


def help_seconds() -> float:
    """User CPU seconds of `netdesign --help`, the best of three."""
    return min(_once() for _ in range(RUNS))


def _once() -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run([sys.executable, "-c", START, "--help"], check=True, capture_output=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
