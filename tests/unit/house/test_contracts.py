"""Every import contract is seen to fail when it is broken, on a skeleton of the tree."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
import tomllib
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
CONTRACTS: dict[str, dict[str, Any]] = {
    contract["id"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
}


def siblings(layer: str) -> list[str]:
    return [name.strip("() ") for name in layer.split("|")]


def modules() -> list[str]:
    """The modules that the layer contracts name."""
    return [
        f"{container}.{name}"
        for contract in CONTRACTS.values()
        for container in contract.get("containers", [])
        for layer in contract["layers"]
        for name in siblings(layer)
    ]


def forbidden_imports(contract: dict[str, Any]) -> set[tuple[str, str]]:
    """Importer and imported, one pair for each import that the contract must refuse."""
    if contract["type"] == "forbidden":
        return {
            (source if "." in source else f"{source}.model", target)
            for source in contract["source_modules"]
            for target in contract["forbidden_modules"]
        }
    layers = [[f"{contract['containers'][0]}.{name}" for name in siblings(layer)] for layer in contract["layers"]]
    upward = {(low, high) for above, below in pairwise(layers) for low in below for high in above}
    sideways = {pair for layer in layers for pair in combinations(layer, 2)}
    return upward | sideways


def lint(tree: Path) -> tuple[int, str]:
    finished = subprocess.run(
        [Path(sysconfig.get_path("scripts"), "lint-imports"), "--no-cache"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree), "COLUMNS": "400"},
        check=False,
        capture_output=True,
        text=True,
    )
    return finished.returncode, finished.stdout + finished.stderr


@pytest.fixture(scope="module")
def skeleton(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's contracts over empty packages."""
    tree = tmp_path_factory.mktemp("skeleton")
    shutil.copy(ROOT / "pyproject.toml", tree)
    for module in modules():
        package = tree.joinpath(*module.split("."))
        package.mkdir(parents=True, exist_ok=True)
        (package / "__init__.py").touch()
        (package.parent / "__init__.py").touch()
    return tree


@pytest.fixture(scope="module")
def complaints(skeleton: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """What is said about a tree that breaks every contract in every way."""
    tree = tmp_path_factory.mktemp("broken") / "tree"
    shutil.copytree(skeleton, tree)
    for contract in CONTRACTS.values():
        for importer, imported in forbidden_imports(contract):
            offence = tree.joinpath(*importer.split("."), f"offence_{imported.replace('.', '_')}.py")
            offence.write_text(f"import {imported}\n")
        for container in contract.get("containers", []):
            tree.joinpath(*container.split("."), "leftovers.py").write_text("")
    return lint(tree)[1]


def test_a_tree_that_respects_the_contracts_is_accepted(skeleton: Path) -> None:
    code, said = lint(skeleton)

    assert code == 0, said
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in said


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=CONTRACTS)
def test_each_import_that_a_contract_forbids_is_found(contract: dict[str, Any], complaints: str) -> None:
    expected = forbidden_imports(contract)
    assert expected
    # The section of a contract starts with its underlined name.
    section = re.split(rf"(?m)^{re.escape(contract['name'])}\n-+\n", complaints)[1].split("---")[0]
    found = re.findall(r"(?m)^-\s+([\w.]+)\.offence_\w+ -> ([\w.]+) \(l\.1\)$", section)

    assert f"{contract['name']} BROKEN" in complaints
    assert set(found) >= expected


@pytest.mark.parametrize("container", ["netdesign", "netdesign.analysis", "netdesign.synthesis", "functions"])
def test_a_module_that_no_layer_names_is_found(container: str, complaints: str) -> None:
    unplaced = complaints.split("The following modules are not listed as layers:")[1:]

    assert any(f"- {container}.leftovers" in text.split("(Since")[0] for text in unplaced)
