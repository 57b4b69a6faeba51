"""Small planning problems, and their answers by trying every purchase with flows on enumerated paths."""

from itertools import product

import highspy
import networkx as nx
import numpy as np
from hypothesis import strategies as st

from netdesign.synthesis.backbone.problem import Backbone, Demand, Module, Span, State

INFINITE = highspy.kHighsInf
SMALL, LARGE = Module(10e9, 7.0), Module(40e9, 15.0)


@st.composite
def problems(draw, *, failures=False, priced=False):
    """Three or four sites with two to five spans of at most three modules each."""
    nodes = draw(st.integers(3, 4))
    pairs = [(a, b) for a in range(nodes) for b in range(a + 1, nodes)]
    chosen = draw(st.lists(st.sampled_from(pairs), min_size=2, max_size=4))
    spans = tuple(
        Span(
            a,
            b,
            draw(st.sampled_from([(SMALL,), (LARGE,), (SMALL, LARGE)])) if len(chosen) < 4 else (SMALL,),
            installed_bps=draw(st.sampled_from([0.0, 0.0, 5e9])),
            opening_cost=draw(st.sampled_from([0.0, 4.0])),
            cost_per_bps=draw(st.sampled_from([0.0, 1e-9])) if priced else 0.0,
            most=2,
        )
        for a, b in chosen
    )
    ends = st.integers(0, nodes - 1)
    sizes = st.sampled_from([1e9, 4e9, 11e9])
    demands = tuple(Demand(draw(ends), draw(ends), draw(sizes)) for _ in range(draw(st.integers(1, 3))))
    lost = tuple(State(frozenset({at}), 0.5) for at in range(len(spans))) if failures else ()
    return Backbone(nodes, spans, demands, draw(st.booleans()), lost)


def carriage(problem, capacity_bps, state):
    """The least cost of carrying the demands over paths in a state; None where they do not fit."""
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(problem.nodes))
    graph.add_edges_from((s.a, s.b, at) for at, s in enumerate(problem.spans) if at not in state.lost)
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    used = {(at, way): [] for at in range(len(problem.spans)) for way in (0, 1)}
    column = 0
    for demand in problem.demands:
        mine = []
        if demand.source == demand.target:
            continue
        for path in nx.all_simple_edge_paths(graph, demand.source, demand.target):
            solver.addVar(0.0, INFINITE)
            solver.changeColCost(column, sum(problem.spans[at].cost_per_bps * 1e9 for _, _, at in path))
            for tail, _, at in path:
                used[at, int(tail != problem.spans[at].a)].append(column)
            mine.append(column)
            column += 1
        if not mine:
            return None
        wanted = demand.bps * state.share / 1e9
        solver.addRow(wanted, wanted, len(mine), np.array(mine), np.ones(len(mine)))
    for at in range(len(problem.spans)):
        ways = [used[at, 0], used[at, 1]] if problem.duplex else [used[at, 0] + used[at, 1]]
        for mine in ways:
            solver.addRow(-INFINITE, capacity_bps[at] / 1e9, len(mine), np.array(mine), np.ones(len(mine)))
    solver.run()
    optimal = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return solver.getInfo().objective_function_value if optimal or not column else None


def purchases(problem):
    """(bought, cost) of every purchase that carries all demands in every state."""
    for counts in product(*(range(int(most) + 1) for most in problem.module_most)):
        bought = np.array(counts, dtype=np.int64)
        capacity = problem.capacity_bps(bought)
        costs = [carriage(problem, capacity, state) for state in problem.states]
        if None not in costs:
            yield bought, problem.purchase_cost(bought) + costs[0]
