"""PRO-04: routing knows the way, there and back, over every cable that is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.row_codes import among
from netdesign.analysis.failure.routing_states import Astray
from netdesign.analysis.protocols.adjacency import processes, statements
from netdesign.analysis.protocols.providers import lonely_exits
from netdesign.analysis.routing.routed_links import alone, routed_pairs, silent_pairs, unused_links
from netdesign.analysis.tables.route_origins import static_hops, unbacked_defaults
from netdesign.analysis.tables.routes import OUTCOMES
from netdesign.analysis.traffic.flow_routes import Stranded, flow_ends, gateway_tables, stranded, without_gateway
from netdesign.graph.network import Network
from netdesign.graph.prefixes import parse_interface
from netdesign.model.patch import Patch, Remove, Set
from netdesign.model.verdict import Finding, Gap, Measure, Scalar
from netdesign.model.vocabulary import Category, InterfaceKind, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.default_routes import accept_default, default_to_provider, originate_default
from netdesign.rules.detours import discard_outside, discard_part, lead_part_out, without_detours
from netdesign.rules.outlooks import outlooks, witness_of
from netdesign.rules.provider_faults import edge_forgets_inside, no_default_from_providers, one_default_refused


def routes_anything(case: Case) -> bool:
    """Whether some interface routes."""
    return layer3(case.network).vertex_count > 0


@rule(
    code="PRO-04",
    name="routing-incomplete",
    title="Routing Protocol",
    category=Category.PROTOCOL,
    severity=Severity.CRITICAL,
    applies="designs with routed interfaces",
    applicable=routes_anything,
    flags="A flow whose gateway has no way to the destination or back, followed from table to table by longest "
    "match; two ends of a routed link that share no subnet, or run no protocol or static route over it; a default "
    "route originated by a router that has none; an exit that learns nothing of the other exits of its site; a cable "
    "that routing does not use although a single link or node failure (where the redundancy level counts it) would "
    "leave it the only way; packets or answers of a flow that end short of their target, or of a part of it that some "
    "table has a longer prefix for, when every protocol is followed to its fixed point (policies, AS paths, areas, "
    "next hops, redistribution, tunnel endpoints), in the plain state or after a single failure that leaves a cable "
    "between the ends.",
    passes="Every flow's gateways reach each other by routes, also after each failure that leaves them a cable, and "
    "every routed link carries an adjacency.",
    remedy="Run the protocol on both ends with equal parameters, originate the prefix, or add a static route.",
    sweeping=True,
    reading="Failures that look alike (same kinds of devices and links, by role, routing and neighbours) are tried "
    "once. In a large design two devices of each kind, with two of each kind around them, stand for their fellows; the "
    "measures say how many took part.",
    references=("RFC 2328 (OSPF)", "RFC 5340 (OSPF for IPv6)", "RFC 1195 (IS-IS)", "RFC 4271 (BGP)"),
)
def routing_incomplete(case: Case) -> Iterator[Said]:
    """A redundant cable that no protocol runs on is only a cable."""
    network = case.network
    lost = stranded(network)
    yield from _mute_links(network)
    yield from _stranded_flows(network, lost)
    yield from _without_gateways(network)
    yield from _empty_defaults(network)
    yield from _unused(case)
    yield from _single_exits(case)
    yield from _unknown_ends(network)
    flows = network.design.traffic.flows
    yield Measure(
        name="flows with routes there and back",
        value=len(flows) - len({row.flow for row in lost}),
        threshold=len(flows),
    )
    yield Measure(
        name="routed links with a silent end", value=len(silent_pairs(network)) + len(alone(network)), threshold=0
    )
    yield from _gone_astray(case, {row.flow for row in lost})


def _gone_astray(case: Case, known: set[str]) -> Iterator[Said]:
    """What exact routing adds: the first way of each flow to get lost, and of each failure that loses some."""
    settings = case.parameters.protocols
    if len(case.network.devices) > settings.routing_devices:
        yield Measure(name="devices that take part in exact routing", value=0, threshold=len(case.network.devices))
        return
    calm, failed = outlooks(case)
    yield from (_astray(row) for row in _firsts(calm.astray) if row.flow not in known)
    yield from (_astray(row) for row in _firsts(failed.astray))
    yield Measure(
        name="devices that take part in exact routing", value=calm.devices, threshold=len(case.network.devices)
    )
    yield Measure(name="failures that the level counts", value=failed.states)
    yield Measure(name="failures routed through, one of each kind", value=failed.judged)


def _firsts(rows: tuple[Astray, ...]) -> list[Astray]:
    """One way for each flow, direction and failure."""
    found: dict[tuple[object, ...], Astray] = {}
    for row in rows:
        found.setdefault((row.failed, row.flow if not row.failed else "", row.backward), row)
    return list(found.values())


def _astray(row: Astray) -> Finding:
    after = f"after the failure of {', '.join(row.failed)}, though a cable is left: " if row.failed else ""
    what = "answers" if row.backward else "packets"
    return Finding(
        message=f"{after}{what} of flow {row.flow} from {row.start} to {row.target} end at {row.way[-1]}: {row.fate}",
        elements=(row.flow, *((row.subnet,) if row.subnet else ()), *row.failed),
        witness=witness_of(row),
    )


def _mute_links(network: Network) -> Iterator[Finding]:
    graph = layer3(network)
    for wire, interface in alone(network):
        port = network.interfaces[interface]
        yield Finding(
            message=f"{port.id} shares no subnet with the other end of link {network.links[wire].id}",
            elements=(network.links[wire].id, port.id),
            witness={"addresses": list(port.addresses), "vrf": port.vrf},
        )
    for pair in silent_pairs(network):
        ends = [network.devices[int(graph.device[v])].id for v in (pair.tail, pair.head)]
        family = f"IPv{pair.version}" if pair.version else "unnumbered"
        yield Finding(
            message=f"{ends[0]} and {ends[1]} run no protocol or static route for {family} over link "
            f"{network.links[pair.wire].id}",
            elements=(network.links[pair.wire].id, *ends),
            witness={"family": family, "vrf": _vrf(network, pair.tail)},
        )


def _stranded_flows(network: Network, lost: tuple[Stranded, ...]) -> Iterator[Finding]:
    subnets = network.design.addressing.subnets
    for row in lost:
        to = subnets[row.subnet].prefix if row.subnet >= 0 else "the provider"
        where, start = _place(network, row.vertex), _place(network, row.start)
        yield Finding(
            message=f"flow {row.flow}: {'answers' if row.backward else 'packets'} from {start} to {to} end at {where}: "
            f"{OUTCOMES[row.outcome]} ({row.walks} such)",
            elements=(row.flow, *((subnets[row.subnet].id,) if row.subnet >= 0 else ())),
            witness={
                "gateway": start,
                "prefix": to,
                "ends_at": where,
                "outcome": OUTCOMES[row.outcome],
                "part": to,
                "within": to,
                **_end_of(network, row.vertex),
            },
        )


def _end_of(network: Network, vertex: int) -> dict[str, list[Scalar]]:
    """The table where a way ends, as `way_of` says it; nothing for a provider's."""
    if not 0 <= vertex < layer3(network).vertex_count:
        return {}
    device = network.devices[int(layer3(network).device[vertex])].id
    return {"devices": [device], "vrfs": [_vrf(network, vertex) or ""]}


def _without_gateways(network: Network) -> Iterator[Finding]:
    subnets = network.design.addressing.subnets
    users: dict[int, list[str]] = defaultdict(list)
    for flow in network.design.traffic.flows:
        for at in without_gateway(network, flow):
            users[at].append(flow.id)
    for at, flows in users.items():
        yield Finding(
            message=f"no routed interface holds an address of {subnets[at].prefix}, which {len(flows)} flows need",
            elements=(subnets[at].id,),
            witness={"prefix": subnets[at].prefix, "flow": flows[0]},
        )


def _empty_defaults(network: Network) -> Iterator[Finding]:
    facts, graph, running = network.design.routing.processes, layer3(network), processes(network)
    used = {(int(v), version) for v, version in _families(network)}
    for process, version in sorted(unbacked_defaults(network)):
        if (int(running.vertex[process]), version) in used:
            where = _place(network, int(running.vertex[process]))
            yield Finding(
                message=f"{facts[process].id} originates an IPv{version} default route, but {where} has none itself",
                elements=(facts[process].id, network.devices[int(graph.device[running.vertex[process]])].id),
                witness={"process": facts[process].id, "version": version},
            )


def _families(network: Network) -> set[tuple[int, int]]:
    """(table, IP version) of every table that has addresses of the version on a segment."""
    from netdesign.analysis.facts.addresses import addresses

    graph = layer3(network)
    numbered = graph.member_row >= 0
    versions = addresses(network).version[graph.member_row[numbered]]
    return set(zip(graph.member_vertex[numbered].tolist(), versions.tolist(), strict=True))


def _unused(case: Case) -> Iterator[Finding]:
    network = case.network
    kinds = tuple(case.parameters.redundancy[case.requirements.redundancy.value].failure_set)
    for row in unused_links(network, kinds):
        a, b = (_place(network, v) for v in (row.tail, row.head))
        yield Finding(
            message=f"one {row.split_by} failure parts {a} from {b}, though link {network.links[row.wire].id} is up: "
            "routing does not use it",
            elements=(network.links[row.wire].id,),
            witness={"from": a, "to": b, "failure": row.split_by},
        )


def _single_exits(case: Case) -> Iterator[Finding]:
    """Routers of a site with several ways to providers that know none but their own."""
    network = case.network
    if "link" not in case.parameters.redundancy[case.requirements.redundancy.value].failure_set:
        return
    for process in lonely_exits(network):
        fact = network.design.routing.processes[process]
        yield Finding(
            message=f"{fact.device} loses the provider's routes with its one circuit: it learns none of the other exit",
            elements=(fact.id, fact.device),
            witness={"process": fact.id},
        )


def _unknown_ends(network: Network) -> Iterator[Gap]:
    for flow in network.design.traffic.flows:
        for names in (flow.sources, flow.targets):
            end = flow_ends(network, names)
            if not end.subnets and not end.beyond:
                yield Gap(message=f"flow {flow.id}: no subnet is known of {', '.join(names)}", elements=(flow.id,))


def _place(network: Network, vertex: int) -> str:
    """The device and VRF of a table, for a reader."""
    if not 0 <= vertex < layer3(network).vertex_count:
        return "a provider"
    return f"{network.devices[int(layer3(network).device[vertex])].id} ({_vrf(network, vertex) or 'no VRF'})"


def _vrf(network: Network, vertex: int) -> str | None:
    graph = layer3(network)
    return next((name for name, code in graph.vrfs.items() if code == graph.vrf[vertex]), None)


@routing_incomplete.mutant("a protocol is taken off one routed link")
def silence_a_link(case: Case) -> Patch | None:
    """Take one side's statements, or IGP interfaces, off the first routed link that has any."""
    network = case.network
    pairs, graph, said = routed_pairs(network), layer3(network), statements(network)
    for wire in sorted(set(pairs.wire.tolist())):
        segments = pairs.segment[pairs.wire == wire]
        heard = np.flatnonzero(among(said.segment, segments)).tolist()
        mine = [
            network.design.routing.bgp_neighbors[at].id for at in heard if said.process[at] == said.process[heard[0]]
        ]
        ports = {
            network.interfaces[i].id for i in graph.member_interface[among(graph.member_segment, segments)].tolist()
        }
        igp = [fact.id for fact in network.design.routing.igp_interfaces if fact.interface in ports]
        if mine or igp:
            said_ones = tuple(Remove("bgp_neighbors", identity) for identity in mine)
            return said_ones + tuple(Remove("igp_interfaces", identity) for identity in igp)
    return _without_default(network)


def _without_default(network: Network) -> Patch | None:
    """The static default routes of the first gateway of a flow that has any, taken away."""
    vertex = static_hops(network).vertex
    facts = network.design.routing.static_routes
    for table in gateway_tables(network).tolist():
        ids = [facts[at].id for at in np.flatnonzero(vertex == table).tolist() if facts[at].prefix.endswith("/0")]
        if ids:
            return tuple(Remove("static_routes", identity) for identity in ids)
    return None


@routing_incomplete.mutant("an end of a routed link moves to another subnet")
def move_an_end(case: Case) -> Patch | None:
    """Give the first routed port on a link an address that nothing else is near."""
    network = case.network
    wires = routed_pairs(network).wire
    for wire in sorted(set(wires.tolist())):
        for end in network.link_interfaces:
            if end[wire] >= 0 and network.interfaces[end[wire]].addresses:
                return (Set("interfaces", network.interfaces[end[wire]].id, {"addresses": ("192.0.2.9/31",)}),)
    return None


@routing_incomplete.mutant("tunnel endpoints are no longer announced")
def hide_tunnel_endpoints(case: Case) -> Patch | None:
    """Take the addresses of all tunnel endpoints off the prefixes that processes state."""
    ends = {
        str(parse_interface(text).prefix)
        for port in case.network.interfaces
        if port.kind is InterfaceKind.VTEP
        for text in port.addresses
    }
    changed = [
        (fact.id, tuple(text for text in fact.networks if text not in ends))
        for fact in case.design.routing.processes
        if ends.intersection(fact.networks)
    ]
    crossing = any(vni.vrf for vni in case.design.overlay.vnis)
    return tuple(Set("processes", who, {"networks": left}) for who, left in changed) or None if crossing else None


routing_incomplete.mutant("providers originate no default route")(no_default_from_providers)
routing_incomplete.mutant("sessions with providers take only the default route of the other IP version")(
    one_default_refused
)
routing_incomplete.mutant("edge routers lose their static routes inward")(edge_forgets_inside)
routing_incomplete.mutant("a part of a subnet is discarded on the way")(discard_part)
routing_incomplete.mutant("a part of a subnet is led to a provider")(lead_part_out)
routing_incomplete.mutant("a part of the Internet is discarded on the way out")(discard_outside)


@routing_incomplete.mutant("the standby of a pair has no static routes")
def standby_without_routes(case: Case) -> Patch | None:
    """Remove the static routes of the second of two firewalls that stand in for each other, where nodes may fail."""
    if "node" not in case.parameters.redundancy[case.requirements.redundancy.value].failure_set:
        return None
    for group in case.design.inventory.ha_groups:
        for name in group.members[1:]:
            mine = [r for r in case.network.grouped("static_routes", "device").get(name, ()) if r.vrf == "default"]
            if mine:
                return tuple(Remove("static_routes", r.id) for r in mine)
    return None


routing_incomplete.fix("remove more specific static routes that lead a part of the destination astray")(without_detours)
routing_incomplete.fix("let providers originate the default route")(originate_default)
routing_incomplete.fix("give routers at circuits a default route to the provider")(default_to_provider)
routing_incomplete.fix("accept the default route of providers")(accept_default)
