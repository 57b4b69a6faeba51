"""CAP-02: uplinks and links."""

from __future__ import annotations

from typing import Any

import pytest

from netdesign.model.patch import Remove, Set
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import LinkPurpose, Redundancy, Role
from netdesign.rules.capacity.cap_02_minimum_connections import minimum_connections as rule
from tests.support.sketch import design, device, link
from tests.unit.rules.capacity.small import campus, changed, clos, judged, kills, only_finding, uplink


def test_small_networks_have_their_links():
    verdict = judged(rule, clos())
    assert verdict.status is Status.PASS
    assert [(m.name, m.value, m.threshold) for m in verdict.measures] == [
        ("least uplinks of a switch below the top", 2, 2),
        ("links between switches at dc1", 4, 4),
    ]
    assert judged(rule, campus()).status is Status.PASS


def test_a_leaf_without_its_second_uplink():
    made = changed(clos(redundancy=Redundancy.LOW), Remove("links", uplink(1, 2).id))
    finding = only_finding(rule, made)
    assert finding.message == "leaf1 has 1 uplinks; it needs 2 (1 to each of 2 spines)"
    assert finding.witness == {"device": "leaf1", "uplinks": 1, "needed": 2}


def test_an_access_switch_with_one_uplink():
    finding = judged(rule, changed(campus(), Remove("links", campus().cabling.links[0].id))).findings[0]
    assert finding.message == "access1 has 1 uplinks; it needs 2"
    assert judged(rule, campus(redundancy=Redundancy.LOW)).status is Status.PASS


def test_parallel_links_are_expected_of_every_leaf():
    more = link("leaf1:Ethernet51/1", "spine1:ethernet-1/9")
    messages = [finding.message for finding in judged(rule, changed(clos(), more)).findings]
    assert messages == [
        "leaf1 has 3 uplinks; it needs 4 (2 to each of 2 spines)",
        "leaf2 has 2 uplinks; it needs 4 (2 to each of 2 spines)",
    ]


def test_pods_under_super_spines_stand_for_themselves():
    facts: list[Any] = [device("top1", Role.SUPER_SPINE), device("top2", Role.SUPER_SPINE)]
    for pod in ("a", "b"):
        for at in (1, 2):
            facts.append(device(f"spine-{pod}{at}", Role.SPINE, block=pod))
            facts.append(device(f"leaf-{pod}{at}", Role.LEAF, block=pod))
    for pod in ("a", "b"):
        for spine in (1, 2):
            facts += [link(f"leaf-{pod}{leaf}:{spine}", f"spine-{pod}{spine}:{leaf}") for leaf in (1, 2)]
            facts += [link(f"spine-{pod}{spine}:{10 + top}", f"top{top}:{pod}{spine}") for top in (1, 2)]
    verdict = judged(rule, design(*facts))
    assert verdict.status is Status.PASS
    assert kills(rule, design(*facts)) == [True, True]


def test_a_pair_needs_links_between_its_members():
    pair = design(device("a", Role.LEAF), device("b", Role.LEAF), link("a:1", "b:1", LinkPurpose.PEER))
    finding = only_finding(rule, pair)
    assert finding.message == ("the 2 switches at dc1 have 1 links between them; 2 link-disjoint paths need at least 2")
    whole = changed(pair, link("a:2", "b:2", LinkPurpose.HEARTBEAT))
    assert judged(rule, whole).status is Status.PASS
    assert kills(rule, whole) == [None, True]


def test_one_switch_needs_no_links_and_no_switch_no_rule():
    alone = design(device("a", Role.ACCESS))
    assert judged(rule, alone).status is Status.PASS
    assert kills(rule, alone) == [None, None]
    assert judged(rule, design(device("f", Role.FIREWALL))).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize("level", list(Redundancy))
def test_mutants(level):
    for made in (clos(redundancy=level), campus(redundancy=level)):
        assert kills(rule, made) == [True, True]


def test_links_out_of_service_do_not_count():
    made = changed(clos(), Set("links", uplink(2, 1).id, {"in_service": False}))
    assert judged(rule, made).findings[0].elements == ("leaf2",)
