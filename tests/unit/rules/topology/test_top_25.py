"""TOP-25: how far a VLAN reaches."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netdesign.model.addressing import Interface
from netdesign.model.inventory import EndpointKind, Homing, PortProfile, Room, RoomKind
from netdesign.model.overlay import Vni, VniKind
from netdesign.model.switching import SpanningTree, SpanningTreeMode, Vlan
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import InterfaceKind, PortMode, Role, VlanPurpose
from netdesign.rules.topology.top_25_layer2_extent import as_many_as_ports, overlay, own_room
from netdesign.rules.topology.top_25_layer2_extent import layer_2_extent as top_25
from tests.support.built import built, unmended
from tests.support.patches import first_fact
from tests.support.sketch import case, design, device, interface, link
from tests.unit.rules.topology.shapes import UP, attach, group, messages, verdict


def rooms(count, kind=RoomKind.CLOSET, apart=False):
    return [Room(id=f"r{n}", name="", site="dc1", building=f"b{n}" if apart else "b", kind=kind) for n in range(count)]


def switched(count=2, *, apart=False, hosts=10, **changes):
    """A core and access switches, one a room, with VLAN `v` on trunks between and users on each."""
    names = [f"a{n}" for n in range(count)]
    facts = [*rooms(count, apart=apart), device("c", Role.CORE)]
    facts += [device(name, Role.ACCESS, room=f"r{n}") for n, name in enumerate(names)]
    facts.append(
        Vlan(id="v", number=10, name="", purpose=VlanPurpose.USERS, site="dc1", devices=("c", *names), **changes)
    )
    trunk = {"mode": PortMode.TRUNK, "vlans": ("v",)}
    for n, name in enumerate(names):
        facts += [link(f"{name}:u", f"c:d{n}", UP), interface(name, "u", **trunk), interface("c", f"d{n}", **trunk)]
    facts += [SpanningTree(id=f"{name}:t", device=name, mode=SpanningTreeMode.RSTP) for name in ("c", *names)]
    facts.append(PortProfile(id="desk", mode=PortMode.ACCESS, vlans=("v",)))
    facts.append(group("u", hosts * count, kind=EndpointKind.USER, homing=Homing.SINGLE, vlans=("v",)))
    return [*facts, *(attach("u", name, hosts, profile="desk") for name in names)]


def svi(name):
    return Interface(id=f"{name}:v", device=name, name="v", kind=InterfaceKind.SVI, mode=PortMode.ROUTED, vlan="v",
                     addresses=("10.0.0.1/24",))  # fmt: skip


def test_one_building_passes():
    found = verdict(top_25, *switched())

    assert (found.status, found.measures[0].value, found.measures[1].value) == (Status.PASS, 20, 3)
    assert verdict(top_25, device("c", Role.CORE)).status is Status.NOT_APPLICABLE


def test_two_buildings():
    found = verdict(top_25, *switched(apart=True))

    assert messages(found) == ["VLAN 10 spreads over dc1/b0, dc1/b1 without an overlay"]
    assert found.findings[0].elements == ("a0", "a1")


def test_only_the_gateway_elsewhere_is_no_stretch():
    facts = switched(1)
    core = replace(next(f for f in facts if getattr(f, "id", "") == "c"), room="far")
    far = Room(id="far", name="", site="dc1", building="main", kind=RoomKind.EQUIPMENT_ROOM)

    assert verdict(top_25, *[f for f in facts if getattr(f, "id", "") != "c"], core, far).status is Status.PASS


def test_too_many_hosts_of_either_kind():
    assert messages(verdict(top_25, *switched(hosts=300))) == ["600 hosts share VLAN v; 512 may"]
    clients = {"kind": EndpointKind.WIRELESS_CLIENT}
    radio = [replace(f, **clients) if getattr(f, "id", "") == "u" else f for f in switched(hosts=300)]
    assert verdict(top_25, *radio).status is Status.PASS
    crowd = [replace(f, endpoints=900) if getattr(f, "id", "") == "u@a0" else f for f in radio]
    assert messages(verdict(top_25, *crowd)) == ["1200 hosts share VLAN v; 1024 may"]


def test_a_large_spanning_tree():
    found = verdict(top_25, *switched(60))

    assert "61 bridges share one spanning tree" in messages(found)[0]


def test_routed_access_in_many_closets():
    facts = [*switched(3), *(svi(f"a{n}") for n in range(3))]
    vni = Vni(id="n", number=10010, kind=VniKind.L2, vlan="v")

    assert messages(verdict(top_25, *facts)) == ["VLAN v is in 3 closets though access switches route"]
    assert verdict(top_25, *facts, vni).status is Status.PASS
    assert verdict(top_25, *switched(2), svi("a0")).status is Status.PASS


@pytest.mark.parametrize("shape", ["campus", "tiers", "fabric", "centre"])
def test_mutants_are_seen_and_mended(shape):
    assert unmended(top_25, built(shape), but=tuple(m.title for m in top_25.mutants[1:])) == []


def test_fixes():
    facts = switched(3)
    made = case(design(*facts))

    assert own_room(made, Finding(message="", witness={"kind": "stretched", "devices": []})) is None
    assert own_room(made, Finding(message="", witness={"kind": "hosts"})) is None
    assert as_many_as_ports(made, Finding(message="", witness={"vlan": "v"})) is None
    assert overlay(made, Finding(message="", witness={"kind": "closets", "vlan": "v"})) is None
    other = Vni(id="n", number=10010, kind=VniKind.L2, vlan="w")
    given = overlay(case(design(*facts, other)), Finding(message="", witness={"kind": "closets", "vlan": "v"}))
    fact = first_fact(given)
    assert (fact.vlan, fact.number) == ("v", 10011)
