"""TOP-07: complete and equal, or not a Clos fabric."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from netdesign.catalog.selection import default_catalog
from netdesign.model.cabling import Mlag
from netdesign.model.inventory import Device
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import LinkPurpose, Role
from netdesign.rules.topology.top_07_clos import clos_correctness as top_07
from tests.support.sketch import GBPS, case, design, device, link
from tests.unit.rules.topology.shapes import attach, campus, clos, elements, group, killed, messages, verdict


def test_a_complete_fabric_passes():
    found = verdict(top_07, *clos(3, 4))

    assert (found.status, found.measures[0].name, found.measures[0].value) == (
        Status.PASS,
        "spines for 3 leaves at dc1",
        4,
    )


def test_does_not_apply_to_a_campus():
    assert verdict(top_07, *campus()).status is Status.NOT_APPLICABLE
    assert verdict(top_07, device("l", Role.LEAF)).status is Status.NOT_APPLICABLE


def test_a_missing_link_is_found():
    facts = [fact for fact in clos(3, 2) if getattr(fact, "id", "") != "l2s1"]

    found = verdict(top_07, *facts)

    assert messages(found) == ["l2 has 0 links to s1; its like have 1 to each spine"]
    assert elements(found) == [("l2", "s1")]


def test_an_extra_link_and_a_lone_spine_are_found():
    assert messages(verdict(top_07, *clos(3), link("l0:x", "s0:x"))) == [
        "l0 has 2 links to s0; its like have 1 to each spine"
    ]
    assert messages(verdict(top_07, *clos(2, 1))) == ["1 spine serves 2 leaves"]


def test_unequal_speeds_are_found():
    facts = [replace(f, speed_bps=40 * GBPS) if getattr(f, "id", "") == "l1s1" else f for f in clos()]

    assert messages(verdict(top_07, *facts)) == ["links from l1 to s1 run at 40 Gbit/s, others of their kind at 100"]


def test_sideways_links_need_a_pair():
    sideways = link("l0:x", "l1:x", LinkPurpose.PEER, id="peer")
    mlag = Mlag(id="m", peers=("l0", "l1"), domain_id=1, system_mac="02:00:00:00:00:01", peer_links=("peer",))

    assert messages(verdict(top_07, *clos(), sideways)) == ["link peer joins l0 and l1, both of the leaf tier"]
    assert verdict(top_07, *clos(), sideways, mlag).status is Status.PASS


def test_nothing_but_leaves_hangs_on_a_spine():
    found = verdict(top_07, *clos(), group("g", 2), attach("g", "s1", 2))

    assert messages(found) == ["2 endpoint ports are in use on spine s1"]


def test_a_spine_has_ports_for_its_leaves():
    kind = next(k for k in default_catalog().devices(Role.SPINE) if 0 < k.usable_ports(100 * GBPS) < 40)
    leaves = kind.usable_ports(100 * GBPS) + 1
    facts = [replace(f, sku=kind.sku) if isinstance(f, Device) and f.role is Role.SPINE else f for f in clos(leaves)]

    found = verdict(top_07, *facts)

    assert messages(found)[0] == f"{leaves} links of 100 Gbit/s end at s0, which has {leaves - 1} ports for them"
    assert elements(found) == [("s0",), ("s1",)]


def pods():
    """Two pods of two spines and two leaves below two super-spines."""
    facts: list[Any] = [device(f"x{n}", Role.SUPER_SPINE) for n in range(2)]
    for pod in "ab":
        facts += [device(f"{pod}s{n}", Role.SPINE, block=pod) for n in range(2)]
        facts += [device(f"{pod}l{n}", Role.LEAF, block=pod) for n in range(2)]
        facts += [link(f"{pod}l{m}:u{n}", f"{pod}s{n}:d{m}", id=f"{pod}{m}{n}") for m in range(2) for n in range(2)]
        facts += [link(f"{pod}s{n}:u", f"x{n}:{pod}", id=f"{pod}x{n}") for n in range(2)]
    return facts


def test_pods_are_planes_of_their_own():
    assert verdict(top_07, *pods()).status is Status.PASS
    found = verdict(top_07, *pods(), link("as0:more", "x1:more"))
    assert messages(found) == ["as0 has 2 links to super-spines at dc1; the others have 1"]


def test_mutants():
    assert killed(top_07, *clos()) == [True, True, True]
    assert killed(top_07, *pods()) == [True, True, True]
    assert [m.mutate(case(design(*campus()))) for m in top_07.mutants] == [None, None, None]
