"""CAP-16: what firewalls have to bear."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netdesign.model.inventory import HaMode
from netdesign.model.overlay import Tunnel, TunnelKind
from netdesign.model.patch import Set, SetRequirement, apply
from netdesign.model.security import Inspection
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import Redundancy, Role
from netdesign.rules.capacity import cap_16_firewall_size
from netdesign.rules.capacity.cap_16_firewall_size import firewall_sizing as rule
from tests.support.sketch import GBPS, case, design, device, site
from tests.unit.rules.capacity.survivable import fabric, findings, mended, verdict

MBPS = GBPS // 1000


def crossing(bps: int, *changes, **requirements):
    """The fabric with so much traffic between users and servers, and changes."""
    return apply(fabric(**requirements), (Set("flows", "browse", {"up_bps": bps, "down_bps": bps // 2}), *changes))


def test_the_larger_direction_at_the_horizon_against_the_inspected_rate():
    # FG-100F: 1.6 Gbit/s inspected; 700 Mbit/s of users and 100 of the exit.
    found = verdict(rule, crossing(700 * MBPS))
    assert found.status is Status.PASS
    assert (found.measures[0].value, found.measures[0].threshold) == (0.5, 0.6)

    (late,) = findings(rule, crossing(700 * MBPS, growth_multiplier=1.25))
    assert late.message == (
        "fw1 (FG-100F) has 1,000,000,000 bit/s to bear; it is rated 1,600,000,000, of which 60% may be used"
    )
    assert (late.elements, late.witness["what"], late.witness["failed"]) == (("fw1",), "inspects", [])


def test_a_firewall_alone_has_to_bear_what_its_failed_partner_did():
    both = Set("ha_groups", "fw", {"mode": HaMode.ACTIVE_ACTIVE})

    assert verdict(rule, crossing(1000 * MBPS, both)).status is Status.PASS
    found = findings(rule, crossing(1700 * MBPS, both))
    assert [(one.elements, one.witness["failed"]) for one in found] == [(("fw1",), ["fw2"]), (("fw2",), ["fw1"])]
    assert verdict(rule, crossing(1700 * MBPS, both, redundancy=Redundancy.MEDIUM)).status is Status.PASS


def test_any_two_of_three_may_fail_at_redundancy_critical():
    third = device("fw3", Role.FIREWALL, sku="FG-100F", ha_group="fw")
    group = Set("ha_groups", "fw", {"mode": HaMode.ACTIVE_ACTIVE, "members": ("fw1", "fw2", "fw3")})
    made = apply(fabric(third, redundancy=Redundancy.CRITICAL), (group,))
    made = apply(made, (Set("flows", "browse", {"up_bps": 1500 * MBPS, "down_bps": 0}),))

    failed = [one.witness["failed"] for one in findings(rule, made)]
    assert {len(one) for one in failed if isinstance(one, list)} == {2}


def test_decryption_has_a_rate_of_its_own():
    tls = Set("policy_rules", "p1", {"inspect": (Inspection.IPS, Inspection.TLS)})
    (found,) = findings(rule, crossing(700 * MBPS, tls))
    assert found.witness["rated"] == GBPS

    # The maker of this one states none: 4.5 Gbit/s inspected over 2.5.
    palo = tuple(Set("devices", name, {"sku": "PA-1410"}) for name in ("fw1", "fw2"))
    (guessed,) = findings(rule, crossing(1200 * MBPS, tls, *palo))
    assert guessed.witness["rated"] == round(4.5 * GBPS / 2.5)


def test_without_inspection_the_plain_rate_counts():
    plain = Set("policy_rules", "p1", {"inspect": ()})

    assert verdict(rule, crossing(10 * GBPS, plain)).measures[0].value == pytest.approx(10.1 / 20)


def test_sessions_and_new_connections_of_users_and_servers():
    crowd = SetRequirement({"sites": (site(users=20_000, servers=0),)})
    found, when_lost = findings(rule, crossing(MBPS, crowd))
    assert (when_lost.elements, when_lost.witness["failed"]) == (("fw2",), ["fw1"])
    assert found.message.startswith("fw1 (FG-100F) has 1,500,000 sessions to bear; it is rated 1,500,000, of which 70%")

    remote = SetRequirement({"remote_users": 50_000})
    assert {one.witness["what"] for one in findings(rule, crossing(MBPS, remote))} == {"sessions", "connections"}


def test_traffic_of_tunnels_to_other_sites():
    far = [device("far", Role.CORE, site="dc2")]
    tunnel = Tunnel(id="t", a="fw1", b="far", kind=TunnelKind.IPSEC, inner_mtu_bytes=1400)
    made = apply(fabric(*far, tunnel), (Set("endpoint_groups", "people", {"site": "dc2"}),))
    made = apply(made, tuple(Set("devices", n, {"sku": "FPR1010-NGFW-K9"}) for n in ("fw1", "fw2")))

    heavy = apply(made, (Set("flows", "browse", {"up_bps": 380 * MBPS, "down_bps": 0}),))

    assert {one.witness["what"] for one in findings(rule, heavy)} >= {"tunnels"}


def test_an_unknown_type_leaves_it_open():
    made = apply(fabric(), tuple(Set("devices", n, {"sku": None}) for n in ("fw1", "fw2")))
    found = verdict(rule, made)
    assert found.status is Status.UNKNOWN
    assert found.gaps[0].message == "nothing says what fw1 (None) inspects"

    silent = tuple(Set("devices", n, {"sku": "FPR4215-NGFW-K9"}) for n in ("fw1", "fw2"))
    far = [
        device("far", Role.CORE, site="dc2"),
        Tunnel(id="t", a="fw1", b="far", kind=TunnelKind.IPSEC, inner_mtu_bytes=1),
    ]
    made = apply(fabric(*far), (Set("endpoint_groups", "people", {"site": "dc2"}), *silent))
    assert "gives FPR4215-NGFW-K9 no rate for bit/s in tunnels" in verdict(rule, made).gaps[0].message


def test_only_where_flows_pass_firewalls():
    assert verdict(rule, design(device("a", Role.CORE))).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize("number", range(4))
def test_every_mutant_is_seen_and_mended(number, monkeypatch):
    def any_ports(made, place, suits):
        fits = [kind.sku for kind in made.catalog.devices(Role.FIREWALL) if suits(kind)]
        return (Set("devices", made.network.devices[place].id, {"sku": min(fits)}),) if fits else None

    monkeypatch.setattr(cap_16_firewall_size, "other_type", any_ports)
    crowd = SetRequirement({"sites": (site(users=10_000, servers=100),)})
    assert mended(rule, crossing(800 * MBPS, crowd), rule.mutants[number].title) is True


def test_mutants_ask_nothing_without_traffic_or_where_the_weakest_do():
    idle = crossing(0, Set("flows", "surf", {"up_bps": 0, "down_bps": 0}))
    assert [one.mutate(case(idle)) for one in rule.mutants] == [None] * 4
    little = Set("flows", "surf", {"up_bps": MBPS, "down_bps": MBPS})
    light = crossing(MBPS, little, SetRequirement({"sites": (site(users=1, servers=0),)}))
    assert [one.mutate(case(light)) is None for one in rule.mutants] == [True] * 4


def test_fixes_leave_what_they_do_not_understand():
    made = case(crossing(700 * MBPS))

    assert [fix.propose(made, Finding(message="")) for fix in rule.fixes] == [None, None]
    too_much = replace(findings(rule, crossing(900 * GBPS))[0])
    assert rule.fixes[0].propose(case(crossing(900 * GBPS)), too_much) is None
