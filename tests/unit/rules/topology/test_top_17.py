"""TOP-17: one site at a time."""

from __future__ import annotations

from typing import Any

import pytest

from netdesign.model.addressing import Subnet
from netdesign.model.patch import Set, apply
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Redundancy, SubnetPurpose
from netdesign.rules.topology.top_17_site_loss import site_loss as rule
from tests.support.sketch import case, interface
from tests.unit.rules.capacity.survivable import findings, mended, sites, verdict


def test_a_ring_of_three_survives_each():
    found = verdict(rule, sites())

    assert found.status is Status.PASS
    assert (found.measures[0].value, found.measures[0].threshold) == (3, 2)


def test_only_at_redundancy_critical():
    assert verdict(rule, sites(redundancy=Redundancy.HIGH)).status is Status.NOT_APPLICABLE


def test_nothing_is_left_of_a_single_site():
    (found,) = findings(rule, sites(1))

    assert (found.message, found.elements) == ("nothing is left when s0 is lost", ("s0",))


def test_spokes_of_a_lost_hub():
    made = apply(sites(), (Set("links", "s1-s2", {"in_service": False}),))
    lonely = apply(made, tuple(Set("links", f"wan-s{n}", {"in_service": False}) for n in range(3)))

    found = findings(rule, lonely)

    assert [one.message for one in found if "parted" in one.witness] == [
        "when s0 is lost, s1 and s2 cannot reach each other"
    ]


def test_gold_receivers_at_one_site_alone():
    made = apply(sites(), (Set("flows", "gold", {"targets": ("hosts-s1",)}),))

    (found,) = findings(rule, made)

    assert found.message == "when s1 is lost, nothing serves 1 gold flows: gold"
    assert found.elements == ("s1", "gold")


def test_the_only_exit_is_at_the_lost_site():
    made = apply(sites(), (Set("flows", "out", {"targets": ("isp-s2",)}),))

    assert [one.elements for one in findings(rule, made)] == [("s2", "out")]


def test_sites_that_cables_join_and_routing_does_not():
    facts: list[Any] = []
    for name, prefix in (("s1", "10.0.1.0/31"), ("s2", "10.0.2.0/31")):
        facts.append(Subnet(id=name, prefix=prefix, vrf="default", purpose=SubnetPurpose.POINT_TO_POINT, site=name))
        facts.append(interface(f"core-{name}", "x", vrf="default", addresses=(prefix,)))

    found = findings(rule, sites(3, *facts))

    assert [one.elements for one in found] == [("s0", "s1", "s2")]


@pytest.mark.parametrize(
    ("mutant", "mends"),
    [
        ("lose all other sites for good", True),
        ("serve a gold flow from one site alone", False),
        ("have gold flows between sites end at the far site alone", False),
    ],
)
def test_mutants_are_seen(mutant, mends):
    assert mended(rule, sites(), mutant) is mends


def test_sites_that_only_reach_each_other_through_the_first():
    lonely = tuple(Set("links", f"wan-s{n}", {"in_service": False}) for n in range(3))
    made = apply(sites(), (*lonely, Set("flows", "out", {"up_bps": 0, "down_bps": 0})))

    assert mended(rule, made, "cut the links between the sites that are left") is True
    assert mended(rule, sites(2), "cut the links between the sites that are left") is None


def test_mutants_ask_nothing_below_redundancy_critical():
    idle = case(sites(redundancy=Redundancy.HIGH))

    assert [one.mutate(idle) for one in rule.mutants] == [None] * 4
    assert [one.mutate(case(sites(1))) is None for one in rule.mutants] == [True, True, True, True]
