"""CAP-14: the circuits of each site."""

from __future__ import annotations

from typing import Any

from netdesign.model.inventory import HaGroup, HaMode
from netdesign.model.patch import Set
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import NetworkType, Redundancy, Role
from netdesign.rules.capacity.cap_14_wan_access import wan_access as rule
from tests.support.sketch import GBPS, design, device, site
from tests.unit.rules.capacity.small import attached, changed, flow, group, judged, kills, only_finding
from tests.unit.rules.capacity.wide import MBPS, exits, fixed, mended, way

HYBRID: dict[str, Any] = {"network_type": NetworkType.HYBRID}


def office(*rates: int, users: int = 100, **more):
    """A site of a hybrid network with people on it."""
    return exits(*rates, sites=(site(users=users),), users=users, **(HYBRID | more))


def test_people_of_a_site_on_its_circuits():
    # 100 users * .6 * 0.75 Mbit/s = 45 Mbit/s, over .7: 64.3 Mbit/s
    verdict = judged(rule, office(100 * MBPS, redundancy=Redundancy.LOW))
    assert verdict.status is Status.PASS
    assert verdict.measures[0].value == round(100 / (45 / 0.75), 4)
    small = only_finding(rule, office(50 * MBPS, redundancy=Redundancy.LOW))
    assert small.message == ("the circuits of dc1 carry 50.0/50.0 Mbit/s (down/up); 60.0/0.0 Mbit/s are needed")
    assert small.elements == ("dc1",)
    assert small.witness["needed_down_bps"] == 60 * MBPS


def test_voice_video_growth_and_encryption_add_to_the_demand():
    more = office(
        100 * MBPS, redundancy=Redundancy.LOW, voice=True, video=True, requires_encryption=True, growth_multiplier=2.0
    )
    # (45 + 1 + 50) Mbit/s * 1.12 * 2 / .75
    assert only_finding(rule, more).witness["needed_down_bps"] == round(96 * MBPS * 1.12 * 2 / 0.75)


def test_the_largest_circuit_lost():
    # 45 Mbit/s over .7: 64.3, of which half must be left
    lost = only_finding(rule, office(100 * MBPS, 20 * MBPS))
    assert "with the largest lost; 32.1/0.0 Mbit/s are needed" in lost.message
    assert lost.witness["largest_lost"] is True
    assert judged(rule, office(100 * MBPS, 40 * MBPS)).status is Status.PASS
    assert judged(rule, office(100 * MBPS, 20 * MBPS, redundancy=Redundancy.LOW)).status is Status.PASS


def test_what_waits_does_not_add_up():
    pair = HaGroup(id="edge", mode=HaMode.ACTIVE_STANDBY, members=("edge1", "edge2"))
    second = changed(office(40 * MBPS), device("edge2", Role.INTERNET_EDGE), *way(2, 40 * MBPS, edge="edge2"))
    assert judged(rule, second).status is Status.PASS
    assert "carry 40.0/40.0" in only_finding(rule, changed(second, pair)).message


def test_flows_that_put_more_on_the_circuits():
    made = changed(
        office(GBPS, GBPS, users=1),
        group("servers", 4),
        attached("edge1", 4),
        flow("web", "servers", "isp1", 2 * GBPS),
    )
    findings = judged(rule, made).findings
    assert [finding.witness["largest_lost"] for finding in findings] == [False, True]
    needed_bps = findings[0].witness["needed_up_bps"]
    assert isinstance(needed_bps, (int, float))
    assert needed_bps > 2 * GBPS


def test_a_site_without_any_circuit():
    people: dict[str, Any] = {"network_type": NetworkType.LEGACY_CAMPUS, "redundancy": Redundancy.LOW}
    lonely = design(sites=(site(users=10), site("branch", users=10)), users=20, **people)
    assert [finding.elements for finding in judged(rule, lonely).findings] == [("branch",), ("dc1",)]
    assert judged(rule, design(sites=(site(),), users=10)).status is Status.NOT_APPLICABLE
    assert kills(rule, design(sites=(site(users=10),))) == [None] * 4
    nobody = judged(rule, design(**HYBRID))
    assert nobody.status is Status.PASS
    assert nobody.measures[0].value is None


def test_mutants_and_the_next_tier():
    sound = office(100 * MBPS, 100 * MBPS)
    assert kills(rule, sound) == [True] * 4
    assert mended(rule, sound)[0] is True
    after, left = fixed(rule, office(50 * MBPS, 20 * MBPS))
    assert left == ()
    assert [one.rate_down_bps for one in after.cabling.circuits] == [50 * MBPS, 50 * MBPS]
    assert {one.monthly_usd for one in after.cabling.circuits} == {330}


def test_a_port_too_slow_for_the_next_tier():
    slow = changed(office(50 * MBPS), *(Set("links", "edge1:Ethernet1--isp1:1", {"speed_bps": 50 * MBPS}),))
    assert len(fixed(rule, slow)[1]) == 2
    bare = changed(office(50 * MBPS), Set("circuits", "circuit1", {"link": "elsewhere"}))
    shrunk = kills(rule, bare)
    assert shrunk[0] is True
    assert rule.fixes[0].propose.__doc__
