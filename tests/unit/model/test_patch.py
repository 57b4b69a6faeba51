"""Patches: what they change, what they refuse, and that the original stays as it was."""

from __future__ import annotations

import dataclasses

import pytest

from netdesign.errors import InvalidInputError
from netdesign.model.governance import State
from netdesign.model.patch import Add, Operation, Remove, Set, SetGovernance, SetRequirement, apply, collections
from netdesign.model.vocabulary import Role
from tests.support.sketch import design, device, link

SPINE = device("s1", Role.SPINE)
LEAF = device("l1", Role.LEAF)
CABLE = link("l1:Ethernet1", "s1:Ethernet1")
BASE = design(SPINE, LEAF, CABLE)


def test_operations_apply_in_order_and_leave_the_original_alone() -> None:
    patched = apply(
        BASE,
        (
            Add("devices", device("l2", Role.LEAF)),
            Set("devices", "l2", {"hostname": "leaf-two"}),
            Remove("links", CABLE.id),
            SetRequirement({"users": 7}),
            SetGovernance({"state": State.SUBMITTED}),
        ),
    )

    assert [d.hostname for d in patched.inventory.devices] == ["s1", "l1", "leaf-two"]
    assert patched.cabling.links == ()
    assert patched.requirements.users == 7
    assert patched.governance.state is State.SUBMITTED
    assert BASE.cabling.links == (CABLE,)
    assert BASE.requirements.users == 0


def test_an_empty_patch_changes_nothing() -> None:
    assert apply(BASE, ()) == BASE


@pytest.mark.parametrize(
    ("operation", "pointer", "problem"),
    [
        (Add("devices", SPINE), "/devices/s1", "the id is taken"),
        (Remove("devices", "s9"), "/devices/s9", "there is no such fact"),
        (Set("devices", "s9", {}), "/devices/s9", "there is no such fact"),
        (Set("devices", "s1", {"colour": "red"}), "/devices/s1/colour", "there is no such field"),
        (Remove("gadgets", "x"), "/gadgets", "there is no such collection"),
        (SetRequirement({"wishes": 3}), "/requirements/wishes", "there is no such field"),
        (SetGovernance({"king": "me"}), "/governance/king", "there is no such field"),
    ],
)
def test_what_cannot_be_applied_is_refused_with_its_place(operation: Operation, pointer: str, problem: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        apply(BASE, (operation,))

    (fault,) = refused.value.faults
    assert (fault.pointer, fault.problem) == (pointer, problem)
    assert fault.remedy


def test_every_collection_holds_one_kind_of_fact_with_an_id() -> None:
    found = collections()

    assert found["devices"] == ("inventory", type(SPINE))
    assert len(found) > 35
    assert all("id" in {field.name for field in dataclasses.fields(kind)} for _, kind in found.values())
    assert len({kind for _, kind in found.values()}) == len(found)
