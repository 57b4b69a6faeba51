"""The difference of two designs is a patch that makes the one out of the other."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from netdesign.model.difference import difference
from netdesign.model.inventory import Site
from netdesign.model.patch import Add, Remove, Set, SetRequirement, apply, collection_of, collections
from netdesign.model.vocabulary import Role
from tests.support.sketch import design, device

NAMES = st.sampled_from(["a", "b", "c", "d"])


def facts_of(made) -> dict[str, set]:
    return {name: set(collection_of(made, name)) for name in collections()}


def sketch(devices, site: str):
    return design(Site(id=site, name=site.upper()), *(device(name, role) for name, role in devices.items()))


DEVICES = st.dictionaries(NAMES, st.sampled_from([Role.LEAF, Role.SPINE]), max_size=4)


@given(old=DEVICES, new=DEVICES, sites=st.tuples(NAMES, NAMES))
def test_applied_to_the_old_it_gives_the_facts_of_the_new(old, new, sites) -> None:
    before, after = sketch(old, sites[0]), sketch(new, sites[1])
    assert facts_of(apply(before, difference(before, after))) == facts_of(after)


def test_equal_designs_differ_in_nothing() -> None:
    one = sketch({"a": Role.LEAF}, "dc")
    assert difference(one, one) == ()


def test_it_says_what_came_went_and_changed() -> None:
    before = sketch({"a": Role.LEAF, "b": Role.LEAF}, "dc")
    after = sketch({"a": Role.SPINE, "c": Role.LEAF}, "dc")
    found = difference(before, after)
    assert Remove("devices", "b") in found
    assert [op.fact.id for op in found if isinstance(op, Add)] == ["c"]
    changed = next(op for op in found if isinstance(op, Set) and op.collection == "devices" and op.id == "a")
    assert changed.changes["role"] is Role.SPINE


def test_requirements_are_part_of_it_and_governance_is_not() -> None:
    before = sketch({"a": Role.LEAF}, "dc")
    asked = replace(before, requirements=replace(before.requirements, users=before.requirements.users + 7))
    assert difference(before, asked) == (SetRequirement({"users": before.requirements.users + 7}),)
    signed = replace(before, governance=replace(before.governance, author="somebody else"))
    assert difference(before, signed) == ()
