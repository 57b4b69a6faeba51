"""Homes of endpoints, and that drawing them as one with their devices changes no load."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.analysis.facts.carriage import carriage, group_homes, merged_homes
from netdesign.analysis.traffic.traffic import loads
from netdesign.graph.network import compile_network
from netdesign.model.cabling import Circuit, CircuitKind, Mlag
from netdesign.model.inventory import Homing
from netdesign.model.vocabulary import LinkPurpose, Role, Trust
from tests.support.sketch import NO_CATALOG, design, device, link
from tests.unit.rules.topology.shapes import attach, clos, flow, group


def network(*facts):
    return compile_network(design(*facts), NO_CATALOG)


def esi(name: str, *leaves: str, count: int = 4, **changes):
    made = group(name, count, nics=2, **({"homing": Homing.ESI} | changes))
    return [made, *(attach(name, leaf, count) for leaf in leaves)]


def homes(compiled, name: str):
    return {tuple(sorted(home)): count for home, count in group_homes(compiled)[name].items()}


def test_homes_follow_the_homing():
    facts = [
        *clos(4, 1),
        *esi("dual", "l0", "l1"),
        *esi("single", "l0", "l1", homing=Homing.SINGLE),
        *esi("wide", "l0", "l1", "l2"),
    ]
    facts += [Mlag(id="m", peers=("l0", "l1", "?"), domain_id=1, system_mac="02:00:00:00:00:01")]
    facts += [attach("wide", "ghost"), attach("stranger", "l0"), group("nobody", 2)]
    compiled = network(*facts)

    assert homes(compiled, "dual") == {(1, 2): 4}
    assert homes(compiled, "single") == {(1,): 4, (2,): 4}
    assert homes(compiled, "wide") == {(1, 2): 4, (3,): 4}
    assert set(group_homes(compiled)) == {"dual", "single", "wide"}


def test_homes_are_drawn_as_one_where_their_leaves_are_twins():
    alike = network(*clos(4, 2), *esi("g", "l0", "l1"), *esi("h", "l2", "l3"))
    first, second = carriage(alike).homes.values()
    place = merged_homes(alike, carriage(alike).graph)
    assert (place[[2, 3, first]].tolist(), place[[4, 5, second]].tolist()) == ([2, 2, 2], [4, 4, 4])

    orphan = network(*clos(4, 2), *esi("g", "l0", "l1"), *esi("o", "l0", homing=Homing.SINGLE))
    assert merged_homes(orphan, carriage(orphan).graph).tolist() == list(range(7))

    unlike = network(*[f for f in clos(2, 2) if getattr(f, "id", "") != "l0s0"], *esi("g", "l0", "l1"))
    assert merged_homes(unlike, carriage(unlike).graph).tolist() == list(range(5))


def test_circuits_without_a_provider_join_nothing():
    facts = [
        device("a", Role.WAN_EDGE),
        device("b", Role.WAN_EDGE),
        link("a:1", "b:1", LinkPurpose.CIRCUIT, id="dark", trust=Trust.LEASED),
    ]
    kinds: dict[str, Any] = {
        "kind": CircuitKind.WAVE,
        "provider": "p",
        "site": "dc1",
        "rate_down_bps": 1,
        "rate_up_bps": 1,
    }
    facts += [
        link("a:2", "b:2", LinkPurpose.CIRCUIT, id="own"),
        Circuit(id="k", link="dark", **kinds),
        Circuit(id="o", link="own", **kinds),
    ]

    assert carriage(network(*facts)).graph.node_count == 2


@given(st.lists(st.integers(1, 5), min_size=2, max_size=4), st.integers(1, 3), st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_loads_do_not_depend_on_the_drawing(counts, spines, orphans):
    """An orphan of no traffic keeps a home apart; the loads are those of homes drawn as one."""
    facts = clos(2 * len(counts), spines)
    for n, count in enumerate(counts):
        facts += esi(f"g{n}", f"l{2 * n}", f"l{2 * n + 1}", count=count)
    facts += [flow("f", "g0", "g1"), flow("e", "g1", "g0"), flow("x", f"g{len(counts) - 1}", "g0")]
    apart = [f for n in range(min(orphans, len(counts))) for f in esi(f"o{n}", f"l{2 * n}", homing=Homing.SINGLE)]

    assert np.allclose(loads(network(*facts)).load_bps, loads(network(*facts, *apart)).load_bps)
