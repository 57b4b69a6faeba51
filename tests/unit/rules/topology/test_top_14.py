"""TOP-14: what must not fail hangs on two switches."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netdesign.analysis.equipment.homing import single_homed
from netdesign.model.inventory import EndpointKind, Homing, PortProfile
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import LinkPurpose, PortMode, Redundancy, Role, ServiceClass
from netdesign.rules.topology.top_14_dual_homing import dual_homing as top_14
from netdesign.rules.topology.top_14_dual_homing import restored, second_home
from tests.support.built import built, unmended
from tests.support.patches import first_fact
from tests.support.sketch import case, design, device, link
from tests.unit.rules.topology.shapes import attach, clos, flow, group, messages, verdict

GOLD = {"service_class": ServiceClass.GOLD, "homing": Homing.ESI, "nics": 2}


def block(*attachments, count=4, **changes):
    return [*clos(), group("g", count, **{**GOLD, **changes}), *attachments]


def test_two_leaves_pass_one_does_not():
    both = verdict(top_14, *block(attach("g", "l0", 4), attach("g", "l1", 4)))
    one = verdict(top_14, *block(attach("g", "l0", 8)))

    assert both.status is Status.PASS
    assert messages(one) == ["4 of 4 gold servers of g hang on fewer than two devices: l0 has 8"]


def test_half_of_them():
    found = verdict(top_14, *block(attach("g", "l0", 4), attach("g", "l1", 2)))

    assert found.findings[0].witness["single_homed"] == 2


def test_single_homing_is_no_second_home():
    found = verdict(top_14, *block(attach("g", "l0", 4), attach("g", "l1", 4), homing=Homing.SINGLE))

    assert "devices as single" in messages(found)[0]


def test_ports_that_are_off_or_devices_that_are_down_do_not_count():
    shut = PortProfile(id="none", mode=PortMode.ACCESS, enabled=False)
    facts = block(attach("g", "l0", 4), attach("g", "l1", 4))
    down = [replace(f, in_service=False) if getattr(f, "id", "") == "l1" else f for f in facts]

    assert verdict(top_14, *facts, shut).findings[0].witness["homes"] == []
    assert verdict(top_14, *down).status is Status.FAIL


def test_a_gold_flow_makes_its_ends_gold_and_users_are_spared():
    silver = {"service_class": ServiceClass.SILVER}
    facts = block(attach("g", "l0", 4), **silver)

    assert verdict(top_14, *facts).status is Status.NOT_APPLICABLE
    assert verdict(top_14, *facts, flow("f", "g", "g")).status is Status.FAIL
    assert verdict(top_14, *block(attach("g", "l0", 4), kind=EndpointKind.USER)).status is Status.NOT_APPLICABLE
    assert verdict(top_14, *block(attach("g", "l0", 4)), redundancy=Redundancy.LOW).status is Status.NOT_APPLICABLE


def test_service_nodes():
    facts = [*clos(), device("fw", Role.FIREWALL)]
    legs = [link(f"fw:{n}", f"l{n}:fw", LinkPurpose.ATTACHMENT, id=f"leg{n}") for n in (0, 1)]

    assert messages(verdict(top_14, *facts, legs[0])) == ["fw hangs on l0 alone and is cut off with it"]
    assert messages(verdict(top_14, *facts)) == ["fw hangs on no switch alone and is cut off with it"]
    assert verdict(top_14, *facts, *legs).status is Status.PASS


def test_single_homed_counts():
    made = case(design(*block(attach("g", "l0", 4), attach("g", "l1", 1)))).network

    assert single_homed(made, made.by_id("endpoint_groups")["g"]) == 3


@pytest.mark.parametrize("shape", ["centre", "campus", "tiers", "fabric"])
def test_mutants_are_seen_and_mended(shape):
    servers = {title for title in (m.title for m in top_14.mutants) if "servers" in title}

    assert unmended(top_14, built(shape), but=tuple(servers)) == []


def leaves(**changes):
    made = [device(f"x{n}", Role.LEAF, sku="DCS-7050SX3-48YC8", rack=f"r{n}") for n in (0, 1)]
    return design(*made, group("g", 2, **GOLD, nic_speed_bps=25_000_000_000), **changes)


def test_a_second_home_is_made_where_ports_are_free():
    ports = {"ports": ("Ethernet1", "Ethernet2")}
    one = leaves()
    made = design(
        *one.inventory.devices,
        *one.inventory.endpoint_groups,
        attach("g", "x0", 2, **ports),
    )
    held = case(made)
    finding = Finding(message="", elements=("g",), witness={"group": "g"})

    patch = second_home(held, finding)

    fact = first_fact(patch)
    assert fact.device == "x1"
    assert fact.ports == ("Ethernet1", "Ethernet2")
    assert second_home(held, replace(finding, witness={"group": "nobody"})) is None
    assert restored(held, finding) is None
