import pytest

from netdesign.model.patch import Remove, Set
from netdesign.model.switching import SpanningTreeMode
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import Severity
from netdesign.rules.protocol.pro_26_spanning_tree_root import guard, set_priorities, spanning_tree_root
from tests.support.built import built, found, said, unmended
from tests.support.sketch import case, design


@pytest.mark.parametrize("shape", ["campus", "tiers"])
def test_every_mutant_is_seen_and_mended(shape):
    assert unmended(spanning_tree_root, built(shape)) == []


def tree(made, role, at=0):
    names = sorted(one.id for one in made.inventory.devices if one.role.value == role)
    return next(one for one in made.switching.spanning_trees if one.device == names[at])


def test_trees_are_counted_and_hold():
    verdict = said(spanning_tree_root, built("campus"))
    measures = {one.name: one.value for one in verdict.measures}

    assert verdict.status is Status.PASS
    assert isinstance(measures["spanning_trees"], int)
    assert measures["spanning_trees"] > 0
    assert measures["spanning_trees_with_the_wrong_root"] == measures["ports_without_root_guard"] == 0


def test_an_access_switch_is_no_root():
    made = built("campus")
    verdict = said(spanning_tree_root, made, Set("spanning_trees", tree(made, "access").id, {"priority": 0}))

    assert verdict.severity is Severity.WARNING
    assert any("is the root, but not the active gateway; it should be" in one.message for one in verdict.findings)


def test_equal_priorities_outside_a_pair_and_inside_it():
    made = built("campus")
    access = Set("spanning_trees", tree(made, "access").id, {"priority": 4096})
    core = Set("spanning_trees", tree(made, "core", 1).id, {"priority": 4096})

    assert any("share the best priority" in message for message in found(spanning_tree_root, made, access))
    assert not any("share the best priority" in message for message in found(spanning_tree_root, made, core))


def test_without_gateways_the_highest_tier_is_right():
    made = built("campus")
    gone = [Remove("interfaces", one.id) for one in made.addressing.interfaces if one.vlan and one.kind.value == "svi"]
    access = Set("spanning_trees", tree(made, "access").id, {"priority": 0})

    assert any(
        "is the root, but of a lower tier" in message for message in found(spanning_tree_root, made, *gone, access)
    )
    assert not any("is the root" in message for message in found(spanning_tree_root, made, *gone))


@pytest.mark.parametrize("priority", [1, 4097, 65_536])
def test_priorities_are_steps(priority):
    made = built("campus")
    messages = found(spanning_tree_root, made, Set("spanning_trees", tree(made, "access").id, {"priority": priority}))

    assert any(f"has the priority {priority}, no multiple of 4096" in message for message in messages)


def test_ports_of_hosts_and_towards_the_access():
    made = built("campus")
    groups = {one.id for one in made.inventory.endpoint_groups if one.kind.value == "user"}
    name = min(one.profile for one in made.inventory.attachments if one.group in groups and one.ports)
    (message,) = found(spanning_tree_root, made, Set("port_profiles", name, {"edge": False, "bpdu_guard": False}))
    guarded = next(one for one in made.addressing.interfaces if one.root_guard)

    assert f"ports of {name} face endpoints without edge mode and BPDU guard" in message
    assert (
        "it has no root guard"
        in found(spanning_tree_root, made, Set("interfaces", guarded.id, {"root_guard": False}))[0]
    )


def test_bridges_without_spanning_tree_are_not_asked():
    made = built("campus")
    off = [Set("spanning_trees", one.id, {"mode": SpanningTreeMode.NONE}) for one in made.switching.spanning_trees]
    bare, nothing = case(design()), Finding(message="")

    assert {text.partition(" ")[2][:42] for text in found(spanning_tree_root, made, *off)} == {
        "bridges endpoints and runs no spanning tre"
    }
    assert said(spanning_tree_root, design()).status is Status.NOT_APPLICABLE
    assert all(mutant.mutate(bare) is None for mutant in spanning_tree_root.mutants)
    assert set_priorities(bare, nothing) is guard(bare, nothing) is None


@pytest.mark.parametrize(
    "change",
    [lambda t: Set("spanning_trees", t.id, {"mode": SpanningTreeMode.NONE}), lambda t: Remove("spanning_trees", t.id)],
)
def test_a_switch_of_endpoints_runs_a_spanning_tree(change):
    made = built("campus")
    bare = tree(made, "access")
    verdict = said(spanning_tree_root, made, change(bare))
    (finding,) = [one for one in verdict.findings if "runs no spanning tree" in one.message]

    assert finding.elements == (bare.device,)
    assert finding.severity is Severity.ERROR
