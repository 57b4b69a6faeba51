"""TOP-12: paths that one trench, carrier or feed takes together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.analysis.failure.shared_risks import shared_risks
from netdesign.model.cabling import Circuit, CircuitKind, Srlg, SrlgKind
from netdesign.model.inventory import HaGroup, HaMode
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import LinkPurpose, Redundancy, Role, Severity, Trust
from netdesign.rules.diversity import refed, rerouted, resold
from netdesign.rules.topology.top_12_shared_risks import diverse_route, other_feed
from netdesign.rules.topology.top_12_shared_risks import shared_risk_diversity as top_12
from tests.support.built import built, unmended
from tests.support.sketch import case, design, device, link
from tests.unit.rules.topology.shapes import campus, clos, messages, verdict


def with_risk(facts, names, risk="t"):
    return [replace(f, srlgs=(risk,)) if getattr(f, "id", None) in names else f for f in facts]


def exits(same_risks=False, provider="two"):
    facts: list[Any] = [device(f"isp{n}", Role.PROVIDER, managed=False) for n in (0, 1)]
    facts += [device(f"e{n}", Role.INTERNET_EDGE) for n in (0, 1)]
    for n in (0, 1):
        facts += [link(f"e{n}:i{m}", f"c{m}:e{n}", LinkPurpose.ATTACHMENT, id=f"e{n}c{m}") for m in (0, 1)]
        risks = ("t",) if same_risks else (f"pop{n}",)
        facts.append(link(f"e{n}:w", f"isp{n}:1", LinkPurpose.CIRCUIT, id=f"w{n}", srlgs=risks, trust=Trust.PUBLIC))
        facts.append(
            Circuit(id=f"q{n}", link=f"w{n}", kind=CircuitKind.DIA, provider="one" if n == 0 else provider, site="dc1",
                    rate_down_bps=1, rate_up_bps=1)
        )  # fmt: skip
    return facts


def test_diverse_paths_pass():
    found = verdict(top_12, *clos(), redundancy=Redundancy.HIGH)

    assert (found.status, found.measures[0].value) == (Status.PASS, 0)


def test_not_asked_at_low_redundancy():
    assert verdict(top_12, *clos(), redundancy=Redundancy.LOW).status is Status.NOT_APPLICABLE


LEVELS = [(Redundancy.HIGH, Severity.ERROR), (Redundancy.MEDIUM, Severity.WARNING)]


@pytest.mark.parametrize(("level", "severity"), LEVELS)
def test_one_trench_for_both_uplinks(level, severity):
    facts = [*with_risk(clos(), ("l0s0", "l0s1")), Srlg(id="t", kind=SrlgKind.CONDUIT, name="trench")]

    found = verdict(top_12, *facts, redundancy=level)

    assert messages(found)[0] == "all paths from l0 to s0, s1 share the conduit t: l0s0, l0s1 fail together"
    assert (found.severity, found.findings[0].elements) == (severity, ("t", "l0"))


def test_a_risk_that_nobody_described_counts_too():
    found = verdict(top_12, *with_risk(clos(), ("l0s0", "l0s1")), redundancy=Redundancy.HIGH)

    assert found.findings[0].witness["kind"] == "srlg"


def test_ends_with_one_path_are_left_to_others():
    facts = with_risk([f for f in clos() if getattr(f, "id", "") != "l0s1"], ("l0s0", "l1s0"))

    assert not [m for m in messages(verdict(top_12, *facts)) if m.startswith("all paths from l0")]


def test_one_feed_for_all_spines():
    facts = [replace(f, power_feeds=("A",)) if getattr(f, "role", None) is Role.SPINE else f for f in clos()]

    found = verdict(top_12, *facts, redundancy=Redundancy.HIGH)

    assert "share the power feed A: s0, s1 fail together" in messages(found)[0]
    assert found.findings[0].elements == ("l0", "l1")


def test_exits_of_one_carrier_or_one_conduit():
    good = verdict(top_12, *campus(), *exits(), redundancy=Redundancy.HIGH)
    carrier = verdict(top_12, *campus(), *exits(provider="one"), redundancy=Redundancy.HIGH)
    conduit = verdict(top_12, *campus(), *exits(same_risks=True), redundancy=Redundancy.HIGH)

    assert good.status is Status.PASS
    assert "share the provider one: w0, w1 fail together" in messages(carrier)[0]
    assert conduit.findings[0].witness["risk"] == "t"


def test_circuits_that_name_no_risk_leave_it_open():
    facts = [replace(f, srlgs=()) if getattr(f, "id", "") in ("w0", "w1") else f for f in (*campus(), *exits())]

    found = verdict(top_12, *facts, redundancy=Redundancy.HIGH)

    assert (found.status, found.gaps[0].elements) == (Status.UNKNOWN, ("w0", "w1"))


def test_tops_parted_by_their_own_link():
    facts = [f for f in campus() if getattr(f, "id", "") not in ("d0c1", "d1c0")]
    facts.append(link("c0:y", "c1:y", LinkPurpose.PEER, id="core2"))
    found = verdict(top_12, *with_risk(facts, ("core", "core2", "d0c0")), redundancy=Redundancy.HIGH)

    assert any(f.witness["pair"] == "top" for f in found.findings)


@pytest.mark.parametrize("shape", ["centre", "campus", "tiers", "fabric"])
def test_mutants_are_seen_and_mended(shape):
    assert unmended(top_12, built(shape)) == []


def test_risks_of_one_member_are_none():
    made = case(design(*with_risk(clos(), ("l0s0",))))

    assert shared_risks(made.network) == ()


def test_fixes_that_cannot():
    made = case(design(*campus(), *exits()))
    finding = verdict(top_12, *with_risk(clos(), ("l0s0", "l0s1")), redundancy=Redundancy.HIGH).findings[0]

    assert rerouted(made, "nowhere", ["w0"]) is None
    assert resold(made, "one", ["w0"]) is None
    assert refed(made, made.design.inventory.devices[0]) is None
    assert diverse_route(made, replace(finding, witness={"risk": "x", "kind": "y"})) is None
    assert other_feed(made, replace(finding, witness={"kind": "power feed", "targets": ["nobody"]})) is None


@pytest.mark.parametrize(("firewalls", "status"), [(1, Status.PASS), (2, Status.FAIL)])
def test_a_firewall_without_partner_may_share_a_feed_with_a_switch(firewalls, status):
    facts = [replace(fact, power_feeds=("A",)) if getattr(fact, "id", "") == "d0" else fact for fact in campus()]
    for number in range(firewalls):
        facts.append(device(f"fw{number}", Role.FIREWALL, power_feeds=("A",)))
        facts += [
            link(f"fw{number}:{top}", f"{top}:f{number}", LinkPurpose.ATTACHMENT, id=f"fw{number}{top}")
            for top in ("c0", "c1")
        ]
    members = tuple(f"fw{number}" for number in range(firewalls))
    pair = HaGroup(id="pair", mode=HaMode.ACTIVE_STANDBY, members=members)

    assert verdict(top_12, *facts, *([pair] if firewalls > 1 else []), redundancy=Redundancy.MEDIUM).status is status
