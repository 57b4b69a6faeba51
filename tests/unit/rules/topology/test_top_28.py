"""TOP-28: two that bundle as one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.addressing import Interface
from netdesign.model.cabling import Lag, Mlag
from netdesign.model.inventory import Homing
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import InterfaceKind, LinkPurpose, PortMode, Role, ServiceClass
from netdesign.rules.topology.top_28_pairs import mirrored, own_identifier, two_members
from netdesign.rules.topology.top_28_pairs import pair_correctness as top_28
from tests.support.built import built, unmended
from tests.support.sketch import case, design, device, link
from tests.unit.rules.topology.shapes import attach, group, messages, verdict

ESI = "00:00:00:00:00:00:00:00:00:01"


def leg(place, vlans=("v",), **changes):
    lag = Lag(id=f"{place}:po", device=place, interface="po", members=("d",))
    fixed = {"device": place, "name": "po", "kind": InterfaceKind.LAG, "mode": PortMode.TRUNK}
    port = Interface(id=f"{place}:po", vlans=vlans, lag=lag.id, **fixed)
    return [replace(lag, **changes), port]


def spread(first=None, second=None, vlans=("v",)):
    """A device `x` bundled to `s0` and `s1`."""
    facts: list[Any] = [device("x", Role.FIREWALL), *(device(f"s{n}", Role.LEAF) for n in (0, 1))]
    facts += [link(f"x:{n}", f"s{n}:d", LinkPurpose.ATTACHMENT) for n in (0, 1)]
    facts.append(Lag(id="x:po", device="x", interface="po", members=("0", "1")))
    return [*facts, *leg("s0", **(first or {})), *leg("s1", vlans, **(second or {}))]


def mlag(**changes):
    made = Mlag(id="m", peers=("s0", "s1"), domain_id=1, system_mac="02:00:00:00:00:01", peer_links=("p",))
    return [replace(made, **changes), link("s0:p", "s1:p", LinkPurpose.PEER, id="p")]


PAIR = {"mlag": "m", "mlag_number": 1}


def test_a_pair_and_a_segment_pass():
    assert verdict(top_28, *spread(PAIR, PAIR), *mlag()).status is Status.PASS
    assert verdict(top_28, *spread({"esi": ESI}, {"esi": ESI})).status is Status.PASS
    assert verdict(top_28, device("x", Role.LEAF)).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(("first", "second"), [({}, {}), ({"esi": ESI}, {}), ({"esi": ESI}, {"esi": ESI[:-1] + "2"})])
def test_neither_pair_nor_segment(first, second):
    found = verdict(top_28, *spread(first, second))

    assert "x:po ends on s0 and s1, which are neither one pair" in " ".join(messages(found))


def test_a_leg_without_bundle():
    facts = [f for f in spread({"esi": ESI}, {"esi": ESI}) if getattr(f, "id", "") != "s1:po"]

    assert any(f.witness["kind"] == "legs" for f in verdict(top_28, *facts).findings)


def test_vlans_differ():
    found = verdict(top_28, *spread(PAIR, PAIR, vlans=()), *mlag())

    assert messages(found) == ["s1:po on s1 does not carry v, which its other leg does"]


def test_numbers_on_one_member():
    found = verdict(top_28, *spread(PAIR, {"mlag": "m", "mlag_number": 2}), *mlag())

    said = [f"bundle {n + 1} of m is on s{n}: it takes a leg on each member" for n in (0, 1)]
    assert set(said) <= set(messages(found))


@pytest.mark.parametrize("esi", ["zz", "00:00:00:00:00:00:00:00:00:00", "1:2:3:4:5:6:7:8:9:0", "ff" + ":ff" * 9])
def test_no_segment_identifier(esi):
    found = verdict(top_28, *spread({"esi": esi}, {"esi": esi}))

    assert f"{esi!r} of s0:po is no Ethernet segment identifier" in messages(found)


def test_segments_used_twice_or_once():
    second = Lag(id="s0:other", device="s0", interface="other", members=("e",), esi=ESI)
    lone = Lag(id="s0:other", device="s0", interface="other", members=("e",), esi=ESI[:-1] + "9")

    twice = verdict(top_28, *spread({"esi": ESI}, {"esi": ESI}), second)
    once = verdict(top_28, *spread({"esi": ESI}, {"esi": ESI}), lone)

    assert messages(twice) == [f"3 bundles that end in different places are all segment {ESI}"]
    assert messages(once) == [f"segment {lone.esi} has one leg only, s0:other"]


def test_members_and_identifiers_of_pairs():
    three = verdict(top_28, *spread(PAIR, PAIR), *mlag(peers=("s0", "s1", "x")))
    assert "m has 3 members; a pair has two" in messages(three)
    again = Mlag(id="n", peers=("s0", "s1"), domain_id=1, system_mac="02:00:00:00:00:01")
    found = verdict(top_28, *spread(PAIR, PAIR), *mlag(), again)
    said = {"m and n have one domain id at dc1, 1", "m and n have one system MAC, 02:00:00:00:00:01"}
    assert said <= set(messages(found))


def test_what_hangs_on_one_member():
    gold = group("g", 1, service_class=ServiceClass.GOLD, homing=Homing.SINGLE, nic_speed_bps=400_000_000_000)

    found = verdict(top_28, *spread(PAIR, PAIR), *mlag(), gold, attach("g", "s0"))

    assert messages(found) == [
        "gold servers of g hang on s0 of m alone",
        "400 Gbit/s hang on s0 alone; the peer links of m carry 100 Gbit/s",
    ]
    one = [device("y", Role.LEAF), link("y:1", "s1:y", id="y1"), link("y:2", "s1:z", id="y2")]
    assert found.findings[1].witness["single_bps"] == 400_000_000_000
    assert any("200 Gbit/s hang on s1" in m for m in messages(verdict(top_28, *spread(PAIR, PAIR), *mlag(), *one)))


@pytest.mark.parametrize("shape", ["campus", "tiers", "fabric", "centre"])
def test_mutants_are_seen_and_mended(shape):
    assert unmended(top_28, built(shape), but=tuple(m.title for m in top_28.mutants)) == []


def test_fixes_that_cannot():
    made = case(design(*spread()))
    nothing = Finding(message="", elements=("nobody",), witness={"kind": "x"})

    assert mirrored(made, nothing) is None
    assert own_identifier(made, nothing) is None
    assert two_members(made, nothing) is None
    paired = case(design(*spread(PAIR, PAIR), *mlag()))
    assert two_members(paired, Finding(message="", elements=("m",), witness={"kind": "peer links"})) is None
    assert two_members(paired, Finding(message="", elements=("m",), witness={"kind": "x"})) is None
