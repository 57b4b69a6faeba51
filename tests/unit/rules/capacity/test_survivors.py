"""Whatever a design lacks, and whatever its ids and its order are, the rules that fail elements one by one answer."""

from __future__ import annotations

import pytest

from netdesign.model.cabling import Lag, PortRef, Srlg, SrlgKind
from netdesign.model.patch import Remove, Set, apply, collection_of, collections
from netdesign.model.verdict import Verdict
from netdesign.model.vocabulary import Redundancy, ServiceClass
from netdesign.rules.capacity.cap_11_link_loss import link_loss
from netdesign.rules.capacity.cap_12_node_loss import node_loss
from netdesign.rules.capacity.cap_13_double_loss import double_loss
from netdesign.rules.capacity.cap_16_firewall_size import firewall_sizing
from netdesign.rules.capacity.cap_26_bundle_member import member_loss
from netdesign.rules.capacity.cap_27_latency import latency_budget
from netdesign.rules.engine import judge_one
from netdesign.rules.topology.top_17_site_loss import site_loss
from tests.support.disguise import disguised
from tests.support.sketch import GBPS, case, design
from tests.unit.rules.capacity.survivable import fabric, sites

RULES = (link_loss, node_loss, double_loss, firewall_sizing, member_loss, latency_budget, site_loss)
LAG = Lag(id="po", device="leaf3", interface="po", members=("u1", "u2"), min_links=2)
DUCT = Srlg(id="duct", kind=SrlgKind.CONDUIT, name="duct")
WHOLE = apply(
    fabric(LAG, DUCT, bps=90 * GBPS, redundancy=Redundancy.CRITICAL),
    (
        Set("flows", "store", {"service_class": ServiceClass.GOLD, "latency_ms": 0.05}),
        Set("links", "l1s1", {"srlgs": ("duct",)}),
        Set("links", "l1s2", {"srlgs": ("duct",)}),
    ),
)


def shape(verdict: Verdict) -> tuple[object, ...]:
    """What of a verdict does not depend on names."""
    measures = tuple((measure.name, measure.value) for measure in verdict.measures)
    return verdict.rule, verdict.status, verdict.severity, len(verdict.findings), len(verdict.gaps), measures


def answered(made) -> None:
    held = case(made)
    for rule in RULES:
        verdict = judge_one(rule, held)
        assert not verdict.crashed, (rule.code, verdict.findings)
        for mutant in rule.mutants:
            mutant.mutate(held)
        for fix in rule.fixes if verdict.findings else ():
            fix.propose(held, verdict.findings[0])


@pytest.mark.parametrize("collection", [name for name in collections() if collection_of(WHOLE, name)])
def test_no_fact_is_taken_for_granted(collection):
    facts = collection_of(WHOLE, collection)

    answered(apply(WHOLE, tuple(Remove(collection, fact.id) for fact in facts)))
    answered(apply(WHOLE, (Remove(collection, facts[0].id),)))


def test_nothing_at_all():
    answered(design(redundancy=Redundancy.CRITICAL))


@pytest.mark.parametrize(
    "changes",
    [
        (Set("links", "l1s1", {"speed_bps": 0, "length_m": None}), Set("links", "l1s2", {"speed_bps": -1})),
        (Set("links", "l1s1", {"a": PortRef(device="nobody", port="1"), "srlgs": ("none-such",)}),),
        (Set("links", "l1s1", {"a": PortRef(device="spine1", port="x")}),),
        (
            Set("lags", "po", {"device": "nobody", "members": ()}),
            Set("ha_groups", "fw", {"members": ("fw1", "nobody")}),
        ),
        (Set("circuits", "dia1", {"link": "nothing", "rate_up_bps": 0}), Set("circuits", "dia2", {"rate_down_bps": 0})),
        (Set("flows", "store", {"sources": ("nobody",), "up_bps": -5}), Set("flows", "surf", {"targets": ()})),
        (Set("devices", "fw1", {"sku": "unknown"}), Set("devices", "leaf1", {"site": "elsewhere"})),
        (Set("endpoint_groups", "web", {"count": 0, "zone": "nowhere", "site": "elsewhere"}),),
    ],
)
def test_strange_facts(changes):
    answered(apply(WHOLE, changes))


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("made", [WHOLE, sites()], ids=["fabric", "sites"])
def test_names_and_order_mean_nothing(made, seed):
    plain, other = case(made), case(disguised(made, seed))

    assert [shape(judge_one(rule, plain)) for rule in RULES] == [shape(judge_one(rule, other)) for rule in RULES]


def test_losing_an_element_mends_nothing():
    whole = case(WHOLE)
    failing = {rule.code for rule in (link_loss, node_loss) if judge_one(rule, whole).findings}
    for link in WHOLE.cabling.links:
        less = case(apply(WHOLE, (Set("links", link.id, {"in_service": False}),)))
        assert failing <= {rule.code for rule in (link_loss, node_loss) if judge_one(rule, less).findings}
    assert failing == {"CAP-11", "CAP-12"}
