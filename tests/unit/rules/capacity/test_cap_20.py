"""CAP-20: head-ends of tunnels and of remote access."""

from __future__ import annotations

from typing import Any

from netdesign.model.cloud import CloudConnection, CloudConnectionKind
from netdesign.model.inventory import HaGroup, HaMode, Site
from netdesign.model.overlay import Tunnel, TunnelKind
from netdesign.model.patch import Set
from netdesign.model.routing import StaticRoute
from netdesign.model.security import RemoteAccess
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Redundancy, Role
from netdesign.rules.capacity.cap_20_vpn_heads import vpn_heads as rule
from tests.support.sketch import GBPS, design, device, interface, link, site
from tests.unit.rules.capacity.small import attached, changed, firewall, flow, group, judged, kills, only_finding

BOTH = ("fw1", "fw2")


def heads(users: int = 1000, *facts: Any, mode: HaMode = HaMode.ACTIVE_STANDBY, **requirements: Any):
    """Two firewalls (2,500 tunnels, 11.5 Gbit/s of IPsec each) that let remote users in."""
    access = RemoteAccess(id="people", heads=BOTH, zone="remote", users=users)
    pair = HaGroup(id="fw", mode=mode, members=BOTH)
    asked: dict[str, Any] = {"redundancy": Redundancy.HIGH, "remote_users": users} | requirements
    return design(Site(id="dc1", name="dc1"), firewall(1), firewall(2), pair, access, *facts, **asked)


def test_people_connected_at_the_same_time():
    assert judged(rule, heads(5000)).status is Status.PASS
    found = judged(rule, heads(6000)).findings
    assert [one.elements for one in found] == [("fw1",), ("fw2",)]
    assert found[0].message == "fw1 (FG-100F) holds 2,100 tunnels; 2,000 may be"
    assert found[1].message == "fw2 (FG-100F) holds 2,100 tunnels once another is lost; 2,000 may be"


def test_heads_that_share_the_load():
    shared = {"mode": HaMode.ACTIVE_ACTIVE}
    lost = judged(rule, heads(6000, **shared)).findings
    assert [one.elements for one in lost] == [("fw2",)]
    assert judged(rule, heads(6000, redundancy=Redundancy.MEDIUM, **shared)).status is Status.PASS


def test_what_they_encrypt():
    small = changed(heads(3000), *(Set("devices", name, {"sku": "SRX345-SYS-JB"}) for name in BOTH))
    found = judged(rule, small).findings
    # 3,000 * .35 * 2 Mbit/s * 1.12 = 2.352 Gbit/s of .98 Gbit/s
    assert found[0].message == "fw1 (SRX345-SYS-JB) encrypts 2.352 Gbit/s; 588,000,000 may be"
    assert found[1].message.endswith("encrypts 2.352 Gbit/s once another is lost; 833,000,000 may be")


def test_growth_counts():
    assert judged(rule, heads(5000, growth_multiplier=1.3)).findings[0].witness["tunnels"] == 2275


def test_a_single_head():
    alone = changed(heads(10), Set("devices", "fw2", {"in_service": False}))
    found = only_finding(rule, alone)
    assert found.message == "nothing ends the tunnels of dc1 once fw1 is lost"
    modest = changed(heads(10, redundancy=Redundancy.LOW), Set("devices", "fw2", {"in_service": False}))
    assert judged(rule, modest).status is Status.PASS
    none = changed(heads(10), *(Set("devices", name, {"in_service": False}) for name in BOTH))
    assert only_finding(rule, none).message == "no device in service ends the tunnels of people"


def test_fewer_people_than_were_asked_for():
    found = only_finding(rule, heads(10, remote_users=20))
    assert found.message == "remote access is laid out for 10 of 20 users"


def spokes(count: int, hubs: tuple[str, ...] = BOTH, **requirements: Any):
    """Firewalls that end a tunnel from each spoke, of which the first is in the design."""
    tunnels = [
        Tunnel(id=f"{hub}-{n}", a=hub, b=f"spoke{n}", kind=TunnelKind.IPSEC, inner_mtu_bytes=1400)
        for n in range(1, count + 1)
        for hub in hubs
    ]
    far = device("spoke1", Role.FIREWALL, site="branch", sku="FG-40F")
    radio = Tunnel(id="radio", a="fw1", b="fw2", kind=TunnelKind.CAPWAP, inner_mtu_bytes=1400)
    sites = (site(), site("branch", tier=3))
    asked = {"redundancy": Redundancy.HIGH, "sites": sites} | requirements
    places = [Site(id="dc1", name="dc1"), Site(id="branch", name="branch", tier=3)]
    return design(*places, *(firewall(n) for n in (1, 2)), far, radio, *tunnels, **asked)


def test_spokes_on_hubs():
    assert judged(rule, spokes(2000)).status is Status.PASS
    found = judged(rule, spokes(2001)).findings
    assert {one.elements for one in found} == {("fw1",), ("fw2",)}


def test_a_spoke_may_have_one_router():
    verdict = judged(rule, spokes(5))
    assert verdict.status is Status.PASS
    assert verdict.measures[0].value == 2
    assert [one.elements for one in judged(rule, spokes(5, hubs=("fw1",))).findings] == [("fw1",)]


def test_flows_between_sites_go_through_tunnels():
    ends = [
        group("apps", 4),
        attached("fw1", 4, of="apps"),
        group("tills", 4, site="branch"),
        attached("spoke1", 4, of="tills"),
        flow("sales", "tills", "apps", 4 * GBPS),
        link("fw1:wan1", "spoke1:wan1"),
    ]
    found = judged(rule, changed(spokes(1), *ends)).findings
    assert found[0].elements == ("spoke1",)
    assert found[0].witness["bps"] == round(4 * GBPS * 1.12)


def test_connections_to_a_cloud():
    vpn = CloudConnection(
        id="vpn",
        hub="hub",
        kind=CloudConnectionKind.VPN,
        device="fw1",
        bandwidth_bps=GBPS,
        peak_bps=20 * GBPS,
        tunnels=4,
    )
    found = judged(rule, design(firewall(1), vpn, redundancy=Redundancy.LOW)).findings
    assert [one.witness["tunnels"] for one in found] == [4]
    assert judged(rule, design(vpn)).status is Status.NOT_APPLICABLE


def test_more_routes_than_the_table_holds():
    routes = [
        StaticRoute(id=f"r{n}", device="fw1", vrf="default", prefix=f"10.{n // 256}.{n % 256}.0/24", discard=True)
        for n in range(2000)
    ]
    made = changed(heads(10), interface("fw1", "port1", addresses=("192.0.2.1/24",), vrf="default"), *routes)
    assert judged(rule, made).status is Status.PASS
    small = changed(made, Set("devices", "fw1", {"sku": "R1B21A", "role": Role.WAN_EDGE}))
    assert "fw1 learns 2,001 routes; its table holds 1,000" in [one.message for one in judged(rule, small).findings]


def test_heads_of_unknown_size():
    verdict = judged(rule, changed(heads(10), *(Set("devices", name, {"sku": "PA-410"}) for name in BOTH)))
    assert verdict.status is Status.UNKNOWN
    assert verdict.gaps[0].message == "nothing says how many tunnels fw1 holds and encrypts"


def test_mutants_and_applicability():
    assert kills(rule, heads(1000)) == [True] * 4
    assert kills(rule, spokes(5)) == [True, None, None, None]
    assert judged(rule, design()).status is Status.NOT_APPLICABLE
    assert kills(rule, design()) == [None] * 4
    assert kills(rule, heads(1000, redundancy=Redundancy.LOW))[3] is None
