"""Changes to a request as it was sent."""

from __future__ import annotations

import pytest

from netdesign.errors import InvalidInputError
from netdesign.model.edits import Edit, edited

SENT = {"scale": {"users": 5}, "servers": None, "sites": [{"name": "A"}], "a/b": 1, "name": "a"}


@pytest.mark.parametrize(
    ("pointer", "value", "expected"),
    [
        ("/scale/users", 4, SENT | {"scale": {"users": 4}}),
        ("/servers/count", 3, SENT | {"servers": {"count": 3}}),
        ("/addressing/ipv6", True, SENT | {"addressing": {"ipv6": True}}),
        ("/sites/0/racks", 2, SENT | {"sites": [{"name": "A", "racks": 2}]}),
        ("/sites/-", {"name": "B"}, SENT | {"sites": [{"name": "A"}, {"name": "B"}]}),
        ("/name/-", "b", SENT | {"name": ["a", "b"]}),
        ("/constraints/-", 7, SENT | {"constraints": [7]}),
        ("/sites/0", "B", SENT | {"sites": ["B"]}),
        ("/a~1b", [1], SENT | {"a/b": [1]}),
        ("", {}, {}),
    ],
)
def test_puts_a_value_where_the_pointer_says(pointer, value, expected):
    assert edited(SENT, [Edit(pointer=pointer, value=value)]) == expected
    assert SENT == {"scale": {"users": 5}, "servers": None, "sites": [{"name": "A"}], "a/b": 1, "name": "a"}


def test_makes_edits_in_their_order():
    edits = [Edit(pointer="/sites/-", value={"name": "B"}), Edit(pointer="/sites/1/racks", value=4)]

    assert edited(SENT, edits)["sites"][1] == {"name": "B", "racks": 4}


def test_values_of_edits_stay_their_own():
    value = {"name": "B"}
    made = edited(SENT, [Edit(pointer="/sites/-", value=value), Edit(pointer="/sites/1/racks", value=4)])

    assert made["sites"][1]["racks"] == 4
    assert value == {"name": "B"}


@pytest.mark.parametrize("pointer", ["/sites/7", "/sites/7/racks", "/scale/users/x", "/scale/users/x/y"])
def test_refuses_places_that_are_not_there(pointer):
    with pytest.raises(InvalidInputError) as caught:
        edited(SENT, [Edit(pointer=pointer, value=1)])

    assert caught.value.faults[0].pointer == pointer
