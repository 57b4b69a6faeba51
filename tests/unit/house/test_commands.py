"""The Makefile is the list of commands, and the linter guards what the layers may not read."""

from __future__ import annotations

import re
import subprocess
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


def test_help_lists_every_command() -> None:
    rules = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.+)$", rules, flags=re.MULTILINE)
    assert phony is not None

    said = subprocess.run(["make", "-s", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout

    assert [line.split()[1] for line in said.splitlines()] == phony.group(1).split()


@pytest.mark.parametrize(
    ("expression", "import_line"),
    [
        ("datetime.now(UTC)", "from datetime import UTC, datetime"),
        ("date.today()", "from datetime import date"),
        ("os.environ['HOME']", "import os"),
        ("uuid4()", "from uuid import uuid4"),
        ("random.random()", "import random"),
    ],
)
@pytest.mark.parametrize(
    ("module", "refused"), [("rules/nothing.py", True), ("services/nothing.py", True), ("settings.py", False)]
)
def test_clock_chance_and_environment_are_read_at_the_edges_only(
    expression: str, import_line: str, module: str, refused: bool
) -> None:
    finished = subprocess.run(
        [
            *(Path(sysconfig.get_path("scripts"), "ruff"), "check", "--no-cache", "--output-format=concise"),
            *("--stdin-filename", ROOT / "layers/domain/python/netdesign" / module, "-"),
        ],
        cwd=ROOT,
        check=False,
        capture_output=True,
        input=f"{import_line}\n\nVALUE = {expression}\n",
        text=True,
    )

    assert ("TID251" in finished.stdout) == refused
