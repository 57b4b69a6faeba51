"""TOP-05: loops with and without something that breaks them."""

from __future__ import annotations

import itertools

import pytest

from netdesign.model.cabling import Lag, Mlag
from netdesign.model.overlay import Vni, VniKind
from netdesign.model.switching import SpanningTree, SpanningTreeMode, Vlan
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import InterfaceKind, PortMode, Role, VlanPurpose
from netdesign.rules.topology.top_05_loops import unprotected_loops as top_05
from tests.support.sketch import device, interface, link
from tests.unit.rules.topology.shapes import elements, killed, messages, verdict


def vlan(*devices: str, number: int = 10, **changes):
    made = {"id": f"v{number}", "name": "users", "purpose": VlanPurpose.USERS, "site": "dc1"} | changes
    return Vlan(number=number, devices=devices, **made)


def trunk(a: str, b: str, name: str, number: int = 10):
    ends = [interface(x, name, mode=PortMode.TRUNK, vlans=(f"v{number}",)) for x in (a, b)]
    return [link(f"{a}:{name}", f"{b}:{name}", id=name), *ends]


def switches(*names: str, role: Role = Role.ACCESS):
    return [device(name, role) for name in names]


def trees(*names: str, mode: SpanningTreeMode = SpanningTreeMode.RSTP):
    return [SpanningTree(id=f"t-{name}", device=name, mode=mode) for name in names]


def triangle():
    facts = [*switches("a", "b", "c"), vlan("a", "b", "c")]
    return [*facts, *trunk("a", "b", "ab"), *trunk("b", "c", "bc"), *trunk("a", "c", "ac")]


def test_a_tree_passes():
    facts = [*switches("a", "b", "c"), vlan("a", "b", "c"), *trunk("a", "b", "ab"), *trunk("b", "c", "bc")]

    found = verdict(top_05, *facts)

    assert (found.status, found.measures[0].value) == (Status.PASS, 0)


def test_does_not_apply_without_vlans():
    assert verdict(top_05, *switches("a")).status is Status.NOT_APPLICABLE
    assert verdict(top_05, *switches("fw", role=Role.FIREWALL), vlan("fw")).status is Status.NOT_APPLICABLE


def test_a_triangle_loops_unless_all_run_spanning_tree():
    bare = verdict(top_05, *triangle(), *trees("a", "b"), *trees("c", mode=SpanningTreeMode.NONE))

    assert messages(bare) == ["VLAN 10 loops over 3 bridges; without spanning tree: c"]
    assert elements(bare) == [("ab", "bc", "ac")]
    assert bare.findings[0].witness == {"vlan": 10, "bridges": ["a", "b", "c"], "without_spanning_tree": ["c"]}
    assert verdict(top_05, *triangle(), *trees("a", "b", "c")).status is Status.PASS


def test_a_vlan_that_one_end_refuses_closes_no_loop():
    facts = [fact for fact in triangle() if getattr(fact, "id", "") != "a:ac"]

    assert verdict(top_05, *facts, interface("a", "ac", mode=PortMode.ACCESS, vlan="v11")).status is Status.PASS
    access = interface("a", "ac", mode=PortMode.ACCESS, vlan="v10")
    assert verdict(top_05, *facts, access).status is Status.FAIL


def pair(*peer_links: str):
    return Mlag(id="m", peers=("b", "c"), domain_id=1, system_mac="02:00:00:00:00:01", peer_links=peer_links)


def lag(on: str, *members: str, **changes):
    bundle = Lag(id=f"{on}-lag", device=on, interface="po1", members=members, **changes)
    made = {"kind": InterfaceKind.LAG, "mode": PortMode.TRUNK, "vlans": ("v10",), "lag": bundle.id}
    ports = [interface(on, port, mode=PortMode.NONE, lag=bundle.id) for port in members]
    return [bundle, interface(on, "po1", **made), *ports]


def bundled():
    """Switch a, bundled to the pair b and c."""
    facts = [*switches("a", "b", "c"), vlan("a", "b", "c"), pair("bc"), *trunk("b", "c", "bc")]
    facts += [*lag("a", "ab", "ac"), *lag("b", "ab", mlag="m", mlag_number=1), *lag("c", "ac", mlag="m", mlag_number=1)]
    return [*facts, link("a:ab", "b:ab", id="ab"), link("a:ac", "c:ac", id="ac")]


def test_a_bundle_to_a_pair_is_one_link_to_one_switch():
    assert verdict(top_05, *bundled()).status is Status.PASS


def test_a_bundle_to_two_switches_that_are_no_pair_loops():
    facts = [fact for fact in bundled() if not isinstance(fact, Mlag)]

    assert verdict(top_05, *facts).status is Status.FAIL


def test_a_second_trunk_inside_a_pair_loops_beside_the_peer_link():
    found = verdict(top_05, *bundled(), *trunk("b", "c", "rogue"))

    assert messages(found) == ["VLAN 10 loops over 2 bridges; without spanning tree: b, c"]
    assert elements(found) == [("rogue",)]


def test_parallel_links_loop_unless_they_are_bundled():
    facts = [*switches("a", "b"), vlan("a", "b")]
    loose = [*facts, *trunk("a", "b", "x"), *trunk("a", "b", "y")]
    tied = [*facts, *lag("a", "x", "y"), *lag("b", "x", "y"), link("a:x", "b:x", id="x"), link("a:y", "b:y", id="y")]

    assert elements(verdict(top_05, *loose)) == [("x", "y")]
    assert verdict(top_05, *tied).status is Status.PASS


def overlay():
    """Leaves b and c that an overlay joins, both VTEPs."""
    facts = [
        *switches("b", "c", role=Role.LEAF),
        vlan("a", "b", "c"),
        Vni(id="n", number=10010, kind=VniKind.L2, vlan="v10"),
    ]
    return [*facts, *(interface(name, "nve", kind=InterfaceKind.VTEP) for name in ("b", "c"))]


def test_a_trunk_between_two_vteps_loops_through_the_overlay():
    found = verdict(top_05, *overlay(), *trunk("b", "c", "bc"), *trees("b", "c"))

    assert messages(found) == ["VLAN 10 loops over 2 bridges; without spanning tree: the overlay that closes it"]
    assert found.findings[0].witness["without_spanning_tree"] == ["overlay"]


def test_a_switch_bundled_to_two_vteps_is_multihomed():
    facts = [
        *overlay(),
        *switches("a"),
        *lag("a", "ab", "ac"),
        link("a:ab", "b:ab", id="ab"),
        link("a:ac", "c:ac", id="ac"),
    ]
    facts += [interface(name, port, mode=PortMode.TRUNK, vlans=("v10",)) for name, port in (("b", "ab"), ("c", "ac"))]

    assert verdict(top_05, *facts).status is Status.PASS


def test_spanning_tree_reaches_seven_bridges():
    names = [f"s{n}" for n in range(8)]
    facts = [*switches(*names), vlan(*names), *trees(*names)]
    for one, other in itertools.pairwise(names):
        facts += trunk(one, other, f"{one}-{other}")

    found = verdict(top_05, *facts)

    assert messages(found) == ["VLAN 10 has 8 bridges in a row; spanning tree converges over 7 at most"]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([*switches("a", "b"), vlan("a", "b"), *trunk("a", "b", "ab"), *trees("a")], True, id="a link"),
        pytest.param(overlay(), True, id="an overlay"),
        pytest.param([*switches("b", "c"), vlan("b", "c"), pair("bc"), *trunk("b", "c", "bc")], True, id="a pair"),
        pytest.param([*switches("b", "c"), vlan("b"), pair()], None, id="nothing joined"),
    ],
)
def test_mutants(facts, expected):
    assert killed(top_05, *facts) == [expected]
