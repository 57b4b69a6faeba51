"""PRO-01: links that exist, plug in and reach."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.patch import apply
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import LinkPurpose, Medium, Role
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_01_connection_types import impossible_connection
from tests.support.sketch import GBPS, case, design, device, link

RULE = impossible_connection
SPINE, ACCESS = "N9K-C93360YC-FX2", "N9K-C93108TC-FX"
PAIR = (device("a", Role.LEAF, sku=SPINE), device("b", Role.LEAF, sku=SPINE))
CABLE = link("a:Ethernet1/97", "b:Ethernet1/97")


def messages(*facts: Any) -> list[str]:
    return [
        finding.message.partition("--")[2].partition(" ")[2]
        for finding in judge_one(RULE, case(design(*facts))).findings
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, [], id="fits"),
        pytest.param({"phy": None}, [], id="no transceiver named"),
        pytest.param({"medium": Medium.CAT6A}, ["runs 100 Gbit/s over cat6a, which is no physical layer"], id="medium"),
        pytest.param({"speed_bps": 7 * GBPS}, ["runs 7 Gbit/s over mmf-om4, which is no physical layer"], id="speed"),
        pytest.param(
            {"phy": "100GBASE-XX"}, ["names the physical layer 100GBASE-XX, which is not in the table"], id="unknown"
        ),
        pytest.param(
            {"phy": "25GBASE-SR"}, ["uses 25GBASE-SR, which runs at 25 Gbit/s and not at 100"], id="another speed"
        ),
        pytest.param(
            {"medium": Medium.SMF}, ["uses 100GBASE-SR4 over smf, for which it is not made"], id="another medium"
        ),
        pytest.param({"length_m": 101.0}, ["is 101 m long: 100GBASE-SR4 reaches 100 m over mmf-om4"], id="too long"),
        pytest.param(
            {"phy": None, "length_m": 90_000.0},
            ["is 90000 m long: nothing reaches that far at 100 Gbit/s over mmf-om4"],
            id="too long for all",
        ),
        pytest.param({"medium": Medium.VIRTUAL, "phy": None, "length_m": None}, [], id="virtual"),
        pytest.param({"medium": Medium.VIRTUAL, "speed_bps": 0}, ["has no speed"], id="virtual without speed"),
    ],
)
def test_a_link_is_a_physical_layer_that_reaches(changes: dict[str, Any], expected: list[str]) -> None:
    assert messages(*PAIR, replace(CABLE, **changes)) == expected


def test_a_transceiver_plugs_into_the_cages_at_both_ends() -> None:
    narrow = link("a:Ethernet1/1", "b:Ethernet1/97", speed_bps=25 * GBPS, phy="25GBASE-SR")
    ten = link("a:Ethernet1/1", "b:Ethernet1/2", speed_bps=25 * GBPS, phy="40GBASE-SR4")
    jack = (
        device("c", Role.ACCESS, sku=ACCESS),
        link("c:Ethernet1/1", "a:Ethernet1/1", speed_bps=10 * GBPS, phy="10GBASE-SR"),
    )

    assert messages(*PAIR, narrow) == []
    assert messages(*PAIR, ten)[0].startswith("uses 40GBASE-SR4, which runs at 40")
    assert messages(*PAIR, *jack) == ["uses 10GBASE-SR, which does not plug into Ethernet1/1 of c (rj45)"]


def test_lanes_of_a_split_port_take_what_the_cage_is_split_into() -> None:
    lanes = [link(f"a:Ethernet1/97/{n}", f"b:Ethernet1/{n}", speed_bps=25 * GBPS, phy="25GBASE-SR") for n in (1, 2)]
    wrong = link("a:Ethernet1/97/1", "b:Ethernet1/1", speed_bps=25 * GBPS, phy="25GBASE-LR", medium=Medium.SMF)

    assert messages(*PAIR, *lanes) == []
    assert messages(*PAIR, wrong) == ["uses 25GBASE-LR, which does not plug into Ethernet1/97/1 of a (qsfp28)"]


def test_links_that_are_alike_are_one_finding() -> None:
    verdict = judge_one(
        RULE, case(design(*PAIR, *(link(f"a:Ethernet1/{n}", f"b:Ethernet1/{n}", medium=Medium.DAC) for n in (97, 98))))
    )

    assert len(verdict.findings) == 1
    assert "(and 1 like it)" in verdict.findings[0].message
    assert verdict.findings[0].witness["alike"] == 2
    assert verdict.measures[0].value == 2


def test_a_cable_without_a_length_is_not_judged_sound() -> None:
    verdict = judge_one(RULE, case(design(*PAIR, replace(CABLE, length_m=None))))

    assert verdict.status is Status.UNKNOWN
    assert verdict.gaps[0].message == "1 links like a:Ethernet1/97--b:Ethernet1/97 have no length"


def test_unknown_devices_and_ports_are_left_to_others() -> None:
    facts = (
        link("ghost:1", "a:nowhere"),
        device("p", Role.PROVIDER),
        link("a:Ethernet1/98", "p:x", LinkPurpose.CIRCUIT),
    )

    assert messages(*PAIR, *facts) == []


def test_a_design_without_links_is_not_judged() -> None:
    assert judge_one(RULE, case(design(*PAIR))).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize("medium", [Medium.MMF_OM4, Medium.VIRTUAL])
def test_mutants_are_caught(medium: Medium) -> None:
    made = design(*PAIR, replace(CABLE, medium=medium))
    for mutant in RULE.mutants:
        patch = mutant.mutate(case(made))
        if patch is not None:
            assert judge_one(RULE, case(apply(made, patch))).status is Status.FAIL
        else:
            assert medium is Medium.VIRTUAL
