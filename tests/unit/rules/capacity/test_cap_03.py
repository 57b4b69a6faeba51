"""CAP-03: load against capacity."""

from __future__ import annotations

from netdesign.model.cabling import Circuit, CircuitKind
from netdesign.model.patch import Remove, Set
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import LinkPurpose, Role, Severity
from netdesign.rules.capacity.cap_03_bandwidth_capacity import bandwidth_capacity as rule
from tests.support.sketch import GBPS, design, device, link
from tests.unit.rules.capacity.small import (
    asked_flow,
    attached,
    changed,
    circuit,
    clos,
    flow,
    group,
    judged,
    kills,
    only_finding,
)


def line(bps: int, **requirements):
    """Two leaves joined by one spine, with a flow from one to the other."""
    return design(
        device("leaf1", Role.LEAF),
        device("leaf2", Role.LEAF),
        device("spine1", Role.SPINE),
        link("leaf1:u", "spine1:1"),
        link("leaf2:u", "spine1:2"),
        group("one", 2),
        group("two", 2),
        attached("leaf1", 2, of="one"),
        attached("leaf2", 2, of="two"),
        flow("backup", "one", "two", bps),
        **requirements,
    )


def test_a_light_load_passes():
    verdict = judged(rule, line(50 * GBPS))
    assert verdict.status is Status.PASS
    assert (verdict.measures[0].value, verdict.measures[0].threshold) == (0.5, 0.7)
    assert kills(rule, line(50 * GBPS)) == [True, None]


def test_a_busy_link_is_an_error_and_a_full_one_critical():
    busy = judged(rule, line(80 * GBPS))
    assert [finding.severity for finding in busy.findings] == [None, None]
    assert busy.findings[0].message == (
        "leaf1:u--spine1:1 carries 80.000 Gbit/s from leaf1 to spine1, 80% of 100 Gbit/s; 70% is allowed"
    )
    assert busy.findings[0].witness["utilisation"] == 0.8
    full = judged(rule, line(120 * GBPS))
    assert {finding.severity for finding in full.findings} == {Severity.CRITICAL}


def test_each_direction_is_weighed_by_itself():
    made = changed(line(50 * GBPS), Set("flows", "backup", {"up_bps": 0, "down_bps": 90 * GBPS}))
    finding = judged(rule, made).findings[0]
    assert (finding.witness["from"], finding.witness["to"]) == ("spine1", "leaf1")


def test_a_link_without_speed_carries_nothing():
    made = changed(line(GBPS), Set("links", "leaf1:u--spine1:1", {"speed_bps": 0}))
    finding = only_finding(rule, made)
    assert finding.severity is Severity.CRITICAL
    assert finding.witness["utilisation"] is None
    assert kills(rule, made)[0] is None


def test_a_flow_without_a_path():
    made = changed(line(GBPS), Remove("links", "leaf2:u--spine1:2"))
    finding = only_finding(rule, made)
    assert finding.message == "2,000.0 Mbit/s of the flow backup find no path"
    assert finding.severity is Severity.CRITICAL


def exit_at(circuit_end: bool):
    """A firewall with a circuit of 100 Mbit/s on a port of 1 Gbit/s; the provider is at either end of the link."""
    ends = ("leaf1:x", "isp:1") if circuit_end else ("isp:1", "leaf1:x")
    cable = circuit(*ends)
    return design(
        device("leaf1", Role.LEAF),
        device("isp", Role.PROVIDER),
        cable,
        Circuit(
            id="c",
            link=cable.id,
            kind=CircuitKind.DIA,
            provider="p",
            site="dc1",
            rate_down_bps=GBPS // 10,
            rate_up_bps=GBPS // 20,
        ),
        Circuit(id="d", link="none", kind=CircuitKind.DIA, provider="p", site="dc1", rate_down_bps=1, rate_up_bps=1),
        group("one", 2),
        attached("leaf1", 2, of="one"),
        flow("web", "one", "isp", GBPS // 25),
    )


def test_a_circuit_bounds_its_link_by_direction():
    for made in (exit_at(True), exit_at(False)):
        finding = only_finding(rule, made)
        assert (finding.witness["from"], finding.witness["capacity_bps"]) == ("leaf1", GBPS // 20)
        assert finding.witness["utilisation"] == 0.8


def test_flows_that_were_asked_for_must_be_there():
    asked = (asked_flow("servers", "internet", GBPS),)
    finding = only_finding(rule, clos(flows=asked))
    assert finding.message == (
        "the flows of the design come to 0.000 Gbit/s, those that were asked for to 2.000 Gbit/s"
    )
    assert judged(rule, line(GBPS, flows=asked)).status is Status.PASS
    assert kills(rule, line(GBPS, flows=asked)) == [True, True]


def test_nothing_asked_nothing_to_carry():
    assert judged(rule, clos()).status is Status.NOT_APPLICABLE


def test_peer_links_take_part():
    made = changed(line(GBPS), link("leaf1:p", "leaf2:p", LinkPurpose.PEER))
    assert judged(rule, made).status is Status.PASS


def test_links_and_flows_of_no_device_carry_nothing():
    made = design(link("gone:1", "gone:2"), flow("web", "gone", "gone", GBPS))
    assert judged(rule, made).measures[0].value == 0.0
    assert judged(rule, design(flow("web", "gone", "gone", GBPS))).measures[0].value == 0.0
