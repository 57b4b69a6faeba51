"""PRO-08: IPv6 wherever IPv4 is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.compliance import FrameworkRef
from netdesign.model.patch import apply
from netdesign.model.routing import AddressFamily
from netdesign.model.security import Action, IpProtocol, Policy, PolicyRule, Service
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Framework, Role, SecurityLevel, Severity, SubnetPurpose
from netdesign.rules.engine import judge_one
from netdesign.rules.protocol.pro_08_ipv6 import ipv6_incomplete
from tests.support.routed import DEFAULT, bgp, joined, loopback, peer, port, subnet
from tests.support.sketch import case, design, device, link

RULE = ipv6_incomplete
ASKED: dict[str, Any] = {"ipv6": True}
PAIR = (DEFAULT, device("a", Role.CORE), device("b", Role.CORE))
LAN4, LAN6 = subnet("10.1.0.0/24", "v", zone="in"), subnet("fd00:1::/64", "v", zone="in")
OUT4, OUT6 = subnet("10.2.0.0/24", "w", zone="out"), subnet("fd00:2::/64", "w", zone="out")
DUAL = (*PAIR, LAN4, LAN6, OUT4, OUT6)


def verdict(*facts: Any, **asked: Any) -> Any:
    return judge_one(RULE, case(design(*facts, **(asked or ASKED))))


def messages(*facts: Any, **asked: Any) -> list[str]:
    return [finding.message for finding in verdict(*facts, **asked).findings]


def test_twins_everywhere_pass() -> None:
    both = (AddressFamily.IPV4, AddressFamily.IPV6)
    found = verdict(
        *DUAL,
        *(link("a:1", "b:1"), port("a:1", "10.0.0.0/31", "fd00::/127"), port("b:1", "10.0.0.1/31", "fd00::1/127")),
        *(
            loopback(
                "a",
                "10.9.0.1/32",
            ),
            port("b:lo1", "10.9.0.2/32", "fd00:9::2/128"),
        )[1:],
        *(bgp("a", 1), bgp("b", 2), peer("a", "10.0.0.1", 2, *both), peer("b", "10.0.0.0", 1, *both)),
    )

    assert found.status is Status.PASS
    assert (found.measures[0].value, found.measures[0].threshold) == (1.0, 1.0)


def test_what_lacks_a_twin_is_counted_by_kind() -> None:
    found = messages(
        *(*PAIR, LAN4, LAN6, OUT4),
        *(*joined("a:1", "b:1"), loopback("a", "10.9.0.1/32")),
        *(bgp("a", 1), bgp("b", 2), peer("a", "10.0.0.1", 2), peer("b", "10.0.0.0", 1)),
    )

    assert found == [
        "1 of 2 host subnets lack IPv6, 10.2.0.0/24 among them",
        "2 of 2 point-to-point ports lack IPv6, a:1 among them",
        "2 of 2 BGP processes lack IPv6, a:bgp among them",
        "1 of 1 loopbacks lack IPv6, a:lo0 among them",
    ]


def test_a_provider_need_not_have_ipv6() -> None:
    theirs = (
        device("p", Role.PROVIDER, managed=False),
        loopback("p", "10.9.9.9/32"),
        bgp("p", 9),
        peer("p", "10.0.0.1", 2),
    )

    assert messages(*DUAL, *theirs) == []


@pytest.mark.parametrize(
    ("asked", "severity"),
    [
        ({"ipv6": True}, Severity.ERROR),
        ({"security_level": SecurityLevel.GOVERNMENT}, Severity.ERROR),
        ({"frameworks": (FrameworkRef(framework=Framework.FEDRAMP),)}, Severity.ERROR),
    ],
)
def test_ipv6_can_be_required_in_three_ways(asked: dict[str, Any], severity: Severity) -> None:
    found = verdict(*PAIR, LAN4, **asked)

    assert (found.status, found.severity) == (Status.FAIL, severity)


def test_ipv6_that_nobody_asked_for_is_at_least_half_done_or_a_warning() -> None:
    many = [subnet(f"10.1.{n}.0/24", f"v{n}") for n in range(3)]
    two = [subnet(f"fd00:{n}::/64", f"v{n}") for n in range(2)]

    assert messages(*PAIR, *many, *two, users=1) == []
    found = verdict(*PAIR, *many, two[0], users=1)
    assert (found.severity, found.findings[0].message) == (
        Severity.WARNING,
        "2 of 3 host subnets lack IPv6, 10.1.1.0/24 among them",
    )


def test_without_any_ipv6_and_unasked_there_is_nothing_to_judge() -> None:
    assert verdict(*PAIR, LAN4, users=1).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("purpose", "prefix", "length"),
    [
        (SubnetPurpose.HOSTS, "fd00:3::/60", 64),
        (SubnetPurpose.POINT_TO_POINT, "fd00:3::/64", 127),
        (SubnetPurpose.LOOPBACK, "fd00:3::/127", 128),
        (SubnetPurpose.TRANSIT, "fd00:3::/120", None),
    ],
)
def test_lengths_follow_the_standards(purpose: SubnetPurpose, prefix: str, length: int | None) -> None:
    expected = [] if length is None else [f"IPv6 subnet {prefix} is {prefix}, and not a /{length}"]

    assert messages(*DUAL, subnet(prefix, "x", purpose=purpose)) == expected


HTTPS = Service(name="https", protocol=IpProtocol.TCP, first_port=443, last_port=443)
DHCP = Service(name="dhcp", protocol=IpProtocol.UDP, first_port=67, last_port=68)
POLICY = Policy(id="fw", name="fw", devices=())


def permit(identity: str, source: tuple[str, ...], target: tuple[str, ...], **changes: Any) -> PolicyRule:
    made = PolicyRule(
        id=identity,
        policy="fw",
        order=1,
        action=Action.PERMIT,
        source_zones=("in",),
        destination_zones=("out",),
        sources=source,
        destinations=target,
        services=(HTTPS,),
    )
    return replace(made, **changes)


FOUR = permit("r4", ("10.1.0.0/24",), ("10.2.0.0/24",))
SIX = permit("r6", ("fd00:1::/64",), ("fd00:2::/64",))
ALONE = "rule {} permits IPv{} alone between zones with both: IPv{} is denied"


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param([FOUR, SIX], [], id="twins"),
        pytest.param([FOUR], [ALONE.format("r4", 4, 6)], id="no IPv6"),
        pytest.param([SIX], [ALONE.format("r6", 6, 4)], id="no IPv4"),
        pytest.param([FOUR, replace(SIX, services=(DHCP,))], [ALONE.format("r4", 4, 6)], id="another service"),
        pytest.param(
            [permit("r", ("10.1.0.0/24", "fd00:1::/64"), ("10.2.0.0/24", "fd00:2::/64"))], [], id="one rule for both"
        ),
        pytest.param([permit("r", (), ())], [], id="any to any"),
        pytest.param([permit("r", ("10.1.0.0/24",), ())], [ALONE.format("r", 4, 6)], id="to anywhere"),
        pytest.param([permit("r", ("10.1.0.0/24",), ("fd00:2::/64",))], [], id="matches nothing"),
        pytest.param([replace(FOUR, services=(DHCP,))], [], id="DHCP has no twin"),
        pytest.param([replace(FOUR, action=Action.DENY)], [], id="a denial"),
        pytest.param([replace(FOUR, destination_zones=("old",))], [], id="a zone of IPv4 alone"),
    ],
)
def test_policy_is_the_same_for_both_versions(rules: list[PolicyRule], expected: list[str]) -> None:
    assert messages(*DUAL, POLICY, *rules) == expected


def killed(*facts: Any) -> list[bool | None]:
    made = design(*facts, **ASKED)
    patches = [mutant.mutate(case(made)) for mutant in RULE.mutants]
    return [None if p is None else judge_one(RULE, case(apply(made, p))).status is Status.FAIL for p in patches]


def test_mutants_are_caught() -> None:
    assert killed(*DUAL, POLICY, FOUR, SIX) == [True, True, True]
    assert (
        killed(*DUAL, POLICY, permit("r", ("10.1.0.0/24", "fd00:1::/64"), ("10.2.0.0/24", "fd00:2::/64"))) == [True] * 3
    )
    assert killed(*PAIR) == [None, None, None]
