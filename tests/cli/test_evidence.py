"""`netdesign evidence` writes one zip, the same every time, and fails where a control fails."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import pytest

from netdesign.model.canonical import canonical
from netdesign.model.patch import Remove, apply
from tests.cli.conftest import Run
from tests.golden.conftest import synthesized

SHOP = synthesized("campus-shop-card-payments").design


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """The card-payment example as a file."""
    path = tmp_path / "shop.json"
    path.write_bytes(canonical(SHOP))
    return path


def test_the_pack_is_written_twice_alike(run: Run, shop: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "one.zip", tmp_path / "two.zip"
    said = run("evidence", shop, "--framework", "pci-dss", "-o", first)
    run("evidence", shop, "--framework", "pci-dss", "-o", second)
    assert said.code == 0
    assert "pci-dss 4.0.1" in said.err
    assert first.read_bytes() == second.read_bytes()
    with ZipFile(first) as archive:
        assert "segmentation-tests.csv" in archive.namelist()


def test_a_failing_control_is_an_exit_code(run: Run, tmp_path: Path) -> None:
    last = max(SHOP.security.policy_rules, key=lambda rule: rule.order)
    path = tmp_path / "broken.json"
    path.write_bytes(canonical(apply(SHOP, (Remove("policy_rules", last.id),))))
    said = run("evidence", path, "--framework", "pci-dss", "-o", tmp_path / "e.zip")
    assert said.code == 1
    assert "fails" in said.err


def test_a_framework_that_is_not_asked_for_is_told(run: Run, shop: Path, tmp_path: Path) -> None:
    said = run("evidence", shop, "--framework", "hipaa", "-o", tmp_path / "e.zip")
    assert "do not ask for this framework" in said.err


def test_an_unknown_framework_is_bad_input(run: Run, shop: Path) -> None:
    assert run("evidence", shop, "--framework", "sox").code == 2
