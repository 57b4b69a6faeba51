"""SEC-14: permits that are too wide are found by their size, their service, their destination and their ports."""

from __future__ import annotations

from typing import Any

import pytest

from netdesign.model.infrastructure import ServiceInstance, ServiceKind
from netdesign.model.patch import Add, Operation, Remove, Set, apply
from netdesign.model.security import IpProtocol, PolicyRule, Service
from netdesign.model.verdict import Status
from netdesign.rules.security.sec_14_over_permissive import over_permissive
from tests.support.exact import exact, mended
from tests.support.sketch import case, design
from tests.support.stronghold import HTTPS, messages, permit, survivors, verdict

HIGH = Service(name="high", protocol=IpProtocol.TCP, first_port=1024, last_port=65000)
SSH = Service(name="ssh", protocol=IpProtocol.TCP, first_port=22, last_port=22)
ANY = Service(name="all", protocol=IpProtocol.ANY)


def test_narrow_permits_pass() -> None:
    judged = verdict(over_permissive, exact())

    assert judged.status is Status.PASS, judged.findings
    assert [(m.name, m.value, m.threshold) for m in judged.measures] == [
        ("permits_examined", 5, None),
        ("widest_permit_bits", 40.0, 40),
    ]


def test_no_mutant_survives_and_every_one_is_mended() -> None:
    made = exact()

    assert survivors(over_permissive, made) == []
    for mutant in over_permissive.mutants:
        patch = mutant.mutate(case(made))
        assert patch is not None
        after = verdict(over_permissive, mended(over_permissive, apply(made, patch)))
        if mutant.title != "take the filter of web addresses from egress":
            assert after.status is Status.PASS, mutant.title


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            {"sources": ("10.0.0.0/10",), "destinations": ("10.0.0.0/10",)},
            "rule p3 of inner opens 2^44.0 pairs of addresses and ports, of 2^40 at most",
            id="addresses",
        ),
        pytest.param({"services": (ANY,)}, "rule p3 of inner permits any service", id="any protocol"),
        pytest.param({"services": ()}, "rule p3 of inner permits any service", id="no service"),
        pytest.param({"destinations": ()}, "rule p3 of inner permits any destination", id="no destination"),
        pytest.param({"destinations": ("0.0.0.0/0",)}, "rule p3 of inner permits any destination", id="zero length"),
        pytest.param(
            {"source_zones": ("internet",), "services": (SSH,)},
            "rule p3 of inner opens tcp/22 to the Internet",
            id="ssh",
        ),
    ],
)
def test_each_width_is_named(changes: dict[str, Any], message: str) -> None:
    delta = Set("zones", "user", {"trust": 20})

    assert message in messages(over_permissive, exact(delta, Set("policy_rules", "p3", changes)))


def test_zones_of_like_trust_may_share_more() -> None:
    wide = Set("policy_rules", "p3", {"sources": ("10.0.0.0/9",), "destinations": ("10.0.0.0/10",)})

    assert messages(over_permissive, exact(wide)) == []


def test_an_ipv6_prefix_counts_its_networks() -> None:
    six = {"sources": ("2001:db8::/40",), "destinations": ("2001:db8:100::/44",)}
    delta = Set("zones", "user", {"trust": 20})

    assert messages(over_permissive, exact(delta, Set("policy_rules", "p3", six))) == [
        "rule p3 of inner opens 2^44.0 pairs of addresses and ports, of 2^40 at most"
    ]


def test_any_service_both_ways_is_found_once() -> None:
    there = Set("policy_rules", "p3", {"services": ()})
    back = permit("back", 7, "server", "user", ANY, sources=("10.0.3.0/24",), destinations=("10.0.2.0/24",))

    found = messages(over_permissive, exact(there, Add("policy_rules", back)))
    assert [text for text in found if "both ways" in text] == [
        "rules back and p3 open any service both ways between server and user"
    ]


def test_egress_by_a_proxy_is_filtered() -> None:
    proxy = ServiceInstance(
        id="proxy",
        kind=ServiceKind.PROXY,
        name="proxy",
        site="dc1",
        zone="server",
        address="10.0.3.9",
        subnet="server",
        attached_to=("core1",),
    )
    line = permit("out", 8, "server", "internet", HTTPS, sources=("10.0.3.9/32",))
    changes: list[Operation] = [Add("service_instances", proxy), Add("policy_rules", line)]

    assert messages(over_permissive, exact(*changes)) == []
    assert messages(over_permissive, exact(changes[1])) == ["rule out of inner permits any destination"]


def test_what_cannot_be_read_names_nothing() -> None:
    odd = Set("policy_rules", "p3", {"sources": ("nowhere",)})

    assert messages(over_permissive, exact(odd)) == []


def test_without_permits_there_is_nothing_to_judge() -> None:
    rules: tuple[PolicyRule, ...] = exact().security.policy_rules
    bare = exact(*(Remove("policy_rules", line.id) for line in rules if line.id != "rest"))

    assert verdict(over_permissive, bare).status is Status.NOT_APPLICABLE
    assert verdict(over_permissive, design()).status is Status.NOT_APPLICABLE
