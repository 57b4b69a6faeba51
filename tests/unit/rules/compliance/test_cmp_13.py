"""CMP-13: only what a declared flow needs passes into or out of the card data environment."""

from __future__ import annotations

import pytest

from netdesign.model.patch import Add, Set
from netdesign.model.security import IpProtocol, Service
from netdesign.model.verdict import Finding, Status
from netdesign.rules.compliance.cmp_13_card_flows import card_flows
from tests.support.sketch import case, design
from tests.support.stronghold import SQL, messages, permit, survivors, verdict
from tests.unit.rules.compliance.cards import mended, shop


def test_what_flows_need_passes() -> None:
    found = verdict(card_flows, shop())

    assert found.status is Status.PASS
    assert ("pairs_that_permit_more_than_needed", 0, 0) in [(m.name, m.value, m.threshold) for m in found.measures]
    assert survivors(card_flows, shop()) == []


def test_a_packet_that_no_flow_needs_is_shown() -> None:
    odd = permit("odd", 5, "server", "user", SQL, sources=("10.0.3.0/24",), destinations=("10.0.2.9/32",))
    made = shop(Add("policy_rules", odd))

    assert messages(card_flows, made) == [
        "from server to user 2^24 headers may pass that no flow needs, such as 10.0.3.0 -> 10.0.2.9 tcp/1521"
    ]
    assert mended(card_flows, made)


def test_a_rule_without_owner_or_reason_is_found_and_documented() -> None:
    made = shop(Set("policy_rules", "p3", {"owner": None, "justification": " ", "flows": ("staff-apps",)}))

    assert messages(card_flows, made) == ["rule p3 at card data has no owner and no justification"]
    assert mended(card_flows, made)


@pytest.mark.parametrize(
    ("protocol", "first", "last", "encrypted", "found"),
    [
        (IpProtocol.TCP, 21, 21, False, True),
        (IpProtocol.TCP, 20, 25, False, True),
        (IpProtocol.ANY, 0, 65535, False, True),
        (IpProtocol.ICMP, 0, 65535, False, False),
        (IpProtocol.TCP, 22, 22, False, False),
        (IpProtocol.TCP, 445, 445, True, False),
    ],
)
def test_insecure_services_need_a_defence(
    protocol: IpProtocol, first: int, last: int, encrypted: bool, found: bool
) -> None:
    service = Service(name="it", protocol=protocol, first_port=first, last_port=last)
    made = shop(
        Set("flows", "staff-apps", {"service": service, "encrypted": encrypted}),
        Set("policy_rules", "p3", {"services": (service,), "flows": ("staff-apps", "gone")}),
    )

    said = "rule p3 at card data opens the insecure service it with nothing to protect it"
    assert messages(card_flows, made) == ([said] if found else [])


def test_mutants_and_fixes_without_a_border() -> None:
    empty = case(design())

    assert [mutant.mutate(empty) for mutant in card_flows.mutants] == [None] * 5
    assert [fix.propose(empty, Finding(message="")) for fix in card_flows.fixes] == [None] * 3
