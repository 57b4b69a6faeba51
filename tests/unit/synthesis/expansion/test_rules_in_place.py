"""Rules that stand keep their names and places; new ones come before the last denial."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from netdesign.model.security import Action, PolicyRule
from netdesign.synthesis.expansion.rules_in_place import settle_rules


def permit(order, source, target, flows, *, policy="p", six=False):
    prefix = f"fd00:{order}::/64" if six else f"10.0.{order % 250}.0/24"
    return PolicyRule(
        id=f"{policy}-{order // 10:04d}",
        policy=policy,
        order=order,
        action=Action.PERMIT,
        source_zones=(source,),
        destination_zones=(target,),
        sources=(prefix,),
        flows=tuple(flows),
    )


def deny(order, policy="p"):
    return PolicyRule(id=f"{policy}-{order // 10:04d}", policy=policy, order=order, action=Action.DENY)


def test_a_rule_for_a_new_pair_of_zones_renumbers_none_of_the_others():
    old = [permit(10, "user", "server", ["web"]), permit(20, "user", "voice", ["calls"]), deny(30)]
    new = [
        permit(10, "dmz", "server", ["orders"]),
        permit(20, "user", "server", ["web"]),
        permit(30, "user", "voice", ["calls"]),
        deny(40),
    ]

    settled = {rule.id: (rule.order, rule.flows, rule.action) for rule in settle_rules(old, new)}

    assert settled == {
        "p-0001": (10, ("web",), Action.PERMIT),
        "p-0002": (20, ("calls",), Action.PERMIT),
        "p-0003": (30, (), Action.DENY),
        "p-0004": (21, ("orders",), Action.PERMIT),
    }


def test_a_denial_that_somebody_wrote_is_not_the_last_one():
    written = PolicyRule(id="own", policy="p", order=5, action=Action.DENY, sources=("192.0.2.0/24",))
    old = [written, permit(10, "user", "server", ["web"]), deny(20)]
    new = [permit(10, "dmz", "server", ["orders"]), permit(20, "user", "server", ["web"]), deny(30)]

    settled = {rule.id: rule.order for rule in settle_rules(old, new)}

    assert settled == {"p-0001": 10, "p-0002": 20, "p-0003": 11}


def test_rules_of_both_families_are_told_apart():
    old = [permit(10, "user", "server", ["web"]), permit(20, "user", "server", ["web"], six=True), deny(30)]

    settled = settle_rules(
        old, [permit(10, "user", "server", ["web"], six=True), permit(20, "user", "server", ["web"])]
    )

    assert {rule.id: ":" in rule.sources[0] for rule in settled} == {"p-0001": False, "p-0002": True}


def test_the_rule_with_most_flows_in_common_is_the_same_rule():
    old = [permit(10, "a", "b", ["x", "y"]), permit(20, "a", "b", ["z"]), deny(30)]

    settled = settle_rules(old, [permit(10, "a", "b", ["z", "w"]), permit(20, "a", "b", ["x", "y", "v"]), deny(30)])

    assert {rule.id: rule.flows for rule in settled} == {
        "p-0001": ("x", "y", "v"),
        "p-0002": ("z", "w"),
        "p-0003": (),
    }


@given(st.sets(st.sampled_from("abcdef"), max_size=6), st.sets(st.sampled_from("abcdefgh"), max_size=8))
def test_ids_and_orders_stay_unique_and_the_denial_stays_last(before, after):
    old = [
        *(permit(10 * (n + 1), name, "z", [name]) for n, name in enumerate(sorted(before))),
        deny(10 * len(before) + 10),
    ]
    new = [
        *(permit(10 * (n + 1), name, "z", [name]) for n, name in enumerate(sorted(after))),
        deny(10 * len(after) + 10),
    ]

    settled = settle_rules(old, new)

    orders = [rule.order for rule in settled]
    stood = {rule.source_zones: (rule.id, rule.order) for rule in old}
    assert len({rule.id for rule in settled}) == len(set(orders)) == len(new)
    assert next(rule for rule in settled if rule.action is Action.DENY).order == max(orders)
    assert all((rule.id, rule.order) == stood[rule.source_zones] for rule in settled if rule.source_zones in stood)
