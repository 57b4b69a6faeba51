"""Loads against a second opinion: every pair of endpoints routed one by one."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.analysis.facts.carriage import carriage
from netdesign.analysis.facts.ends import ends_of, unknown_ends
from netdesign.analysis.policy.enforcers import enforcers, standby_devices
from netdesign.analysis.traffic.traffic import loads, stretches, utilisation
from netdesign.graph.network import Network, compile_network
from netdesign.model.cabling import Circuit, CircuitKind, Mlag
from netdesign.model.infrastructure import ServiceInstance, ServiceKind
from netdesign.model.inventory import Attachment, EndpointGroup, EndpointKind, HaGroup, HaMode, Homing
from netdesign.model.security import IpProtocol, Service, Zone
from netdesign.model.traffic import Flow
from netdesign.model.vocabulary import DataClass, Exposure, LinkPurpose, Role, ServiceClass, Trust
from tests.support.sketch import GBPS, NO_CATALOG, design, device, interface, link

HTTPS = Service(name="https", protocol=IpProtocol.TCP, first_port=443, last_port=443)


def group(identity: str, count: int, **changes):
    made = {"name": identity, "site": "dc1", "kind": EndpointKind.SERVER, "zone": "server"}
    return EndpointGroup(id=identity, count=count, **(made | changes))


def attach(group_id: str, device_id: str, endpoints: int, first_port: int = 1):
    ports = tuple(f"p{first_port + n}" for n in range(endpoints))
    return Attachment(
        id=f"{group_id}@{device_id}", group=group_id, device=device_id, endpoints=endpoints, ports=ports, profile="p"
    )


def flow(identity: str, sources: str, targets: str, up: float = 0, down: float = 0, **changes):
    return Flow(
        id=identity,
        sources=tuple(sources.split()),
        targets=tuple(targets.split()),
        service=HTTPS,
        service_class=ServiceClass.GOLD,
        data_class=DataClass.INTERNAL,
        up_bps=int(up),
        down_bps=int(down),
        **changes,
    )


def network(*facts, **changes) -> Network:
    return compile_network(design(*facts, **changes), NO_CATALOG)


def on_links(compiled: Network, result) -> dict[str, tuple[float, float]]:
    pairs = zip(compiled.links, result.load_bps.T.tolist(), strict=True)
    return {made.id: (round(forth), round(back)) for made, (forth, back) in pairs}


def clos(leaves: int = 2, spines: int = 2):
    facts: list[Any] = [device(f"s{n}", Role.SPINE) for n in range(spines)]
    facts += [device(f"l{n}", Role.LEAF) for n in range(leaves)]
    facts += [link(f"l{m}:u{n}", f"s{n}:d{m}", id=f"l{m}s{n}") for m in range(leaves) for n in range(spines)]
    return facts


def test_demand_divides_by_endpoint_count_and_over_equal_paths():
    facts = [group("web", 3), attach("web", "l0", 1), attach("web", "l1", 2), group("db", 1), attach("db", "l2", 1)]
    compiled = network(*clos(3), *facts, flow("f", "web", "db", up=6 * GBPS, down=3 * GBPS))

    found = on_links(compiled, loads(compiled))

    assert found["l0s0"] == (1 * GBPS, 0.5 * GBPS)
    assert found["l1s1"] == (2 * GBPS, 1 * GBPS)
    assert found["l2s0"] == (1.5 * GBPS, 3 * GBPS)


def test_what_stays_on_one_switch_loads_no_link():
    facts = [group("web", 2), attach("web", "l0", 1), attach("web", "l1", 1)]
    compiled = network(*clos(), *facts, flow("f", "web", "web", up=2 * GBPS))

    assert on_links(compiled, loads(compiled))["l0s0"] == (0.5 * GBPS, 0.5 * GBPS)


def test_endpoints_on_both_members_of_a_pair_are_at_home_on_both():
    web = group("web", 4, homing=Homing.MLAG, nics=2)
    facts = [device("a", Role.LEAF), device("b", Role.LEAF), link("a:1", "b:1", LinkPurpose.PEER, id="peer")]
    facts += [Mlag(id="m", peers=("a", "b"), domain_id=1, system_mac="02:00:00:00:00:01")]
    facts += [web, attach("web", "a", 4), attach("web", "b", 4), flow("f", "web", "web", up=GBPS)]
    compiled = network(*facts)

    assert on_links(compiled, loads(compiled))["peer"] == (0, 0)
    assert carriage(compiled).homes == {frozenset((0, 1)): 2}


def test_a_dual_homed_group_survives_one_switch():
    web = group("web", 4, homing=Homing.ESI, nics=2)
    facts = [web, attach("web", "l0", 4), attach("web", "l1", 4), group("db", 1), attach("db", "l2", 1)]
    compiled = network(*clos(3), *facts, flow("f", "web", "db", up=4 * GBPS))

    both = on_links(compiled, loads(compiled))
    one = loads(compiled, frozenset({compiled.device_index["l0"]}))

    assert (both["l0s0"], both["l1s0"]) == ((GBPS, 0), (GBPS, 0))
    assert on_links(compiled, one)["l1s0"] == (2 * GBPS, 0)
    assert one.unserved_bps == {}


def firewalled(mode: HaMode, **changes):
    facts: list[Any] = [device("c", Role.CORE), device("fw1", Role.FIREWALL), device("fw2", Role.FIREWALL)]
    facts += [
        link("c:1", "fw1:1", LinkPurpose.ATTACHMENT, id="c-fw1"),
        link("c:2", "fw2:1", LinkPurpose.ATTACHMENT, id="c-fw2"),
    ]
    facts += [HaGroup(id="fw", mode=mode, members=("fw1", "fw2"), state_sync=True)]
    facts += [interface("fw1", "1", zone="user"), interface("fw1", "2", zone="server"), interface("fw1", "3")]
    facts += [group("people", 2, zone="user"), attach("people", "c", 2), group("web", 1), attach("web", "c", 1, 9)]
    return [*facts, flow("f", "people", "web", up=2 * GBPS, down=GBPS)]


def test_zones_meet_at_the_active_firewall():
    compiled = network(*firewalled(HaMode.ACTIVE_STANDBY))

    result = loads(compiled)

    assert on_links(compiled, result) == {"c-fw1": (3 * GBPS, 3 * GBPS), "c-fw2": (0, 0)}
    assert result.inspected_bps == {1: 2 * GBPS}
    assert standby_devices(compiled) == {2}
    assert [e.zones for e in enforcers(compiled)] == [{"user", "server"}]


def test_the_standby_firewall_takes_over():
    compiled = network(*firewalled(HaMode.ACTIVE_STANDBY))

    result = loads(compiled, frozenset({1}))

    assert on_links(compiled, result)["c-fw2"] == (3 * GBPS, 3 * GBPS)
    assert (result.inspected_bps, result.unserved_bps) == ({2: 2 * GBPS}, {})


def test_active_firewalls_share_and_none_serves_nobody():
    compiled = network(*firewalled(HaMode.ACTIVE_ACTIVE))

    assert on_links(compiled, loads(compiled))["c-fw2"] == (1.5 * GBPS, 1.5 * GBPS)
    assert loads(compiled, frozenset({1, 2})).unserved_bps == {"f": 3 * GBPS}


def test_a_firewall_is_no_shortcut_within_a_zone():
    facts: list[Any] = [device("c1", Role.CORE), device("c2", Role.CORE), device("fw", Role.FIREWALL)]
    facts += [
        link("c1:1", "c2:1", LinkPurpose.PEER, id="peer"),
        link("c1:2", "fw:1", id="x"),
        link("c2:2", "fw:2", id="y"),
    ]
    facts += [group("g", 2), attach("g", "c1", 1), attach("g", "c2", 1), flow("f", "g", "g", up=GBPS)]
    compiled = network(*facts)

    assert on_links(compiled, loads(compiled)) == {"peer": (0.5 * GBPS, 0.5 * GBPS), "x": (0, 0), "y": (0, 0)}


def exits():
    facts: list[Any] = [
        device("edge", Role.INTERNET_EDGE),
        device("isp1", Role.PROVIDER, managed=False),
        device("isp2", Role.PROVIDER),
    ]
    for n in (1, 2):
        facts.append(
            link(f"edge:{n}", f"isp{n}:x", LinkPurpose.CIRCUIT, id=f"c{n}", trust=Trust.PUBLIC, speed_bps=GBPS)
        )
        facts.append(
            Circuit(
                id=f"k{n}",
                link=f"c{n}",
                kind=CircuitKind.DIA,
                provider=f"p{n}",
                site="dc1",
                rate_down_bps=1,
                rate_up_bps=1,
            )
        )
    facts += [Zone(id="world", name="x", trust=0, exposure=Exposure.INTERNET)]
    return [*facts, group("people", 5, zone="user"), attach("people", "edge", 5)]


def test_the_internet_is_reached_through_the_nearest_exits():
    compiled = network(*exits(), flow("f", "people", "isp1 isp2", up=2 * GBPS, down=4 * GBPS))

    assert on_links(compiled, loads(compiled)) == {"c1": (GBPS, 2 * GBPS), "c2": (GBPS, 2 * GBPS)}
    assert utilisation(compiled).tolist() == [2.0, 2.0]
    assert [end.zone for end in ends_of(compiled, ("isp1", "isp2"))] == ["world"]


def test_sites_meet_in_the_network_of_their_provider():
    facts: list[Any] = [device(f"r{n}", Role.WAN_EDGE, site=f"s{n}") for n in (1, 2)]
    facts += [device(f"mpls{n}", Role.PROVIDER, site=f"s{n}") for n in (1, 2)]
    for n in (1, 2):
        facts.append(link(f"r{n}:1", f"mpls{n}:x", LinkPurpose.CIRCUIT, id=f"c{n}", trust=Trust.LEASED))
        facts.append(
            Circuit(
                id=f"k{n}",
                link=f"c{n}",
                kind=CircuitKind.MPLS,
                provider="p",
                site=f"s{n}",
                rate_down_bps=1,
                rate_up_bps=1,
            )
        )
        facts += [group(f"g{n}", 1, site=f"s{n}"), attach(f"g{n}", f"r{n}", 1)]
    compiled = network(
        *facts,
        flow("f", "g1", "g2", up=GBPS),
        Circuit(
            id="lost", link="nowhere", kind=CircuitKind.MPLS, provider="p", site="s1", rate_down_bps=1, rate_up_bps=1
        ),
    )

    assert on_links(compiled, loads(compiled)) == {"c1": (GBPS, 0), "c2": (0, GBPS)}


def test_services_and_unattached_ends():
    dns = ServiceInstance(
        id="dns",
        kind=ServiceKind.DNS,
        name="dns",
        site="dc1",
        zone="server",
        address="10.0.0.1",
        subnet="s",
        attached_to=("l0", "l1", "?"),
    )
    facts = [
        dns,
        group("web", 2),
        attach("web", "l2", 2),
        group("lost", 2),
        flow("f", "web lost", "dns ?", up=4 * GBPS),
    ]
    compiled = network(*clos(3), *facts)

    result = loads(compiled)

    assert result.unserved_bps == {"f": 2 * GBPS}
    assert on_links(compiled, result)["l0s0"] == (0, 0.5 * GBPS)
    assert unknown_ends(compiled, ("dns", "?", "web", "l0")) == ("?", "l0")


def test_no_flows_and_links_without_speed():
    compiled = network(*clos())
    assert loads(compiled).load_bps.tolist() == [[0.0] * 4, [0.0] * 4]
    facts = [group("a", 1), attach("a", "l0", 1), group("b", 1), attach("b", "l1", 1), flow("f", "a", "b", up=1)]
    slow = network(*[*clos(spines=1)[:3], link("l0:u", "s0:1", speed_bps=0), link("l1:u", "s0:2", speed_bps=1)], *facts)
    assert utilisation(slow).tolist() == [float("inf"), 1.0]
    alone = network(group("a", 1), device("x", Role.LEAF), attach("a", "x", 1), flow("f", "a", "a", up=5))
    assert stretches(alone) == ()


@st.composite
def small_designs(draw):
    count = draw(st.integers(2, 5))
    facts: list[Any] = [
        device(f"d{n}", draw(st.sampled_from((Role.SPINE, Role.LEAF, Role.CORE)))) for n in range(count)
    ]
    pairs = draw(st.lists(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=8))
    facts += [
        link(f"d{a}:p{n}", f"d{b}:p{n}", draw(st.sampled_from((LinkPurpose.FABRIC, LinkPurpose.PEER))), id=f"k{n}")
        for n, (a, b) in enumerate(pairs)
        if a != b
    ]
    for name in ("g0", "g1", "g2"):
        at = draw(st.dictionaries(st.integers(0, count - 1), st.integers(1, 3), max_size=3))
        facts.append(group(name, sum(at.values())))
        facts += [attach(name, f"d{n}", endpoints) for n, endpoints in at.items()]
    for n in range(draw(st.integers(1, 3))):
        sources, targets = (
            " ".join(sorted(draw(st.sets(st.sampled_from(("g0", "g1", "g2")), min_size=1)))) for _ in range(2)
        )
        facts.append(flow(f"f{n}", sources, targets, up=draw(st.integers(0, 9)) * 1000, down=700))
    return facts


@given(small_designs())
@settings(max_examples=60, deadline=None)
def test_loads_are_those_of_endpoints_routed_one_by_one(facts):
    compiled = network(*facts)

    result = loads(compiled)
    expected, unserved = one_by_one(compiled)

    assert np.allclose(result.load_bps, expected, atol=1e-6)
    assert result.unserved_bps == pytest.approx(unserved)


def one_by_one(compiled: Network):
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(len(compiled.devices)))
    for n, made in enumerate(compiled.links):
        a, b = compiled.device_index[made.a.device], compiled.device_index[made.b.device]
        cost = 100 if made.purpose is LinkPurpose.PEER else 1
        graph.add_edge(a, b, key=(0, n), cost=cost)
        graph.add_edge(b, a, key=(1, n), cost=cost)
    load = np.zeros((2, len(compiled.links)))
    unserved: defaultdict[str, float] = defaultdict(float)
    for wanted in compiled.design.traffic.flows:
        ends = [_endpoints(compiled, names) for names in (wanted.sources, wanted.targets)]
        pairs = [(s, t) for s in ends[0] for t in ends[1] if s != t]
        for source, target in pairs:
            for here, there, amount in ((source, target, wanted.up_bps), (target, source, wanted.down_bps)):
                if here[0] != there[0] and not _walk(graph, here[0], there[0], amount / len(pairs), load):
                    unserved[wanted.id] += amount / len(pairs)
    return load, {name: lost for name, lost in unserved.items() if lost}


def _endpoints(compiled, names):
    attachments = [a for a in compiled.design.inventory.attachments if a.group in names]
    return [(compiled.device_index[a.device], a.id, n) for a in attachments for n in range(a.endpoints)]


def _walk(graph, source, target, amount, load):
    if not nx.has_path(graph, source, target):
        return False
    distance = nx.single_source_dijkstra_path_length(graph.reverse(), target, weight="cost")
    held = {source: amount}
    for node in sorted(distance, key=distance.get, reverse=True):
        if node == target or not held.get(node):
            continue
        hops = [
            (h, k)
            for _, h, k, c in graph.out_edges(node, keys=True, data="cost")
            if h in distance and distance[h] + c == distance[node]
        ]
        for head, (way, number) in hops:
            load[way, number] += held[node] / len(hops)
            held[head] = held.get(head, 0.0) + held[node] / len(hops)
    return True
