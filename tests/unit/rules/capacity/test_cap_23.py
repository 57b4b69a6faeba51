"""CAP-23: VLANs, virtual networks, routing tables and spanning-tree ports of switches."""

from __future__ import annotations

from typing import Any

from netdesign.model.inventory import PortProfile, Site
from netdesign.model.overlay import Vni, VniKind
from netdesign.model.patch import Remove, Set
from netdesign.model.switching import SpanningTree, SpanningTreeMode, Vlan, Vrf
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import InterfaceKind, PortMode, Role, VlanPurpose
from netdesign.rules.capacity.cap_23_layer2_scale import layer2_scale as rule
from tests.support.sketch import case, design, device, interface
from tests.unit.rules.capacity.small import attached, changed, group, judged, kills, only_finding
from tests.unit.rules.capacity.wide import fixed, mended

LEAF = "N9K-C93360YC-FX2"


def vlans(count: int, *devices: str, first: int = 1) -> list[Vlan]:
    """VLANs on devices."""
    return [
        Vlan(id=f"v{n}", number=n, name=f"v{n}", purpose=VlanPurpose.SERVERS, site="dc1", devices=devices)
        for n in range(first, first + count)
    ]


def leaf(mode: SpanningTreeMode = SpanningTreeMode.RSTP, count: int = 10, **requirements: Any):
    """A leaf with VLANs, a trunk that carries them, endpoints, a tunnel endpoint and a routing table."""
    made = vlans(count, "leaf1", "gone")
    names = tuple(vlan.id for vlan in made)
    facts = [
        device("leaf1", Role.LEAF, sku=LEAF),
        *made,
        Vrf(id="red", name="red"),
        SpanningTree(id="tree", device="leaf1", mode=mode),
        interface("leaf1", "Ethernet1/97", mode=PortMode.TRUNK, vlans=names),
        interface("leaf1", "nve1", kind=InterfaceKind.VTEP, addresses=("10.1.1.1/32",), vrf="default"),
        interface("leaf1", "Vlan1", kind=InterfaceKind.SVI, vlan="v1", vrf="red", addresses=("10.0.1.1/24",)),
        Vni(id="l2", number=10001, kind=VniKind.L2, vlan="v1"),
        Vni(id="l3", number=50001, kind=VniKind.L3, vrf="red"),
        group("servers", 8, vlans=("v2",)),
        PortProfile(id="servers", mode=PortMode.ACCESS, vlans=names),
        attached("leaf1", 8, "Ethernet1/{}"),
    ]
    return design(Site(id="dc1", name="dc1"), *facts, **requirements)


def test_within_the_scale_of_the_type():
    verdict = judged(rule, leaf())
    assert verdict.status is Status.PASS
    assert verdict.measures[0].threshold == 1.0


def test_more_vlans_than_the_type_takes():
    found = only_finding(rule, changed(leaf(), *vlans(3170, "leaf1", first=100)))
    assert found.message == f"leaf1 ({LEAF}) has 3,180 VLANs; 3,173 may be"
    assert found.witness["table"] == "vlan"
    named = changed(leaf(), *vlans(3163, "leaf1", first=100), *vlans(1, first=3900))
    assert judged(rule, named).status is Status.PASS
    svi = interface("leaf1", "Vlan3900", kind=InterfaceKind.SVI, vlan="v3900", vrf="red")
    assert only_finding(rule, changed(named, svi)).witness["count"] == 3174


def test_more_virtual_networks_than_the_type_takes():
    more = [Vni(id=f"n{n}", number=20000 + n, kind=VniKind.L2, vlan="v2") for n in range(3200)]
    assert only_finding(rule, changed(leaf(), *more)).witness == {
        "device": "leaf1",
        "sku": LEAF,
        "table": "vni",
        "count": 3202,
        "most": 3200,
    }
    plain = changed(leaf(), *more, Remove("interfaces", "leaf1:nve1"))
    assert judged(rule, plain).status is Status.PASS


def test_more_routing_tables_than_the_type_takes():
    loopbacks = [
        interface(
            "leaf1", f"lo{n}", kind=InterfaceKind.LOOPBACK, vrf=f"t{n}", addresses=(f"10.2.{n // 200}.{n % 200}/32",)
        )
        for n in range(420)
    ]
    found = only_finding(rule, changed(leaf(), *loopbacks, *(Vrf(id=f"t{n}", name=f"t{n}") for n in range(420))))
    assert found.message.startswith(f"leaf1 ({LEAF}) has 422 routing tables; ")


def test_a_tree_for_every_vlan():
    # One trunk with all VLANs, and eight ports of endpoints.
    assert judged(rule, leaf(SpanningTreeMode.PVST, 3000)).status is Status.PASS
    wide = [
        interface("leaf1", f"Ethernet1/{90 + n}", mode=PortMode.TRUNK, vlans=tuple(f"v{m}" for m in range(1, 3001)))
        for n in range(4)
    ]
    found = only_finding(rule, changed(leaf(SpanningTreeMode.PVST, 3000), *wide))
    assert found.message == f"leaf1 ({LEAF}) has 15,008 spanning-tree ports; 10,000 may be"
    assert judged(rule, changed(leaf(SpanningTreeMode.RSTP, 3000), *wide)).status is Status.PASS
    assert judged(rule, changed(leaf(SpanningTreeMode.NONE, 3000), *wide)).status is Status.PASS
    after, left = fixed(rule, changed(leaf(SpanningTreeMode.PVST, 3000), *wide))
    assert left == ()
    assert after.switching.spanning_trees[0].mode is SpanningTreeMode.RSTP


def test_gaps_and_applicability():
    unknown = judged(rule, changed(leaf(), Set("devices", "leaf1", {"sku": None})))
    assert "nothing says how many VLANs leaf1 takes" in [gap.message for gap in unknown.gaps]
    assert judged(rule, design()).status is Status.NOT_APPLICABLE
    radio = changed(leaf(), Set("devices", "leaf1", {"role": Role.ACCESS_POINT}))
    assert judged(rule, radio).status is Status.PASS
    assert kills(rule, radio) == [None] * 4


def test_mutants_and_fixes():
    trunks = [interface("leaf1", f"Ethernet1/{90 + n}", mode=PortMode.TRUNK, vlans=("v1",)) for n in range(4)]
    sound = changed(leaf(), *trunks)
    assert kills(rule, sound) == [True] * 4
    assert mended(rule, sound) == [True] * 4
    assert kills(rule, leaf())[1] is None
    assert kills(rule, changed(leaf(), Remove("spanning_trees", "tree")))[1] is None
    overlay = changed(leaf(count=0), Set("endpoint_groups", "servers", {"vlans": ()}))
    assert kills(rule, overlay)[3] is None
    assert rule.fixes[0].propose(case(leaf(count=2)), Finding(message="", witness={"device": "gone"})) is None
