"""Every inequality holds for every purchase that carries all demands, and cuts off fractions that do not."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.synthesis.backbone.cuts import Separation, contracted, halves
from netdesign.synthesis.backbone.problem import Backbone, Demand, Module, Span
from netdesign.synthesis.backbone.router import Router
from tests.unit.synthesis.backbone.small_problems import problems, purchases


@given(problems(failures=True), st.data())
@settings(max_examples=40)
def test_no_feasible_purchase_breaks_an_inequality(problem, data):
    fraction = np.array([data.draw(st.floats(0, 2)) for _ in problem.modules])
    broken = Separation(problem).broken(fraction, problem.states)
    for cut in broken:
        assert cut.value @ fraction[cut.modules] < cut.least
    for bought, _ in purchases(problem):
        for cut in broken:
            assert cut.value @ bought[cut.modules] >= cut.least * (1 - 1e-9) - 1e-6


@given(problems(failures=True))
@settings(max_examples=40)
def test_no_feasible_purchase_breaks_a_proof(problem):
    nothing = problem.installed_bps
    for state in problem.states:
        unmet, weight = Router(problem, state).unmet(nothing)
        for bought, _ in purchases(problem):
            assert weight @ problem.capacity_bps(bought) >= (weight @ nothing + unmet) * (1 - 1e-6)


def test_one_and_a_half_modules_are_two():
    problem = Backbone(2, (Span(0, 1, (Module(10.0, 1.0),)),), (Demand(0, 1, 15.0),))
    (cut,) = Separation(problem).broken(np.array([1.5]), problem.states)
    assert (cut.value * 2).tolist() == [cut.least]


def test_an_inequality_is_given_once():
    problem = Backbone(2, (Span(0, 1, (Module(10.0, 1.0),)),), (Demand(0, 1, 15.0),))
    separation = Separation(problem)
    assert len(separation.broken(np.array([1.5]), problem.states)) == 1
    assert separation.broken(np.array([1.5]), problem.states) == []


def test_large_networks_are_contracted_along_heavy_spans():
    spans = tuple(Span(at, at + 1, (Module(1.0, 1.0),)) for at in range(19))
    problem = Backbone(20, spans, (Demand(0, 19, 1.5),))
    weight = np.where(np.arange(19) == 9, 0.0, 1.0)
    assert contracted(problem, weight, 2).tolist() == [0] * 10 + [1] * 10
    broken = Separation(problem).broken(np.full(19, 1.5), problem.states)
    assert {int(cut.modules[0]) for cut in broken} >= {0, 18}


def test_every_way_of_parting_is_there_once():
    sides = halves(4)
    assert len({tuple(side) for side in sides.tolist()}) == 7
    assert not sides[:, 0].any()
