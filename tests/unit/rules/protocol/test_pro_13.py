"""PRO-13: addresses are our own, or set aside for everyone's private use."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.addressing import Pool
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import InterfaceKind, Role, Severity, SubnetPurpose
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_13_address_scope import addresses_of_others
from tests.support.mutants import caught_and_mended
from tests.support.routed import DEFAULT, loopback, port, subnet, svi, vlan
from tests.support.sketch import case, design, device

RULE = addresses_of_others
ROUTER = (DEFAULT, device("r", Role.CORE), vlan("v", 10, "r"))


def judged(*facts: Any, **asked: Any) -> Any:
    return judge_one(RULE, case(design(*ROUTER, *facts, **asked)))


@pytest.mark.parametrize(
    "prefix", ["10.1.0.0/16", "172.31.0.0/24", "192.168.9.0/24", "fd12:3456:789a::/64", "fdff::/48"]
)
def test_private_prefixes_pass(prefix: str) -> None:
    verdict = judged(subnet(prefix, "v"))

    assert verdict.status is Status.PASS
    assert verdict.measures[0].value == 1


@pytest.mark.parametrize(
    ("prefix", "problem"),
    [
        ("203.0.113.0/25", "is set aside: documentation"),
        ("192.0.2.0/24", "is set aside: documentation"),
        ("198.19.0.0/24", "is set aside: benchmarks"),
        ("127.1.0.0/24", "is set aside: loopback inside a host"),
        ("0.1.0.0/24", "is set aside: this network"),
        ("239.1.0.0/24", "is set aside: multicast and reserved"),
        ("240.1.0.0/24", "is set aside: multicast and reserved"),
        ("2001:db8:7::/64", "is set aside: documentation"),
        ("3fff:1::/64", "is set aside: documentation"),
        ("fc00:1::/64", "is set aside: not assigned"),
        ("fd00:0:0:7::/64", "is set aside: unique local without a random number"),
        ("ff05::/64", "is set aside: multicast"),
        ("169.254.7.0/24", "is link local"),
        ("100.64.7.0/24", "is shared space between providers and customers, not for hosts"),
        ("8.8.8.0/24", "belongs to somebody else"),
        ("2a00:1450::/64", "belongs to somebody else"),
    ],
)
def test_prefixes_of_others_are_flagged(prefix: str, problem: str) -> None:
    (finding,) = judged(subnet(prefix, "v")).findings

    assert finding.message == f"{prefix} of {prefix} {problem}"
    assert finding.severity is None


def test_public_prefixes_of_ours_are_ours() -> None:
    nets = (subnet("8.8.8.0/24", "v"), subnet("2a00:1450:1::/64", "v"))

    assert judged(*nets, supernets=("8.8.0.0/16",), ipv6_supernet="2a00:1450::/32").status is Status.PASS


def test_shared_space_is_for_links_to_providers() -> None:
    assert judged(subnet("100.64.7.0/31", purpose=SubnetPurpose.POINT_TO_POINT)).status is Status.PASS


def test_containers_have_their_own_range() -> None:
    (finding,) = judged(subnet("172.17.4.0/24", "v")).findings

    assert finding.severity is Severity.WARNING
    assert "container hosts" in finding.message


def test_addresses_and_pools_are_checked_as_well() -> None:
    wrong = judged(loopback("r", "9.9.9.9/32"), Pool(id="p", prefix="9.0.0.0/8", purpose="x"))

    assert [finding.elements for finding in wrong.findings] == [("p",), ("r:lo0",)]
    tunnel = port("r:t", "169.254.1.1/30", kind=InterfaceKind.TUNNEL)
    assert judged(tunnel, port("r:1", "fe80::1/64"), loopback("r", "nothing")).status is Status.PASS


def test_a_provider_numbers_its_links() -> None:
    facts = (device("isp", Role.PROVIDER), port("isp:1", "8.8.8.1/30"), port("r:1", "8.8.8.2/30"))
    link_net = subnet("8.8.8.0/30", purpose=SubnetPurpose.POINT_TO_POINT)

    assert judged(*facts, link_net).status is Status.PASS


def test_every_mutant_is_caught_and_mended() -> None:
    sound = design(
        *ROUTER,
        subnet("10.0.0.0/24", "v"),
        replace(subnet("fd12:3456:789a::/64", "v"), id="six"),
        svi("r", "v", "10.0.0.1/24", "fd12:3456:789a::1/64"),
        loopback("r", "10.8.0.1/32"),
        subnet("10.8.0.1/32", purpose=SubnetPurpose.LOOPBACK),
    )
    assert judge_one(RULE, case(sound)).status is Status.PASS
    caught_and_mended(RULE, sound)


def test_nothing_to_break_in_an_empty_design() -> None:
    assert judge_one(RULE, case(design())).status is Status.NOT_APPLICABLE
    assert [mutant.mutate(case(design())) for mutant in RULE.mutants] == [None] * len(RULE.mutants)
