"""What has to stay true of verdicts when a design is changed in a known way, on designs drawn at random.

A few designs here; `make metamorphic` takes hundreds (NETDESIGN_DESIGNS), in NETDESIGN_PROCESSES processes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor

import pytest

from tests.metamorphic.relations import RELATIONS, Trial, trials

SEEDS = range(1, 1 + int(os.environ.get("NETDESIGN_DESIGNS", "5")))
PROCESSES = int(os.environ.get("NETDESIGN_PROCESSES", "2"))
FEASIBLE = 0.85
"""The least share of drawn requirements that lead to a design."""

Trials = dict[int, Future[dict[str, Trial] | None]]


@pytest.fixture(scope="module")
def tried() -> Iterator[Trials]:
    """The relations tried on every design, by seed."""
    with ProcessPoolExecutor(min(PROCESSES, len(SEEDS))) as pool:
        yield {seed: pool.submit(trials, seed) for seed in SEEDS}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("seed", SEEDS)
def test_all_relations_hold_of_a_drawn_design(seed: int, tried: Trials) -> None:
    found = tried[seed].result()
    if found is None:
        pytest.skip("these requirements are refused")

    assert {name: trial.broken for name, trial in found.items() if trial.broken} == {}


def test_most_drawn_requirements_lead_to_a_design(tried: Trials) -> None:
    feasible = [seed for seed in SEEDS if tried[seed].result() is not None]

    assert len(feasible) >= FEASIBLE * len(SEEDS)


@pytest.mark.parametrize("name", RELATIONS)
def test_a_relation_is_put_to_the_test(name: str, tried: Trials) -> None:
    found = [made[name] for seed in SEEDS if (made := tried[seed].result()) is not None]

    assert sum(trial.times for trial in found) >= RELATIONS[name].least * len(found)
