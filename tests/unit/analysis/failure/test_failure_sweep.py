"""The sweep against networks that are compiled anew without what failed, and flows followed pair by pair."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.analysis.facts.carriage import carriage
from netdesign.analysis.failure import failure_sweep
from netdesign.analysis.failure.cut_off import watch
from netdesign.analysis.failure.failure_images import like_failures, link_classes
from netdesign.analysis.failure.failure_sweep import outcomes, sent_by
from netdesign.analysis.policy.enforcers import standby_devices
from netdesign.analysis.traffic.failures import both, single_failures
from netdesign.analysis.traffic.traffic import carriers_of, loads, stretches
from netdesign.model.vocabulary import Role, ServiceClass
from tests.support.random_networks import random_network, rebuilt

SEEDS = st.integers(0, 10**6)


def some_failures(network):
    """All single failures, and some pairs."""
    singles = single_failures(network)
    rng = np.random.default_rng(len(singles))
    pairs = rng.choice(len(singles), (12, 2)).tolist()
    return (*singles, *(both(network, singles[i], singles[j]) for i, j in pairs if i != j))


def same_plan(network, failure):
    """Whether a network without what failed would send its flows past the same enforcement groups and exits.

    One that lost a whole group of firewalls, or all ends of a flow, no longer knows of them.
    """
    gone = {network.devices[place].id for place in failure.devices}
    groups = [stop for stretch in stretches(network) for stop in stretch.past]
    return all(any(network.devices[m].id not in gone for m in e.members) for stop in groups for e in stop)


@settings(max_examples=25, deadline=None)
@given(SEEDS, st.sampled_from([0, failure_sweep.LARGEST_TABLE]), st.booleans())
def test_loads_after_each_failure_are_those_of_the_network_built_without_it(seed, table, slow_symmetry):
    network = random_network(seed)
    failures = some_failures(network)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(failure_sweep, "LARGEST_TABLE", table)
        patch.setattr(failure_sweep, "START_NS", 10**12 if slow_symmetry else 0)
        found = list(outcomes(network, failures))

    assert sum(outcome.like for outcome in found) == len(failures)
    watched = watch(network, stretches(network))
    for outcome in found:
        assert outcome.unserved_bps == watched.cut_off_bps(outcome.failure)
        plain = loads(network, frozenset(outcome.failure.devices), frozenset(outcome.failure.links))
        np.testing.assert_allclose(outcome.load_bps, plain.load_bps, atol=1.0)
        if same_plan(network, outcome.failure):
            anew = loads(rebuilt(network, outcome.failure.devices, outcome.failure.links))
            np.testing.assert_allclose(outcome.load_bps, anew.load_bps, atol=1.0)


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_like_failures_do_like_things(seed):
    network = random_network(seed)
    failures = some_failures(network)
    watched, kinds = watch(network, stretches(network)), link_classes(network)
    for group in like_failures(network, failures):
        seen = set()
        for place in group:
            failure = failures[place]
            load = loads(network, frozenset(failure.devices), frozenset(failure.links)).load_bps
            rows = zip(kinds.tolist(), np.sort(load, axis=0).round(-1).T.tolist(), strict=True)
            lost = sorted((flow, round(bps, -1)) for flow, bps in watched.cut_off_bps(failure).items())
            seen.add((str(sorted(rows)), str(lost)))
        assert len(seen) == 1


def cut_off(network, failure):
    """What is cut off, by following every pair of nodes that both could still send and receive."""
    down = {*failure.devices, *standby_devices(network, frozenset(failure.devices))}
    graph = carriage(network).graph
    drawn = nx.Graph()
    homes = {node: members for members, node in carriage(network).homes.items()}
    down |= homes.keys()
    drawn.add_nodes_from(n for n in range(graph.node_count) if graph.nodes_present[n] and n not in down)
    for edge, (a, b) in enumerate(zip(graph.tail.tolist(), graph.head.tolist(), strict=True)):
        if graph.edges_present[edge] and edge not in failure.links and not down & {a, b}:
            drawn.add_edge(a, b)
    failed = set(failure.devices)

    def lives(node):
        if node in homes:
            return not homes[node] <= failed
        if node < len(network.devices) and network.devices[node].role is Role.ACCESS_POINT:
            return node in drawn and drawn.degree(node) > 0
        return node not in failed

    def at(node):
        return [n for n in homes.get(node, {node}) if n in drawn]

    def joined(here, there):
        return any(nx.has_path(drawn, n, m) for n in at(here) for m in at(there))

    lost: defaultdict[Any, float] = defaultdict(float)
    for stretch in stretches(network):
        stops = [carriers_of(network, stop, frozenset(failed)) for stop in stretch.past]
        legs = [stretch.source.spread, *stops, stretch.target.spread]
        living = [
            [(n, s) for n, s in zip(leg.nodes.tolist(), leg.shares.tolist(), strict=True) if leg in stops or lives(n)]
            for leg in legs
        ]
        possible = sum(s for _, s in living[0]) * sum(s for _, s in living[-1])
        served = 1.0
        for here, there in pairwise(living):
            served *= sum(s * t for n, s in here for m, t in there if joined(n, m))
        lost[stretch.flow] += (possible - served) * (stretch.up_bps + stretch.down_bps)
    return {flow: bps for flow, bps in lost.items() if bps > 1.0}


@settings(max_examples=25, deadline=None)
@given(SEEDS)
def test_what_is_cut_off_is_what_no_pair_of_living_ends_can_send(seed):
    network = random_network(seed)
    watched = watch(network, stretches(network))
    for failure in some_failures(network):
        found = {flow: bps for flow, bps in watched.cut_off_bps(failure).items() if bps > 1.0}
        assert found == pytest.approx(cut_off(network, failure))


def test_flows_of_one_class_alone():
    network = random_network(11)
    gold = sent_by(network, frozenset({ServiceClass.GOLD}))
    classes = {flow.id: flow.service_class for flow in network.design.traffic.flows}

    assert {classes[one.flow] for one in gold} <= {ServiceClass.GOLD}
    assert sent_by(network, None) == stretches(network)


def test_no_flows_and_no_failures():
    network = random_network(5)

    assert list(outcomes(network, ())) == []
    (first, *_) = outcomes(network, single_failures(network), frozenset())
    assert (first.load_bps.max(), first.unserved_bps) == (0.0, {})
