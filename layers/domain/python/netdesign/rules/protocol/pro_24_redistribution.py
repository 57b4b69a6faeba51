"""PRO-24: what leaves a routing protocol at one router does not come back into it at another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.protocols.adjacency import BGP, processes
from netdesign.analysis.routing.feedback import Return, points, returns, weight
from netdesign.graph.network import Network
from netdesign.model.patch import Add, Patch, Set
from netdesign.model.routing import (
    BgpNeighbor,
    IgpInterface,
    PolicyAction,
    Redistribution,
    RoutePolicy,
    RoutePolicyTerm,
    RoutingProcess,
)
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, RoutingProtocol, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

TAG = 24_000
OWN = ("10.254.24.0/24",)
"""What the second protocol of a mutant brings in itself."""


def redistributes(case: Case) -> bool:
    """Whether some process takes in routes of another source."""
    return any(fact.redistribute for fact in case.design.routing.processes)


@rule(
    code="PRO-24",
    name="redistribution-feedback",
    title="Redistribution safety",
    category=Category.PROTOCOL,
    severity=Severity.ERROR,
    applies="designs that redistribute routes",
    applicable=redistributes,
    flags="A prefix of a protocol that leaves it by redistribution at one router and comes back into it at another: no "
    "tag or filter stops it there, and that router trusts the protocol that brings it back more than the one it is of.",
    passes="Between each two protocols that exchange routes at several routers, tags, filters or distances stop what "
    "would come back.",
    remedy="Tag what is redistributed and refuse the tag on the way back, or raise the distance of what comes back.",
    references=(
        "RFC 4271 §9.1.2.1",
        "RFC 2328 §16.4",
        "Le, Xie, Zhang: Understanding Route Redistribution (ICNP 2007)",
    ),
    reading="Every prefix that a protocol brings in itself is sent through each pair of points with the marks that it "
    "gets on the way. Connected and static routes are no protocol and come back into none.",
)
def redistribution_feedback(case: Case) -> Iterator[Said]:
    """One finding for each pair of points."""
    found = returns(case.network)
    for row in found:
        yield _finding(case, row)
    yield Measure(name="points of redistribution between protocols", value=len(points(case.network)))
    yield Measure(name="pairs of points by which routes come back", value=len(found), threshold=0)


def _finding(case: Case, row: Return) -> Finding:
    facts = case.design.routing.processes
    out, back = (facts[point.taker] for point in (row.out, row.back))
    native = facts[row.out.giver].protocol.value
    return Finding(
        message=f"{row.prefix} leaves {native} at {out.device} and comes back into it at {back.device}, which trusts "
        f"{facts[row.back.giver].protocol.value} ({weight(case.network, row.back.giver)}) more than {native} "
        f"({weight(case.network, row.back.taker)})",
        elements=(out.id, back.id),
        witness={"prefix": str(row.prefix), "out": out.id, "back": back.id},
    )


# --- faults: a second protocol beside the first on two neighbours, with routes passing both ways at both


def _neighbours(network: Network) -> tuple[RoutingProcess, RoutingProcess, str, str, int] | None:
    """Two processes of one protocol on routers of ours that share a numbered segment, and the interfaces on it."""
    graph, running, facts = layer3(network), processes(network), network.design.routing.processes
    at = {int(v): p for p, v in reversed([*enumerate(running.vertex.tolist())]) if v >= 0}
    single = {v for v in at if running.vertex.tolist().count(v) == 1}
    seen: dict[int, tuple[int, int]] = {}
    columns = (graph.member_vertex, graph.member_segment, graph.member_interface, graph.member_row)
    for table, segment, interface, row in zip(*(column.tolist() for column in columns), strict=True):
        if table not in single or row < 0 or not network.ours[int(graph.device[table])]:
            continue
        other = seen.setdefault(segment, (table, interface))
        one, two = facts[at[other[0]]], facts[at[table]]
        if other[0] != table and one.protocol is two.protocol and one.vrf == two.vrf:
            ports = network.interfaces
            return one, two, ports[other[1]].id, ports[interface].id, int(running.protocol[at[table]])
    return None


def _second(case: Case, change: str) -> Patch | None:
    pair = _neighbours(case.network)
    if pair is None:
        return None
    one, two, *ports, protocol = pair
    other = RoutingProtocol.OSPF if protocol == BGP else RoutingProtocol.BGP
    operations: list[Add | Set] = []
    names = {"tagged": None, "open": "open-24", "bare": None}
    if change == "open":
        term = RoutePolicyTerm(action=PolicyAction.PERMIT)
        operations.append(Add("route_policies", RoutePolicy(id="open-24", name="open-24", terms=(term,))))
    for number, (fact, port) in enumerate(((one, ports[0]), (two, ports[1]))):
        identity = f"{fact.id}:second"
        back = Redistribution(source=fact.protocol.value, policy=names[change], tag=TAG if change == "tagged" else None)
        made = RoutingProcess(id=identity, device=fact.device, vrf=fact.vrf, protocol=other, asn=65_001 + number,
                              router_id=fact.router_id, redistribute=(back,), networks=OWN,
                              distance=None if protocol != BGP else 19)  # fmt: skip
        again = Redistribution(source=other.value, policy=names[change])
        operations += [Add("processes", made), Set("processes", fact.id, {"redistribute": (*fact.redistribute, again)})]
        if other is RoutingProtocol.OSPF:
            member = IgpInterface(id=f"{identity}:port", process=identity, interface=port, area="0")
            operations.append(Add("igp_interfaces", member))
        else:
            far = _own_address(case, ports[1 - number])
            session = BgpNeighbor(id=f"{identity}:peer", process=identity, remote_asn=65_002 - number, peer_address=far)
            operations.append(Add("bgp_neighbors", session))
    return tuple(operations)


def _own_address(case: Case, port: str) -> str | None:
    texts = case.network.interfaces[case.network.interface_index[port]].addresses
    return next((text.split("/")[0] for text in texts if ":" not in text), None)


@redistribution_feedback.mutant("two protocols exchange routes at two neighbours, unguarded")
def exchange_unguarded(case: Case) -> Patch | None:
    """Run a second protocol between two neighbours and redistribute both ways at both."""
    return _second(case, "bare")


@redistribution_feedback.mutant("the policies of the exchange permit everything")
def exchange_open(case: Case) -> Patch | None:
    """The same with policies that let all pass."""
    return _second(case, "open")


@redistribution_feedback.mutant("routes are tagged, but nobody refuses the tag")
def exchange_tagged(case: Case) -> Patch | None:
    """The same with tags one way."""
    return _second(case, "tagged")


# --- remedy


@redistribution_feedback.fix("tag what is redistributed and refuse the tag on the way back")
def tag_and_refuse(case: Case, finding: Finding) -> Patch | None:
    """Tag every redistribution between protocols by what it comes from, and refuse tags of the others everywhere."""
    del finding
    facts = case.design.routing.processes
    takers = sorted({point.taker for point in points(case.network)})
    operations: list[Add | Set] = []
    marks = {protocol.value: TAG + number for number, protocol in enumerate(RoutingProtocol)}
    known = case.network.by_id("route_policies")
    for process in takers:
        fact, rules = facts[process], []
        for rule_ in fact.redistribute:
            if rule_.source not in marks:
                rules.append(rule_)
                continue
            identity = f"{fact.id}:from-{rule_.source}"
            mark = str(marks[fact.protocol.value]), marks[fact.protocol.value]
            terms = (
                RoutePolicyTerm(action=PolicyAction.DENY, tags=(mark[1],)),
                RoutePolicyTerm(action=PolicyAction.DENY, communities=(f"no-return:{mark[0]}",)),
                RoutePolicyTerm(action=PolicyAction.PERMIT, set_tag=marks[rule_.source],
                                set_communities=(f"no-return:{marks[rule_.source]}",)),
            )  # fmt: skip
            if identity in known:
                return None
            operations.append(Add("route_policies", RoutePolicy(id=identity, name=identity, terms=terms)))
            rules.append(replace(rule_, policy=identity, tag=None))
        operations.append(Set("processes", fact.id, {"redistribute": tuple(rules)}))
    return tuple(operations) or None
