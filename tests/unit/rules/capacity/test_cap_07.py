"""CAP-07: a port for every cable and endpoint."""

from __future__ import annotations

from typing import Any

from netdesign.model.inventory import Homing
from netdesign.model.patch import Set
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Medium, Role, Severity
from netdesign.rules.capacity import cap_07_connection_density
from netdesign.rules.capacity.cap_07_connection_density import connection_density as rule
from tests.support.sketch import GBPS, design, device, link
from tests.unit.rules.capacity.small import (
    LEAF,
    SPINE,
    attached,
    campus,
    changed,
    clos,
    group,
    judged,
    kills,
    only_finding,
    uplink,
)

UPLINK = uplink(1, 1).id


def test_sound_networks_have_ports_for_all():
    verdict = judged(rule, clos())
    assert verdict.status is Status.PASS
    assert [measure.value for measure in verdict.measures] == [48, 0]
    assert kills(rule, clos()) == [True, True, True]
    assert kills(rule, campus()) == [True, True, True]


def test_a_port_that_is_not_there():
    made = changed(clos(), Set("links", UPLINK, {"a": link("leaf1:Ethernet99/1", "x:y").a}))
    finding = only_finding(rule, made)
    assert finding.severity is None
    assert rule.severity is Severity.CRITICAL
    assert finding.message == (
        f"port Ethernet99/1 of leaf1 ({LEAF}), asked for by {UPLINK}: {LEAF} has no port of that name;"
        " other ports would do"
    )
    assert finding.witness["placed_at_best"] == finding.witness["uses"] == 22


def test_a_speed_that_the_port_does_not_run_at():
    made = changed(clos(), Set("endpoint_groups", "servers", {"nic_speed_bps": 25 * GBPS}))
    findings = judged(rule, made).findings
    assert [finding.elements[0] for finding in findings] == ["leaf1", "leaf2"]
    assert "the port does not run at 25 Gbit/s (faults in all: 20); other ports would do" in findings[0].message


def test_a_transceiver_of_another_form():
    made = changed(clos(), Set("links", UPLINK, {"phy": "25GBASE-SR"}))
    messages = [finding.message for finding in judged(rule, made).findings]
    assert "25GBASE-SR does not fit a qsfp28 cage split 1 ways" in messages[0]
    assert len(messages) == 2
    odd = changed(clos(), Set("links", UPLINK, {"phy": "not in the catalogue"}))
    assert judged(rule, odd).status is Status.PASS


def test_a_port_taken_twice():
    made = changed(
        clos(),
        attached("leaf1", 2, of="servers", first=20, name="Ethernet{}").__class__(
            id="more", group="servers", device="leaf1", endpoints=1, ports=("Ethernet20",), profile="p"
        ),
    )
    finding = only_finding(rule, made)
    assert "is taken by more than one cable or endpoint; other ports would do" in finding.message
    assert finding.elements == ("leaf1", "more", "servers--leaf1")


def test_a_cage_split_in_two_ways():
    lanes: dict[str, Any] = {"speed_bps": 25 * GBPS, "phy": None}
    same = changed(
        clos(),
        link("leaf1:Ethernet55/1", "leaf2:Ethernet55/1", **lanes),
        link("leaf1:Ethernet55/2", "leaf2:Ethernet55/2", **lanes),
    )
    assert judged(rule, same).status is Status.PASS
    mixed = changed(same, link("leaf1:Ethernet55/3", "leaf2:Ethernet55/3", speed_bps=10 * GBPS, phy=None))
    findings = judged(rule, mixed).findings
    assert [finding.elements[0] for finding in findings] == ["leaf1", "leaf2"]
    assert "port Ethernet55/1 of leaf1" in findings[0].message
    assert "shares its cage with a use that splits it another way" in findings[0].message
    users = findings[0].witness["users"]
    assert isinstance(users, list)
    assert len(users) == 3


def test_more_links_than_ports():
    spine = device("spine1", Role.SPINE, sku=SPINE)
    links = [link(f"spine1:ethernet-1/{1 + at % 32}", f"far:{at}", id=f"l{at}") for at in range(33)]
    finding = only_finding(rule, design(spine, *links))
    assert (finding.witness["uses"], finding.witness["placed_at_best"]) == (33, 32)
    assert "no assignment does: 33 of its uses have 32 ports between them" in finding.message


def test_radio_clients_take_no_port():
    made = changed(clos(), group("radio", homing=Homing.WIRELESS), attached("leaf1", 3, "radio{}", of="radio"))
    assert judged(rule, made).status is Status.PASS


def test_types_that_the_catalogue_lacks_are_a_gap():
    made = design(device("a", Role.LEAF, sku="none such"), device("b", Role.PROVIDER), link("a:1", "b:1"))
    verdict = judged(rule, made)
    assert verdict.status is Status.UNKNOWN
    assert verdict.gaps[0].message == "a is a none such, which the catalogue does not have"
    assert kills(rule, made) == [None, None, None]


def test_many_faulty_devices_are_listed_without_matching(monkeypatch):
    monkeypatch.setattr(cap_07_connection_density, "MATCHED", 1)
    switches = [device(f"s{at}", Role.SPINE, sku=SPINE) for at in range(2)]
    made = design(*switches, link("s0:bad", "s1:bad", medium=Medium.SMF))
    first, second = judged(rule, made).findings
    assert "placed_at_best" in first.witness
    assert "placed_at_best" not in second.witness


def test_one_link_cannot_share_a_port_with_another():
    alone = design(device("s0", Role.SPINE, sku=SPINE), link("s0:ethernet-1/1", "far:1"))
    assert kills(rule, alone) == [True, None, True]
