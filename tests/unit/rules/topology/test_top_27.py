"""TOP-27: zones, tunnels and locations of networks at a cloud provider."""

from __future__ import annotations

from netdesign.model.cloud import CloudGatewayKind
from netdesign.model.patch import Remove, Set
from netdesign.model.verdict import Finding, Status
from netdesign.rules.topology.top_27_cloud_zones import cloud_zones as rule
from tests.support.cloud_sketch import ZONES, cloud_sketch
from tests.support.sketch import case, design
from tests.support.stronghold import survivors, verdict
from tests.unit.rules.capacity.wide import mended


def messages(*changes, **requirements) -> list[str]:
    """What the rule finds on the sound sketch after changes."""
    return [finding.message for finding in verdict(rule, cloud_sketch(*changes, **requirements)).findings]


def test_a_sound_cloud():
    said = verdict(rule, cloud_sketch())
    assert said.status is Status.PASS
    assert (said.measures[0].value, said.measures[0].threshold) == (3, 3)
    assert verdict(rule, design()).status is Status.NOT_APPLICABLE


def test_an_attachment_in_too_few_zones():
    two = Set("cloud_attachments", "vpc1-hub", {"availability_zones": ZONES[:2]})
    assert messages(two) == [
        "40 workloads of vpc1-eu-1c are in eu-1c, where vpc1-hub has no way to its hub",
        "vpc1-hub is in 2 of the 3 zones that vpc1 uses; 3 are needed",
    ]
    idle = Set("cloud_subnets", "vpc1-eu-1c", {"workloads": 0})
    assert messages(two, idle) == ["vpc1-hub is in 2 of the 3 zones that vpc1 uses; 3 are needed"]
    small = Set("cloud_networks", "vpc1", {"availability_zones": ZONES[:2]})
    assert messages(two, idle, small) == []


def test_workloads_count_as_use():
    far = Set("cloud_subnets", "vpc1-eu-1c", {"availability_zone": "eu-1d"})
    assert messages(far) == ["40 workloads of vpc1-eu-1c are in eu-1d, where vpc1-hub has no way to its hub"]


def test_one_tunnel():
    assert messages(Set("cloud_connections", "vpn", {"tunnels": 1})) == [
        "vpn has 1 VPN tunnels; the provider maintains one at a time, so 2 are needed"
    ]


def test_locations_and_devices_by_availability():
    same = [Set("cloud_connections", f"dx{n}", {"location": "north"}) for n in (3, 4)]
    assert messages(*same) == ["dedicated connections to hub end at 1 locations; 2 are needed for 0.9999"]
    assert messages(*same, availability=0.99) == []
    alone = Set("cloud_connections", "dx2", {"cloud_device": "router-1"})
    assert messages(alone) == [
        "connections to hub at north end on 1 known devices of the provider; 2 are needed for 0.9999"
    ]
    assert messages(alone, availability=0.999) == []
    nowhere = verdict(rule, cloud_sketch(Set("cloud_connections", "dx1", {"location": None})))
    assert nowhere.gaps[0].message == "nothing says at which location dx1 ends"
    vpn_only = [Remove("cloud_connections", f"dx{n}") for n in (1, 2, 3, 4)]
    assert messages(*vpn_only) == []


def test_a_gateway_that_serves_other_zones():
    shared = {"serves": (ZONES[0], ZONES[1])}
    assert messages(Set("cloud_gateways", "vpc1-nat-eu-1a", shared)) == [
        "vpc1-nat-eu-1a stands in eu-1a and serves eu-1b as well"
    ]
    regional = shared | {"kind": CloudGatewayKind.INTERNET}
    assert messages(Set("cloud_gateways", "vpc1-nat-eu-1a", regional)) == []


def test_mutants_and_fixes():
    assert survivors(rule, cloud_sketch()) == [mutant.title for mutant in rule.mutants[6:]]
    assert mended(rule, cloud_sketch()) == [True, True, True, False, False, True, None, None, None]
    assert [mutant.mutate(case(design())) for mutant in rule.mutants] == [None] * 9
    relaxed = case(cloud_sketch(availability=0.99))
    assert [rule.mutants[at].mutate(relaxed) for at in (3, 4)] == [None, None]
    assert all(fix.propose(case(cloud_sketch()), Finding(message="")) is None for fix in rule.fixes)
