"""PRO-19: OSPF areas hang together at the backbone, and neighbours agree."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import numpy as np

from netdesign.analysis.addressing.layer3 import media_of
from netdesign.analysis.protocols.igp_design import (
    igp_statements,
    metric_speeds,
    owners,
    segment_rows,
    statements_of,
)
from netdesign.analysis.protocols.ospf_areas import OSPF, area_number, host_rows, parts_by_area, usual_reference
from netdesign.graph.network import Network
from netdesign.model.patch import Operation, Patch, Set
from netdesign.model.routing import IgpInterface, RoutingProcess
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.igp_neighbours import aligned, mismatched

SHOWN = 20


def has_ospf(case: Case) -> bool:
    """Whether any interface runs OSPF."""
    return bool(igp_statements(case.network, OSPF).at.size)


@rule(
    code="PRO-19",
    name="ospf-design",
    title="OSPF design",
    category=Category.PROTOCOL,
    severity=Severity.ERROR,
    applies="designs with OSPF",
    applicable=has_ospf,
    flags="Several areas without area 0, or with one that is not joined by adjacencies inside it; an area, or a part "
    "of one, without a router on area 0; neighbours that differ in area, timers, network type, authentication or MTU, "
    "or of which one is passive; routers that differ about whether an area is a stub, or that bring external routes "
    "into one; links of different speeds with one cost; a reference bandwidth below the fastest link, or different "
    "ones; hellos on a VLAN of hosts; more routers in an area than the parameter (warning, or error).",
    passes="Area 0 is whole, every area reaches it, neighbours agree, and costs tell speeds apart.",
    remedy="Join area 0, put each area's routers on it, and align areas, timers and authentication at both ends.",
    references=("RFC 2328", "RFC 5340", "RFC 3101", "RFC 6987"),
    reading="Each VRF is a domain of its own. One area alone may have any number. Virtual links are not counted on.",
)
def ospf_design(case: Case) -> Iterator[Said]:
    """Areas exchange routes by the backbone alone; neighbours that differ exchange none."""
    network = case.network
    yield from _areas(network)
    yield from mismatched(network, OSPF)
    yield from _stubs(network)
    yield from _costs(network)
    yield from _hosts(network)
    yield from _sizes(case)


def _areas(network: Network) -> Iterator[Finding]:
    facts = network.design.routing.processes
    for areas in parts_by_area(network).values():
        if len(areas) < 2:
            continue
        backbone = frozenset[int]().union(*areas.get(0, ()))
        if not backbone:
            some = [min(areas[area][0]) for area in sorted(areas, key=str)]
            yield _about([facts[at] for at in some], f"{len(areas)} areas of one domain have no area 0 to meet in")
            continue
        if len(areas[0]) > 1:
            ends = [facts[min(part)] for part in areas[0]]
            yield _about(ends, f"area 0 falls into {len(areas[0])} parts")
        for area, parts in sorted(areas.items(), key=lambda item: str(item[0])):
            for part in parts:
                if area != 0 and not part & backbone:
                    yield _about([facts[min(part)]], f"area {area} has a part without a router on area 0")


def _about(some: list[RoutingProcess], problem: str) -> Finding:
    names = sorted({process.id for process in some})
    return Finding(
        message=f"{problem}: {', '.join(names[:3])}",
        elements=tuple(names[:SHOWN]),
        witness={"processes": len(names)},
    )


def _stubs(network: Network) -> Iterator[Finding]:
    """Areas that some of their routers take for stubs, and stubs with external routes."""
    facts = network.design.routing.processes
    on = defaultdict[int, set[int | str]](set)
    for one, process, _ in statements_of(network, OSPF):
        on[process].add(area_number(one.area))
    for areas in parts_by_area(network).values():
        for area, parts in areas.items():
            mine = [facts[at] for part in parts for at in sorted(part)]
            stub = [p for p in mine if area in map(area_number, p.stub_areas)]
            if stub and len(stub) < len(mine):
                odd = stub if len(stub) * 2 <= len(mine) else [p for p in mine if p not in stub]
                yield _about(odd, f"routers differ about whether area {area} is a stub")
    for at, areas_of in on.items():
        fact, stubs = facts[at], set(map(area_number, facts[at].stub_areas))
        if areas_of <= stubs and (fact.redistribute or fact.default_originate):
            yield _about([fact], "external routes are brought into a stub area")


def _costs(network: Network) -> Iterator[Finding]:
    """Links of several speeds with one cost, and reference bandwidths that make them so."""
    said = igp_statements(network, OSPF)
    facts = network.design.routing.igp_interfaces
    row, domain, cost, speed = metric_speeds(network, OSPF)
    seen: dict[tuple[int, int], tuple[int, int]] = {}
    told = set[tuple[int, int]]()
    for at, where, price, bps in zip(row.tolist(), domain.tolist(), cost.tolist(), speed.tolist(), strict=True):
        other, rate = seen.setdefault((where, price), (at, bps))
        if rate != bps and (where, price) not in told:
            told.add((where, price))
            pair = facts[int(said.at[other])], facts[int(said.at[at])]
            yield Finding(
                message=f"{pair[0].interface} ({rate / 1e9:g} Gbit/s) and {pair[1].interface} ({bps / 1e9:g} Gbit/s) "
                f"have the same cost {price}",
                elements=(pair[0].id, pair[1].id),
                witness={"cost": price, "speeds_bps": [rate, bps]},
            )
    fastest = {int(where): int(speed[domain == where].max()) for where in np.unique(domain)}
    stated = [(p, d, p.reference_bandwidth_bps) for p, d in owners(network, OSPF) if p.reference_bandwidth_bps]
    usual = usual_reference(network)
    for process, where, reference in stated:
        if reference < fastest.get(where, 0) or reference != usual.get(where):
            yield Finding(
                message=f"{process.id} computes costs from {reference / 1e9:g} Gbit/s; the fastest link has "
                f"{fastest.get(where, 0) / 1e9:g}, other routers use {(usual.get(where) or 0) / 1e9:g}",
                elements=(process.id,),
                witness={"reference_bps": reference, "fastest_bps": fastest.get(where, 0)},
            )


def _hosts(network: Network) -> Iterator[Finding]:
    said, facts = igp_statements(network, OSPF), network.design.routing.igp_interfaces
    for row in host_rows(network):
        fact = facts[int(said.at[row])]
        if not fact.passive:
            yield Finding(
                message=f"{fact.interface} sends hellos to hosts, any of which may become a neighbour",
                elements=(fact.id,),
                witness={"interface": fact.interface},
            )


def _sizes(case: Case) -> Iterator[Said]:
    """Routers of each area against the parameters."""
    limits, most = case.parameters.protocols, 0
    facts = case.design.routing.processes
    for areas in parts_by_area(case.network).values():
        for area, parts in areas.items():
            routers = {facts[at].device for part in parts for at in part}
            most = max(most, len(routers))
            if len(routers) > limits.ospf_area_warning:
                severe = len(routers) > limits.ospf_area_max
                limit = limits.ospf_area_max if severe else limits.ospf_area_warning
                yield Finding(
                    message=f"area {area} has {len(routers)} routers, more than {limit}",
                    elements=(min(routers),),
                    witness={"routers": len(routers), "limit": limit},
                    severity=None if severe else Severity.WARNING,
                )
    yield Measure(name="most routers of an area", value=most, threshold=limits.ospf_area_warning)


# --- mutants


def _active(case: Case, *, backbone: bool | None = None) -> list[IgpInterface]:
    """Statements that send hellos, in area 0 or in others alone where asked."""
    found = [one for one, _, _ in statements_of(case.network, OSPF) if not one.passive]
    return [one for one in found if backbone is None or (area_number(one.area) == 0) is backbone]


def _neighbours(case: Case) -> list[tuple[IgpInterface, IgpInterface]]:
    """Statements of two neighbours that send hellos."""
    said, facts = igp_statements(case.network, OSPF), case.design.routing.igp_interfaces
    row, segment = segment_rows(case.network, said.interface)
    there = defaultdict[int, list[IgpInterface]](list)
    for at, where in zip(row.tolist(), segment.tolist(), strict=True):
        there[where].append(facts[int(said.at[at])])
    pairs = (those for _, those in sorted(there.items()) if len(those) == 2)
    return [(a, b) for a, b in pairs if not a.passive and not b.passive]


def _change(case: Case, **changes: Any) -> Patch | None:
    """Change the second statement of the first two neighbours."""
    return next(((Set("igp_interfaces", two.id, changes),) for _, two in _neighbours(case)), None)


@ospf_design.mutant("area 0 is taken off the links that join it")
def no_backbone(case: Case) -> Patch | None:
    """Number the links of area 0 as area 9, where there are other areas."""
    if not _active(case, backbone=False):
        return None
    return tuple(Set("igp_interfaces", one.id, {"area": "0.0.0.9"}) for one in _active(case, backbone=True)) or None


@ospf_design.mutant("one end of a link is in another area")
def other_area(case: Case) -> Patch | None:
    """Put one end of the first link into area 77."""
    return _change(case, area="0.0.0.77")


@ospf_design.mutant("neighbours wait for hellos for different times")
def other_timer(case: Case) -> Patch | None:
    """Send hellos at one end every 7 seconds."""
    return _change(case, hello_ms=7_000, dead_ms=28_000)


@ospf_design.mutant("one end of a link does not authenticate")
def other_key(case: Case) -> Patch | None:
    """Change the authentication of one end."""
    pair = next(iter(_neighbours(case)), None)
    return _change(case, authentication=None if pair and pair[1].authentication else "hmac-sha-512")


@ospf_design.mutant("hosts hear hellos")
def talkative(case: Case) -> Patch | None:
    """Send hellos into the VLAN of hosts of the first statement in one, from all its gateways."""
    said, facts = igp_statements(case.network, OSPF), case.design.routing.igp_interfaces
    rows = host_rows(case.network)
    medium = media_of(case.network)[said.interface]
    first = [row for row in rows if medium[row] == medium[rows[0]]] if rows else []
    return tuple(Set("igp_interfaces", facts[int(said.at[row])].id, {"passive": False}) for row in first) or None


@ospf_design.mutant("a router computes costs from an old reference")
def old_reference(case: Case) -> Patch | None:
    """Set the reference bandwidth of the first router to 100 Mbit/s."""
    stated = [process for process, _ in owners(case.network, OSPF) if process.reference_bandwidth_bps]
    return (Set("processes", stated[0].id, {"reference_bandwidth_bps": 100_000_000}),) if len(stated) > 2 else None


@ospf_design.mutant("one router takes its area for a stub")
def lone_stub(case: Case) -> Patch | None:
    """Make the first area other than 0 a stub on one of its routers."""
    for one in _active(case, backbone=False):
        process = case.network.by_id("processes")[one.process]
        if not process.stub_areas:
            return (Set("processes", process.id, {"stub_areas": (one.area,)}),)
    return None


@ospf_design.mutant("the gateways of a block are in an area of their own")
def stranded(case: Case) -> Patch | None:
    """Put the passive interfaces of the last router outside area 0 into area 88."""
    passive = [one for one, _, _ in statements_of(case.network, OSPF) if one.passive and area_number(one.area) != 0]
    mine = [one for one in passive if one.process == passive[-1].process]
    medium = {case.network.by_id("interfaces")[one.interface].vlan for one in mine}
    both = [one for one in passive if case.network.by_id("interfaces")[one.interface].vlan in medium]
    return tuple(Set("igp_interfaces", one.id, {"area": "0.0.0.88"}) for one in both) or None


# --- fixes


@ospf_design.fix("neighbours agree")
def agreed(case: Case, finding: Finding) -> Patch | None:
    """Follow what most statements say."""
    return aligned(case, finding, OSPF)


@ospf_design.fix("links between routers of several areas are the backbone")
def backbone(case: Case, finding: Finding) -> Patch | None:
    """Put the links between routers that are in at least two other areas into area 0, in the domains at fault."""
    domains = {process.id: domain for process, domain in owners(case.network, OSPF)}
    wrong = {domains[name] for name in finding.elements if name in domains}
    on = defaultdict[str, set[str]](set)
    for one, _, _ in statements_of(case.network, OSPF):
        on[one.process].add(one.area)
    patch: dict[str, Operation] = {}
    for a, b in _neighbours(case):
        if domains[a.process] in wrong and min(len(on[a.process]), len(on[b.process])) > 1:
            for one in (a, b):
                if area_number(one.area) != 0:
                    patch[one.id] = Set("igp_interfaces", one.id, {"area": "0.0.0.0"})  # noqa: S104 - an area
    return tuple(patch.values()) or None


@ospf_design.fix("gateways are in the area of their router's links")
def rejoined(case: Case, finding: Finding) -> Patch | None:
    """Give passive interfaces of the stranded routers the area that most of their links have."""
    known = case.network.by_id("processes")
    said = case.network.grouped("igp_interfaces", "process")
    patch: list[Operation] = []
    for name in (one for one in finding.elements if one in known):
        votes = Counter(one.area for one in said.get(name, ()) if not one.passive)
        usual = min(votes, key=lambda area: (-votes[area], area), default=None)
        wrong = [one for one in said.get(name, ()) if one.passive and one.area != usual]
        patch += [Set("igp_interfaces", one.id, {"area": usual}) for one in wrong if usual is not None]
    return tuple(patch) or None


@ospf_design.fix("nobody sends hellos to hosts")
def silenced(case: Case, finding: Finding) -> Patch | None:
    """Make the interfaces of the VLAN passive."""
    said, facts = igp_statements(case.network, OSPF), case.design.routing.igp_interfaces
    medium = media_of(case.network)[said.interface]
    names = {row: facts[int(said.at[row])].id for row in host_rows(case.network)}
    wrong = {int(medium[row]) for row, name in names.items() if name in finding.elements}
    if "sends hellos" not in finding.message:
        return None
    return tuple(Set("igp_interfaces", name, {"passive": True}) for row, name in names.items() if medium[row] in wrong)


@ospf_design.fix("all routers compute costs from one reference")
def referenced(case: Case, finding: Finding) -> Patch | None:
    """Use what most routers of the domain use."""
    usual, domains = usual_reference(case.network), {p.id: d for p, d in owners(case.network, OSPF)}
    names = [n for n in finding.elements if n in domains and "reference_bps" in finding.witness]
    return (
        tuple(
            Set("processes", name, {"reference_bandwidth_bps": usual[domains[name]]})
            for name in names
            if usual.get(domains[name], 0) > int(str(finding.witness.get("reference_bps") or 0))
        )
        or None
    )


@ospf_design.fix("routers agree about stub areas")
def unstubbed(case: Case, finding: Finding) -> Patch | None:
    """Take the area for what most of its routers do."""
    known = case.network.by_id("processes")
    names = [name for name in finding.elements if name in known and known[name].stub_areas]
    return tuple(Set("processes", name, {"stub_areas": ()}) for name in names) or None
