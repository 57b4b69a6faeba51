"""TOP-02: disjoint paths, counted and asked for by level."""

from __future__ import annotations

import pytest

from netdesign.model.inventory import HaGroup, HaMode
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import LinkPurpose, Redundancy, Role
from netdesign.rules.topology.top_02_redundant_paths import redundant_paths as top_02
from tests.support.sketch import device, link
from tests.unit.rules.topology.shapes import campus, clos, elements, killed, messages, verdict


def without(facts, *names):
    return [fact for fact in facts if getattr(fact, "id", "") not in names]


@pytest.mark.parametrize(
    ("level", "edges", "nodes"),
    [(Redundancy.LOW, 1, 1), (Redundancy.MEDIUM, 2, 1), (Redundancy.HIGH, 2, 2)],
)
def test_doubled_designs_pass_and_say_what_was_asked(level, edges, nodes):
    found = verdict(top_02, *campus(), redundancy=level)

    assert found.status is Status.PASS
    assert [measure.threshold for measure in found.measures] == [edges, nodes]


def test_critical_asks_for_three_link_disjoint_paths():
    assert verdict(top_02, *clos(3, 3), redundancy=Redundancy.CRITICAL).status is Status.PASS
    two = verdict(top_02, *clos(3, 2), redundancy=Redundancy.CRITICAL)
    assert messages(two)[0].startswith(
        "l0 (and 2 like it) has 2 link-disjoint and 2 device-disjoint paths to s0, s1; it needs 3 and 2"
    )


def test_does_not_apply_without_redundancy_or_pairs():
    assert verdict(top_02, *clos(), redundancy=Redundancy.NONE).status is Status.NOT_APPLICABLE
    assert verdict(top_02, device("a", Role.ACCESS)).status is Status.NOT_APPLICABLE


def test_a_lost_uplink_is_found_with_its_cut():
    found = verdict(top_02, *without(campus(), "a0d0"))

    assert messages(found) == ["a0 has 1 link-disjoint and 1 device-disjoint paths to c0, c1; it needs 2 and 1"]
    assert found.findings[0].witness["smallest_cut"] == ["a0d1"]
    assert elements(found) == [("a0",)]


def test_parallel_links_to_one_switch_are_no_second_device():
    facts = [*without(campus(), "a0d0"), link("a0:u9", "d1:d9", LinkPurpose.UPLINK, id="again")]

    assert verdict(top_02, *facts).status is Status.PASS
    assert [f.witness["device_disjoint"] for f in verdict(top_02, *facts, redundancy=Redundancy.HIGH).findings] == [1]


def test_firewalls_and_ways_out_are_held_to_their_own_numbers():
    facts = [*clos(), device("fw", Role.FIREWALL), link("fw:1", "l0:f", LinkPurpose.ATTACHMENT, id="f")]
    facts += [device("isp", Role.PROVIDER), link("l1:x", "isp:x", LinkPurpose.CIRCUIT, id="out")]
    facts.append(HaGroup(id="h", mode=HaMode.NONE, members=("fw",)))

    medium, high = verdict(top_02, *facts), verdict(top_02, *facts, redundancy=Redundancy.HIGH)

    assert [f.witness["pair"] for f in medium.findings] == ["enforcer"]
    assert sorted(str(f.witness["pair"]) for f in high.findings) == ["enforcer", "way_out"]


def test_mutants():
    assert killed(top_02, *campus()) == [True]
    assert killed(top_02, *clos(), redundancy=Redundancy.LOW) == [True]
    pair = [device("a", Role.LEAF), device("b", Role.LEAF), link("a:1", "b:1", id="x"), link("a:2", "b:2", id="y")]
    assert killed(top_02, *pair) == [True]
    edge = [device("r", Role.LEAF), device("isp", Role.PROVIDER), link("r:1", "isp:1", LinkPurpose.CIRCUIT)]
    assert killed(top_02, *edge) == [None]
