"""CAP-09: the sites that were asked for."""

from __future__ import annotations

from typing import Any

from netdesign.model.addressing import Interface, Subnet
from netdesign.model.inventory import Site
from netdesign.model.patch import Set
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import InterfaceKind, LinkPurpose, PortMode, Role, SubnetPurpose
from netdesign.rules.capacity.cap_09_site_distribution import site_distribution as rule
from tests.support.sketch import design, device, link, site
from tests.unit.rules.capacity.small import INTERNET_FLOW, changed, circuit, judged, kills, only_finding


def place(name: str, number: int):
    """A site with a core switch that is the gateway of its users."""
    return (
        Site(id=name, name=name, users=10),
        device(f"{name}-core", Role.CORE, site=name),
        Subnet(id=f"{name}-users", prefix=f"10.{number}.0.0/24", vrf="v", purpose=SubnetPurpose.HOSTS, site=name),
        Interface(
            id=f"{name}-core:Vlan10",
            device=f"{name}-core",
            name="Vlan10",
            kind=InterfaceKind.SVI,
            mode=PortMode.ROUTED,
            vrf="v",
            addresses=(f"10.{number}.0.1/24",),
        ),
    )


def one(**changes):
    """One whole site."""
    asked: dict[str, Any] = {"sites": (site(users=10),), "users": 10} | changes
    return design(*place("dc1", 1), **asked)


def two(*more):
    """Two whole sites, joined by a link."""
    wanted = (site("dc1", users=10), site("dc2", users=10))
    between = link("dc1-core:1", "dc2-core:1", LinkPurpose.UPLINK)
    return design(*place("dc1", 1), *place("dc2", 2), between, *more, sites=wanted, site_count=2, users=20)


def test_whole_sites():
    for made, sites in ((one(), 1), (two(), 2)):
        verdict = judged(rule, made)
        assert verdict.status is Status.PASS
        assert (verdict.measures[0].value, verdict.measures[0].threshold) == (sites, sites)
        assert kills(rule, made) == [True, True]


def test_a_site_without_devices():
    made = changed(two(), Set("devices", "dc2-core", {"in_service": False}), circuit("dc1-core:2", "isp:1"))
    made = changed(made, device("isp", Role.PROVIDER))
    assert only_finding(rule, made).message == "the site dc2 was asked for and has no device in service"


def test_a_site_that_nobody_asked_for():
    finding = only_finding(rule, changed(one(), device("stray", Role.ACCESS, site="moon")))
    assert finding.witness == {"site": "moon", "defect": "has devices but was not asked for", "devices": 1}
    assert judged(rule, changed(one(), device("isp", Role.PROVIDER, site="moon"))).status is Status.PASS


def test_a_site_without_gateway_or_switch():
    made = changed(one(), Set("interfaces", "dc1-core:Vlan10", {"addresses": ()}))
    assert only_finding(rule, made).message == "the site dc1 has no gateway in any subnet of its hosts"
    made = changed(one(), Set("devices", "dc1-core", {"role": Role.FIREWALL}))
    assert only_finding(rule, made).message == "the site dc1 has no switch that endpoints could attach to"
    transit = changed(one(), Set("subnets", "dc1-users", {"purpose": SubnetPurpose.TRANSIT}))
    assert "no gateway" in only_finding(rule, transit).message


def test_a_site_without_a_way_out():
    finding = only_finding(rule, one(flows=(INTERNET_FLOW,)))
    assert finding.message == "the site dc1 has neither a circuit nor a link to another site"
    leaves = changed(one(flows=(INTERNET_FLOW,)), device("isp", Role.PROVIDER), circuit("dc1-core:2", "isp:1"))
    assert judged(rule, leaves).status is Status.PASS
    apart = changed(two(), Set("links", "dc1-core:1--dc2-core:1", {"in_service": False}))
    assert len(judged(rule, apart).findings) == 2


def test_a_circuit_between_own_devices_is_no_way_out():
    inner = changed(one(flows=(INTERNET_FLOW,)), device("x", Role.CORE), circuit("dc1-core:2", "x:1"))
    assert "neither a circuit" in only_finding(rule, inner).message


def test_sums_of_people_and_servers():
    finding = only_finding(rule, changed(one(), Set("sites", "dc1", {"servers": 3})))
    assert finding.message == "the sites have 3 servers together; 0 were asked for"
    assert finding.witness == {"sort": "servers", "drawn": 3, "asked": 0}


def test_an_empty_site_needs_nothing():
    made = design(device("a", Role.FIREWALL))
    assert judged(rule, made).status is Status.PASS
    assert kills(rule, made) == [True, None]
    assert kills(rule, design(Site(id="dc1", name="dc1"))) == [None, None]


def test_a_site_of_servers_loses_one():
    made = changed(design(device("a", Role.FIREWALL), sites=(site(),)), Site(id="dc1", name="dc1", servers=2))
    assert kills(rule, made)[1] is True
