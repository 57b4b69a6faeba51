"""Values that say nothing are refused with their place: days, shares, blanks, and risks that are stated twice."""

from __future__ import annotations

from typing import Any

import pytest

from netdesign.errors import InvalidInputError
from netdesign.model.cabling import Srlg, SrlgKind
from netdesign.model.canonical import design_from, to_document
from netdesign.model.inventory import Site
from netdesign.model.patch import Add, Set, apply
from netdesign.model.plausibility import odd_values_in
from tests.support.built import built
from tests.support.stronghold import stronghold


def faults(collection: str, name: str, **values: Any) -> list[tuple[str, str]]:
    made = apply(stronghold(Add("sites", Site(id="dc1", name="One"))), (Set(collection, name, values),))
    return [(fault.pointer, fault.problem) for fault in odd_values_in(made)]


@pytest.mark.parametrize(
    ("collection", "name", "field", "value", "problem"),
    [
        ("circuits", "dia2", "availability", 99.9, "99.9 is no probability"),
        ("circuits", "dia2", "availability", -0.1, "-0.1 is no probability"),
        ("circuits", "dia2", "review_date", "soon", "'soon' is no day of the calendar"),
        ("circuits", "dia2", "provider", " ", "' ' is blank"),
        ("policy_rules", "p2", "expires", "31/12/2020", "'31/12/2020' is no day of the calendar"),
        ("sites", "dc1", "jurisdiction", "", "'' is blank"),
        ("zones", "user", "trust", 101, "101 is more than all trust"),
        ("service_instances", "ntp2", "stratum", 0, "0 is no stratum"),
        ("ddos_mitigations", "rtbh", "community", "foo", "'foo' is no BGP community"),
        ("service_instances", "log1", "administration", "\t", "'\\t' is blank"),
    ],
)
def test_what_says_nothing_is_refused(collection: str, name: str, field: str, value: object, problem: str) -> None:
    ((pointer, said),) = faults(collection, name, **{field: value})

    assert said == problem
    assert pointer.endswith(f"/{field}")
    assert pointer.split("/")[2] == collection


@pytest.mark.parametrize(
    ("collection", "name", "values"),
    [
        ("circuits", "dia1", {"availability": 0.999, "review_date": "2027-01-31"}),
        ("circuits", "dia1", {"availability": 1.0, "review_date": None}),
        ("policy_rules", "p1", {"expires": "2030-01-01"}),
        ("service_instances", "ntp1", {"stratum": 16}),
        ("zones", "user", {"trust": 100}),
    ],
)
def test_what_says_something_is_taken(collection: str, name: str, values: dict[str, Any]) -> None:
    assert faults(collection, name, **values) == []


@pytest.mark.parametrize(
    ("kind", "name", "refused"),
    [
        (SrlgKind.CONDUIT, "Harbour  entry ", True),
        (SrlgKind.POP, "harbour entry", False),
        (SrlgKind.CONDUIT, "harbour exit", False),
    ],
)
def test_a_risk_has_one_id(kind: SrlgKind, name: str, refused: bool) -> None:
    first = Srlg(id="a", kind=SrlgKind.CONDUIT, name="harbour entry")
    made = stronghold(Add("srlgs", first), Add("srlgs", Srlg(id="b", kind=kind, name=name)))
    found = [(fault.pointer, fault.problem) for fault in odd_values_in(made)]

    assert found == ([("/cabling/srlgs/1/name", f"'b' is the conduit {name!r}, as 'a' is")] if refused else [])


def test_a_document_is_refused_with_place_and_remedy() -> None:
    made = built("branch")
    document = to_document(apply(made, (Set("circuits", made.cabling.circuits[0].id, {"availability": 99.9}),)))

    with pytest.raises(InvalidInputError) as caught:
        design_from(document)
    (fault,) = caught.value.faults
    assert (fault.pointer, fault.remedy) == ("/cabling/circuits/0/availability", "write 0.999 for 99.9 percent")
    assert design_from(to_document(made)) == made
