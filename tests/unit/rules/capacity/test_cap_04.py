"""CAP-04: supply against demand at the horizon."""

from __future__ import annotations

from typing import Any

import pytest

from netdesign.model.addressing import Subnet
from netdesign.model.inventory import HaGroup, HaMode
from netdesign.model.patch import Remove, Set
from netdesign.model.resolved import ServerPopulation
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import LinkPurpose, Medium, Role, SubnetPurpose
from netdesign.rules.capacity.cap_04_scale_requirements import resources
from netdesign.rules.capacity.cap_04_scale_requirements import scale_requirements as rule
from tests.support.sketch import GBPS, case, design, device, link, site
from tests.unit.rules.capacity.small import campus, changed, clos, firewall, judged, kills, only_finding


def hosts(identity: str, prefix: str, **changes) -> Subnet:
    """A subnet for hosts."""
    fields = {"vrf": "v", "purpose": SubnetPurpose.HOSTS, "site": "dc1"} | changes
    return Subnet(id=identity, prefix=prefix, **fields)


def whole(made):
    """The network with addresses for its hosts."""
    return changed(made, hosts("h", "10.0.0.0/24"))


def supply(made) -> dict[str, tuple[int, int]]:
    """Supply and demand by resource."""
    return {resource.name: (resource.supply, resource.demand) for resource in resources(case(made))}


@pytest.mark.parametrize("made", [whole(clos()), whole(campus())])
def test_enough_of_everything(made):
    verdict = judged(rule, made)
    assert verdict.status is Status.PASS
    assert kills(rule, made) == [True]


def test_access_ports_grow_and_access_points_take_ports():
    radios = [device(f"ap{at}", Role.ACCESS_POINT, sku="901-R650-XX00") for at in (1, 2)]
    port = {"speed_bps": GBPS, "medium": Medium.CAT6, "phy": "1000BASE-T"}
    links = [
        link(f"access1:GigabitEthernet1/0/{20 + at}", f"ap{at}:Port 1", LinkPurpose.ATTACHMENT, **port) for at in (1, 2)
    ]
    made = changed(
        whole(campus(wireless=True, voice=True, growth_multiplier=2.0, sites=(site(users=10, area_m2=300),))),
        *radios,
        *links,
    )
    found = supply(made)
    assert found["wired access ports"] == (24, 22)
    assert found["access ports that feed power"] == (24, 22)
    assert found["wireless places"] == (60, 30)
    assert found["host addresses"] == (254, 2 * (10 + 10 + 15))
    assert judged(rule, made).status is Status.PASS


def test_too_few_access_ports():
    finding = only_finding(rule, whole(campus(growth_multiplier=2.5)))
    assert finding.message == "dc1 offers 24 wired access ports and needs 25 at the horizon"
    assert finding.witness == {"site": "dc1", "resource": "wired access ports", "supply": 24, "demand": 25}


def test_cables_between_switches_take_ports_away():
    cable = link(
        "access1:GigabitEthernet1/0/24", "core1:Ethernet2", LinkPurpose.UPLINK, speed_bps=GBPS, phy="1000BASE-T"
    )
    assert supply(changed(whole(campus()), cable))["wired access ports"] == (23, 10)


def test_addresses_are_those_of_host_subnets_alone():
    made = changed(
        clos(),
        hosts("a", "10.0.0.0/29"),
        hosts("b", "10.0.1.0/31"),
        hosts("c", "10.0.2.1/32"),
        hosts("six", "2001:db8::/64"),
        hosts("bad", "nonsense"),
        hosts("link", "10.0.3.0/24", purpose=SubnetPurpose.POINT_TO_POINT),
        hosts("far", "10.0.4.0/24", site="elsewhere"),
    )
    assert supply(made)["host addresses"] == (6 + 2 + 1, 20)
    assert "host addresses" in only_finding(rule, made).message


def test_sessions_of_the_firewalls_that_carry():
    asked: dict[str, Any] = {"servers": ServerPopulation(count=2000, nics_per_server=2, nic_speed_bps=GBPS, racks=1)}
    pair = changed(whole(design(device("leaf1", Role.LEAF), **asked)), firewall(1), firewall(2))
    standby = HaGroup(id="ha", mode=HaMode.ACTIVE_STANDBY, members=("fw1", "fw2"))
    assert supply(changed(pair, standby))["firewall sessions"] == (1_050_000, 1_000_000)
    balanced = HaGroup(id="ha", mode=HaMode.ACTIVE_ACTIVE, members=("fw1", "fw2"))
    assert supply(changed(pair, balanced))["firewall sessions"] == (2_100_000, 1_000_000)
    unknown = changed(pair, Set("devices", "fw2", {"sku": None}))
    assert [gap.elements for gap in judged(rule, unknown).gaps] == [("leaf1",), ("fw2",)]


def test_places_of_access_points_without_a_known_type():
    made = changed(campus(wireless=True), device("ap", Role.ACCESS_POINT))
    assert supply(made)["wireless places"] == (30, 15)


def test_vlans_and_sites_are_counted():
    made = whole(clos(vlans_stated=5000, site_count=2))
    messages = [finding.message for finding in judged(rule, made).findings]
    assert messages[0].endswith("VLANs and needs 5,000 at the horizon")
    assert messages[1] == "the design offers 1 sites and needs 2 at the horizon"


def test_without_sites_there_is_nothing_to_multiply():
    bare = design(sites=(), site_count=0, vlans_stated=None)
    assert judged(rule, bare).status is Status.PASS
    assert kills(rule, bare) == [None]


def test_a_lost_switch_is_lost_supply():
    made = changed(whole(clos()), Remove("devices", "leaf1"), Set("devices", "leaf2", {"in_service": False}))
    assert any("server ports" in finding.message for finding in judged(rule, made).findings)


def test_the_mutant_counts_on_what_grows_alone():
    # Two access points of a large floor stay two however many people there are.
    floor = (site(users=2, area_m2=360),)
    made = whole(campus(wireless=True, sites=floor, users=2))
    radios = [device(f"ap{at}", Role.ACCESS_POINT, sku="901-R650-XX00") for at in (1, 2)]
    whole_made = changed(made, *radios)
    assert judged(rule, whole_made).status is Status.PASS
    assert kills(rule, whole_made) == [True]


def test_a_subnet_has_room_for_its_hosts():
    crowded = changed(whole(clos()), hosts("tight", "10.0.9.0/30", planned_hosts=28))

    finding = only_finding(rule, crowded)

    assert finding.message == "10.0.9.0/30 has 2 addresses for 28 planned hosts"
    assert finding.elements == ("tight",)
