from typing import Any

import pytest

from netdesign.model.patch import Add, Remove, Set
from netdesign.model.routing import PolicyAction, RoutePolicyTerm
from netdesign.model.verdict import Finding, Status
from netdesign.rules.security.sec_20_internet_routing import attach, internet_routing, sign
from tests.support.built import built, found, said, unmended
from tests.support.sketch import case, design
from tests.unit.synthesis import campus_samples

PUBLIC = campus_samples.design(campus_samples.asked(addressing={"supernets": ["8.8.0.0/16"], "ipv6": False}))
PERMIT, DENY = PolicyAction.PERMIT, PolicyAction.DENY


def edge(made):
    return sorted((one for one in made.routing.bgp_neighbors if one.import_policy), key=lambda one: one.id)


def policy(made, field, *terms):
    return Set("route_policies", getattr(edge(made)[0], field), {"terms": terms})


def test_what_synthesis_filters_holds_with_and_without_prefixes_of_our_own():
    verdict = said(internet_routing, PUBLIC)
    measures = {one.name: (one.value, one.threshold) for one in verdict.measures}

    assert verdict.status is said(internet_routing, built("campus")).status is Status.PASS
    assert measures["announced_prefixes_signed"] == (1, 1)
    assert measures["sessions_at_fault"] == (0, 0)


@pytest.mark.parametrize("made", [built("campus"), built("centre"), PUBLIC], ids=["campus", "centre", "public"])
def test_every_mutant_is_seen_and_mended(made):
    assert unmended(internet_routing, made) == []


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ((RoutePolicyTerm(action=PERMIT),), "a bogon"),
        ((RoutePolicyTerm(action=PERMIT, prefixes=("10.1.0.0/16",)),), "a bogon"),
        ((RoutePolicyTerm(action=PERMIT, prefixes=("8.8.4.0/24",)),), "a prefix of our own"),
        ((RoutePolicyTerm(action=PERMIT, prefixes=("9.9.9.0/24",)),), "too specific"),
        ((RoutePolicyTerm(action=PERMIT, prefixes=("0.0.0.0/0",), min_length=30, max_length=30),), "too specific"),
    ],
)
def test_what_may_not_be_taken(terms, words):
    assert any(words in message for message in found(internet_routing, PUBLIC, policy(PUBLIC, "import_policy", *terms)))


@pytest.mark.parametrize(
    "terms",
    [
        (RoutePolicyTerm(action=PERMIT, prefixes=("9.9.9.0/24",), max_length=24),),
        (RoutePolicyTerm(action=PERMIT, max_length=0),),
        (RoutePolicyTerm(action=DENY, prefixes=("10.0.0.0/8",)), RoutePolicyTerm(action=DENY)),
        (RoutePolicyTerm(action=PERMIT, communities=("65000:1",)),),
    ],
)
def test_what_may_be_taken(terms):
    assert found(internet_routing, PUBLIC, policy(PUBLIC, "import_policy", *terms)) == []


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ((RoutePolicyTerm(action=PERMIT),), "not ours"),
        ((RoutePolicyTerm(action=PERMIT, prefixes=("10.0.0.0/8",)),), "a bogon"),
        ((RoutePolicyTerm(action=PERMIT, prefixes=("8.8.0.0/16",)),), "more specific than what we announce"),
    ],
)
def test_what_may_not_be_told(terms, words):
    assert any(words in message for message in found(internet_routing, PUBLIC, policy(PUBLIC, "export_policy", *terms)))


def test_an_origin_that_does_not_fit_is_none():
    (origin,) = PUBLIC.security.route_origins
    for change in ({"asn": 1}, {"max_length": 15}, {"prefix": "8.9.0.0/16"}, {"prefix": "wrong"}):
        messages = found(internet_routing, PUBLIC, Set("route_origins", origin.id, change))
        assert messages == ["8.8.0.0/16 is announced by AS 64512, and no signed origin allows it"]
    assert found(internet_routing, PUBLIC, Remove("route_origins", origin.id))


def test_an_undescribed_provider_counts_too():
    made = built("campus")
    providers = {one.id for one in made.inventory.devices if not one.managed}
    theirs = {one.id for one in made.routing.processes if one.device in providers}
    gone = [Remove("bgp_neighbors", one.id) for one in made.routing.bgp_neighbors if one.process in theirs]
    gone += [Remove("processes", name) for name in theirs]
    bare = Set("bgp_neighbors", edge(made)[0].id, {"origin_validation": False})

    (message,) = found(internet_routing, made, *gone, bare)
    assert "believes" in message


def test_without_bgp_to_the_internet_nothing_is_asked():
    bare = case(design())

    assert said(internet_routing, design()).status is Status.NOT_APPLICABLE
    assert all(mutant.mutate(bare) is None for mutant in internet_routing.mutants)
    assert attach(bare, Finding(message="")) is None
    assert sign(bare, Finding(message="")) is None


def test_a_second_origin_gets_a_name_of_its_own():
    witness: dict[str, Any] = {"prefix": "8.8.0.0/16", "asn": 7}
    patch = sign(case(PUBLIC), Finding(message="", witness=witness))
    assert patch is not None
    (add,) = patch

    assert isinstance(add, Add)
    assert (add.fact.id, add.fact.asn, add.fact.max_length) == ("roa-8-8-0-0-16-7", 7, 16)
