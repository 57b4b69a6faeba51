"""CAP-15: exits to the Internet."""

from __future__ import annotations

from netdesign.model.cabling import PortRef
from netdesign.model.patch import Set
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import Redundancy, Role
from netdesign.rules.capacity.cap_15_internet_edge import internet_edge as rule
from tests.support.sketch import GBPS, case, design, device
from tests.unit.rules.capacity.small import attached, changed, flow, group, judged, kills, only_finding
from tests.unit.rules.capacity.wide import MBPS, exits, fixed, mended, way

WEB = (group("servers", 4), attached("edge1", 4), flow("web", "servers", "isp1", 100 * MBPS))


def test_the_peak_over_the_target_utilisation():
    verdict = judged(rule, exits(GBPS, facts=WEB))
    assert verdict.status is Status.PASS
    assert [(m.value, m.threshold) for m in verdict.measures] == [(GBPS, 142_857_143)] * 2
    finding = only_finding(rule, exits(100 * MBPS, facts=WEB))
    assert finding.message == "the exits carry 0.100/0.100 Gbit/s (in/out); the Internet asks for 0.143/0.143 Gbit/s"
    assert finding.elements == ("edge1:Ethernet1--isp1:1",)


def test_growth_counts():
    assert only_finding(rule, exits(200 * MBPS, facts=WEB, growth_multiplier=1.5)).witness["needed_in_bps"] == 214285715


def test_the_largest_exit_lost():
    lost = only_finding(rule, exits(GBPS, 100 * MBPS, facts=WEB, redundancy=Redundancy.HIGH))
    assert lost.witness["largest_lost"] is True
    assert lost.witness["needed_in_bps"] == 117_647_059
    assert judged(rule, exits(GBPS, 100 * MBPS, facts=WEB)).status is Status.PASS


def test_a_device_that_does_not_keep_up():
    slow = changed(exits(GBPS, facts=WEB), Set("devices", "edge1", {"role": Role.FIREWALL, "sku": "FG-40F"}))
    assert judged(rule, slow).status is Status.PASS
    fast = changed(slow, Set("circuits", "circuit1", {"rate_down_bps": 10 * GBPS, "rate_up_bps": 10 * GBPS}))
    fast = changed(fast, Set("links", "edge1:Ethernet1--isp1:1", {"speed_bps": 10 * GBPS}))
    finding = only_finding(rule, fast)
    assert finding.message == ("edge1 (FG-40F) forwards 1.77 million packets a second; its circuits bring 7.08 million")
    unrated = changed(slow, Set("devices", "edge1", {"sku": "CCR2116-12G-4S+", "role": Role.INTERNET_EDGE}))
    assert judged(rule, unrated).status is Status.PASS
    unknown = judged(rule, changed(slow, Set("devices", "edge1", {"sku": None})))
    assert unknown.gaps[0].message == "nothing says how fast edge1 forwards"


def test_mutants_and_fixes():
    sound = exits(GBPS, GBPS, facts=WEB, redundancy=Redundancy.HIGH)
    assert kills(rule, sound) == [True, True, True, None]
    assert mended(rule, sound) == [True, True, True, None]
    assert kills(rule, exits(GBPS)) == [None] * 4
    assert judged(rule, design()).status is Status.NOT_APPLICABLE
    bare = changed(sound, Set("circuits", "circuit1", {"link": "elsewhere"}))
    assert kills(rule, bare)[1:3] == [None, None]


def test_a_router_with_the_same_ports_that_keeps_up():
    twin = device("edge2", Role.INTERNET_EDGE, sku="DCS-7280SR3-48YC8")
    made = changed(exits(GBPS, facts=WEB), twin, *way(2, 100 * GBPS, port_bps=100 * GBPS))
    made = changed(made, Set("devices", "edge1", {"sku": "CCR2116-12G-4S+"}))
    made = changed(made, Set("links", "edge1:Ethernet2--isp2:1", {"a": PortRef(device="edge1", port="Ethernet49/1")}))
    findings = judged(rule, made).findings
    assert len(findings) == 1
    assert findings[0].witness["sku"] == "CCR2116-12G-4S+"
    after, left = fixed(rule, made)
    assert left == ()
    assert after.inventory.devices[0].sku is not None
    stray = Finding(message="", witness={"device": "gone"})
    assert all(fix.propose(case(made), stray) is None for fix in rule.fixes)
