"""What is varied, and that the designs answer the request as it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netdesign.model.vocabulary import Redundancy, Role
from netdesign.synthesis.candidates.variants import BASE, alike, main_vendor, variants
from netdesign.synthesis.synthesize import synthesize
from netdesign.synthesis.trial import tried, understood
from tests.unit.synthesis.candidates.examples import CASES, SHOP, SMALL, designs, document


@pytest.mark.parametrize("name", SMALL)
def test_the_first_is_the_design_that_the_request_leads_to(name):
    asked = understood(document(name), SHOP).requirements

    assert designs(name)[BASE.id] == synthesize(asked, SHOP.catalog, SHOP.parameters)


@pytest.mark.parametrize(("name", "variant"), CASES)
def test_every_variant_answers_the_request_and_says_how_it_differs(name, variant):
    base, design = designs(name)[BASE.id], designs(name)[variant]

    assert design.requirements == base.requirements
    said = [decision for decision in design.rationale.decisions if decision.id == "candidate"]
    assert len(said) == (variant != BASE.id)
    assert all(decision.inputs and decision.result for decision in said)


def test_variants_differ_in_what_they_say():
    made = designs("dc-2-racks")
    base = made[BASE.id]

    assert [line.spares for line in made["spares"].parts.lines] != [line.spares for line in base.parts.lines]
    assert sum(line.spares for line in made["spares"].parts.lines) > sum(line.spares for line in base.parts.lines)
    assert main_vendor(base, SHOP) == "cisco"
    assert main_vendor(made["vendor-arista"], SHOP) == "arista"
    assert {device.role for device in made["with-spines"].inventory.devices} >= {Role.SPINE, Role.LEAF}
    assert alike(made["wider"], base)
    assert not alike(made["roomier"], base)


def ids(name: str, **fields):
    request = document(name) | fields
    return {one.id: one for one in variants(tried(request, SHOP), SHOP)}


def test_a_preferred_vendor_is_not_replaced_but_its_price_is_shown():
    found = ids("dc-2-racks", preferred_vendors=["Juniper"])

    assert "any-vendor" in found
    assert not any(name.startswith("vendor-") for name in found)
    assert {"vendor-arista", "any-vendor"} <= set(ids("dc-2-racks", preferred_vendors=["Juniper", "Arista"]))


def test_shapes_and_redundancy_are_varied_where_the_request_leaves_them_open():
    assert not any(name.startswith("shape-") for name in ids("campus-branch", topology_preference="three_tier"))
    assert "more-redundant" not in ids("dc-2-racks", redundancy="high")
    assert "more-redundant" in ids("dc-2-racks", redundancy="medium")
    assert "spares" not in ids("campus-branch", redundancy="none")


def test_more_spines_than_the_fewest_where_there_are_spines():
    base = designs("dc-2-racks")["with-spines"]
    overrides = next(one for one in variants(base, SHOP) if one.id == "more-spines").change.overrides

    assert overrides["fabric.spine_counts"] == [4, 6, 8, 16]
    assert all(one.id != "more-spines" for one in variants(designs("dc-2-racks")[BASE.id], SHOP))


def test_designs_that_differ_in_words_alone_are_alike():
    base = designs("campus-branch")[BASE.id]

    assert alike(replace(base, rationale=replace(base.rationale, decisions=())), base)
    assert not alike(replace(base, name="another"), base)
    assert base.requirements.redundancy is Redundancy.LOW
