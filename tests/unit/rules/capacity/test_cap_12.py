"""CAP-12: one device at a time."""

from __future__ import annotations

import pytest

from netdesign.model.patch import Set, apply
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Redundancy, Severity
from netdesign.rules.capacity.cap_12_node_loss import node_loss as rule
from tests.support.sketch import GBPS, case
from tests.unit.rules.capacity.survivable import fabric, findings, mended, verdict


def test_a_fabric_with_two_of_everything_passes():
    found = verdict(rule, fabric())

    assert found.status is Status.PASS
    assert [measure.value for measure in found.measures] == [0.1, 10]


def test_below_redundancy_high_devices_may_stop_the_traffic():
    assert verdict(rule, fabric(redundancy=Redundancy.MEDIUM)).status is Status.NOT_APPLICABLE


def test_a_spine_that_takes_all_the_traffic_of_the_other():
    found = findings(rule, fabric(bps=180 * GBPS))

    assert {str(one.witness["failed"]) for one in found} <= {"['spine1']", "['leaf1']", "['leaf3']"}
    assert any("when spine1 fails, l3s2 carries" in one.message for one in found)


def test_the_only_way_past_a_lone_firewall():
    made = apply(fabric(), (Set("devices", "fw2", {"in_service": False}),))

    (found,) = findings(rule, made)

    assert (found.elements, found.severity) == (("fw1",), Severity.CRITICAL)
    flows = found.witness["flows"]
    assert isinstance(flows, list)
    assert set(flows) == {"surf", "browse"}


def test_what_is_on_the_device_goes_with_it():
    made = apply(fabric(), (Set("links", "l3s2", {"in_service": False}),))

    assert {one.elements[0] for one in findings(rule, made) if one.severity} == {"spine1"}


@pytest.mark.parametrize("mutant", [one.title for one in rule.mutants])
def test_every_mutant_is_seen_and_mended(mutant):
    assert mended(rule, fabric(), mutant) is True


def test_mutants_ask_nothing_of_designs_with_less_redundancy():
    idle = case(fabric(redundancy=Redundancy.MEDIUM))

    assert [one.mutate(idle) for one in rule.mutants] == [None] * len(rule.mutants)
