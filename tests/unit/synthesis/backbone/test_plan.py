"""Plans cost what the cheapest of all purchases costs, carry everything, and state a bound that holds."""

import numpy as np
import pytest
from hypothesis import given, settings

from netdesign.errors import ConflictError
from netdesign.synthesis.backbone import plan as ladder
from netdesign.synthesis.backbone.plan import Effort, plan
from netdesign.synthesis.backbone.problem import INTACT, Backbone, Demand, Module, Plan, Span, State
from tests.unit.synthesis.backbone.small_problems import carriage, problems, purchases


def check_against_every_purchase(problem):
    every = list(purchases(problem))
    if not every:
        with pytest.raises(ConflictError, match="no purchase"):
            plan(problem)
        return
    cheapest = min(cost for _, cost in every)
    found = plan(problem)
    assert found.cost == pytest.approx(cheapest, rel=1e-6, abs=1e-6)
    assert found.bound == pytest.approx(cheapest, rel=1e-6, abs=1e-6)
    capacity = problem.capacity_bps(np.array(found.bought, dtype=np.int64))
    assert all(carriage(problem, capacity * (1 + 1e-6), state) is not None for state in problem.states)


@given(problems())
@settings(max_examples=40)
def test_plans_are_as_cheap_as_the_best_purchase(problem):
    check_against_every_purchase(problem)


@given(problems(failures=True))
@settings(max_examples=40)
def test_plans_that_survive_failures_are_as_cheap_as_the_best_purchase(problem):
    check_against_every_purchase(problem)


@given(problems(priced=True))
@settings(max_examples=40)
def test_what_carriage_costs_counts(problem):
    check_against_every_purchase(problem)


@given(problems(failures=True))
@settings(max_examples=30)
def test_proofs_alone_lead_to_the_same_plan(problem):
    kept = ladder.EXTENSIVE
    ladder.EXTENSIVE = 0
    try:
        check_against_every_purchase(problem)
    finally:
        ladder.EXTENSIVE = kept


def ring(count, demands, **fields):
    spans = tuple(Span(at, (at + 1) % count, (Module(10e9, 100.0),)) for at in range(count))
    return Backbone(count, spans, demands, **fields)


def test_a_ring_survives_the_loss_of_each_span():
    lost = tuple(State(frozenset({at})) for at in range(4))
    found = plan(ring(4, (Demand(0, 2, 8e9),), failures=lost))
    assert (found.bought, found.cost, found.gap) == ((1, 1, 1, 1), 400.0, 0.0)
    assert plan(ring(4, (Demand(0, 2, 8e9),))).cost == 200.0


def test_a_share_is_enough_after_a_failure():
    lost = tuple(State(frozenset({at}), 0.5) for at in range(3))
    assert plan(ring(3, (Demand(0, 1, 18e9),), failures=lost)).cost == 300.0
    assert plan(ring(3, (Demand(0, 1, 18e9),), failures=tuple(State(s.lost) for s in lost))).cost == 600.0


def test_capacity_in_place_is_used_first():
    spans = (Span(0, 1, (Module(10e9, 100.0),), installed_bps=10e9),)
    assert plan(Backbone(2, spans, (Demand(0, 1, 9e9),))).cost == 0.0
    assert plan(Backbone(2, spans, (Demand(0, 1, 11e9),))).cost == 100.0


def test_duplex_spans_carry_both_ways_and_others_share():
    demands = (Demand(0, 1, 8e9), Demand(1, 0, 8e9))
    spans = (Span(0, 1, (Module(10e9, 100.0),)),)
    assert plan(Backbone(2, spans, demands)).cost == 100.0
    assert plan(Backbone(2, spans, demands, duplex=False)).cost == 200.0


def test_a_bound_is_never_above_the_cost_and_the_gap_is_a_share_of_it():
    assert Plan((1,), 200.0, 150.0, "local search").gap == 0.25
    assert Plan((0,), 0.0, 0.0, "local search").gap == 0.0


def test_a_search_cut_short_says_how_far_it_may_be_from_the_best():
    demands = tuple(Demand(a, b, 3e9 + a * 1e9) for a in range(6) for b in range(6) if a != b)
    spans = tuple(
        Span(a, b, (Module(10e9, 100.0 + 13 * a + 7 * b), Module(40e9, 260.0 + 9 * b)))
        for a in range(6)
        for b in range(a + 1, 6)
    )
    problem = Backbone(6, spans, demands)
    hasty, careful = plan(problem, Effort(shakes=0, nodes=0)), plan(problem, Effort(shakes=50, nodes=100_000))
    assert hasty.bound <= careful.bound + 1e-6 <= careful.cost + 2e-6 <= hasty.cost + 3e-6
    assert careful.gap <= 1e-6
    assert plan(problem, Effort(shakes=50, nodes=100_000)) == careful


def test_demands_between_unknown_sites_are_refused():
    with pytest.raises(ConflictError, match=r"outside 0\.\.1"):
        Backbone(2, (), (Demand(0, 2, 1e9),))


def test_the_intact_network_is_the_first_state():
    problem = ring(3, (), failures=(State(frozenset({0})),))
    assert problem.states == (INTACT, State(frozenset({0})))
