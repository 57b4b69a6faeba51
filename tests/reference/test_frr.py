"""Routing tables of small designs against those of FRR that runs them: OSPF with areas, BGP of all sorts, statics."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from typing import Any

import pytest

if not os.environ.get("NETDESIGN_DATA"):
    pytest.skip("NETDESIGN_DATA is not set", allow_module_level=True)

from tests.support import frr_lab

if not frr_lab.available():
    pytest.skip("FRR or the right to make network namespaces is missing", allow_module_level=True)

from netdesign.analysis.tables.fib import fib
from netdesign.graph.network import compile_network
from netdesign.graph.prefixes import parse_prefix
from netdesign.model.routing import (
    PolicyAction,
    Redistribution,
    RoutePolicy,
    RoutePolicyTerm,
    RoutingProcess,
    Summary,
)
from netdesign.model.vocabulary import InterfaceKind, RoutingProtocol
from tests.support import naive_routing as naive
from tests.support.routed import bgp, loopback, peer, port, static
from tests.support.sketch import NO_CATALOG, design
from tests.unit.analysis.tables.test_rib import (
    bgp_facts,
    boxes,
    cables,
    drawn_rules,
    member,
    ospf_facts,
    routers,
    wired,
)


def expected(made, prefixes):
    """(next hop, interface) of each prefix on each router, by our tables."""
    found = fib(compile_network(made, NO_CATALOG))
    ports = found.network.interfaces
    wanted: dict[Any, Any] = {}
    for at, device in enumerate(found.network.devices):
        mine = wanted[device.id] = {}
        for text in prefixes:
            hops = found.next_hops(at, "default", text.split("/")[0])
            match = found.rib.longest(found.table(at, "default"), 4, parse_prefix(text).network)
            if match is not None and match[0] == parse_prefix(text) and match[1].source != "connected":
                far = {(ports[h.incoming].addresses[0].split("/")[0], ports[h.outgoing].name) for h in hops}
                mine[text] = far
            elif match is None or match[0] != parse_prefix(text):
                mine[text] = set()
    return wanted


def same(facts, prefixes, folder, mark):
    made = design(*facts)
    wanted = expected(made, prefixes)
    with frr_lab.Lab(made, folder, mark) as lab:
        assert lab.settled(wanted) == wanted


@pytest.mark.parametrize("seed", range(4))
def test_ospf_with_areas(seed, tmp_path):
    draw = random.Random(seed)
    names = routers(draw, 4, 6)
    drawn = [
        (u, v, draw.choice([0, 0, 1, 2]), draw.randint(1, 4), draw.randint(1, 4)) for u, v in cables(draw, names, 4)
    ]
    near = {n: sorted({a for u, v, a, *_ in drawn if n in (u, v)}) for n in names}
    homes = [(name, draw.choice(near[name]), 1) for name in names]
    facts = numbered(ospf_facts(names, drawn, homes), names)
    same(facts, [f"10.9.{at}.1/32" for at in range(len(homes))], tmp_path, f"o{seed}")


def numbered(facts, names):
    """The same facts, OSPF processes with router ids."""
    ids = {name: f"10.0.0.{at + 1}" for at, name in enumerate(names)}
    return [replace(f, router_id=ids[f.device]) if isinstance(f, RoutingProcess) else f for f in facts]


@pytest.mark.parametrize("seed", range(4))
def test_bgp_between_and_inside_systems_with_policies(seed, tmp_path):
    draw = random.Random(100 + seed)
    names = routers(draw, 4, 6)
    asns = [65000 + draw.randrange(len(names)) for _ in names]
    speakers = {n: naive.Speaker(asn, at + 1) for at, (n, asn) in enumerate(zip(names, asns, strict=True))}
    sessions = [(u, v, n) for n, (u, v) in enumerate(cables(draw, names))]
    imports, exports = drawn_rules(draw, sessions)[0], drawn_rules(draw, sessions)[0]
    for rules in (imports, exports):  # with preferences there can be several states of rest
        rules.update({side: (deny, None, prepend) for side, (deny, _, prepend) in rules.items()})
    for own, far, n in list(exports):
        if speakers[own].asn == speakers[far].asn:  # nobody prepends inside a system
            exports[own, far, n] = (*exports[own, far, n][:2], 0)
    facts = bgp_facts(names, speakers, sessions, imports, exports)
    same(facts, [f"10.9.{one.number}.1/32" for one in speakers.values()], tmp_path, f"b{seed}")


def test_a_fabric_of_leaves_and_spines(tmp_path):
    spines, leaves = ["s1", "s2"], ["l1", "l2", "l3"]
    speakers = {n: naive.Speaker(65100, at + 1) for at, n in enumerate(spines)}
    speakers |= {n: naive.Speaker(65001 + at, at + 3) for at, n in enumerate(leaves)}
    pairs = [(leaf, spine) for leaf in leaves for spine in spines]
    facts = bgp_facts([*spines, *leaves], speakers, [(u, v, n) for n, (u, v) in enumerate(pairs)], {}, {})
    same(facts, [f"10.9.{one.number}.1/32" for one in speakers.values()], tmp_path, "clos")


def test_route_reflectors_over_ospf_and_what_comes_from_outside(tmp_path):
    """x - a, where a and b are clients of the reflectors r and s; b hears x through either."""
    pairs = [("a", "r"), ("a", "s"), ("b", "r"), ("b", "s"), ("r", "s"), ("x", "a")]
    facts, addresses = wired(pairs)
    inner = ["a", "b", "r", "s"]
    facts += boxes([*inner, "x"])
    for at, name in enumerate([*inner, "x"]):
        facts.append(loopback(name, f"10.8.{at}.1/32"))
    for at, name in enumerate(inner):
        router = f"10.8.{at}.1"
        facts.append(replace(ospf_process(name), router_id=router))
        facts.append(member(name, "lo0", 0, 1, passive=True))
        facts += [member(name, f"p{n}", 0, 10, passive="x" in pair) for n, pair in enumerate(pairs) if name in pair]
        facts.append(bgp(name, 65000, router_id=router, max_paths=4))
    facts.append(bgp("x", 65009, router_id="10.8.4.1", networks=("10.77.0.0/24",)))
    facts += [peer("x", addresses[5][1], 65000), peer("a", addresses[5][0], 65009)]
    for one, other in [("a", "r"), ("a", "s"), ("b", "r"), ("b", "s"), ("r", "s")]:
        for own, far in ((one, other), (other, one)):
            client = own in "rs" and far in "ab"
            address = f"10.8.{inner.index(far)}.1"
            facts.append(peer(own, address, 65000, update_source="lo", route_reflector_client=client))
    same(facts, ["10.77.0.0/24"], tmp_path, "rr")


def ospf_process(name, **changes):
    made = RoutingProcess(
        id=f"{name}:ospf", device=name, vrf="default", protocol=RoutingProtocol.OSPF, max_paths=64, router_id="1.1.1.1"
    )
    return replace(made, **changes)


def test_static_routes_defaults_summaries_and_stub_areas(tmp_path):
    """e - b - s in a chain: b summarises the stub area of s and tells it a default; e brings statics in, tagged."""
    facts, addresses = wired([("e", "b"), ("b", "s"), ("e", "o")])
    facts += boxes(["e", "b", "s", "o"])
    refuse = RoutePolicyTerm(action=PolicyAction.DENY, prefixes=("10.66.0.0/16",))
    facts.append(RoutePolicy(id="some", name="some", terms=(refuse, RoutePolicyTerm(action=PolicyAction.PERMIT))))
    facts += [
        static("e", "0.0.0.0/0", addresses[2][1]),
        static("e", "10.55.0.0/16", addresses[2][1]),
        static("e", "10.66.0.0/16", addresses[2][1]),
        static("o", "10.9.0.0/16", addresses[2][0]),
        ospf_process("e", router_id="10.0.0.1", default_originate=True,
                     redistribute=(Redistribution(source="static", policy="some"),)),
        ospf_process("b", router_id="10.0.0.2", stub_areas=("0.0.0.1",),
                     summaries=(Summary(prefix="10.9.0.0/16", area="0.0.0.1"),)),
        ospf_process("s", router_id="10.0.0.3", stub_areas=("0.0.0.1",)),
        member("e", "p0", 0, 10), member("b", "p0", 0, 10), member("b", "p1", 1, 5), member("s", "p1", 1, 5),
        port("s:lo0", "10.9.1.1/32", "10.9.2.1/32", kind=InterfaceKind.LOOPBACK),
        member("s", "lo0", 1, 1, passive=True),
    ]  # fmt: skip
    prefixes = ["0.0.0.0/0", "10.55.0.0/16", "10.66.0.0/16", "10.9.0.0/16", "10.9.1.1/32", "10.9.2.1/32"]
    same(facts, prefixes, tmp_path, "st")
