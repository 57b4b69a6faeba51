"""What stands in the files of the project is true on every machine."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
MADE_BY_COMMANDS = {"__pycache__", "dist", "htmlcov", "node_modules"}

# Bracketed letters keep this file from finding itself.
FOREIGN = {
    "a folder of one machine": r"(?<![\w.-])/(?:[w]ork|[f]arm|[r]oot|[h]ome/\w+|[U]sers/\w+)/|/[o]pt/py",
    "a package registry": r"pypi[.]org|pythonhosted[.]org|npmjs[.]org|(?<!emit-)index[-]url|find[-]links",
    "a file address": r"file:/[/]",
    "a merge left open": r"(?m)^(?:<{7}|>{7}) ",
}


def texts() -> Iterator[tuple[str, str]]:
    """The path and text of each file, without what commands make and what is not text."""
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [
            name
            for name in folders
            if name not in MADE_BY_COMMANDS and (not name.startswith(".") or name in {".ci", ".github"})
        ]
        for name in files:
            path = Path(folder, name)
            content = path.read_bytes()
            if b"\0" not in content[:8192] and not name.startswith(".coverage"):
                yield str(path.relative_to(ROOT)), content.decode("utf-8", "replace")


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    return dict(texts())


@pytest.mark.parametrize("pattern", FOREIGN.values(), ids=FOREIGN)
def test_no_file_names_what_only_one_machine_has(pattern: str, sources: dict[str, str]) -> None:
    found = [f"{path}: {match.group()}" for path, text in sources.items() for match in re.finditer(pattern, text)]

    assert len(sources) > 20
    assert found == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("a folder of one machine", "DATA = '/home/" + "eve/data'"),
        ("a folder of one machine", "see /wo" + "rk/notes"),
        ("a package registry", "https://pypi" + ".org/simple"),
        ("a file address", "file:/" + "//wheels"),
        ("a merge left open", "<" * 7 + " HEAD"),
    ],
)
def test_such_a_name_would_be_found(kind: str, text: str) -> None:
    assert re.search(FOREIGN[kind], text)
