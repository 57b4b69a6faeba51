"""TOP-01 on the smallest designs that show each single point of failure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netdesign.model.addressing import Subnet
from netdesign.model.cabling import Circuit, CircuitKind
from netdesign.model.infrastructure import ServiceInstance, ServiceKind
from netdesign.model.inventory import HaGroup, HaMode, PortProfile
from netdesign.model.routing import BgpNeighbor, RoutingProcess
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import (
    InterfaceKind,
    LinkPurpose,
    PortMode,
    Redundancy,
    Role,
    RoutingProtocol,
    SecurityLevel,
    Severity,
    SubnetPurpose,
    Trust,
)
from netdesign.rules.topology.top_01_single_points import single_points_of_failure as top_01
from tests.support.sketch import device, interface, link
from tests.unit.rules.topology.shapes import attach, campus, clos, elements, flow, group, killed, messages, verdict

HIGH = {"redundancy": Redundancy.HIGH}


def firewall(number: int, *switches: str):
    facts = [device(f"fw{number}", Role.FIREWALL)]
    return facts + [
        link(f"fw{number}:{s}", f"{s}:fw{number}", LinkPurpose.ATTACHMENT, id=f"fw{number}{s}") for s in switches
    ]


def service(identity: str, kind: ServiceKind, *, on: tuple[str, ...] = ("l0", "l1"), address: str = ""):
    return ServiceInstance(
        id=identity,
        kind=kind,
        name=identity,
        site="dc1",
        zone="z",
        address=address or f"10.0.0.{identity[-1]}",
        subnet="s",
        attached_to=on,
    )


@pytest.mark.parametrize("shape", [clos(), campus()], ids=["clos", "campus"])
def test_doubled_designs_pass(shape):
    found = verdict(top_01, *shape, **HIGH)

    assert (found.status, found.measures[0].value, found.measures[0].threshold) == (Status.PASS, 0, 0)


def test_does_not_apply_below_medium_nor_without_switches():
    assert verdict(top_01, *clos(), redundancy=Redundancy.LOW).status is Status.NOT_APPLICABLE
    assert verdict(top_01, device("fw", Role.FIREWALL)).status is Status.NOT_APPLICABLE


def test_a_lone_spine_is_critical_from_high_on_and_a_warning_before():
    high, medium = verdict(top_01, *clos(3, 1), **HIGH), verdict(top_01, *clos(3, 1))

    assert (high.severity, medium.severity) == (Severity.CRITICAL, Severity.WARNING)
    assert ("s0",) in elements(high)
    assert high.findings[-1].witness == {"failed": "s0", "kind": "device", "lost": ["l1", "l2"]}
    assert "2 ends lose the rest of their network when s0 alone fails: l1, l2" in messages(high)


def test_a_single_link_below_a_doubled_top_is_named():
    facts = [fact for fact in clos() if getattr(fact, "id", "") != "l0s1"]

    found = verdict(top_01, *facts)

    assert ("l0s0",) in elements(found)
    assert ("s0",) in elements(found)
    assert {f.witness["kind"] for f in found.findings} == {"link", "device"}


def internet(number: int, switch: str):
    return [
        device(f"isp{number}", Role.PROVIDER),
        link(f"{switch}:isp", f"isp{number}:x", LinkPurpose.CIRCUIT, id=f"c{number}", trust=Trust.PUBLIC),
        Circuit(
            id=f"k{number}",
            link=f"c{number}",
            kind=CircuitKind.DIA,
            provider="p",
            site="dc1",
            rate_down_bps=1,
            rate_up_bps=1,
        ),
    ]


def test_the_way_out_counts_from_high_on():
    facts = [*clos(), *internet(1, "l0"), group("g", 1), attach("g", "l1"), flow("f", "g", "isp1")]

    high = verdict(top_01, *facts, **HIGH)

    assert {name for names in elements(high) for name in names} == {"l0", "isp1", "c1"}
    for finding in high.findings:
        lost = finding.witness["lost"]
        assert isinstance(lost, list)
        assert lost[0] == "the Internet"
    assert verdict(top_01, *facts).status is Status.PASS


def test_two_ways_out_pass():
    facts = [*clos(), *internet(1, "l0"), *internet(2, "l1"), group("g", 1), attach("g", "l1")]
    both = replace(flow("f", "g", "isp1"), targets=("isp1", "isp2"))

    assert verdict(top_01, *facts, both, **HIGH).status is Status.PASS


def zoned(*firewalls: int):
    facts = [
        *clos(),
        group("a", 1),
        attach("a", "l0"),
        group("b", 1, zone="db"),
        attach("b", "l1"),
        flow("f", "a", "b"),
    ]
    for number in firewalls:
        facts += firewall(number, "l0", "l1")
    members = tuple(f"fw{number}" for number in firewalls)
    return [*facts, HaGroup(id="pair", mode=HaMode.ACTIVE_STANDBY, members=members)]


def test_a_firewall_without_partner_matters_where_pairs_are_due():
    due = verdict(top_01, *zoned(1), security_level=SecurityLevel.ENTERPRISE)

    assert messages(due) == ["flow f and others between zones pass firewall fw1, which has no partner"]
    assert verdict(top_01, *zoned(1)).status is Status.PASS
    assert verdict(top_01, *zoned(1, 2), **HIGH).status is Status.PASS


def test_a_lone_firewall_that_routes_between_closets_is_spared_below_high():
    facts = [device("a0", Role.ACCESS), device("a1", Role.ACCESS), *firewall(1, "a0", "a1")]
    doubled = [link("fw1:b0", "a0:fb", LinkPurpose.ATTACHMENT), link("fw1:b1", "a1:fb", LinkPurpose.ATTACHMENT)]

    assert verdict(top_01, *facts, *doubled).status is Status.PASS
    assert ("fw1",) in elements(verdict(top_01, *facts, *doubled, **HIGH))


def test_firewalls_that_hang_on_one_core_fall_off_with_it():
    facts = [f for f in campus() if getattr(f, "id", "") != "core"]
    facts += [
        *firewall(1, "c0"),
        *firewall(2, "c0"),
        HaGroup(id="pair", mode=HaMode.ACTIVE_STANDBY, members=("fw1", "fw2")),
    ]

    found = verdict(top_01, *facts)

    assert elements(found) == [("c0",)]
    assert found.findings[0].witness["lost"] == ["fw1"]


def hosts(*gateways: str):
    subnet = Subnet(id="net", prefix="10.1.0.0/24", vrf="v", purpose=SubnetPurpose.HOSTS, site="dc1", vlan="v10")
    facts = [*clos(3), subnet, group("g", 2, vlans=("v10",)), attach("g", "l0", profile="p"), attach("g", "l1")]
    facts.append(PortProfile(id="p", mode=PortMode.ACCESS, vlans=("v10",)))
    svi = {"kind": InterfaceKind.SVI, "vlan": "v10", "addresses": ("10.1.0.1/24",)}
    return [*facts, *(interface(name, "svi", **svi) for name in gateways)]


def test_hosts_need_a_second_gateway_unless_they_hang_on_the_only_one():
    one = verdict(top_01, *hosts("l2"))

    assert messages(one) == ["l2 is the only gateway of VLAN v10, whose hosts are attached elsewhere"]
    assert one.findings[0].witness == {"failed": "l2", "vlan": "v10", "attached_to": ["l0", "l1"]}
    assert verdict(top_01, *hosts("l0", "l1")).status is Status.PASS
    assert verdict(top_01, *hosts()).status is Status.PASS


def test_services_and_reflectors_come_in_twos():
    process = RoutingProcess(id="bgp", device="s0", vrf="default", protocol=RoutingProtocol.BGP)
    neighbours = [
        BgpNeighbor(id=f"n{n}", process=name, remote_asn=1, route_reflector_client=True)
        for n, name in enumerate(("bgp", "?"))
    ]
    facts = [*clos(), service("dns", ServiceKind.DNS), service("ntp", ServiceKind.NTP), process, *neighbours]

    assert messages(verdict(top_01, *facts)) == [
        "only one instance of DNS is there",
        "only one instance of route reflector is there",
    ]


def test_mutants():
    assert killed(top_01, *clos()) == [True, None, True]
    doubled = [service("dns1", ServiceKind.DNS), service("dns2", ServiceKind.DNS)]
    assert killed(top_01, *zoned(1, 2), *doubled, **HIGH) == [True, True, True]
    assert killed(
        top_01, device("a", Role.ACCESS), device("b", Role.ACCESS), link("a:1", "b:1"), link("a:2", "b:2")
    ) == [None, None, None]


def test_instances_on_one_device_fall_together():
    pair = [service("aaa1", ServiceKind.AAA, on=("l0",)), service("aaa2", ServiceKind.AAA, on=("l0",))]
    apart = [service("aaa1", ServiceKind.AAA, on=("l0",)), service("aaa2", ServiceKind.AAA, on=("l1",))]

    (finding,) = verdict(top_01, *clos(), *pair, **HIGH).findings

    assert finding.message == "all 2 instances of aaa hang on l0 alone"
    assert verdict(top_01, *clos(), *apart, **HIGH).status is Status.PASS


def test_two_instances_with_one_address_are_one():
    twice = [service("aaa1", ServiceKind.AAA, address="10.0.0.9"), service("aaa2", ServiceKind.AAA, address="10.0.0.9")]

    assert [f.message for f in verdict(top_01, *clos(), *twice, **HIGH).findings] == [
        "only one instance of AAA is there"
    ]


@pytest.mark.parametrize("level", [Redundancy.HIGH, Redundancy.MEDIUM])
def test_a_switch_that_lost_its_last_way_fails_like_one_with_a_single_way(level):
    def cut(*gone: str):
        left = [fact for fact in campus() if getattr(fact, "id", "") not in gone]
        return verdict(top_01, *left, redundancy=level)

    assert (cut().status, cut("a0d0").status) == (Status.PASS, Status.FAIL)
    assert messages(cut("a0d0", "a0d1")) == ["as it is, nothing joins a0 to c0, c1"]


def test_a_tier_without_a_way_out_is_cut_off_where_ways_out_are_looked_at():
    lost = [*clos(), device("isp", Role.PROVIDER, managed=False), link("s0:w", "isp:1", LinkPurpose.CIRCUIT, id="out")]
    gone = [replace(fact, in_service=False) if getattr(fact, "id", "") == "out" else fact for fact in lost]

    assert not any("as it is" in text for text in messages(verdict(top_01, *gone, redundancy=Redundancy.MEDIUM)))
