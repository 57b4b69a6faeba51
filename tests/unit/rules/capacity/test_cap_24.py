"""CAP-24: how full subnets are."""

from __future__ import annotations

from typing import Any

from netdesign.model.addressing import Subnet
from netdesign.model.cloud import CloudNetwork, CloudSubnet
from netdesign.model.inventory import Site
from netdesign.model.patch import Set
from netdesign.model.switching import Vlan
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Role, Severity, SubnetPurpose, VlanPurpose
from netdesign.rules.capacity.cap_24_subnet_utilisation import subnet_utilisation as rule
from tests.support.sketch import design, device
from tests.unit.rules.capacity.small import attached, changed, group, judged, kills, only_finding


def subnet(prefix: str = "10.0.0.0/24", planned: int = 100, identity: str = "users", **changes: Any) -> Subnet:
    """A subnet for hosts."""
    fields: dict[str, Any] = {"vrf": "default", "purpose": SubnetPurpose.HOSTS, "site": "dc1", "vlan": "users"}
    return Subnet(id=identity, prefix=prefix, planned_hosts=planned, **(fields | changes))


def floor(*subnets: Subnet, attached_hosts: int = 10, **requirements: Any):
    """A VLAN with subnets and hosts."""
    facts = [
        device("acc1", Role.ACCESS),
        Vlan(id="users", number=10, name="users", purpose=VlanPurpose.USERS, site="dc1", devices=("acc1",)),
        group("staff", attached_hosts, vlans=("users",), nics=1),
        attached("acc1", attached_hosts, of="staff"),
    ]
    return design(Site(id="dc1", name="dc1"), *facts, *(subnets or (subnet(),)), **requirements)


def test_planned_hosts_and_growth():
    verdict = judged(rule, floor(growth_multiplier=1.5))
    assert verdict.status is Status.PASS
    assert (verdict.measures[0].value, verdict.measures[0].threshold) == (round(150 / 254, 4), 0.8)
    full = only_finding(rule, floor(growth_multiplier=3.0))
    assert full.message == "10.0.0.0/24 has 254 addresses for 300 hosts at the horizon"
    assert (full.elements, full.severity) == (("users",), None)


def test_nearly_full_is_a_warning():
    near = only_finding(rule, floor(subnet(planned=210)))
    assert near.message == "10.0.0.0/24 has 254 addresses for 210 hosts at the horizon; 80% should be in use at most"
    assert near.severity is Severity.WARNING


def test_attached_hosts_that_nobody_planned():
    found = only_finding(rule, floor(subnet(planned=1), attached_hosts=300))
    assert found.witness["hosts"] == 300
    halves = floor(subnet(planned=1), subnet("10.0.1.0/24", 1, "more"), attached_hosts=300)
    assert judged(rule, halves).status is Status.PASS


def test_small_prefixes_and_six():
    two = subnet("10.0.0.0/31", 2, vlan=None)
    assert only_finding(rule, floor(two, growth_multiplier=2.0)).message.startswith("10.0.0.0/31 has 2 addresses for 4")
    one = subnet("10.0.0.0/32", 1, vlan=None)
    assert only_finding(rule, floor(one)).severity is Severity.WARNING
    assert judged(rule, floor(subnet("fd00::/64", 10**6, vlan=None))).status is Status.PASS
    assert only_finding(rule, floor(subnet("fd00::/124", 30, vlan=None))).witness["usable"] == 14


def test_what_is_not_for_hosts_does_not_grow():
    link = subnet("10.0.0.0/29", 4, purpose=SubnetPurpose.TRANSIT)
    assert judged(rule, floor(link, growth_multiplier=5.0)).status is Status.PASS


def test_subnets_at_a_cloud_provider_lack_what_the_provider_keeps():
    def cloud(provider: str, workloads: int, prefix: str = "10.1.0.0/28"):
        home = CloudNetwork(
            id="vpc", provider=provider, region="r", prefixes=("10.1.0.0/16",), availability_zones=("a",)
        )
        return design(
            home, CloudSubnet(id="s", network="vpc", availability_zone="a", prefix=prefix, workloads=workloads)
        )

    assert judged(rule, cloud("aws", 8)).status is Status.PASS
    assert only_finding(rule, cloud("aws", 12)).message.startswith("10.1.0.0/28 has 11 addresses for 12 hosts")
    assert only_finding(rule, cloud("GCP", 12)).severity is Severity.WARNING
    assert only_finding(rule, cloud("other", 13)).witness["usable"] == 14
    assert only_finding(rule, cloud("aws", 1, "10.1.0.0/30")).witness["usable"] == 0
    assert judged(rule, cloud("aws", 0, "10.1.0.0/30")).status is Status.PASS
    assert judged(rule, cloud("aws", 1, "nonsense")).gaps[0].message == "'nonsense' of s is no prefix"
    assert judged(rule, changed(cloud("aws", 1), Set("cloud_subnets", "s", {"network": "gone"}))).status is Status.PASS


def test_a_prefix_that_is_none():
    assert judged(rule, floor(subnet("nonsense"))).gaps[0].message == "'nonsense' of users is no prefix"


def test_mutants_and_applicability():
    assert kills(rule, floor()) == [True] * 4
    assert kills(rule, floor(subnet("fd00::/64"))) == [None, None, None, None]
    assert kills(rule, floor(subnet(vlan=None))) == [True, True, None, True]
    assert judged(rule, design()).status is Status.NOT_APPLICABLE
    assert kills(rule, design()) == [None] * 4
    assert kills(rule, floor(subnet("fd00::/120", 9)))[1] is None
