"""From documents to models, with a pointer for every fault."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, TypeAdapter

from netdesign.errors import Fault, InvalidInputError
from netdesign.model.decoding import MAX_FAULTS, JsonPointer, decode, shown
from netdesign.model.fact import fact
from netdesign.model.vocabulary import Redundancy


@fact
class Leg:
    """One leg."""

    id: str
    length_m: float
    level: Redundancy = Redundancy.LOW


@fact
class Table:
    """A table."""

    legs: tuple[Leg, ...]
    seats: int = 4
    round: bool = False


class Shelf(BaseModel):
    """A shelf."""

    model_config = {"extra": "forbid"}
    name: Annotated[str, Field(min_length=2, max_length=4, pattern="^[a-z]+$")] = "abc"
    boards: Annotated[list[int], Field(min_length=1, max_length=3)] = [1]
    colour: Literal["red", "blue"] = "red"
    depth: Annotated[float, Field(gt=0, lt=10, allow_inf_nan=False)] = 1.0
    loads: dict[str, int] = {}
    choice: int | list[str] | None = None


@dataclass
class Box:
    """A plain dataclass."""

    width: int


def faults(kind, document) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInputError) as caught:
        decode(kind, document, subject="thing")
    assert caught.value.subject == "thing"
    return [(fault.pointer, fault.problem) for fault in caught.value.faults]


def test_decodes_lists_and_words_into_facts():
    document = {"legs": [{"id": "a", "length_m": 1, "level": "high"}]}

    assert decode(Table, document, subject="table") == Table(legs=(Leg(id="a", length_m=1.0, level=Redundancy.HIGH),))
    assert decode(TypeAdapter(Table), document, subject="table").legs[0].length_m == 1


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({}, [("/legs", "this field is required")]),
        ({"legs": {}}, [("/legs", "a mapping is not a list")]),
        ({"legs": [], "seats": "4"}, [("/seats", "'4' is not a whole number")]),
        ({"legs": [], "seats": True}, [("/seats", "true is not a whole number")]),
        ({"legs": [], "round": 1}, [("/round", "1 is not true or false")]),
        ({"legs": [], "seats": None}, [("/seats", "null is not a whole number")]),
        ({"legs": [], "colour": 1}, [("/colour", "there is no such field")]),
        ({"legs": [{"id": "a"}]}, [("/legs/0/length_m", "this field is required")]),
        (
            {"legs": [{"id": 1, "length_m": "x"}]},
            [("/legs/0/id", "1 is not a text"), ("/legs/0/length_m", "'x' is not a number")],
        ),
        (
            {"legs": [{"id": "a", "length_m": 1, "level": "odd"}]},
            [("/legs/0/level", "'odd' is not one of the values allowed")],
        ),
        ([], [("", "a list is not a mapping")]),
        (None, [("", "null is not a mapping")]),
        ("x" * 100, [("", f"'{'x' * 56}... is not a mapping")]),
        ({"legs": [1]}, [("/legs/0", "1 is not a mapping")]),
        ({"legs": [], "a/b~c": 1}, [("/a~1b~0c", "there is no such field")]),
    ],
)
def test_points_at_each_fault_of_a_fact(document, expected):
    assert faults(Table, document) == expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ({"name": "a"}, [("/name", "the text is too short")]),
        ({"name": "abcde"}, [("/name", "the text is too long")]),
        ({"name": "AB"}, [("/name", "'AB' has the wrong form")]),
        ({"boards": []}, [("/boards", "the list has too few entries (0)")]),
        ({"boards": [1, 2, 3, 4]}, [("/boards", "the list has too many entries (4)")]),
        ({"colour": "green"}, [("/colour", "'green' is not one of the values allowed")]),
        ({"depth": 0}, [("/depth", "0 is not above 0.0")]),
        ({"depth": 10}, [("/depth", "10 is not below 10.0")]),
        ({"boards": [1.5]}, [("/boards/0", "1.5 is not a whole number")]),
        ({"loads": {"a": 1, "b": "x"}}, [("/loads/b", "'x' is not a whole number")]),
        ({"choice": [1]}, [("/choice", "a list is not a whole number"), ("/choice/0", "1 is not a text")]),
        ({"choice": {}}, [("/choice", "a mapping is not a whole number or a mapping is not a list")]),
    ],
)
def test_points_at_each_fault_of_a_model(document, expected):
    assert faults(Shelf, document) == expected


def test_refuses_what_json_cannot_carry_with_its_place():
    assert faults(Box, {"width": 10**30}) == [("/width", "the number is impossibly large")]
    assert faults(Box, {"width": [{1: 2}]}) == [("/width/0", "a key is not a text")]
    assert faults(Box, {"width": object()})[0][0] == ""
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    assert faults(Box, deep)[0][1] in ("values are nested too deeply", "Recursion limit reached")


def test_shows_a_hundred_faults_and_counts_the_rest():
    found = faults(Table, {"legs": [{"id": 1, "length_m": 1}] * 250})

    assert len(found) == MAX_FAULTS
    assert found[0] == ("/legs/0/id", "1 is not a text")
    assert found[-1] == ("", "151 more faults are not shown")


def test_every_fault_has_a_remedy():
    with pytest.raises(InvalidInputError) as caught:
        decode(Shelf, {"name": 1, "boards": 2, "colour": 3, "depth": "x", "loads": 4, "more": 5}, subject="shelf")

    assert [fault.pointer for fault in caught.value.faults] == [
        "/name",
        "/boards",
        "/colour",
        "/depth",
        "/loads",
        "/more",
    ]
    assert all(fault.remedy for fault in caught.value.faults)
    assert isinstance(caught.value.faults[0], Fault)


@pytest.mark.parametrize(
    ("value", "text"), [(None, "null"), (True, "true"), ({}, "a mapping"), ([1], "a list"), (1.5, "1.5"), ("a", "'a'")]
)
def test_shows_a_value_in_short(value, text):
    assert shown(value) == text


@given(st.lists(st.text(max_size=6) | st.integers(0, 99), max_size=5))
def test_a_pointer_gives_back_its_steps(steps):
    pointer = JsonPointer.of(*steps)

    assert list(pointer.steps) == [str(step) for step in steps]
    assert pointer.count("/") == len(steps)
