"""What lines carry, against packets sent one share at a time."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdesign.synthesis.interconnect.loads import demand, line_loads, span_loads
from netdesign.synthesis.interconnect.spans import Span
from tests.unit.synthesis.datacenter_samples import flow, site

spans = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda ends: ends[0] < ends[1]), unique=True)
wanted = st.dictionaries(st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda e: e[0] != e[1]),
                         st.integers(1, 9).map(float), max_size=6)  # fmt: skip


def sent(pairs, demands):
    """The same by walking: every node hands equal shares to all neighbours that are nearer to the target."""
    near = defaultdict(list)
    for at, (a, b) in enumerate(pairs):
        near[a].append((b, at))
        near[b].append((a, at))
    loads: dict[tuple[int, int], float] = defaultdict(float)

    def hops(node, target):
        seen, edge, count = {node}, [node], 0
        while edge and target not in edge:
            edge = [to for here in edge for to, _ in near[here] if to not in seen]
            seen.update(edge)
            count += 1
        return count if edge else None

    def walk(node, target, rate):
        if node == target:
            return
        away = hops(node, target)
        onward = [(to, at) for to, at in near[node] if hops(to, target) == away - 1]
        for to, at in onward:
            loads[at, node] += rate / len(onward)
            walk(to, target, rate / len(onward))

    for (source, target), rate in demands.items():
        if hops(source, target) is not None:
            walk(source, target, rate)
    return [max(loads[at, a], loads[at, b]) for at, (a, b) in enumerate(pairs)]


@given(spans, wanted)
def test_loads_are_those_of_packets_sent_one_share_at_a_time(pairs, demands):
    found = span_loads([Span(a, b, 1.0) for a, b in pairs], demands, -1)

    assert found == pytest.approx(sent(pairs, demands))


def test_one_line_of_two_carries_all_when_the_other_fails():
    assert line_loads([Span(0, 1, 40.0, ways=2)], {(0, 1): 8.0, (1, 0): 2.0}) == [(4.0, 8.0)]


def test_a_ring_carries_what_a_lost_span_did():
    ring = [Span(0, 1, 1.0), Span(1, 2, 1.0), Span(0, 2, 1.0)]

    assert line_loads(ring, {(0, 1): 6.0}) == [(6.0, 6.0), (0.0, 6.0), (0.0, 6.0)]


def test_demand_counts_both_directions_between_data_centres_only():
    sites = (site("dc1"), site("dc2"))
    flows = [flow("there", "dc1", "dc2", 5, 1), flow("back", "dc2", "dc1", 3, 2), flow("in", "users", "dc1", 9, 9)]

    assert demand(sites, flows) == {(0, 1): 7.0, (1, 0): 4.0}
