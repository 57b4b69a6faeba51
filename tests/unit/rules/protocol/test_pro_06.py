"""PRO-06: sound queues, the same at both ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.cabling import Circuit, CircuitKind
from netdesign.model.inventory import Attachment, EndpointKind, PortProfile
from netdesign.model.patch import apply
from netdesign.model.traffic import QosClass, QosPlan
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import LinkPurpose, PortMode, Role, ServiceClass, Severity
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_06_qos import queue_plan_unsound
from tests.support.routed import flow, group
from tests.support.sketch import case, design, device, link

RULE = queue_plan_unsound
VOICE: dict[str, Any] = {"voice": True}
REALTIME = QosClass(name="realtime", dscp=(46,), bandwidth_percent=30, priority=True)
BUSINESS = QosClass(name="business", dscp=(26, 34), bandwidth_percent=40)
REST = QosClass(name="rest", dscp=(0,), bandwidth_percent=30)
PLAN = QosPlan(id="q", classes=(REALTIME, BUSINESS, REST))
PAIR = (device("a", Role.ACCESS, qos_plan="q"), device("b", Role.CORE, qos_plan="q"), link("a:1", "b:1"))


def messages(*facts: Any, **asked: Any) -> list[str]:
    return [finding.message for finding in judge_one(RULE, case(design(*facts, **(asked or VOICE)))).findings]


def test_one_sound_plan_passes() -> None:
    verdict = judge_one(RULE, case(design(*PAIR, PLAN, **VOICE)))

    assert verdict.status is Status.PASS
    assert (verdict.measures[0].value, verdict.measures[0].threshold) == (30, 33)


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        ((REALTIME, REST), ["shares out 60 % of the link"]),
        (
            (replace(REALTIME, bandwidth_percent=35), replace(BUSINESS, bandwidth_percent=35), REST),
            ["gives 35 % strict priority, above 33 %"],
        ),
        (
            (REALTIME, replace(BUSINESS, bandwidth_percent=50), replace(REST, bandwidth_percent=20)),
            ["leaves 20 % to best effort, below 25 %"],
        ),
        (
            (REALTIME, replace(BUSINESS, bandwidth_percent=-10), replace(REST, bandwidth_percent=80)),
            ["has a share outside 0..100 %"],
        ),
        ((REALTIME, replace(BUSINESS, dscp=(26, 46)), REST), ["puts a DSCP into two classes"]),
        ((REALTIME, replace(BUSINESS, dscp=(64,)), REST), ["names a DSCP outside 0..63"]),
        (
            (replace(REALTIME, dscp=(34,)), replace(BUSINESS, dscp=(46,)), REST),
            ["has no priority class for expedited forwarding"],
        ),
        (
            (),
            [
                "shares out 0 % of the link",
                "leaves 0 % to best effort, below 25 %",
                "has no priority class for expedited forwarding",
            ],
        ),
    ],
)
def test_unsound_plans_are_found(classes: tuple[QosClass, ...], expected: list[str]) -> None:
    assert messages(*PAIR, QosPlan(id="q", classes=classes)) == [f"queue plan q {problem}" for problem in expected]


def test_every_device_that_carries_traffic_has_a_plan() -> None:
    facts = (
        device("c", Role.CORE),
        device("d", Role.CORE, qos_plan="ghost"),
        device("isp", Role.PROVIDER, managed=False),
        device("m", Role.MANAGEMENT_SWITCH),
        *(
            link("a:2", "c:1"),
            link("a:3", "d:1"),
            link("b:9", "isp:1", LinkPurpose.CIRCUIT),
            link("b:8", "m:1", LinkPurpose.MANAGEMENT),
        ),
    )

    assert messages(*PAIR, PLAN, *facts) == ["2 devices have no queue plan for what users send, c among them"]


def other(*classes: QosClass) -> list[Any]:
    return [device("c", Role.CORE, qos_plan="r"), link("a:2", "c:1"), QosPlan(id="r", classes=classes)]


@pytest.mark.parametrize(
    ("classes", "agree"),
    [
        pytest.param((replace(REALTIME, name="x"), BUSINESS, REST), True, id="other names"),
        pytest.param(
            (
                REALTIME,
                replace(BUSINESS, dscp=(26,), bandwidth_percent=20),
                replace(BUSINESS, dscp=(34,), bandwidth_percent=20),
                REST,
            ),
            True,
            id="a class is split",
        ),
        pytest.param(
            (REALTIME, replace(BUSINESS, dscp=(26, 34, 10)), REST), False, id="a DSCP that is best effort elsewhere"
        ),
        pytest.param(
            (replace(REALTIME, dscp=(46, 34)), replace(BUSINESS, dscp=(26,)), REST), False, id="another priority"
        ),
    ],
)
def test_plans_of_neighbours_treat_a_class_alike(classes: tuple[QosClass, ...], agree: bool) -> None:
    expected = [] if agree else ["queue plans q and r at the ends of a:2--c:1 group DSCPs differently"]

    assert messages(*PAIR, PLAN, *other(*classes)) == expected


def test_plans_that_never_meet_may_differ() -> None:
    assert (
        messages(
            *PAIR,
            PLAN,
            QosPlan(id="r", classes=(replace(REALTIME, dscp=(46, 34)), replace(BUSINESS, dscp=(26,)), REST)),
        )
        == []
    )


def edge(kind: EndpointKind, **changes: Any) -> list[Any]:
    profile = PortProfile(id="p", mode=PortMode.ACCESS, **changes)
    return [
        group("g", kind=kind),
        profile,
        Attachment(id="t", group="g", device="a", endpoints=1, ports=("1",), profile="p"),
    ]


@pytest.mark.parametrize(
    ("kind", "trusted"), [(EndpointKind.USER, False), (EndpointKind.CAMERA, False), (EndpointKind.PHONE, True)]
)
def test_marking_of_users_is_not_trusted(kind: EndpointKind, trusted: bool) -> None:
    expected = [] if trusted else [f"ports of profile p trust the marking of g ({kind.value})"]

    assert messages(*PAIR, PLAN, *edge(kind, trust_dscp=True)) == expected
    assert messages(*PAIR, PLAN, *edge(kind)) == []


def circuit(rate_bps: int, link_id: str = "b:9--isp:1") -> list[Any]:
    sold: dict[str, Any] = {
        "kind": CircuitKind.DIA,
        "provider": "p",
        "site": "dc1",
        "rate_down_bps": rate_bps,
        "rate_up_bps": rate_bps,
    }
    facts = [
        device("isp", Role.PROVIDER, managed=False),
        link("b:9", "isp:1", LinkPurpose.CIRCUIT),
        group("phones", kind=EndpointKind.PHONE),
    ]
    return [*facts, Circuit(id="c", link=link_id, **sold), flow("phones", "isp", up_bps=4_000_000)]


def test_voice_fits_the_priority_share_of_its_circuits() -> None:
    assert messages(*PAIR, PLAN, *circuit(20_000_000)) == []
    assert messages(*PAIR, PLAN, *circuit(10_000_000)) == ["4 Mbit/s of voice go to isp, priority there is 3"]
    assert messages(*PAIR, PLAN, *circuit(10_000_000, "ghost")) == []
    assert messages(*PAIR, PLAN, *circuit(10_000_000, "a:1--b:1")) == []


def test_it_is_a_warning_where_only_classes_differ() -> None:
    flows = [flow("x", "y", service_class=ServiceClass.GOLD), flow("y", "x")]
    verdict = judge_one(RULE, case(design(*PAIR, *flows, QosPlan(id="q", classes=()))))

    assert (verdict.status, verdict.severity) == (Status.FAIL, Severity.WARNING)


def test_few_users_of_one_class_need_no_queues() -> None:
    assert judge_one(RULE, case(design(*PAIR, flow("x", "y"), users=1000))).status is Status.NOT_APPLICABLE
    assert judge_one(RULE, case(design(*PAIR, PLAN, users=1001))).status is Status.PASS


def test_mutants_are_caught() -> None:
    made = design(*PAIR, PLAN, *edge(EndpointKind.USER), **VOICE)
    for mutant in RULE.mutants:
        assert judge_one(RULE, case(apply(made, mutant.mutate(case(made)) or ()))).status is Status.FAIL
    assert [mutant.mutate(case(design(**VOICE))) for mutant in RULE.mutants] == [None, None, None]
