"""What small networks and those without redundancy need as much as others, judged by the rules that ask for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.selection import default_catalog
from netdesign.model.decoding import decode
from netdesign.model.requirements import Requirements
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import DataClass, Framework, Redundancy, Role, SecurityLevel
from netdesign.rules.engine import judge_one
from netdesign.rules.registry import find_rule
from netdesign.services.validate_design import case_of
from netdesign.services.workbench import default_workbench
from netdesign.synthesis.feasibility import conflicts
from netdesign.synthesis.resolve import resolve
from tests.unit.synthesis import campus_samples, datacenter_samples
from tests.unit.synthesis.datacenter_samples import flow, requirements


def status(design, code):
    return judge_one(find_rule(code), case_of(design, default_workbench())).status


@pytest.mark.parametrize(("level", "consoles"), [(SecurityLevel.GOVERNMENT, 1), (SecurityLevel.CORPORATE, 0)])
def test_a_console_server_answers_wherever_management_is_out_of_band(level, consoles):
    design = datacenter_samples.design(requirements(2, 20, redundancy=Redundancy.NONE, level=level))

    assert sum(device.role is Role.CONSOLE_SERVER for device in design.inventory.devices) == consoles
    assert status(design, "TOP-23") is Status.PASS


def test_what_is_asked_from_outside_is_asked_of_card_data_by_another_service():
    paid = flow("pay", "internet", "servers", data_class=DataClass.CHD)
    asked = requirements(2, 20, level=SecurityLevel.CORPORATE, flows=(paid,), data_classes=(DataClass.CHD,))
    framework = campus_samples.asked(compliance=["PCI-DSS"]).frameworks
    design = datacenter_samples.design(replace(asked, frameworks=framework))
    zone = {group.id: group.zone for group in design.inventory.endpoint_groups}
    ways = {
        (frozenset(zone.get(end, "internet") for end in one.sources), zone.get(one.targets[0])): one.service.name
        for one in design.traffic.flows
        if one.data_class is DataClass.CHD
    }

    assert [ref.framework for ref in framework] == [Framework.PCI_DSS]
    assert ways == {(frozenset({"internet"}), "dmz"): "https", (frozenset({"dmz"}), "database"): "database"}
    assert status(design, "CMP-15") is Status.PASS
    assert status(design, "CMP-16") is Status.PASS


@pytest.mark.parametrize("redundancy", ["none", "low", "medium"])
def test_switches_of_the_smallest_fabric_have_addresses_of_their_management_subnet(redundancy):
    place = {"users": 12, "endpoints": 0, "servers": 2, "area_m2": 200, "closets": 1}
    asked = campus_samples.asked(
        place,
        network_type="sdn_campus",
        redundancy=redundancy,
        requires_wireless=False,
        requires_voip=False,
        expected_growth_rate="0%",
    )
    design = campus_samples.design(asked)

    assert any(one.vrf == "management" and one.addresses for one in design.addressing.interfaces)
    assert status(design, "PRO-12") is Status.PASS


def test_no_feed_of_a_closet_carries_too_many_switches_with_one_supply():
    document = campus_samples.CAMPUS | {"scale": {"devices": 120, "users": 120, "sites": 1}}
    document |= {"redundancy": "medium", "security_level": "enterprise"}
    asked = resolve(decode(Requirements, document, subject="requirements"), default_parameters())
    design = campus_samples.design(asked)
    access = [d for d in design.inventory.devices if d.role is Role.ACCESS and len(d.power_feeds) == 1]
    feeds = [(device.rack, device.power_feeds) for device in access]

    assert len(feeds) > 4
    assert len(set(feeds)) == len(feeds), "two of these switches serve more than a quarter of the site"
    assert status(design, "TOP-24") is Status.PASS


@pytest.mark.parametrize("kind", ["sdn_campus", "legacy_campus"])
def test_terminals_for_cards_are_kept_from_health_data(kind):
    def codes(*frameworks):
        asked = campus_samples.asked(network_type=kind, compliance=[*frameworks])
        return {one.code for one in conflicts(asked, default_catalog(), default_parameters())}

    assert "compliance-keeps-terminals-apart" not in codes("PCI-DSS") | codes("HIPAA")
    for conflict in conflicts(
        campus_samples.asked(network_type=kind, compliance=["PCI-DSS", "HIPAA"]),
        default_catalog(),
        default_parameters(),
    ):
        assert conflict.code == "compliance-keeps-terminals-apart"
        assert [way.field for way in conflict.relaxations] == ["compliance", "compliance"]
