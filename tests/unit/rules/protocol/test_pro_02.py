"""PRO-02: speeds agree."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.cabling import Circuit, CircuitKind, Lag
from netdesign.model.patch import apply
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import InterfaceKind, LinkPurpose, PortMode, Role, Trust
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_02_bandwidth import unequal_speeds
from tests.support.sketch import GBPS, case, design, device, interface, link

RULE = unequal_speeds
SKU = "N9K-C93360YC-FX2"
PAIR = (device("a", Role.LEAF, sku=SKU), device("b", Role.LEAF, sku=SKU))
CABLE = link("a:Ethernet1/97", "b:Ethernet1/97")
ENDS = tuple(interface(d, "Ethernet1/97", speed_bps=100 * GBPS) for d in "ab")


def messages(*facts: Any) -> list[str]:
    return [finding.message for finding in judge_one(RULE, case(design(*facts))).findings]


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        pytest.param([CABLE, *ENDS], [], id="equal"),
        pytest.param([CABLE, replace(ENDS[0], speed_bps=None), ENDS[1]], [], id="not stated"),
        pytest.param(
            [CABLE, replace(ENDS[0], speed_bps=25 * GBPS), ENDS[1]],
            ["link a:Ethernet1/97--b:Ethernet1/97 joins a port at 25 Gbit/s to one at 100 Gbit/s"],
            id="unequal ends",
        ),
        pytest.param(
            [CABLE, *(replace(end, speed_bps=40 * GBPS) for end in ENDS)],
            ["link a:Ethernet1/97--b:Ethernet1/97 is said to run at 100 Gbit/s, its ports at 40 Gbit/s"],
            id="another speed than the link",
        ),
        pytest.param(
            [
                replace(CABLE, trust=Trust.PUBLIC, purpose=LinkPurpose.CIRCUIT),
                *(replace(e, speed_bps=400 * GBPS) for e in ENDS),
            ],
            [],
            id="a public circuit may be slower than its ports",
        ),
        pytest.param(
            [link("a:Ethernet1/1", "b:Ethernet1/97", speed_bps=100 * GBPS)],
            ["Ethernet1/1 of a runs at 1 Gbit/s/10 Gbit/s/25 Gbit/s, link a:Ethernet1/1--b:Ethernet1/97 at 100 Gbit/s"],
            id="a port that is too slow",
        ),
    ],
)
def test_both_ends_and_the_link_run_at_one_speed(facts: list[Any], expected: list[str]) -> None:
    assert messages(*PAIR, *facts) == expected


def bundle(*speeds: int, whole: int) -> list[Any]:
    ports = [interface("a", f"p{n}", lag="po", mode=PortMode.NONE, speed_bps=s * GBPS) for n, s in enumerate(speeds)]
    top = interface("a", "po1", kind=InterfaceKind.LAG, lag="po", speed_bps=whole * GBPS)
    return [*PAIR, link("a:x", "b:x"), *ports, top, Lag(id="po", device="a", interface="po1", members=("p0", "p1"))]


def test_members_of_a_bundle_are_equal_and_add_up() -> None:
    assert messages(*bundle(10, 10, whole=20)) == []
    assert messages(*bundle(10, 25, whole=35)) == ["bundle po has members at 10 Gbit/s and at 25 Gbit/s"]
    assert messages(*bundle(10, 10, whole=40)) == ["bundle a:po1 claims 40 Gbit/s, its members give 20 Gbit/s"]


def test_a_circuit_fits_its_port() -> None:
    sold: dict[str, Any] = {
        "kind": CircuitKind.DIA,
        "provider": "p",
        "site": "dc1",
        "rate_down_bps": GBPS,
        "rate_up_bps": 200 * GBPS,
    }
    circuit = Circuit(id="c", link=CABLE.id, **sold)

    assert messages(*PAIR, CABLE, circuit) == ["circuit c sells 200 Gbit/s on a port of 100 Gbit/s"]
    assert messages(*PAIR, CABLE, replace(circuit, rate_up_bps=GBPS), replace(circuit, id="d", link="ghost")) == []


def test_a_design_without_links_is_not_judged() -> None:
    assert judge_one(RULE, case(design(*PAIR))).status is Status.NOT_APPLICABLE


def test_mutants_are_caught() -> None:
    made = design(*PAIR, CABLE, *ENDS)
    for mutant in RULE.mutants:
        assert judge_one(RULE, case(apply(made, mutant.mutate(case(made)) or ()))).status is Status.FAIL
    assert [mutant.mutate(case(design(*PAIR, CABLE))) for mutant in RULE.mutants] == [None, None]
