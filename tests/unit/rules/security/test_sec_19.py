"""SEC-19: places where packets with foreign sources get in are found."""

from __future__ import annotations

from typing import Any

import pytest

from netdesign.model.addressing import UnicastRpf
from netdesign.model.patch import Add, Operation, Remove, Set, apply
from netdesign.model.security import Action, Policy, PolicyRule
from netdesign.model.verdict import Status
from netdesign.rules.security.sec_19_anti_spoofing import anti_spoofing
from tests.support.exact import administered, mended
from tests.support.sketch import case, design
from tests.support.stronghold import messages, survivors, verdict


def test_checked_circuits_and_guarded_ports_pass() -> None:
    judged = verdict(anti_spoofing, administered())

    assert judged.status is Status.PASS, judged.findings
    assert [(m.name, m.value) for m in judged.measures] == [("interfaces_to_the_internet", 2), ("vlans_unguarded", 0)]


def test_no_mutant_survives_and_every_one_is_mended() -> None:
    made = administered()

    assert survivors(anti_spoofing, made) == []
    for mutant in anti_spoofing.mutants:
        patch = mutant.mutate(case(made))
        assert patch is not None
        assert verdict(anti_spoofing, mended(anti_spoofing, apply(made, patch))).status is Status.PASS, mutant.title


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            Set("interfaces", "edge1:wan", {"unicast_rpf": UnicastRpf.LOOSE}),
            "edge1:wan takes packets from the Internet that claim inside addresses: check loose",
            id="loose",
        ),
        pytest.param(
            Set("interfaces", "edge1:wan", {"unicast_rpf": UnicastRpf.STRICT}),
            "edge1:wan checks sources strictly, though 2 circuits let answers leave another way",
            id="strict",
        ),
        pytest.param(
            Set("port_profiles", "desk", {"source_guard": False}),
            "hosts of VLAN user may send from any address: no port guards sources, nor do gateways"
            " core1:user-svi, core2:user-svi",
            id="ports",
        ),
        pytest.param(
            Remove("attachments", "staff-core1"),
            "hosts of VLAN user may send from any address",
            id="no port known",
        ),
        pytest.param(
            Set("interfaces", "edge1:wan", {"unicast_rpf": UnicastRpf.NONE, "access_list": "nothing"}),
            "edge1:wan takes packets from the Internet that claim inside addresses: check none",
            id="list that is not there",
        ),
    ],
)
def test_each_hole_is_named(change: Operation, message: str) -> None:
    assert any(message in text for text in messages(anti_spoofing, administered(change)))


def test_gateways_that_check_stand_in_for_ports() -> None:
    changes = [Set("port_profiles", "desk", {"source_guard": False})]
    changes += [Set("interfaces", f"core{n}:user-svi", {"unicast_rpf": UnicastRpf.STRICT}) for n in (1, 2)]

    assert messages(anti_spoofing, administered(*changes)) == []


@pytest.mark.parametrize(("sources", "passes"), [(("10.0.0.0/8",), True), (("10.0.1.0/24",), False)])
def test_an_access_list_that_refuses_inside_sources_stands_in(sources: tuple[str, ...], passes: bool) -> None:
    changes: list[Any] = [
        Add("policies", Policy(id="acl", name="acl", devices=())),
        Add("policy_rules", PolicyRule(id="acl1", policy="acl", order=1, action=Action.DENY, sources=sources)),
        Add("policy_rules", PolicyRule(id="acl2", policy="acl", order=2, action=Action.PERMIT)),
        Set("interfaces", "edge1:wan", {"unicast_rpf": UnicastRpf.NONE, "access_list": "acl"}),
    ]

    assert (messages(anti_spoofing, administered(*changes)) == []) is passes


def test_one_circuit_is_checked_strictly_by_the_fix() -> None:
    alone: list[Any] = [
        Remove("links", "edge2:wan--isp2:1"),
        Set("interfaces", "edge1:wan", {"unicast_rpf": UnicastRpf.NONE}),
    ]
    made = mended(anti_spoofing, administered(*alone))

    assert next(i for i in made.addressing.interfaces if i.id == "edge1:wan").unicast_rpf is UnicastRpf.STRICT


def test_without_edge_there_is_nothing_to_judge() -> None:
    assert verdict(anti_spoofing, design()).status is Status.NOT_APPLICABLE
