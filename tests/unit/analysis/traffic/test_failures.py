"""Which failures there are, what falls with them, and which pairs of them are tried."""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import Any

import pytest

from netdesign.analysis.traffic.failure_pairs import failure_pairs, traffic_bps, unavailability
from netdesign.analysis.traffic.failures import FailureKind, both, failure_sets, single_failures
from netdesign.catalog.parameters import default_parameters
from netdesign.model.cabling import Circuit, CircuitKind, Lag, Srlg, SrlgKind
from netdesign.model.vocabulary import LinkPurpose, Redundancy, Role
from tests.support.random_networks import random_network
from tests.support.sketch import GBPS, device, link
from tests.unit.analysis.traffic.test_traffic import attach, clos, flow, group, network

PARAMETERS = default_parameters()


def small(*facts):
    """Two leaves and two spines, one more link out of service, a provider, and a conduit of two links."""
    made = [
        *clos(),
        device("off", Role.LEAF, in_service=False),
        device("isp", Role.PROVIDER, site="dc2"),
        device("far", Role.LEAF, site="dc2"),
        link("off:1", "s0:9", id="dark"),
        link("l0:wan", "isp:1", LinkPurpose.CIRCUIT, id="wan", srlgs=("duct",)),
        link("far:1", "s1:9", id="span", srlgs=("duct", "none-such")),
        Srlg(id="duct", kind=SrlgKind.CONDUIT, name="duct"),
        Srlg(id="empty", kind=SrlgKind.POP, name="empty"),
        *facts,
    ]
    return network(*made)


def named(failures):
    return [(failure.kind.value, *failure.elements) for failure in failures]


def test_every_link_device_risk_and_site_of_ours_that_is_in_service():
    compiled = small()

    found = named(single_failures(compiled))

    assert found[:6] == [("link", name) for name in ("l0s0", "l0s1", "l1s0", "l1s1", "wan", "span")]
    assert found[6:11] == [("node", name) for name in ("s0", "s1", "l0", "l1", "far")]
    assert found[11:] == [("srlg", "duct"), ("site", "dc1"), ("site", "dc2")]


def test_positions_of_what_is_down():
    compiled = small()
    by_name = {failure.elements: failure for failure in single_failures(compiled)}
    place, at = compiled.link_index, compiled.device_index

    assert by_name["duct",].links == (place["wan"], place["span"])
    assert (by_name["dc2",].devices, by_name["dc2",].links) == ((at["far"],), ())
    assert by_name["l0",].devices == (at["l0"],)


@pytest.mark.parametrize(
    ("level", "kinds"),
    [
        (Redundancy.NONE, set()),
        (Redundancy.LOW, set()),
        (Redundancy.MEDIUM, {"link"}),
        (Redundancy.HIGH, {"link", "node", "srlg"}),
        (Redundancy.CRITICAL, {"link", "node", "srlg", "site", "pair"}),
    ],
)
def test_the_redundancy_level_says_what_may_fail(level, kinds):
    found = failure_sets(small(), PARAMETERS, level)

    assert {failure.kind.value for failure in found} == kinds


def bundled(needed):
    facts: list[Any] = [link(f"l0:x{n}", f"l1:x{n}", id=f"x{n}") for n in range(3)]
    facts += [Lag(id="one", device="l0", interface="po1", members=("x0", "x1", "x2"), min_links=needed)]
    return small(*facts, Lag(id="other", device="l1", interface="po1", members=("x0", "x1", "x2")))


@pytest.mark.parametrize(("needed", "down"), [(None, 1), (1, 1), (2, 1), (3, 3)])
def test_a_bundle_with_too_few_members_goes_down_whole(needed, down):
    compiled = bundled(needed)
    (failure,) = (one for one in single_failures(compiled, (FailureKind.LINK,)) if one.elements == ("x0",))

    assert len(failure.links) == down


def test_two_members_take_the_third_with_them():
    compiled = bundled(2)
    x0, x1 = (one for one in single_failures(compiled, (FailureKind.LINK,)) if one.elements[0] in ("x0", "x1"))

    pair = both(compiled, x0, x1)

    assert (pair.kind, pair.elements) == (FailureKind.PAIR, ("x0", "x1"))
    assert {compiled.links[place].id for place in pair.links} == {"x0", "x1", "x2"}


def test_a_device_takes_its_bundles_down_to_the_members_at_other_devices():
    facts = [device("a", Role.ACCESS), link("a:1", "l0:a", id="a1"), link("a:2", "l1:a", id="a2")]
    compiled = small(*facts, Lag(id="one", device="a", interface="po1", members=("1", "2"), min_links=2))
    by_name = {failure.elements: failure for failure in single_failures(compiled, (FailureKind.NODE,))}

    assert [compiled.links[place].id for place in by_name["l0",].links] == ["a2"]
    assert by_name["a",].links == ()


def test_all_pairs_where_they_are_few():
    compiled = small()
    singles = len(single_failures(compiled, (FailureKind.LINK, FailureKind.NODE, FailureKind.SRLG)))

    pairs = failure_pairs(compiled, PARAMETERS)

    assert (len(pairs.failures), pairs.possible, pairs.coverage) == (comb(singles, 2), comb(singles, 2), 1.0)


def test_a_sample_of_many_pairs_is_the_same_each_time_and_holds_the_likeliest():
    facts = [group("web", 2), attach("web", "l0", 2), group("db", 1), attach("db", "l1", 1)]
    compiled = small(*facts, flow("f", "web", "db", up=GBPS))
    few = PARAMETERS.with_overrides({"availability.failure_pairs": 65, "availability.failure_pairs_sampled": 30})

    pairs = failure_pairs(compiled, few)

    elements = [failure.elements for failure in pairs.failures]
    assert (len(elements), pairs.possible) == (30, 66)
    assert pairs.coverage == pytest.approx(30 / 66)
    assert {frozenset(pair) for pair in elements[:6]} == {*map(frozenset, combinations(("s0", "s1", "l0", "l1"), 2))}
    assert len(set(elements)) == 30
    assert [f.elements for f in failure_pairs(small(*facts, flow("f", "web", "db", up=GBPS)), few).failures] == elements


def test_a_network_without_anything_has_no_failures():
    compiled = network()

    assert single_failures(compiled) == ()
    assert failure_pairs(compiled, PARAMETERS).coverage == 1.0


def test_what_ranks_elements():
    sold = Circuit(
        id="c", link="wan", kind=CircuitKind.BROADBAND, provider="p", site="dc1", rate_down_bps=1, rate_up_bps=1
    )
    facts = [group("web", 1), attach("web", "l0", 1), group("db", 1), attach("db", "l1", 1)]
    compiled = small(sold, *facts, flow("f", "web", "db", up=2 * GBPS))
    by_name = {failure.elements[0]: failure for failure in single_failures(compiled)}
    down = {name: unavailability(compiled, PARAMETERS, failure) for name, failure in by_name.items()}
    long = small(link("l0:y", "l1:y", id="long", fibre_km=100.0))
    far = next(one for one in single_failures(long) if one.elements == ("long",))

    assert down["wan"] == pytest.approx(0.005)
    assert 0 < down["l0s0"] < down["l0"] < down["wan"]
    assert unavailability(long, PARAMETERS, far) > 10 * down["l0s0"]
    passed = traffic_bps(compiled, (by_name["l0s0"], by_name["s0"], by_name["wan"]))
    assert passed.tolist() == [GBPS, 2 * GBPS, 0]


@pytest.mark.parametrize("seed", range(5))
def test_singles_are_told_once(seed):
    failures = single_failures(random_network(seed))

    assert len({(failure.kind, failure.elements) for failure in failures}) == len(failures)
