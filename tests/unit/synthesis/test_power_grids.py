"""Sites that hold data, the power that feeds them, and evidence that must not stay open."""

from __future__ import annotations

from typing import Any

import pytest

from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.selection import default_catalog
from netdesign.model.conflict import Conflict
from netdesign.model.edits import edited
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Mode, Role
from netdesign.services.validate_design import validate_design
from netdesign.services.workbench import default_workbench
from netdesign.synthesis.relaxation.offers import countered
from netdesign.synthesis.relaxation.search import Trials
from netdesign.synthesis.trial import Shop, tried, understood

SHOP = Shop(default_catalog(), default_parameters())
HALL = {"tier": 1, "servers": 20, "racks": 2, "kw": "20 kW", "jurisdiction": "US"}
RESTON = {"name": "Reston", "lat": 38.95, "lon": -77.34, **HALL}
RALEIGH = {"name": "Raleigh", "lat": 35.78, "lon": -78.64, **HALL}
TWINS: dict[str, Any] = {
    "project_name": "Twin halls",
    "description": "Two data centres of an agency.",
    "network_type": "data_center_interconnect",
    "scale": {"devices": 40, "users": 100, "sites": 2},
    "bandwidth": {"min": "10Gbps", "max": "25Gbps"},
    "redundancy": "medium",
    "security_level": "government",
    "compliance": ["NIST 800-53 Rev 5"],
    "requires_encryption": True,
    "sites": [RESTON, RALEIGH],
    "servers": {"count": 40, "nics": 2, "nic_speed": "25Gbps"},
    "data_classes": ["internal", "CUI"],
}
CODES = ("power-grids-unstated", "one-power-grid")


def asked(**changes: Any) -> list[Conflict]:
    return [one for one in understood(TWINS | changes, SHOP).conflicts if one.code in CODES]


def fed(*grids: str | None) -> dict[str, Any]:
    return {"sites": [{**site, "power_grid": grid} for site, grid in zip((RESTON, RALEIGH), grids, strict=True)]}


def test_grids_that_nobody_states_are_asked_for() -> None:
    (conflict,) = asked()

    assert conflict.code == "power-grids-unstated"
    assert "which section of the grid feeds Reston and Raleigh" in conflict.statement
    assert [way.field for way in conflict.relaxations] == ["sites", "compliance", "security_level"]
    assert [(edit.pointer, edit.value) for edit in conflict.relaxations[0].edits] == [
        ("/sites/0/power_grid", "grid of Reston"),
        ("/sites/1/power_grid", "grid of Raleigh"),
    ]


@pytest.mark.parametrize("at", range(3))
def test_every_way_out_ends_the_conflict_and_brings_no_other(at: int) -> None:
    (conflict,) = countered(TWINS, understood(TWINS, SHOP).conflicts, SHOP, Trials(8))

    assert conflict.code == "power-grids-unstated"
    assert understood(edited(TWINS, conflict.relaxations[at].edits), SHOP).conflicts == ()


def test_only_what_is_not_stated_is_asked_for() -> None:
    (conflict,) = asked(**fed("north", None))

    assert "feeds Raleigh." in conflict.statement
    assert [edit.pointer for edit in conflict.relaxations[0].edits] == ["/sites/1/power_grid"]
    assert asked(**fed("north", "south")) == []


def test_one_section_of_the_grid_is_refused_at_any_level() -> None:
    for level in ("enterprise", "government"):
        (conflict,) = asked(**fed("north", "north"), security_level=level)
        assert conflict.code == "one-power-grid"
        assert "Reston and Raleigh hang off one section of the grid, north" in conflict.statement
        changed = edited(TWINS | fed("north", "north"), conflict.relaxations[0].edits)
        assert [site["power_grid"] for site in changed["sites"]] == ["north", "grid of Raleigh"]


def test_places_that_nobody_states_are_asked_for_and_not_made_up() -> None:
    nowhere = [{k: v for k, v in site.items() if k not in ("lat", "lon")} for site in (RESTON, RALEIGH)]
    (conflict,) = asked(sites=nowhere)

    assert "where Reston and Raleigh is or which section" in conflict.statement
    assert [way.field for way in conflict.relaxations] == ["compliance", "security_level"]


@pytest.mark.parametrize(
    "changes",
    [
        {"compliance": ["PCI DSS"]},
        {"security_level": "enterprise"},
        {
            "network_type": "enterprise_datacenter",
            "scale": {"devices": 40, "users": 100, "sites": 1},
            "sites": [RESTON],
            "servers": {"count": 20},
        },
    ],
    ids=["another framework", "a lower level", "a single site"],
)
def test_others_are_not_asked(changes: dict[str, Any]) -> None:
    assert asked(**changes) == []


@pytest.mark.parametrize("day", ["2026-02-02T09:00:00Z", "2026-11-24T09:00:00Z"])
def test_a_design_with_its_grids_stated_is_valid_with_validated_firewalls(day: str) -> None:
    design = tried(TWINS | fed("north", "south") | {"submitted_at": day}, SHOP)
    bench = default_workbench()
    report = validate_design(design, bench, mode=Mode.STRICT)
    verdicts = {verdict.rule: verdict for verdict in report.verdicts}

    assert report.valid
    assert {site.power_grid for site in design.inventory.sites} == {"north", "south"}
    assert verdicts["CMP-23"].status is Status.PASS
    assert verdicts["CMP-27"].status is not Status.FAIL
    firewalls = {device.sku for device in design.inventory.devices if device.role is Role.FIREWALL and device.sku}
    assert firewalls
    assert all(bench.catalog.device(sku).validation_on(day[:10]) for sku in firewalls)
