import pytest

from netdesign.analysis.routing.overlay_faults import ethernet_segments, valid_segment
from netdesign.model.overlay import Vni, VniKind
from netdesign.model.patch import Add, Remove, Set
from netdesign.model.routing import PolicyAction, RoutePolicy, RoutePolicyTerm
from netdesign.model.verdict import Finding, Status
from netdesign.rules.protocol.pro_28_overlay import (
    announce,
    close_targets,
    join,
    name_segment,
    overlay_consistency,
    renumber,
)
from tests.support.built import built, found, said, unmended
from tests.support.sketch import case, design


@pytest.mark.parametrize("shape", ["fabric", "centre"])
def test_every_mutant_is_seen_and_mended(shape):
    assert unmended(overlay_consistency, built(shape)) == []


def vnis(made, kind):
    return sorted((one for one in made.overlay.vnis if one.kind is kind), key=lambda one: one.id)


L2, L3 = VniKind.L2, VniKind.L3


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (lambda m: [Set("vnis", vnis(m, L2)[0].id, {"number": 2**24})], "which no VXLAN can have"),
        (lambda m: [Set("vnis", vnis(m, L2)[0].id, {"vlan": "gone"})], "is a segment of gone, which is not there"),
        (lambda m: [Set("vnis", vnis(m, L2)[1].id, {"vlan": vnis(m, L2)[0].vlan})], "are both segments of"),
        (lambda m: [Set("vnis", vnis(m, L3)[1].id, {"number": vnis(m, L3)[0].number})], "have the number"),
        (lambda m: [Set("vnis", vnis(m, L2)[0].id, {"route_target": ""})], "has no route target"),
        (lambda m: [Set("vnis", vnis(m, L2)[1].id, {"route_target": vnis(m, L2)[0].route_target})], "routes leak"),
        (lambda m: [Set("vrfs", vnis(m, L3)[0].vrf, {"route_targets_export": ()})], "exports no routes with"),
        (lambda m: [Set("vrfs", vnis(m, L3)[0].vrf, {"route_targets_import": ("9:9",)})], "which nobody exports"),
        (lambda m: [Remove("vnis", vnis(m, L3)[0].id)], "which has no layer-3 segment"),
    ],
)
def test_segments_that_disagree(changes, words):
    made = built("centre")

    assert any(words in message for message in found(overlay_consistency, made, *changes(made)))


def leaf(made):
    return min(one.id for one in made.inventory.devices if one.role.value == "leaf")


def carrier(made):
    return next(one for one in made.routing.processes if one.device == leaf(made) and one.vrf == "default")


def test_endpoints_that_nobody_hears():
    made = built("centre")
    messages = found(overlay_consistency, made, Set("processes", carrier(made).id, {"networks": ()}))
    assert messages == [f"nobody hears of the tunnel endpoint of {leaf(made)}"]

    mine = [one for one in made.routing.bgp_neighbors if one.process == carrier(made).id]
    gone = [Remove("bgp_neighbors", one.id) for one in mine]
    messages = found(overlay_consistency, made, *gone)
    assert any(f"{leaf(made)} exchanges no EVPN routes" in message for message in messages)
    assert f"after no failure no route leads to the tunnel endpoint of {leaf(made)}" in messages


def test_one_session_left_is_one_failure_too_few():
    made = built("centre")
    mine = sorted(
        (one for one in made.routing.bgp_neighbors if one.process == carrier(made).id), key=lambda one: one.id
    )
    messages = found(overlay_consistency, made, *(Remove("bgp_neighbors", one.id) for one in mine[1:]))

    assert any(f"after one link's failure no route leads to the tunnel endpoint of {leaf(made)}" in m for m in messages)


def test_a_spine_that_everything_hangs_on():
    made = built("centre")
    spines = sorted(one.id for one in made.inventory.devices if one.role.value == "spine")
    running = {one.id: one.device for one in made.routing.processes}
    gone = [Remove("bgp_neighbors", s.id) for s in made.routing.bgp_neighbors if running[s.process] in spines[1:]]
    messages = found(overlay_consistency, made, *gone)

    assert any(message.startswith(f"after {spines[0]}'s failure") or "one link's" in message for message in messages)


def test_gateways_without_an_endpoint():
    made = built("centre")
    vtep = next(one.id for one in made.addressing.interfaces if one.device == leaf(made) and one.kind.value == "vtep")

    assert any(
        f"{leaf(made)} is an anycast gateway of" in m
        for m in found(overlay_consistency, made, Remove("interfaces", vtep))
    )


def test_legs_of_a_bundle_name_one_segment_of_their_own():
    made = built("centre")
    first, second = ethernet_segments(case(made).network)[:2]
    copied = [Set("lags", leg.id, {"esi": first.legs[0].esi}) for leg in second.legs]
    blank = [Set("lags", leg.id, {"esi": None}) for leg in first.legs]

    assert any("have the same Ethernet segment" in message for message in found(overlay_consistency, made, *copied))
    assert any("name no Ethernet segment" in message for message in found(overlay_consistency, made, *blank))
    vtep = next(
        one.id for one in made.addressing.interfaces if one.device == first.legs[0].device and one.kind.value == "vtep"
    )
    assert any("no forwarder can be elected" in m for m in found(overlay_consistency, made, Remove("interfaces", vtep)))


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("00:00:00:00:00:00:00:00:00:01", True),
        ("00:00:00:00:00:00:00:00:00:00", False),
        ("ff:ff:ff:ff:ff:ff:ff:ff:ff:ff", False),
        ("00:01", False),
        ("00:00:00:00:00:00:00:00:00:zz", False),
        (None, False),
    ],
)
def test_segment_identifiers(text, valid):
    assert valid_segment(text) is valid


def test_zones_that_nobody_is_told_of():
    made = built("centre")
    zone = next(one for one in made.routing.processes if one.device == leaf(made) and one.vrf != "default")
    assert any(
        f"{leaf(made)} tells nobody of its subnets in {zone.vrf}" in m
        for m in found(overlay_consistency, made, Remove("processes", zone.id))
    )
    border = next(
        one for one in made.routing.processes if one.default_originate and one.vrf != "default" and one.redistribute
    )
    sources = tuple(one for one in border.redistribute if one.source == "connected")
    change = Set("processes", border.id, {"redistribute": sources, "default_originate": False})
    assert any("no type-5 route" in message for message in found(overlay_consistency, made, change))


def test_no_overlay_no_rule_and_nothing_to_mend():
    bare = case(design())

    assert said(overlay_consistency, design()).status is Status.NOT_APPLICABLE
    assert all(mutant.mutate(bare) is None for mutant in overlay_consistency.mutants)
    for fix in (renumber, close_targets, join, name_segment):
        assert fix(bare, Finding(message="", elements=("gone",))) is None
    assert announce(bare, Finding(message="", elements=("gone",))) is None


def test_a_segment_beside_the_rest_gets_a_number_and_target_of_its_own():
    made = built("centre")
    twin = Vni(id="twin", number=vnis(made, L2)[0].number, kind=L2, vlan=vnis(made, L2)[0].vlan, route_target="")
    verdict = said(overlay_consistency, made, Add("vnis", twin))

    assert {one.witness["fault"] for one in verdict.findings} == {"number", "twice", "target"}


def deaf_to(made, field, *terms):
    """Findings where a policy of these terms is on all sessions of the first endpoint's process, and that endpoint."""
    process = next(p for p in made.routing.processes if p.networks and not p.redistribute and p.protocol.value == "bgp")
    policy = RoutePolicy(id="filter", name="filter", terms=terms)
    mine = [
        Set("bgp_neighbors", s.id, {field: "filter"}) for s in made.routing.bgp_neighbors if s.process == process.id
    ]
    return process, found(overlay_consistency, made, Add("route_policies", policy), *mine)


@pytest.mark.parametrize("terms", [(), (RoutePolicyTerm(action=PolicyAction.DENY),)])
def test_an_endpoint_that_is_filtered_on_the_way_out_is_heard_by_nobody(terms):
    process, messages = deaf_to(built("centre"), "export_policy", *terms)

    assert messages
    assert all(f"the tunnel endpoint of {process.device}," in message for message in messages)


def test_an_endpoint_that_lets_nothing_in_is_deaf_to_all_others():
    process, messages = deaf_to(built("centre"), "import_policy")

    assert messages
    assert all(m.startswith("1 of ") and f"{process.device} among them" in m for m in messages)


def test_filters_that_let_endpoints_pass_are_no_fault():
    assert deaf_to(built("centre"), "export_policy", RoutePolicyTerm(action=PolicyAction.PERMIT))[1] == []


def test_routes_that_are_never_installed_lead_to_no_endpoint():
    made = built("centre")
    never = [Set("processes", p.id, {"distance": 255}) for p in made.routing.processes if p.protocol.value == "bgp"]

    assert any("have no route to" in message for message in found(overlay_consistency, made, *never))
