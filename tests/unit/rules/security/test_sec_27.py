"""SEC-27: large flat sets of hosts and unfiltered tiers are found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.analysis.policy.microsegments import filters_itself, tier_traffic, unfiltered
from netdesign.model.inventory import EndpointKind
from netdesign.model.patch import Add, Operation, Set, apply
from netdesign.model.security import Action, Policy, PolicyRule
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import DataClass, SecurityLevel, Severity
from netdesign.rules.security.sec_27_microsegmentation import microsegmentation
from tests.support.exact import exact, mended
from tests.support.sketch import case, design
from tests.support.stronghold import HTTPS, flow, messages, verdict

PEERS = flow("peers", ("apps",), ("apps", "more"))


def more() -> Add:
    """Servers of another group in the zone of the first."""
    group = next(g for g in exact().inventory.endpoint_groups if g.id == "apps")
    return Add("endpoint_groups", replace(group, id="more", name="more"))


def own(*lines: PolicyRule) -> list[Operation]:
    """The policy that servers enforce themselves: among them what flows need, then the lines, then nothing."""
    among = PolicyRule(
        id="h1",
        policy="hosts",
        order=1,
        action=Action.PERMIT,
        source_zones=("server",),
        destination_zones=("server",),
        sources=("10.0.3.0/24",),
        destinations=("10.0.3.0/24",),
        services=(HTTPS,),
        log=True,
        flows=("peers",),
    )
    rest = PolicyRule(id="h9", policy="hosts", order=9, action=Action.DENY, log=True)
    rules = [Add("policy_rules", line) for line in (among, *lines, rest)]
    groups = [Set("endpoint_groups", name, {"host_policy": "hosts"}) for name in ("apps", "more")]
    return [more(), Add("flows", PEERS), Add("policies", Policy(id="hosts", name="hosts", devices=())), *rules, *groups]


def grown(count: int) -> Set:
    """As many servers."""
    return Set("endpoint_groups", "apps", {"count": count})


def test_small_sets_and_parted_tiers_pass() -> None:
    judged = verdict(microsegmentation, exact())

    assert judged.status is Status.PASS
    assert [(m.name, m.value, m.threshold) for m in judged.measures] == [
        ("filtered_tier_share", 1.0, 0.5),
        ("largest_unfiltered_set", 100, 250),
    ]


def test_a_large_flat_zone_is_found_and_mended() -> None:
    made = exact(grown(251))

    assert messages(microsegmentation, made) == [
        "251 hosts of apps reach each other with no filter between, of 250 at most"
    ]
    assert verdict(microsegmentation, made).severity is Severity.WARNING
    after = mended(microsegmentation, made)
    assert verdict(microsegmentation, after).status is Status.PASS
    assert {g.host_policy for g in after.inventory.endpoint_groups if g.zone == "server"} == {"hosts-server"}


def test_at_level_government_fewer_are_allowed_and_it_is_an_error() -> None:
    judged = verdict(microsegmentation, exact(security_level=SecurityLevel.GOVERNMENT))

    assert [f.message[:17] for f in judged.findings] == ["100 hosts of staff"[:17]]
    assert judged.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("changes", "largest"),
    [
        ([Set("vlans", "user", {"isolated": True})], 40),
        ([Set("endpoint_groups", "staff", {"kind": EndpointKind.PHONE})], 40),
        ([Set("endpoint_groups", "staff", {"vlans": ("nowhere",)})], 40),
        ([Set("endpoint_groups", "staff", {"vlans": ("user", "dmz"), "count": 7})], 40),
    ],
)
def test_isolated_hosts_phones_and_hosts_nowhere_do_not_count(changes: list[Operation], largest: int) -> None:
    assert unfiltered(case(exact(*changes)).network)[0].hosts == largest


def test_hosts_that_enforce_their_flows_are_parted() -> None:
    network = case(exact(grown(1000), *own())).network

    assert filters_itself(network, "apps")
    assert not filters_itself(network, "staff")
    assert not filters_itself(network, "nobody")
    assert messages(microsegmentation, exact(grown(1000), *own())) == []


def test_hosts_that_permit_more_than_flows_need_are_not() -> None:
    wide = PolicyRule(id="h2", policy="hosts", order=2, action=Action.PERMIT, source_zones=("server",))
    made = exact(grown(1000), *own(wide))

    assert any(text.startswith(("1040 hosts", "1000 hosts")) for text in messages(microsegmentation, made))
    after = mended(microsegmentation, made)
    assert verdict(microsegmentation, after).status is Status.PASS
    assert "hosts" not in {policy.id for policy in after.security.policies}


def test_tiers_in_one_zone_are_unfiltered() -> None:
    changes: list[Any] = [
        more(),
        Add("flows", PEERS),
        Set("endpoint_groups", "more", {"data_classes": (DataClass.PUBLIC,)}),
    ]
    made = exact(*changes, Set("flows", "peers", {"up_bps": 10**12}))
    found = messages(microsegmentation, made)

    assert found == ["0% of the traffic between tiers passes a filter, of 50% at least: peers pass none"]
    assert verdict(microsegmentation, mended(microsegmentation, made)).status is Status.PASS
    assert tier_traffic(case(exact(*changes)).network).bare == ("peers",)


def test_mutants_are_found_and_mended() -> None:
    made = exact(grown(1000), *own())
    held = case(made)
    for mutant in microsegmentation.mutants:
        patch = mutant.mutate(held)
        assert patch is not None, mutant.title
        after = apply(made, patch)
        assert verdict(microsegmentation, after).status is Status.FAIL, mutant.title
        assert verdict(microsegmentation, mended(microsegmentation, after)).status is Status.PASS, mutant.title
    assert [mutant.mutate(case(exact())) for mutant in microsegmentation.mutants] == [None] * 4


def test_below_enterprise_and_without_endpoints_there_is_nothing_to_judge() -> None:
    assert verdict(microsegmentation, exact(security_level=SecurityLevel.CORPORATE)).status is Status.NOT_APPLICABLE
    assert verdict(microsegmentation, design()).status is Status.NOT_APPLICABLE
