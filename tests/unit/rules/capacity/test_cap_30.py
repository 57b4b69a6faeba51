"""CAP-30: the quotas of cloud providers."""

from __future__ import annotations

from netdesign.model.patch import Set
from netdesign.model.verdict import Finding, Status
from netdesign.rules.capacity.cap_30_cloud_limits import cloud_limits as rule
from tests.support.cloud_sketch import ZONES, cloud_sketch
from tests.support.sketch import GBPS, case, design
from tests.unit.rules.capacity.small import changed, judged, kills, only_finding
from tests.unit.rules.capacity.wide import mended


def one(*changes: Set, **requirements) -> Finding:
    """The only finding on the sound sketch after changes."""
    return only_finding(rule, cloud_sketch(*changes, **requirements))


def test_a_sound_cloud():
    verdict = judged(rule, cloud_sketch())
    assert verdict.status is Status.PASS
    assert [(m.name, m.value) for m in verdict.measures] == [
        ("attachments of cloud networks", 2),
        ("ways from the premises to hubs", 5),
    ]


def test_tunnels_against_the_demand():
    found = one(Set("cloud_connections", "vpn", {"peak_bps": 5 * GBPS}))
    assert found.message == ("2 tunnels of vpn carry 2.5 Gbit/s; 7.143 Gbit/s are needed (aws, as of 2025-01)")
    grown = one(growth_multiplier=2.0)
    assert grown.witness["needed_bps"] == 2_857_142_858
    promised = one(Set("cloud_connections", "vpn", {"bandwidth_bps": 5 * GBPS}))
    assert promised.message == "vpn asks for 5,000,000,000 bit/s; aws admits 2,500,000,000 (as of 2025-01)"


def test_a_dedicated_port_too_slow():
    found = one(Set("cloud_connections", "dx1", {"bandwidth_bps": GBPS}))
    assert found.message == "dx1 is a port of 1 Gbit/s; 2.857 Gbit/s are needed"


def test_quotas_of_a_hub():
    assert one(Set("cloud_hubs", "hub", {"route_tables": 21})).witness["quota"] == 20
    assert one(Set("cloud_hubs", "hub", {"mtu_bytes": 9001})).witness["asked"] == 9001
    assert one(Set("cloud_connections", "dx1", {"mtu_bytes": 9001})).elements == ("dx1",)
    busy = one(Set("cloud_attachments", "vpc1-hub", {"peak_bps": 301 * GBPS}))
    assert busy.message.startswith("vpc1-hub asks for 301,000,000,000 bit/s; aws admits 300,000,000,000")


def test_prefixes_that_the_provider_takes():
    assert one(Set("cloud_subnets", "vpc1-eu-1a", {"prefix": "10.1.0.0/29"})).message == (
        "10.1.0.0/29 of vpc1-eu-1a is a /29; aws takes /16 to /28 (as of 2025-01)"
    )
    outside = one(Set("cloud_subnets", "vpc1-eu-1a", {"prefix": "10.9.0.0/24"}))
    assert outside.message == "10.9.0.0/24 of vpc1-eu-1a lies outside the prefixes of vpc1"
    six = cloud_sketch(Set("cloud_networks", "vpc1", {"prefixes": ("10.1.0.0/16", "2001:db8::/56")}))
    assert judged(rule, six).status is Status.PASS


def test_a_zone_without_a_subnet():
    found = one(Set("cloud_networks", "vpc2", {"availability_zones": (*ZONES, "eu-1d")}))
    assert found.message == "vpc2 uses eu-1d and has no subnet there: a subnet lies in one availability zone"


def test_what_is_not_on_record():
    other = cloud_sketch(Set("cloud_hubs", "hub", {"provider": "azure"}))
    messages = [gap.message for gap in judged(rule, other).gaps]
    assert "no quota of azure for attachments of a hub is on record" in messages
    assert "no quota of azure for VPN tunnels is on record" in messages
    assert "no quota of azure for bandwidth of an attachment is on record" in messages
    nobody = cloud_sketch(Set("cloud_hubs", "hub", {"provider": "x"}), Set("cloud_networks", "vpc1", {"provider": "x"}))
    messages = [gap.message for gap in judged(rule, nobody).gaps]
    assert "no quota of x for hubs is on record" in messages
    assert "no quota of x for networks is on record" in messages
    assert "nothing says whose hub dx1 leads to" in messages
    strange = cloud_sketch(
        Set("cloud_networks", "vpc1", {"prefixes": ("10.1.0.0/16", "nonsense")}),
        Set("cloud_subnets", "vpc1-eu-1a", {"prefix": "nonsense"}),
        Set("cloud_attachments", "vpc2-hub", {"network": "gone"}),
    )
    assert [gap.message for gap in judged(rule, strange).gaps] == [
        "'nonsense' of vpc1 is no prefix",
        "'nonsense' of vpc1-eu-1a is no prefix",
    ]


def test_mutants_and_fixes():
    assert kills(rule, cloud_sketch()) == [True] * 8
    repaired = mended(rule, cloud_sketch())
    assert repaired[0] is True
    assert repaired[7] is True
    assert judged(rule, design()).status is Status.NOT_APPLICABLE
    assert kills(rule, design()) == [None] * 8
    nobody = changed(
        cloud_sketch(),
        Set("cloud_hubs", "hub", {"provider": "x"}),
        *(Set("cloud_networks", f"vpc{n}", {"provider": "x"}) for n in (1, 2)),
    )
    assert kills(rule, nobody) == [False] + [None] * 7
    assert all(fix.propose(case(cloud_sketch()), Finding(message="")) is None for fix in rule.fixes)
    port = one(Set("cloud_connections", "dx1", {"mtu_bytes": 9001}))
    assert rule.fixes[1].propose(case(cloud_sketch()), port) == (Set("cloud_connections", "dx1", {"mtu_bytes": 8500}),)
    unused = cloud_sketch(Set("cloud_networks", "vpc1", {"availability_zones": ZONES[1:]}))
    assert kills(rule, unused)[6] is None
