"""TOP-24: what one failure drops."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netdesign.analysis.failure.failure_domains import dropped
from netdesign.model.cabling import Mlag
from netdesign.model.inventory import EndpointKind, Homing
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import Redundancy
from netdesign.rules.topology.top_24_failure_domains import failure_domain_size as top_24
from netdesign.rules.topology.top_24_failure_domains import other_side, restored, spread
from tests.support.built import built, unmended
from tests.support.patches import first_change, sets
from tests.support.sketch import case, design
from tests.unit.rules.topology.shapes import attach, campus, group, messages, verdict

USERS = {"kind": EndpointKind.USER, "homing": Homing.SINGLE}


def people(*at, total=None, **changes):
    return [group("u", total or sum(n for _, n in at), **{**USERS, **changes}), *(attach("u", d, n) for d, n in at)]


def test_evenly_spread_users_pass():
    found = verdict(top_24, *campus(4), *people(("a0", 40), ("a1", 40), ("a2", 40), ("a3", 40)))

    assert (found.status, found.measures[0].value) == (Status.PASS, 40)
    assert verdict(top_24, *campus()).status is Status.NOT_APPLICABLE


def test_more_than_the_limit():
    found = verdict(top_24, *campus(), *people(("a0", 500), ("a1", 5_000)), redundancy=Redundancy.LOW)

    assert messages(found) == ["the device a1 drops 5000 of the 5500 endpoints of dc1; 1000 may fall at once"]
    assert verdict(top_24, *campus(), *people(("a0", 5_000)), redundancy=Redundancy.NONE).status is Status.PASS


def test_a_share_of_the_site_from_medium_on():
    facts = [*campus(), *people(("a0", 60), ("a1", 60))]

    assert verdict(top_24, *facts).findings[0].witness["allowed"] == 48
    assert verdict(top_24, *facts, redundancy=Redundancy.LOW).status is Status.PASS
    assert verdict(top_24, *campus(), *people(("a0", 48))).status is Status.PASS


def test_what_hangs_behind_counts():
    cut = [f for f in campus(4) if getattr(f, "id", "") not in ("a0d1", "a1d1", "a2d1")]

    found = verdict(top_24, *cut, *people(*((f"a{n}", 40) for n in range(4))))

    said = "the device d0 with 3 devices behind it drops 120 of the 160 endpoints of dc1; 48 may fall at once"
    assert messages(found) == [said]


def test_a_feed_of_a_rack():
    facts = [*campus(4), *people(*((f"a{n}", 40) for n in range(4)), ("d0", 800))]
    names = {f"a{n}" for n in range(4)}
    fed = [replace(f, rack="r", power_feeds=("A",)) if getattr(f, "id", "") in names else f for f in facts]
    critical = verdict(top_24, *fed, redundancy=Redundancy.CRITICAL)

    assert verdict(top_24, *fed, redundancy=Redundancy.LOW).status is Status.PASS
    assert any("power feed r feed A drops 160" in message for message in messages(critical))


def test_second_homes_and_pairs():
    servers = [group("g", 600, homing=Homing.MLAG, nics=2), attach("g", "d0", 600), attach("g", "d1", 600)]
    pair = Mlag(id="m", peers=("d0", "d1"), domain_id=1, system_mac="02:00:00:00:00:01")

    assert verdict(top_24, *campus(), *servers).status is Status.PASS
    assert messages(verdict(top_24, *campus(), *servers, pair)) == [
        "the pair m drops 600 of the 600 endpoints of dc1; 480 may fall at once"
    ]


def test_endpoints_that_share_a_port_count_and_radios_do_not():
    made = case(design(*campus(), *people(("a0", 4)), group("p", 4, **USERS), attach("p", "a0", 4, ports=()),
                       group("w", 9, homing=Homing.WIRELESS), attach("w", "a0", 9)))  # fmt: skip

    assert dropped(made.network, frozenset({"a0"})) == 8


@pytest.mark.parametrize("shape", ["campus", "tiers", "fabric", "centre"])
def test_mutants_are_seen_and_mended(shape):
    found = unmended(top_24, built(shape), but=tuple(m.title for m in top_24.mutants))

    assert [one for one in found if "survived" in one] == []


def test_fixes():
    made = case(design(*campus(), *people(("a0", 60), ("a1", 60))))
    finding = Finding(message="", witness={"kind": "device", "name": "a0"})

    assert restored(made, finding) is None
    assert other_side(made, finding) is None
    assert spread(made, Finding(message="")) is None
    crowded = case(design(*campus(), *people(("a0", 60)), replace(attach("u", "a0", 60), id="again")))
    assert first_change(spread(crowded, finding))["device"] == "a1"
    fed = Finding(message="", witness={"kind": "power feed", "devices": ["a0", "a1"]})
    feeds = [replace(f, power_feeds=("A",)) if f.id in ("a0", "a1") else f for f in campus()]
    both = [replace(f, power_feeds=("B",)) if getattr(f, "id", "") == "c0" else f for f in feeds]
    assert first_change(other_side(case(design(*both)), fed)) == {"power_feeds": ("B",)}
    down = [replace(f, in_service=False) if getattr(f, "id", "") == "a1" else f for f in campus()]
    assert sets(restored(case(design(*down)), finding))[0].id == "a1"
