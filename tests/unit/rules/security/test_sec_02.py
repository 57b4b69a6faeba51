"""SEC-02: firewalls that cannot stand in for one another are found."""

from __future__ import annotations

import pytest

from netdesign.model.design import Design
from netdesign.model.patch import Add, Remove, Set, apply
from netdesign.model.routing import StaticRoute
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Redundancy, SecurityLevel, Severity
from netdesign.rules.breaches import without_device
from netdesign.rules.security.sec_02_redundant_firewalls import redundant_firewalls
from tests.support.sketch import case
from tests.support.stronghold import messages, stronghold, survivors, verdict


def test_a_synchronised_pair_in_two_racks_passes() -> None:
    judged = verdict(redundant_firewalls, stronghold())

    assert judged.status is Status.PASS
    assert [(m.name, m.value, m.threshold) for m in judged.measures] == [("least_firewalls_in_a_group", 2, 2)]


def routed() -> Design:
    """The stronghold, whose firewalls know the way out."""
    ways = (StaticRoute(id=f"fw{n}:out", device=f"fw{n}", vrf="default", prefix="0.0.0.0/0") for n in (1, 2))
    return stronghold(*(Add("static_routes", way) for way in ways))


def test_no_mutant_survives() -> None:
    assert survivors(redundant_firewalls, routed()) == []


def test_a_single_firewall_is_critical_where_gold_flows_pass_it() -> None:
    judged = verdict(redundant_firewalls, stronghold(*without_device(case(stronghold()), "fw2")))

    assert judged.severity is Severity.CRITICAL
    assert sorted(f.message for f in judged.findings) == [
        "fw1: firewalls in service are 1, and 2 are needed",
        "without fw1, 4 gold flows have no firewall to pass: public, web-apps, staff-apps, staff-web",
    ]


def test_a_single_firewall_is_an_error_where_no_gold_flow_passes() -> None:
    silver = tuple(Remove("flows", name) for name in ("public", "web-apps", "staff-apps", "staff-web"))
    judged = verdict(redundant_firewalls, stronghold(*without_device(case(stronghold()), "fw2"), *silver))

    assert judged.severity is Severity.ERROR


def test_a_member_out_of_service_leaves_one() -> None:
    found = messages(redundant_firewalls, stronghold(Set("devices", "fw2", {"in_service": False})))

    assert "fw1: firewalls in service are 1, and 2 are needed" in found


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            Set("ha_groups", "fw", {"state_sync": False}),
            "fw1, fw2 do not synchronise sessions: a failover drops all of them",
            id="sessions",
        ),
        pytest.param(
            Set("links", "fw1:ha--fw2:ha", {"in_service": False}),
            "fw1, fw2 have no heartbeat link in service between them",
            id="heartbeat",
        ),
        pytest.param(Set("devices", "fw2", {"rack": "r0"}), "fw1, fw2 all stand in rack r0", id="rack"),
    ],
)
def test_what_a_pair_lacks_is_named(change: Set, message: str) -> None:
    assert messages(redundant_firewalls, stronghold(change)) == [message]


def test_one_feed_for_both_is_one_point_of_failure() -> None:
    same = [Set("devices", name, {"power_feeds": ("B",)}) for name in ("fw1", "fw2")]
    apart = [same[0], Set("devices", "fw2", {"power_feeds": ("A",)})]

    assert messages(redundant_firewalls, stronghold(*same)) == ["fw1, fw2 all hang on power feed B alone"]
    assert messages(redundant_firewalls, stronghold(*apart)) == []


def test_an_unknown_rack_leaves_the_question_open() -> None:
    judged = verdict(redundant_firewalls, stronghold(Set("devices", "fw1", {"rack": None})))

    assert judged.status is Status.UNKNOWN
    assert [gap.message for gap in judged.gaps] == ["no rack is known for fw1"]


def test_a_member_that_reaches_only_its_peer_serves_nobody() -> None:
    cut = [Set("links", name, {"in_service": False}) for name in ("fw2:1--core1:fw2", "fw2:2--core2:fw2")]
    judged = verdict(redundant_firewalls, stronghold(*cut))

    assert [f.witness["lost"] for f in judged.findings] == ["fw1"]
    assert judged.severity is Severity.CRITICAL


def test_flows_to_the_networks_own_services_count() -> None:
    cut = [Set("links", name, {"in_service": False}) for name in ("fw2:1--core1:fw2", "fw2:2--core2:fw2")]
    flows = [Remove("flows", name) for name in ("public", "web-apps", "staff-web")]
    logging = Set("flows", "staff-apps", {"targets": ("log1", "nowhere")})

    assert messages(redundant_firewalls, stronghold(*cut, *flows, logging)) == [
        "without fw1, 1 gold flows have no firewall to pass: staff-apps"
    ]


@pytest.mark.parametrize(
    ("level", "redundancy", "status"),
    [
        (SecurityLevel.CORPORATE, Redundancy.MEDIUM, Status.PASS),
        (SecurityLevel.CORPORATE, Redundancy.HIGH, Status.PASS),
        (SecurityLevel.ENTERPRISE, Redundancy.NONE, Status.PASS),
    ],
)
def test_levels_ask_for_pairs(level: SecurityLevel, redundancy: Redundancy, status: Status) -> None:
    assert verdict(redundant_firewalls, stronghold(security_level=level, redundancy=redundancy)).status is status


def test_mutants_of_a_lone_firewall_do_not_apply() -> None:
    alone = case(stronghold(*without_device(case(stronghold()), "fw2")))

    assert [mutant.mutate(alone) for mutant in redundant_firewalls.mutants] == [None] * len(redundant_firewalls.mutants)


def test_a_member_that_cannot_take_over_is_found() -> None:
    lost = apply(routed(), (Remove("static_routes", "fw2:out"),))

    (finding,) = verdict(redundant_firewalls, lost).findings

    assert finding.message == (
        "fw2 cannot take over: it lacks the route to 0.0.0.0/0 in default, which its partner has"
    )
    assert finding.elements == ("fw2",)


def test_below_high_members_are_compared_and_nothing_else() -> None:
    asked = {"security_level": SecurityLevel.CORPORATE, "redundancy": Redundancy.MEDIUM}
    plain = stronghold(**asked)
    legs = [port.id for port in plain.addressing.interfaces if port.device == "fw2" and port.zone is not None]
    shut = [Set("interfaces", name, {"enabled": False}) for name in legs]
    loose = [Set("ha_groups", "fw", {"state_sync": False}), Set("devices", "fw2", {"rack": "r0"})]

    (message,) = messages(redundant_firewalls, stronghold(*shut, *loose, **asked))
    assert message.startswith("fw2 cannot take over: it lacks a leg in dmz")
    assert messages(redundant_firewalls, stronghold(*loose, **asked)) == []
    alone = stronghold(*without_device(case(plain), "fw2"), **asked)
    assert verdict(redundant_firewalls, alone).status is Status.NOT_APPLICABLE
    titles = [mutant.title for mutant in redundant_firewalls.mutants if mutant.mutate(case(plain)) is not None]
    assert titles == ["switch off a leg of one member of a group", "switch off every leg of one member of a group"]


@pytest.mark.parametrize("title", ["take a route", "switch off a leg", "switch off every leg"])
def test_a_member_catches_up(title: str) -> None:
    (mutant,) = [one for one in redundant_firewalls.mutants if one.title.startswith(title)]
    patch = mutant.mutate(case(routed()))
    assert patch is not None
    broken = apply(routed(), patch)
    (finding,) = verdict(redundant_firewalls, broken).findings
    proposed = redundant_firewalls.fixes[0].propose(case(broken), finding)

    assert proposed is not None
    assert messages(redundant_firewalls, apply(broken, proposed)) == []


def test_what_is_no_matter_of_a_member_is_left() -> None:
    broken = stronghold(Set("ha_groups", "fw", {"state_sync": False}))
    (finding,) = verdict(redundant_firewalls, broken).findings

    assert redundant_firewalls.fixes[0].propose(case(broken), finding) is None
