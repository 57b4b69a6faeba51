"""CAP-28: bandwidth between two halves of a fabric."""

from __future__ import annotations

from typing import Any

from netdesign.model.patch import Remove, Set
from netdesign.model.resolved import FabricWorkload
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import Role, Severity
from netdesign.rules.capacity.cap_28_bisection import bisection_bandwidth as rule
from tests.support.sketch import GBPS, case, design, device, link
from tests.unit.rules.capacity.small import SPINE, attached, changed, clos, group, judged, kills, only_finding, uplink
from tests.unit.rules.capacity.wide import mended


def test_half_of_all_uplinks():
    # 40 ports of 10 Gbit/s: 0.5 * 400 / 3 = 67 Gbit/s; half of four uplinks of 100 Gbit/s: 200 Gbit/s
    verdict = judged(rule, clos())
    assert verdict.status is Status.PASS
    assert verdict.measures[0].value == 3.0
    assert verdict.measures[0].threshold == 1.0


def test_uplinks_that_are_too_slow():
    slow = changed(
        clos(), *(Set("links", uplink(leaf, spine).id, {"speed_bps": 30 * GBPS}) for leaf in (1, 2) for spine in (1, 2))
    )
    found = only_finding(rule, changed(slow, Set("endpoint_groups", "servers", {"nic_speed_bps": 25 * GBPS})))
    assert found.message == ("half of the 2 leaves of dc1 reach the other half with 60 Gbit/s; 167 Gbit/s are needed")
    assert found.severity is None
    assert rule.severity is Severity.WARNING


def test_a_lossless_fabric_needs_all_of_it():
    made = clos(fabric_workload=FabricWorkload.AI)
    assert judged(rule, made).measures[0].value == 1.0
    assert only_finding(rule, changed(made, Remove("links", uplink(1, 2).id))).witness["cut_bps"] == 100 * GBPS


def test_halves_that_share_no_spine():
    apart = changed(clos(), Remove("links", uplink(1, 2).id), Remove("links", uplink(2, 1).id))
    assert only_finding(rule, apart).witness["cut_bps"] == 0


def pods():
    """Two pods of two leaves and a spine each, which two super-spines join with 100 Gbit/s from each spine."""
    facts: list[Any] = [device(f"super{n}", Role.SUPER_SPINE, sku=SPINE) for n in (1, 2)]
    for pod in (1, 2):
        facts.append(device(f"spine{pod}", Role.SPINE, sku=SPINE, block=f"pod{pod}"))
        facts += [device(f"leaf{pod}{n}", Role.LEAF, block=f"pod{pod}") for n in (1, 2)]
        facts += [link(f"leaf{pod}{n}:up", f"spine{pod}:{n}") for n in (1, 2)]
        facts.append(link(f"spine{pod}:up", f"super{pod}:{pod}"))
        facts += [attached(f"leaf{pod}{n}", 20) for n in (1, 2)]
    return design(*facts, group())


def test_pods_against_each_other():
    made = pods()
    assert judged(rule, made).status is Status.PASS
    slow = changed(made, *(Set("links", f"spine{n}:up--super{n}:{n}", {"speed_bps": 10 * GBPS}) for n in (1, 2)))
    found = only_finding(rule, slow)
    # 0.5 * 800 Gbit/s over 3 * 2
    assert found.message == "half of the 4 leaves of dc1 reach the other half with 10 Gbit/s; 67 Gbit/s are needed"
    inner = changed(made, *(Set("links", f"leaf1{n}:up--spine1:{n}", {"speed_bps": GBPS}) for n in (1, 2)))
    assert "leaves of pod pod1 of dc1" in only_finding(rule, inner).message


def test_mutants_and_fixes():
    assert kills(rule, clos()) == [True] * 4
    assert mended(rule, clos()) == [True] * 4
    assert judged(rule, design()).status is Status.NOT_APPLICABLE
    assert kills(rule, design()) == [None] * 4
    idle = changed(clos(), Remove("attachments", "servers--leaf1"), Remove("attachments", "servers--leaf2"))
    assert judged(rule, idle).measures[0].value is None
    assert kills(rule, idle) == [None] * 4
    single = changed(clos(), Set("devices", "spine2", {"in_service": False}))
    assert kills(rule, single)[3] is None
    elsewhere = Finding(message="", witness={"site": "elsewhere"})
    assert all(fix.propose(case(clos()), elsewhere) is None for fix in rule.fixes)
