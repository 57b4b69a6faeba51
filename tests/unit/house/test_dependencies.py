"""The lock holds everything that the project asks for, in one exact version, with hashes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
ENTRIES = re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text().strip())


def wanted() -> list[Requirement]:
    project = PROJECT["project"]
    extras = project["optional-dependencies"].values()
    groups = PROJECT["dependency-groups"].values()
    return [
        Requirement(line)
        for lines in (PROJECT["build-system"]["requires"], project["dependencies"], *extras, *groups)
        for line in lines
    ]


def locked() -> dict[str, str]:
    exact = [Requirement(entry.split("\\")[0].strip()) for entry in ENTRIES]
    return {canonicalize_name(entry.name): str(entry.specifier) for entry in exact}


@pytest.mark.parametrize("requirement", wanted(), ids=str)
def test_each_requirement_is_locked_within_its_bounds(requirement: Requirement) -> None:
    version = locked()[canonicalize_name(requirement.name)]

    assert version.startswith("==")
    assert requirement.specifier.contains(version.removeprefix("=="))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.split("==")[0])
def test_each_locked_package_is_exact_and_hashed(entry: str) -> None:
    assert re.fullmatch(r"[a-z0-9-]+(\[[a-z,]+\])?==[\w.]+( ; [^\\\n]+)?( \\\n    --hash=sha256:[0-9a-f]{64})+", entry)


def test_each_package_is_locked_once() -> None:
    names = [entry.split("==")[0] for entry in ENTRIES]

    assert sorted(set(names)) == names
