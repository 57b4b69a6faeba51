"""TOP-18: two ways to hear each other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.cabling import Lag, Mlag
from netdesign.model.inventory import HaGroup, HaMode
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import LinkPurpose, Role
from netdesign.rules.topology.top_18_heartbeats import heartbeats as top_18
from netdesign.rules.topology.top_18_heartbeats import other_way, own_keepalive, restored
from tests.support.built import built, unmended
from tests.support.patches import first_change
from tests.support.sketch import case, design, device, link
from tests.unit.rules.topology.shapes import messages, verdict

BEAT = LinkPurpose.HEARTBEAT


def pair(*links, members=("f0", "f1")):
    return [
        *(device(name, Role.FIREWALL) for name in members),
        HaGroup(id="fw", mode=HaMode.ACTIVE_STANDBY, members=members),
        *links,
    ]


def beats(**changes):
    return [link(f"f0:h{n}", f"f1:h{n}", BEAT, id=f"h{n}", **changes) for n in (0, 1)]


def test_two_heartbeats_pass():
    assert verdict(top_18, *pair(*beats())).status is Status.PASS
    assert verdict(top_18, device("x", Role.LEAF)).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("links", "said"),
    [
        ([], "no link alone"),
        (beats()[:1], "one link (h0) alone"),
        (beats(srlgs=("tray",)), "links of one shared risk (tray) alone"),
    ],
)
def test_too_little(links, said):
    found = verdict(top_18, *pair(*links))

    assert messages(found) == [f"f0 and f1 of group fw hear each other on {said}"]
    assert found.findings[0].elements[:3] == ("fw", "f0", "f1")


def test_both_through_one_switch():
    legs = [link(f"{name}:h{n}", f"x:{name}{n}", BEAT) for name in ("f0", "f1") for n in (0, 1)]

    found = verdict(top_18, *pair(*legs), device("x", Role.LEAF))

    assert "links through one device (x) alone" in messages(found)[0]
    straight = [*legs[:1], *legs[2:3], link("f0:z", "f1:z", BEAT)]
    assert verdict(top_18, *pair(*straight), device("x", Role.LEAF)).status is Status.PASS


def test_lanes_of_one_cage_are_one_card():
    skus = {"sku": "QFX5110-48S-AFO"}
    facts = [device(name, Role.LEAF, **skus) for name in ("f0", "f1")]
    lanes = [link(f"f0:et-0/0/48:{n}", f"f1:et-0/0/48:{n}", BEAT, id=f"h{n}") for n in (0, 1)]
    group = HaGroup(id="fw", mode=HaMode.ACTIVE_ACTIVE, members=("f0", "f1"))

    assert "ports of one cage (f0:et-0/0/48) alone" in messages(verdict(top_18, *facts, group, *lanes))[0]


def test_even_clusters():
    members = ("f0", "f1", "f2", "f3")
    legs = [link(f"f0:{m}{n}", f"{m}:{n}", BEAT) for m in members[1:] for n in (0, 1)]

    found = verdict(top_18, *pair(*legs, members=members))

    assert messages(found) == ["group fw has 4 voters: halves that part cannot tell which is right"]


def bundled(*, keepalive="k", over=False, peers=2, **changes):
    made: list[Any] = [device(f"s{n}", Role.CORE) for n in (0, 1)]
    made += [link(f"s0:p{n}", f"s1:p{n}", LinkPurpose.PEER, id=f"p{n}") for n in range(peers)]
    made.append(replace(link("s0:k", "s1:k", BEAT, id="k"), **changes))
    mlag = Mlag(id="m", peers=("s0", "s1"), domain_id=1, system_mac="02:00:00:00:00:01", keepalive_link=keepalive,
                peer_links=tuple(f"p{n}" for n in range(peers)), keepalive_over_management=over)  # fmt: skip
    return [*made, mlag]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (bundled(keepalive=None), "is missing"),
        (bundled(keepalive="p0"), "rides the peer link"),
        (bundled(in_service=False), "does not join them"),
        (bundled(over=True), "goes over management, which does not join them"),
        (
            [replace(f, srlgs=("t",)) if hasattr(f, "srlgs") else f for f in bundled()],
            "shares a risk with all peer links",
        ),
    ],
)
def test_keepalives(facts, said):
    assert f"the keepalive of s0 and s1 {said}" in messages(verdict(top_18, *facts))


def test_keepalive_in_the_bundle_of_the_peer_links():
    lags = [Lag(id=f"s{n}:l", device=f"s{n}", interface="l", members=("p0", "p1", "k")) for n in (0, 1)]

    assert "the keepalive of s0 and s1 rides the peer link" in messages(verdict(top_18, *bundled(), *lags))


def test_keepalive_over_management_that_joins_them():
    facts = [*bundled(keepalive=None, over=True), device("x", Role.MANAGEMENT_SWITCH)]
    facts += [link(f"s{n}:m", f"x:{n}", LinkPurpose.MANAGEMENT) for n in (0, 1)]

    assert verdict(top_18, *facts).status is Status.PASS


def test_one_peer_link():
    found = verdict(top_18, *bundled(peers=1))

    assert "s0 and s1 are one pair over one link (p0) alone" in messages(found)
    assert next(m for m in found.measures if m.name == "fewest peer links of a pair").value == 1


@pytest.mark.parametrize("shape", ["campus", "tiers", "fabric"])
def test_mutants_are_seen_and_mended(shape):
    pairs = tuple(m.title for m in top_18.mutants[3:])

    assert unmended(top_18, built(shape), but=pairs if shape == "fabric" else ()) == []


def test_fixes():
    finding = Finding(message="", elements=("m", "s0", "s1"), witness={"pair": "m", "kind": "keepalive"})
    managed = [*bundled(keepalive=None, purpose=LinkPurpose.PEER), device("x", Role.MANAGEMENT_SWITCH)]
    managed += [link(f"s{n}:m", f"x:{n}", LinkPurpose.MANAGEMENT) for n in (0, 1)]

    assert first_change(own_keepalive(case(design(*bundled(keepalive=None))), finding))["keepalive_link"] == "k"
    assert first_change(own_keepalive(case(design(*managed)), finding))["keepalive_over_management"]
    bare = bundled(keepalive=None, purpose=LinkPurpose.PEER)
    assert own_keepalive(case(design(*bare)), finding) is None
    assert own_keepalive(case(design()), finding) is None
    assert restored(case(design()), finding) is None
    assert other_way(case(design()), finding) is None
