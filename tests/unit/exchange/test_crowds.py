"""Designs with more of everything than a page or a picture has room for."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from netdesign.catalog.selection import default_catalog
from netdesign.exchange.drawing import ROW_LIMIT, drawing
from netdesign.exchange.summary import MOST_ROWS, sections
from netdesign.exchange.svg import svg
from netdesign.graph.network import compile_network
from netdesign.model.inventory import Site
from netdesign.model.parts import PartKind, PartLine
from netdesign.model.rationale import Decision
from netdesign.model.vocabulary import LinkPurpose, Role
from tests.support.sketch import design, device, link
from tests.unit.exchange.test_reports import REPORT

CATALOG = default_catalog()


def crowd(count: int, sites: int, **places):
    """Leaves spread evenly over sites."""
    return design(
        *(Site(id=f"s{n:03}", name=f"Site {n}") for n in range(sites)),
        *(device(f"l{n:04}", Role.LEAF, site=f"s{n % sites:03}", **places) for n in range(count)),
    )


@pytest.mark.parametrize(("sites", "boxes"), [(1, 1), (4, 4), (ROW_LIMIT, ROW_LIMIT), (ROW_LIMIT + 1, 1), (60, 1)])
def test_a_tier_of_many_sites_is_drawn_as_few_stacks(sites: int, boxes: int) -> None:
    plan = drawing(compile_network(crowd(120, sites), CATALOG))

    assert len(plan.boxes) == boxes
    assert sum(box.count for box in plan.boxes) == 120
    assert all(0 <= box.x <= plan.width for box in plan.boxes)


def test_links_inside_a_stack_and_to_devices_of_no_tier_are_not_drawn() -> None:
    leaves = [device(f"l{n:02}", Role.LEAF) for n in range(12)]
    made = design(
        Site(id="dc1", name="One"),
        *leaves,
        device("s1", Role.SPINE),
        link("l00:Ethernet1", "l01:Ethernet1"),
        link("l00:Ethernet2", "s1:Ethernet1"),
        link("l01:Ethernet2", "s1:Ethernet2"),
        link("l02:Ethernet2", "s1:Ethernet3", LinkPurpose.MANAGEMENT),
    )

    (line,) = drawing(compile_network(made, CATALOG)).lines

    assert (line.count, line.purpose) == (2, LinkPurpose.FABRIC)


def test_a_design_of_nothing_is_a_picture_all_the_same() -> None:
    root = ElementTree.fromstring(svg(compile_network(design(), CATALOG)))

    assert root.get("viewBox") is not None


def test_a_long_table_is_cut_and_says_so() -> None:
    many = design(
        Site(id="dc1", name="One"),
        *(Decision(id=f"d{n}", question=f"q{n}", choice="c", formula="f") for n in range(MOST_ROWS + 5)),
    )

    decisions = next(s for s in sections(many, REPORT) if s.title == "Decisions")

    assert len(decisions.rows) == MOST_ROWS
    assert decisions.note == f"The first {MOST_ROWS} of {MOST_ROWS + 5} rows; the design file has them all."


def test_a_part_without_a_price_is_not_given_one() -> None:
    line = PartLine(id="p1", kind=PartKind.DEVICE, part="x", quantity=1)
    made = design(
        Site(id="dc1", name="One"), line, replace(line, id="p2", unit_usd=1200, total_usd=1200, price_assumed=True)
    )

    parts = next(s for s in sections(made, REPORT) if s.title == "Bill of materials")

    assert [row[4:] for row in parts.rows] == [("not priced", "not priced"), ("1,200 (assumed)", "1,200")]
