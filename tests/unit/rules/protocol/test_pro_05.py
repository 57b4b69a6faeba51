"""PRO-05: ports that the device type has."""

from __future__ import annotations

from typing import Any

from netdesign.model.inventory import Attachment
from netdesign.model.patch import apply
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import InterfaceKind, LinkPurpose, Role
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_05_interface_naming import unknown_port
from tests.support.sketch import case, design, device, interface, link

RULE = unknown_port
SKU = "N9K-C93360YC-FX2"
LEAF = device("a", Role.LEAF, sku=SKU)


def messages(*facts: Any) -> list[str]:
    return [finding.message for finding in judge_one(RULE, case(design(LEAF, *facts))).findings]


def attachment(*ports: str, **changes: Any) -> Attachment:
    return Attachment(id="t", group="g", device="a", endpoints=1, ports=ports, profile="p", **changes)


def test_ports_and_lanes_of_the_type_are_known() -> None:
    facts = (
        interface("a", "Ethernet1/1"),
        interface("a", "Ethernet1/97/1"),
        interface("a", "mgmt0", kind=InterfaceKind.MANAGEMENT),
        attachment("Ethernet1/2", "Ethernet1/3"),
        link("a:Ethernet1/98", "isp:anything", LinkPurpose.CIRCUIT),
        device("isp", Role.PROVIDER, managed=False),
    )
    verdict = judge_one(RULE, case(design(LEAF, *facts)))

    assert verdict.status is Status.PASS
    assert verdict.measures[0].value == 0


def test_ports_that_the_type_lacks_are_told_from_ports_spelled_wrong() -> None:
    spelled = f"{SKU} has no port Ethernet1/999, which is not in its list of ports"

    assert messages(interface("a", "Ethernet1/999")) == [f"a:Ethernet1/999: {spelled}"]
    assert messages(interface("a", "eth99")) == [
        f"a:eth99: {SKU} has no port eth99, which is not how its maker spells ports"
    ]
    assert messages(attachment("Ethernet1/1", "Ethernet1/999")) == [f"t: {spelled}"]
    assert messages(link("a:Ethernet1/1", "a:Ethernet1/999")) == [f"a:Ethernet1/1--a:Ethernet1/999: {spelled}"]


def test_logical_interfaces_are_words_of_their_own() -> None:
    sub = InterfaceKind.SUBINTERFACE
    facts = (
        interface("a", "Loopback0", kind=InterfaceKind.LOOPBACK),
        interface("a", "Ethernet1/1.100", kind=sub, parent="Ethernet1/1"),
        interface("x", "Vlan10", kind=InterfaceKind.SVI),
    )

    assert messages(*facts) == []
    assert messages(interface("a", "Vlan 10", kind=InterfaceKind.SVI)) == [
        "a:Vlan 10: the name 'Vlan 10' of a svi interface is not one word that starts with a letter"
    ]
    assert messages(interface("a", "Ethernet1/5", kind=InterfaceKind.LAG)) == [
        "a:Ethernet1/5: the name 'Ethernet1/5' of a lag interface is the name of a port"
    ]
    assert messages(interface("a", "tagged100", kind=sub, parent="Ethernet1/1")) == [
        (
            "a:tagged100: the name 'tagged100' of a subinterface interface does not extend the name of its parent "
            "Ethernet1/1 by a number"
        )
    ]


def test_a_name_is_used_once_on_a_device() -> None:
    twice = (interface("a", "Ethernet1/1"), interface("a", "Ethernet1/1", id="other"))

    assert messages(*twice) == ["a has 2 interfaces named Ethernet1/1"]


def test_devices_of_unknown_type_leave_the_answer_open() -> None:
    verdict = judge_one(RULE, case(design(LEAF, device("b", Role.LEAF, sku="no-such-part"), device("c", Role.LEAF))))

    assert verdict.status is Status.UNKNOWN
    assert verdict.gaps[0].elements == ("b", "c")


def test_without_any_known_type_there_is_nothing_to_judge() -> None:
    assert judge_one(RULE, case(design(device("c", Role.LEAF)))).status is Status.NOT_APPLICABLE


def test_mutants_are_caught() -> None:
    made = design(LEAF, interface("a", "Ethernet1/1"), interface("a", "Ethernet1/2"))
    for mutant in RULE.mutants:
        assert judge_one(RULE, case(apply(made, mutant.mutate(case(made)) or ()))).status is Status.FAIL
    assert [mutant.mutate(case(design(LEAF))) for mutant in RULE.mutants] == [None, None]
