"""TOP-15: carriers and walls of a site's circuits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.cabling import Circuit, CircuitKind, Srlg, SrlgKind
from netdesign.model.inventory import Site
from netdesign.model.patch import Set
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import LinkPurpose, Medium, Redundancy, Role, Severity
from netdesign.rules.topology.top_15_carrier_diversity import carrier_diversity as top_15
from netdesign.rules.topology.top_15_carrier_diversity import elsewhere, restored
from tests.support.built import built, found, unmended
from tests.support.sketch import case, design, device, link
from tests.unit.rules.topology.shapes import messages, verdict

HIGH = {"redundancy": Redundancy.HIGH}
RISKS = [
    *(Srlg(id=f"entry{n}", kind=SrlgKind.CONDUIT, name="") for n in (0, 1)),
    *(Srlg(id=f"pop{n}", kind=SrlgKind.POP, name="") for n in (0, 1)),
]


def circuits(*risks, providers=("one", "two"), site="dc1", kind=CircuitKind.DIA):
    facts: list[Any] = []
    for n, named in enumerate(risks):
        facts += [device(f"{site}e{n}", Role.INTERNET_EDGE, site=site)]
        facts += [device(f"{site}isp{n}", Role.PROVIDER, managed=False, site=site)]
        way = {"id": f"{site}w{n}", "srlgs": named, "medium": Medium.SMF}
        facts += [link(f"{site}e{n}:w", f"{site}isp{n}:1", LinkPurpose.CIRCUIT, **way)]
        facts += [
            Circuit(id=f"{site}q{n}", link=f"{site}w{n}", kind=kind, provider=providers[n], site=site, rate_down_bps=1,
                    rate_up_bps=1)
        ]  # fmt: skip
    return facts


def at(tier=1, identity="dc1"):
    return Site(id=identity, name=identity, tier=tier)


APART = (("entry0", "pop0"), ("entry1", "pop1"))


def test_diverse_circuits_pass():
    found = verdict(top_15, at(), *RISKS, *circuits(*APART), **HIGH)

    assert (found.status, found.measures[0].value) == (Status.PASS, 2)


def test_one_site_is_asked_from_high_on():
    assert verdict(top_15, at(), *RISKS, *circuits(*APART)).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (circuits(*APART, providers=("one", "one")), "the 2 circuits of dc1 have 1 provider; two are needed"),
        (circuits(("entry0", "pop0"), ("entry0", "pop1")), "the 2 circuits of dc1 share the entry entry0"),
        (circuits(("entry0", "pop0"), ("entry1", "pop0")), "the 2 circuits of dc1 share the point of presence pop0"),
        (circuits(("entry0", "pop0")), "the 1 circuits of dc1 have 1 provider; two are needed"),
    ],
)
def test_what_they_lack(facts, said):
    found = verdict(top_15, at(), *RISKS, *facts, **HIGH)

    assert messages(found) == [said]
    assert found.severity is Severity.ERROR


def test_other_technology_may_share_a_point_of_presence():
    facts = circuits(("entry0", "pop0"), ("entry1", "pop0"))
    facts = [replace(f, kind=CircuitKind.MPLS) if getattr(f, "id", "") == "dc1q1" else f for f in facts]

    assert verdict(top_15, at(), *RISKS, *facts, **HIGH).status is Status.PASS


def test_unsaid_entries_leave_it_open_but_radio_needs_none():
    wired = circuits(("entry0", "pop0"), ("pop1",))
    radio = [replace(f, kind=CircuitKind.LTE) if getattr(f, "id", "") == "dc1q1" else f for f in wired]

    assert verdict(top_15, at(), *RISKS, *wired, **HIGH).gaps[0].elements == ("dc1w1",)
    assert verdict(top_15, at(), *RISKS, *radio, **HIGH).status is Status.PASS


def test_several_sites_by_tier():
    one = circuits(("entry0", "pop0"))

    second = verdict(top_15, at(2), at(3, "b"), *RISKS, *one, *circuits(*APART, site="b"))
    third = verdict(top_15, at(3), at(3, "b"), *RISKS, *one, *circuits(*APART, site="b"))

    assert (second.severity, second.findings[0].witness["lacking"]) == (Severity.WARNING, "provider")
    assert messages(third) == ["the 1 circuits of dc1 have 1 backup; two are needed"]
    assert verdict(top_15, at(3), at(3, "b"), *RISKS, *one, *circuits(*APART, site="b"), availability=0.99).status is (
        Status.PASS
    )


@pytest.mark.parametrize("shape", ["centre", "campus", "tiers", "fabric"])
def test_mutants_are_seen_and_mended(shape):
    assert unmended(top_15, built(shape)) == []


def test_no_fix_without_what_is_lacking():
    made = case(design(at(), *circuits(*APART)))

    assert elsewhere(made, Finding(message="", witness={"lacking": "backup"})) is None
    assert restored(made, Finding(message="", witness={"site": "dc1"})) is None
    assert [m.mutate(made) for m in top_15.mutants] == [None] * len(top_15.mutants)


def test_a_provider_under_two_names_is_one_provider():
    made = built("campus")
    first, second = made.cabling.circuits[:2]
    spelled = Set("circuits", second.id, {"provider": f" {first.provider.upper()}"})

    assert any("have 1 provider; two are needed" in text for text in found(top_15, made, spelled))


def test_a_risk_under_two_ids_is_one_risk():
    made = built("campus")
    risks = {risk.id: risk for risk in made.cabling.srlgs if risk.kind is SrlgKind.CONDUIT}
    one, other = [name for link in made.cabling.links for name in link.srlgs if name in risks][:2]
    assert one != other
    spelled = Set("srlgs", other, {"name": f"{risks[one].name.upper()} "})

    assert any("share the entry" in text for text in found(top_15, made, spelled))
