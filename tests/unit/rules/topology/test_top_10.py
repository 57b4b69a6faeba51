"""TOP-10: peers alike."""

from __future__ import annotations

from dataclasses import replace

from netdesign.model.inventory import HaGroup, HaMode
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Role
from netdesign.rules.topology.top_10_symmetry import symmetric_design as top_10
from tests.support.sketch import GBPS, case, design, device, link
from tests.unit.rules.topology.shapes import campus, clos, elements, killed, messages, verdict


def test_equal_peers_pass():
    assert verdict(top_10, *campus(3)).status is Status.PASS
    found = verdict(top_10, *clos(4))
    assert (found.status, found.measures[0].value) == (Status.PASS, 0)


def test_does_not_apply_without_uplinks_or_groups():
    assert verdict(top_10, device("a", Role.LEAF)).status is Status.NOT_APPLICABLE


def test_one_uplink_less_is_found():
    facts = [fact for fact in clos(3) if getattr(fact, "id", "") != "l1s0"]

    found = verdict(top_10, *facts)

    assert messages(found) == ["l1 has 1 x 100 Gbit/s to spine; its peers have 2 x 100 Gbit/s to spine"]
    assert elements(found) == [("l1",)]


def test_a_switch_without_uplinks_is_found():
    assert messages(verdict(top_10, *clos(2), device("l9", Role.LEAF))) == [
        "l9 has no uplinks; its peers have 2 x 100 Gbit/s to spine"
    ]


def test_blocks_may_differ():
    other = [device("z", Role.LEAF, block="other"), link("z:1", "s0:z")]

    assert verdict(top_10, *clos(2), *other).status is Status.PASS


def test_unequal_next_hops_are_found():
    facts = [replace(f, speed_bps=40 * GBPS) if getattr(f, "id", "") == "l1s1" else f for f in clos(3)]

    assert "equal-cost uplinks of l1 to spine run at 40, 100 Gbit/s" in messages(verdict(top_10, *facts))


def pair(first: str, second: str):
    firewalls = [device("fw1", Role.FIREWALL, sku=first), device("fw2", Role.FIREWALL, sku=second)]
    return [*firewalls, HaGroup(id="h", mode=HaMode.ACTIVE_STANDBY, members=("fw1", "fw2", "?"))]


def test_groups_have_members_of_one_type():
    assert messages(verdict(top_10, *pair("x", "y"))) == ["group h mixes x, y"]
    assert verdict(top_10, *pair("x", "x")).status is Status.PASS


def test_mutants():
    assert killed(top_10, *clos(1)) == [True, None]
    assert killed(top_10, *clos(3, 1)) == [True, None]
    assert killed(top_10, *pair("x", "x")) == [None, True]
    assert [m.mutate(case(design(*clos(1, 1)))) for m in top_10.mutants] == [None, None]
