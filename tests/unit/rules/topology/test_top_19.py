"""TOP-19: hops and detours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netdesign.analysis.traffic.path_lengths import farthest_sites, widths
from netdesign.model.cabling import Circuit, CircuitKind
from netdesign.model.inventory import Site
from netdesign.model.overlay import Tunnel, TunnelKind
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Archetype, LinkPurpose, Role
from netdesign.rules.topology.top_19_path_length import path_length as top_19
from tests.support.built import built, unmended
from tests.support.sketch import case, design, device, link
from tests.unit.rules.topology.shapes import UP, attach, campus, clos, flow, group, messages, verdict


def test_fabrics_as_wide_as_their_shape():
    assert verdict(top_19, *clos(4, 2)).status is Status.PASS
    longest = verdict(top_19, *campus(4)).measures[0].value
    assert isinstance(longest, int)
    assert longest <= 5
    assert verdict(top_19).status is Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("facts", "shape", "hops"),
    [
        (clos(3, 2), Archetype.SPINE_LEAF, 2),
        (campus(2), Archetype.THREE_TIER, 2),
        ([device("a", Role.LEAF)], Archetype.COLLAPSED_DATACENTER, 0),
        ([device("a", Role.ACCESS)], Archetype.BRANCH, 0),
    ],
)
def test_shape_and_hops(facts, shape, hops):
    found = widths(case(design(*facts)).network)[0]

    assert (found.shape, found.hops) == (shape, hops)


def test_a_leaf_behind_a_leaf():
    facts = [*clos(3, 2), device("x", Role.LEAF), link("x:1", "l0:x")]

    found = verdict(top_19, *facts)

    assert found.findings[0].witness["hops"] == 3
    assert "3 hops apart or more at dc1; a spine leaf has 2" in messages(found)[0]


def test_daisy_chain_of_access_switches():
    facts = [*campus(2), *(device(f"x{n}", Role.ACCESS) for n in range(4))]
    facts += [link("x0:1", "a0:x", UP), *(link(f"x{n + 1}:1", f"x{n}:2", UP) for n in range(3))]

    assert verdict(top_19, *facts).findings[0].witness["hops"] == 6


def sites(count):
    return [Site(id=f"n{n}", name="", latitude=0.0, longitude=float(n)) for n in range(count)]


def routers(count):
    return [device(f"r{n}", Role.CORE, site=f"n{n}") for n in range(count)]


def test_sites_in_a_line():
    ways = [Tunnel(id=f"t{n}", a=f"r{n}", b=f"r{n + 1}", kind=TunnelKind.IPSEC, inner_mtu_bytes=1400) for n in range(5)]

    found = verdict(top_19, *sites(6), *routers(6), *ways)

    assert "sites n0 and n5 are 5 hops apart; 4 are allowed" in messages(found)


def test_networks_of_one_provider_join_all_its_sites():
    facts = [*sites(3), *routers(3), *(device(f"p{n}", Role.PROVIDER, site=f"n{n}", managed=False) for n in range(3))]
    for n in range(3):
        facts.append(link(f"r{n}:w", f"p{n}:1", LinkPurpose.CIRCUIT, id=f"w{n}"))
        facts.append(
            Circuit(id=f"q{n}", link=f"w{n}", kind=CircuitKind.MPLS, provider="p", site=f"n{n}", rate_down_bps=1,
                    rate_up_bps=1)
        )  # fmt: skip

    assert farthest_sites(case(design(*facts)).network)[2] == 1


def test_a_gold_flow_goes_round():
    facts = [*sites(3), *routers(3)]
    facts += [link("r0:1", "r2:1", fibre_km=400.0), link("r2:2", "r1:2", fibre_km=50.0)]
    facts += [replace(group(f"g{n}", 1), site=f"n{n}") for n in (0, 1)]
    facts += [attach(f"g{n}", f"r{n}") for n in (0, 1)]

    found = verdict(top_19, *facts, flow("f", "g0", "g1"))

    assert messages(found) == ["gold flow f goes 450 km between sites that are 111 km apart"]
    short = [replace(f, fibre_km=60.0) if getattr(f, "fibre_km", None) == 400.0 else f for f in facts]
    assert verdict(top_19, *short, flow("f", "g0", "g1")).status is Status.PASS


@pytest.mark.parametrize("shape", ["centre", "campus", "tiers", "fabric"])
def test_mutants_are_seen_and_mended(shape):
    assert unmended(top_19, built(shape), but=tuple(m.title for m in top_19.mutants)) == []


def test_mutants_apply_to_fabrics_that_are_large_enough():
    made = case(design(*clos(5, 2)))

    assert [mutant.mutate(made) is not None for mutant in top_19.mutants] == [True, True, True]
