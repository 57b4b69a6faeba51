"""What can go wrong at a cloud provider is found in designs that have all of it."""

from __future__ import annotations

import pytest

from netdesign.model.cloud import CloudRoute
from netdesign.model.patch import Set, apply
from netdesign.model.security import Action
from netdesign.model.verdict import Status
from netdesign.rules.capacity.cap_03_bandwidth_capacity import bandwidth_capacity
from netdesign.rules.capacity.cap_04_scale_requirements import scale_requirements
from netdesign.rules.capacity.cap_09_site_distribution import site_distribution
from netdesign.rules.capacity.cap_30_cloud_limits import cloud_limits
from netdesign.rules.compliance.cmp_09_residency import data_residency
from netdesign.rules.engine import judge_one
from netdesign.rules.security.sec_04_segmentation import network_segmentation
from netdesign.rules.security.sec_05_encryption import encryption_in_transit
from netdesign.rules.security.sec_07_dmz import dmz_configuration
from netdesign.rules.security.sec_11_zero_trust import zero_trust
from netdesign.rules.security.sec_12_default_deny import default_deny
from netdesign.rules.topology.top_27_cloud_zones import cloud_zones
from tests.support.sketch import case
from tests.unit.synthesis.cloud_samples import design

STRICT = {
    "security_level": "government",
    "compliance": ["HIPAA"],
    "internet_facing": ["https"],
    "sites": [
        {"name": "North", "users": 150, "jurisdiction": "US"},
        {"name": "South", "users": 50, "jurisdiction": "US"},
    ],
}
MUTANTS = [
    (rule, mutant)
    for rule, titles in (
        (network_segmentation, ("let the table of a trust domain at a provider learn the way to the others",)),
        (encryption_in_transit, ("take the encryption off the connections to a cloud provider",)),
        (data_residency, ("run networks at a provider where their data may not be",)),
        (zero_trust, tuple(mutant.title for mutant in zero_trust.mutants)),
        (cloud_zones, tuple(mutant.title for mutant in cloud_zones.mutants if "dedicated" not in mutant.title)),
    )
    for mutant in rule.mutants
    if mutant.title in titles and "device of the provider" not in mutant.title
]


def found(rule, *changes, **fields):
    """What a rule finds in the strict design after changes."""
    verdict = judge_one(rule, case(apply(design(**(STRICT | fields)), changes)))
    assert not verdict.crashed
    return [one.message for one in verdict.findings]


@pytest.mark.parametrize(("rule", "mutant"), MUTANTS, ids=lambda one: getattr(one, "title", ""))
def test_mutants_are_caught(rule, mutant):
    made = design(**STRICT)
    patch = mutant.mutate(case(made))

    assert judge_one(rule, case(made)).status is Status.PASS
    assert patch is not None
    assert judge_one(rule, case(apply(made, patch))).status is Status.FAIL


def test_a_table_that_knows_all_networks_joins_zones():
    made = design(**STRICT)
    table = next(one for one in made.cloud.cloud_route_tables if one.domain == "on-premises")
    leak = Set("cloud_route_tables", table.id, {"propagated": tuple(a.id for a in made.cloud.cloud_attachments)})
    messages = found(network_segmentation, leak)

    assert any(text.startswith("user and database are joined without a filter at the provider") for text in messages)


def test_an_entry_past_the_firewall_opens_the_edge():
    made = design(**STRICT)
    door = next(one for one in made.cloud.cloud_gateways if one.routes)
    messages = found(network_segmentation, Set("cloud_gateways", door.id, {"routes": ()}))

    assert any("internet and dmz are joined without a filter" in text for text in messages)


def test_a_firewall_that_enforces_nothing_is_none():
    made = design(**STRICT)
    policy = next(one for one in made.security.policies if one.gateways)

    assert found(network_segmentation, Set("policies", policy.id, {"gateways": ()})) != []


def test_a_rule_taken_out_refuses_a_flow_and_one_widened_is_more_than_needed():
    made = design(**STRICT)
    policy = next(one for one in made.security.policies if one.gateways)
    rules = [one for one in made.security.policy_rules if one.policy == policy.id]
    asked = next(one for one in rules if one.source_zones == ("user",) and one.destination_zones == ("database",))

    refused = found(default_deny, Set("policy_rules", asked.id, {"action": Action.DENY}))
    wide = found(default_deny, Set("policy_rules", asked.id, {"services": ()}))
    assert any(text.endswith(f"refused by {policy.id}") for text in refused), refused
    assert any(text.startswith(f"{policy.id} lets 2^") for text in wide)


def test_a_route_to_nothing_and_a_circle_are_told_apart():
    made = design(**STRICT)
    table = next(one for one in made.cloud.cloud_route_tables if one.domain == "production")
    blind = Set("cloud_route_tables", table.id, {"routes": (CloudRoute(prefix="0.0.0.0/0", target="gone"),)})
    own = next(one for one in made.cloud.cloud_route_tables if one.domain == "inspection")
    back = tuple(CloudRoute(prefix=text, target=own.associated[0]) for text in ("10.0.0.0/8", "fd00::/8"))
    circle = Set("cloud_route_tables", own.id, {"routes": back, "propagated": ()})

    assert any(" is blind after " in text for text in found(cloud_zones, blind))
    assert any(" is circled after " in text for text in found(cloud_zones, circle))


def test_what_is_asked_for_is_compared_with_what_is_there():
    made = design(**STRICT)
    production = [one.id for one in made.cloud.cloud_subnets if one.workloads]
    idle = tuple(Set("cloud_subnets", name, {"workloads": 0}) for name in production)
    north = tuple(
        Set("cloud_connections", one.id, {"site": "south"})
        for one in made.cloud.cloud_connections
        if one.site == "north"
    )
    halved = tuple(Set("cloud_flows", one.id, {"up_bps": 0, "down_bps": 0}) for one in made.cloud.cloud_flows)

    assert any("workloads" in text for text in found(scale_requirements, *idle))
    assert found(site_distribution, *north) == ["the site north has no connection to a hub at the provider"]
    assert len(found(bandwidth_capacity, *halved)) == 1


def test_more_connections_than_the_provider_ends_are_over_its_quota():
    sites = [{"name": f"Shop {at}", "users": 10} for at in range(60)]
    many = {"scale": {"devices": 60, "users": 600, "sites": 60}, "sites": sites, "compliance": []}
    made = design(**(STRICT | many))
    bare = tuple(Set("cloud_connections", one.id, {"gateways": ()}) for one in made.cloud.cloud_connections)
    messages = [one.message for one in judge_one(cloud_limits, case(apply(made, bare))).findings]

    assert judge_one(cloud_limits, case(made)).status is Status.PASS
    assert any("VPN connections of its own" in text for text in messages)


def test_a_service_outside_the_edge_is_misplaced():
    made = design(**STRICT)
    inner = next(one.id for one in made.cloud.cloud_networks if one.zone == "server")
    moved = tuple(Set("published_services", one.id, {"group": inner}) for one in made.security.published_services)

    assert any("which is no DMZ" in text for text in found(dmz_configuration, *moved))
