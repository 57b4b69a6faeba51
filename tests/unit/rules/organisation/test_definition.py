"""A declared rule judges like a shipped one: findings with witnesses, gaps for what is not known, a card."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.errors import InvalidInputError
from netdesign.model.inventory import Site
from netdesign.model.profile import OrganisationRule
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Category, Role, Severity
from netdesign.rules.engine import judge_one
from netdesign.rules.organisation.computed import COMPUTED
from netdesign.rules.organisation.definition import organisation_rule
from tests.golden.conftest import synthesized
from tests.support.sketch import case, design, device, link

WRITTEN = OrganisationRule(
    code="ORG-01",
    name="two-links",
    title="Two links",
    category=Category.TOPOLOGY,
    severity=Severity.ERROR,
    select="devices",
    where='role == "leaf"',
    require="link_count >= 2",
    message="{id} of {site.name} has {link_count} links",
    remedy="Add one.",
)
CASE = case(
    design(
        Site(id="dc1", name="One"),
        device("s1", Role.SPINE),
        device("l1", Role.LEAF),
        device("l2", Role.LEAF),
        link("l1:Ethernet1", "s1:Ethernet1"),
        link("l2:Ethernet1", "s1:Ethernet2"),
        link("l2:Ethernet2", "s1:Ethernet3"),
    )
)


def verdict(**changes):
    return judge_one(organisation_rule(replace(WRITTEN, **changes)), CASE)


def test_what_does_not_hold_is_found_with_its_numbers() -> None:
    found = verdict()
    assert found.status is Status.FAIL
    assert [finding.message for finding in found.findings] == ["l1 of One has 1 links"]
    assert found.findings[0].elements == ("l1",)
    assert found.findings[0].witness["required"] == "link_count >= 2"
    assert [(measure.name, measure.value) for measure in found.measures] == [("devices looked at", 2)]


def witness(**changes):
    return verdict(**changes).findings[0].witness


def test_the_witness_shows_what_was_computed_followed_and_gone_through() -> None:
    assert witness(require="link_count >= 2") == {"link_count": 1, "required": "link_count >= 2"}
    followed = 'site.name == "Two" and role != "spine"'
    assert witness(require=followed) == {"site.name": "One", "role": "leaf", "required": followed}
    counted = "count(d for d in related('devices', 'site') if d.role == 'leaf') < 2"
    whole = judge_one(
        organisation_rule(replace(WRITTEN, select="sites", where="true", require=counted, message="x")), CASE
    )
    seen = whole.findings[0].witness
    assert seen["count((d for d in related('devices', 'site') if d.role == 'leaf'))"] == 2
    assert seen["(d for d in related('devices', 'site') if d.role == 'leaf')"] == ["l1", "l2"]
    assert seen["related('devices', 'site')"] == ["s1", "l1", "l2"]


def test_what_cannot_be_read_is_left_out_of_the_witness() -> None:
    assert witness(require="false and rack.row > 1") == {"required": "false and rack.row > 1"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{{id}}}", "{l1}"),
        ("{self} is a {role}", "l1 is a leaf"),
        ("{in_service} {rack} {power_feeds}", "true null "),
        ("{1 / 4}", "0.25"),
    ],
)
def test_messages_print_values_as_people_read_them(text: str, said: str) -> None:
    assert verdict(message=text).findings[0].message == said


def test_a_part_of_a_fact_is_printed_by_its_fields() -> None:
    written = replace(WRITTEN, select="links", where="true", require="false", message="{a}")
    found = judge_one(organisation_rule(written), CASE)
    assert found.findings[0].message == "l1 Ethernet1"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"message": "open {id"}, "/message"),
        ({"message": "{}"}, "/message"),
        ({"message": "  "}, "/message"),
        ({"message": "x" * 2_001}, "/message"),
        ({"title": ""}, "/title"),
        ({"name": "top-01"}, "/name"),
        ({"name": "no-single-point-of-failure"}, "/name"),
        ({"code": "ORG-\u0660\u0661"}, "/code"),
        ({"require": "role is null"}, "/require"),
        ({"require": "1e999 > 1"}, "/require"),
        ({"require": "1" * 400 + " > 1"}, "/require"),
        ({"require": "requirements.scale > 1"}, "/require"),
    ],
)
def test_what_is_no_rule_is_refused_with_its_place(change: dict[str, Any], place: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        organisation_rule(replace(WRITTEN, **change))
    assert [fault.pointer for fault in caught.value.faults] == [place]


def test_a_long_fault_is_cut_and_requirements_are_listed() -> None:
    with pytest.raises(InvalidInputError) as long:
        organisation_rule(replace(WRITTEN, require="(" * 900))
    assert len(long.value.faults[0].problem) < 200
    with pytest.raises(InvalidInputError) as unknown:
        organisation_rule(replace(WRITTEN, require="requirements.scale > 1"))
    assert "evaluation_date" in unknown.value.faults[0].remedy


def test_what_holds_passes_and_what_selects_nothing_does_not_apply() -> None:
    assert verdict(require="link_count >= 1").status is Status.PASS
    assert verdict(where='role == "core"').status is Status.NOT_APPLICABLE


def test_what_is_not_known_is_a_gap() -> None:
    unknown = verdict(require="rack_unit > 3")
    assert unknown.status is Status.UNKNOWN
    assert "l1: a value to compare is not known" in [gap.message for gap in unknown.gaps]
    assert verdict(where="rack_unit > 3").status is Status.UNKNOWN
    assert verdict(require="1 / 0 > 1").gaps[0].message.startswith("l1: ")
    assert verdict(message="{rack.row}").status is Status.UNKNOWN


def test_the_card_says_what_the_declaration_says() -> None:
    rule = organisation_rule(WRITTEN)
    assert (rule.code, rule.severity, rule.remedy) == ("ORG-01", Severity.ERROR, "Add one.")
    assert "link_count >= 2" in rule.flags
    assert "link_count >= 2" in rule.passes
    assert 'role == "leaf"' in rule.applies


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"code": "CAP-01"}, "/o/code"),
        ({"name": "Two Links"}, "/o/name"),
        ({"select": "gadgets"}, "/o/select"),
        ({"where": "gadget"}, "/o/where"),
        ({"require": "gadget"}, "/o/require"),
        ({"message": "{gadget}"}, "/o/message"),
    ],
)
def test_a_wrong_declaration_is_refused_where_it_is_wrong(change: dict[str, Any], place: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        organisation_rule(replace(WRITTEN, **change), pointer="/o")
    assert caught.value.faults[0].pointer == place


@pytest.mark.parametrize(("collection", "name"), [(c, name) for c, names in COMPUTED.items() for name in names])
def test_every_computed_number_has_a_value_and_a_meaning(collection: str, name: str) -> None:
    rule = organisation_rule(
        replace(WRITTEN, select=collection, where="true", require=f"{name} == null or {name} != 'x'", message="{id}")
    )
    assert COMPUTED[collection][name].meaning
    from netdesign.services.validate_design import case_of
    from netdesign.services.workbench import default_workbench

    judged = judge_one(rule, case_of(synthesized("dc-2-racks").design, default_workbench()))
    assert judged.status is Status.PASS
    assert judged.measures[0].value
