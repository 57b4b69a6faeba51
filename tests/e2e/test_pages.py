"""Every command that the documentation shows runs, and every file that it names is there."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from netdesign.cli.main import main
from netdesign.settings import read_settings
from tests.e2e.conftest import ROOT
from tests.e2e.test_service import commands

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SHOWN = [
    (page.name, line.removeprefix(".venv/bin/"))
    for page in PAGES
    for line in commands(page.read_text())
    if line.removeprefix(".venv/bin/").startswith("netdesign ")
]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands run, one after another: the examples, and a design in the making."""
    folder = tmp_path_factory.mktemp("pages")
    shutil.copytree(ROOT / "events", folder / "events")
    return folder


@pytest.mark.parametrize(("page", "line"), SHOWN, ids=[f"{page} {line}" for page, line in SHOWN])
def test_a_command_that_is_shown_runs(
    place: Path, page: str, line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(place)
    if not (place / "design.json").exists():
        main(["design", str(ROOT / "events/requirements/dc-2-racks.yaml"), "-o", "."])
    if "mutate" in line:
        line += " --own-rule-only"
    capsys.readouterr()

    code = main(shlex.split(line)[1:])

    said = capsys.readouterr()
    assert code == (1 if "refused" in line else 0), said.err
    assert said.out or said.err


def test_commands_are_shown_at_all() -> None:
    assert {line.split()[1] for _, line in SHOWN} >= {"design", "validate", "mutate", "explain"}


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_what_a_page_links_to_is_there(page: Path) -> None:
    text = page.read_text()
    for target in re.findall(r"\]\(([^)#\s]+)\)", text):
        assert "://" in target or (page.parent / target).exists(), target
    for named in re.findall(r"`((?:events|docs|functions|layers|tests)/[\w./-]+)`", text):
        assert (ROOT / named).exists(), named


def test_every_setting_is_documented_and_every_documented_one_is_read() -> None:
    page = (ROOT / "docs/operating.md").read_text()
    documented = set(re.findall(r"`(NETDESIGN_[A-Z_]+)`", page))
    source = (ROOT / "layers/domain/python/netdesign/settings.py").read_text()

    assert documented == set(re.findall(r'"(NETDESIGN_[A-Z_]+)"', source))
    defaults = read_settings({})
    assert f"| {defaults.body_limit_bytes >> 20} |" in page
    assert f"`{defaults.data_dir}`" in page
