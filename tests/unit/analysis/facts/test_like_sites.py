"""Sites are alike when their facts are, whatever they are called; a few of them show what rules find among all."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netdesign.analysis.facts.fewer_sites import KEPT, fewer_sites, standing_for_all
from netdesign.analysis.facts.like_sites import like_sites
from netdesign.catalog.selection import default_catalog
from netdesign.graph.network import Network
from netdesign.model.patch import Remove, Set, apply, collection_of
from netdesign.model.references import faults_in
from netdesign.model.security import Action
from netdesign.model.verdict import Status
from netdesign.rules.engine import judge_one
from netdesign.rules.registry import all_rules
from netdesign.services.validate_design import case_of
from netdesign.services.workbench import default_workbench
from tests.unit.synthesis.wan_samples import asked, design

SITES = {"sites": [{"name": "North", "users": 20, "servers": 3, "tier": 1},
                   {"name": "South", "users": 20, "servers": 3, "tier": 1}]}  # fmt: skip
LOOKED_AT = [rule for rule in all_rules() if rule.by_likeness]


@pytest.fixture(scope="module")
def made():
    return design(asked(8, 100, **SITES))


def spokes(made):
    return [site.id for site in made.inventory.sites if site.tier == 3]


def classes(made):
    return sorted(map(set, like_sites(Network(made, default_catalog()))), key=len)


def first(made, collection, site, test=lambda fact: True):
    at = {device.id for device in made.inventory.devices if device.site == site}
    mine = {policy.id for policy in made.security.policies if set(policy.devices) & at}
    owner = {"interfaces": "device", "static_routes": "device", "policy_rules": "policy", "bgp_neighbors": "process"}
    known = at | mine | {process.id for process in made.routing.processes if process.device in at}
    return next(one for one in collection_of(made, collection)
                if getattr(one, owner.get(collection, "site")) in known | {site} and test(one))  # fmt: skip


def test_spokes_of_one_size_are_alike_and_hubs_are_like_none(made):
    assert classes(made) == [{"north"}, {"south"}, set(spokes(made))]


def test_names_and_the_order_of_facts_make_no_difference(made):
    turned = replace(
        made,
        inventory=replace(made.inventory, devices=made.inventory.devices[::-1]),
        routing=replace(made.routing, bgp_neighbors=made.routing.bgp_neighbors[::-1]),
    )
    named = [replace(one, name=f"shop {at}") for at, one in enumerate(made.inventory.sites)]
    turned = replace(turned, inventory=replace(turned.inventory, sites=tuple(named)))

    assert classes(turned) == classes(made)


@pytest.mark.parametrize(
    ("collection", "changes", "test"),
    [
        ("policy_rules", {"log": False}, lambda rule: rule.log),
        ("policy_rules", {"action": Action.DENY}, lambda rule: rule.action is Action.PERMIT),
        ("policy_rules", {"sources": ()}, lambda rule: rule.sources),
        ("interfaces", {"enabled": False}, lambda port: port.addresses),
        ("interfaces", {"zone": None}, lambda port: port.zone),
        ("interfaces", {"addresses": ("10.0.0.9/31",)}, lambda port: port.addresses),
        ("subnets", {"zone": "server"}, lambda subnet: subnet.zone == "user"),
        ("static_routes", {"prefix": "10.0.0.0/8"}, lambda route: not route.discard),
        ("bgp_neighbors", {"export_policy": None}, lambda said: said.export_policy),
    ],
)
def test_a_site_that_is_changed_is_like_none(made, collection, changes, test):
    one = spokes(made)[1]
    fact = first(made, collection, one, test)

    changed = apply(made, (Set(collection, fact.id, changes),))

    assert {one} in classes(changed)
    assert one in {site.id for site in standing_for_all(Network(changed, default_catalog())).design.inventory.sites}


def test_what_others_say_about_a_site_counts(made):
    one, hub = spokes(made)[2], "north-policy"
    mine = {s.prefix for s in made.addressing.subnets if s.site == one and s.zone == "user"}
    rule = next(r for r in made.security.policy_rules if r.policy == hub and mine & set(r.sources))
    without = tuple(text for text in rule.sources if text not in mine)
    tunnel = next(port for port in made.addressing.interfaces if port.kind == "tunnel" and port.device == "north-fw01")
    far = next(t for t in made.overlay.tunnels if tunnel.id in (t.a_interface, t.b_interface))
    site = {device.id: device.site for device in made.inventory.devices}

    assert {one} in classes(apply(made, (Set("policy_rules", rule.id, {"sources": without}),)))
    assert {site[far.a]} in classes(apply(made, (Set("interfaces", tunnel.id, {"mtu_bytes": 1300}),)))
    assert {site[far.a]} in classes(apply(made, (Remove("tunnels", far.id),)))


def test_three_of_each_class_stand_for_all_and_nothing_dangles(made):
    small = standing_for_all(Network(made, default_catalog())).design
    left = {site.id for site in small.inventory.sites}

    assert left == {"north", "south", *spokes(made)[:KEPT]}
    assert faults_in(small) == ()
    assert {pool.site for pool in small.addressing.pools if pool.site} == left
    assert all(rule.sources or rule.action is Action.DENY or not old.sources
               for rule, old in ((r, o) for r in small.security.policy_rules
                                 for o in made.security.policy_rules if o.id == r.id))  # fmt: skip


def test_a_small_network_stands_for_itself(made):
    network = Network(made, default_catalog())

    assert fewer_sites(network) is network


def verdict(one, case):
    found = judge_one(one, case)
    return found.status, found.severity if found.status is Status.FAIL else None, found.crashed


def both(changed):
    whole = case_of(changed, default_workbench())
    few = replace(whole, network=standing_for_all(whole.network))
    assert len(few.design.inventory.sites) < len(changed.inventory.sites)
    return [{one.code: verdict(one, case) for one in LOOKED_AT} for case in (whole, few)]


def test_a_permit_at_one_site_alone_is_found_by_both(made):
    one = spokes(made)[-1]
    rule = first(made, "policy_rules", one, lambda r: "user" in r.source_zones and r.destination_zones == ("internet",))

    whole, few = both(apply(made, (Set("policy_rules", rule.id, {"destination_zones": ("iot",)}),)))

    assert whole["SEC-12"][0] is Status.FAIL
    assert whole == few
