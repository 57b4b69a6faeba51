"""TOP-26: two ways out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.cabling import Circuit, CircuitKind, PortRef, Srlg, SrlgKind
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import LinkPurpose, Redundancy, Role, Trust
from netdesign.rules.topology.top_26_redundant_exits import elsewhere, other_router, restored
from netdesign.rules.topology.top_26_redundant_exits import redundant_exits as top_26
from tests.support.built import built, unmended
from tests.support.sketch import case, design, device, link
from tests.unit.rules.topology.shapes import campus, messages, verdict

HIGH: dict[str, Any] = {"redundancy": Redundancy.HIGH}


def exits(**second):
    facts: list[Any] = [device(f"e{n}", Role.INTERNET_EDGE) for n in (0, 1)]
    facts += [device(f"isp{n}", Role.PROVIDER, managed=False) for n in (0, 1)]
    facts += [Srlg(id=f"pop{n}", kind=SrlgKind.POP, name="") for n in (0, 1)]
    for n in (0, 1):
        facts += [link(f"e{n}:i{m}", f"c{m}:e{n}", LinkPurpose.ATTACHMENT, id=f"e{n}c{m}") for m in (0, 1)]
        way = {"id": f"w{n}", "srlgs": (f"pop{n}",), "trust": Trust.PUBLIC}
        facts.append(replace(link(f"e{n}:w", f"isp{n}:1", LinkPurpose.CIRCUIT, **way), **(second if n else {})))
        facts.append(
            Circuit(id=f"q{n}", link=f"w{n}", kind=CircuitKind.DIA, provider=f"p{n}", site="dc1", rate_down_bps=1,
                    rate_up_bps=1)
        )  # fmt: skip
    return [*campus(), *facts]


def test_two_of_everything_passes():
    found = verdict(top_26, *exits(), **HIGH)

    assert (found.status, found.measures[0].value) == (Status.PASS, 2)
    assert verdict(top_26, *exits()).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (exits(in_service=False), "dc1 has 1 exit in service"),
        (exits(a=PortRef(device="e0", port="v")), "all exits of dc1 stand on e0"),
        (exits(srlgs=("pop0",)), "all exits of dc1 end in pop0"),
        (
            [replace(f, provider="p0") if getattr(f, "id", "") == "q1" else f for f in exits()],
            "all exits of dc1 lead to p0",
        ),
    ],
)
def test_one_of_something(facts, said):
    assert said in messages(verdict(top_26, *facts, **HIGH))


def test_a_switch_with_one_way():
    facts = [f for f in exits() if getattr(f, "id", "") not in ("a0d1", "e1c0")]

    found = verdict(top_26, *facts, **HIGH)

    assert messages(found) == ["1 switches at dc1, such as a0, lose the Internet with a single link"]
    assert found.findings[0].elements == ("a0",)


def test_no_exit_left_is_worse():
    facts = [replace(f, in_service=False) if getattr(f, "id", "") in ("w0", "w1") else f for f in exits()]

    assert "dc1 has 0 exit in service" in messages(verdict(top_26, *facts, **HIGH))


def test_unsaid_points_of_presence_leave_it_open():
    assert verdict(top_26, *exits(srlgs=()), **HIGH).gaps[0].elements == ("w1",)


@pytest.mark.parametrize("shape", ["centre", "campus", "tiers", "fabric"])
def test_mutants_are_seen_and_mended(shape):
    assert unmended(top_26, built(shape)) == []


def test_fixes_that_cannot():
    made = case(design(*exits(), **HIGH))
    finding = Finding(message="", witness={"site": "dc1", "lacking": "ways"})

    assert restored(made, finding) is None
    assert elsewhere(made, finding) is None
    assert other_router(made, finding) is None
    assert other_router(made, replace(finding, witness={"lacking": "devices"})) is None
