"""Resolved requirements and conflicts as values."""

from __future__ import annotations

import subprocess
import sys

import pytest

from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.resolved import Basis
from tests.unit.synthesis.resolving import resolved


def test_says_why_a_field_has_its_value():
    entry = resolved().why("redundancy")

    assert (entry.basis, entry.inputs) == (Basis.STATED, ("redundancy",))
    with pytest.raises(KeyError, match="colour"):
        resolved().why("colour")


def test_importing_it_does_not_import_pydantic():
    code = "import sys, netdesign.model.resolved; sys.exit('pydantic' in sys.modules)"

    assert (
        subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": ":".join(sys.path)}, check=False).returncode
        == 0
    )


def test_a_conflict_tells_its_ways_out():
    way = Relaxation(field="budget", from_value="1", to_value="2", statement="pay 2", cost="1")
    conflict = Conflict(
        code="c", requirements=("budget", "scale"), statement="Too dear.", numbers=(), relaxations=(way,)
    )

    assert str(conflict) == "Too dear. Way out: pay 2."
    assert str(Conflict(code="c", requirements=("a", "b"), statement="No.", numbers=(), relaxations=())) == "No."
