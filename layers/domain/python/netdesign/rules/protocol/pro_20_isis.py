"""PRO-20: IS-IS routers have names of their own, and level 2 hangs together."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from netdesign.analysis.protocols.igp_design import (
    area_parts,
    igp_statements,
    mismatches,
    owners,
    segment_rows,
    statements_of,
)
from netdesign.graph.network import Network
from netdesign.model.patch import Patch, Set
from netdesign.model.routing import IgpInterface, RoutingProcess
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, RoutingProtocol, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

ISIS = RoutingProtocol.ISIS
SYSTEM_ID = re.compile(r"[0-9a-f]{12}")
NARROW_METRIC = 63
LSP_BYTES = 1492
"""The largest link-state packet, which no router may fragment (ISO/IEC 10589)."""


def has_isis(case: Case) -> bool:
    """Whether any interface runs IS-IS."""
    return bool(igp_statements(case.network, ISIS).at.size)


@rule(
    code="PRO-20",
    name="isis-design",
    title="IS-IS design",
    category=Category.PROTOCOL,
    severity=Severity.ERROR,
    applies="designs with IS-IS",
    applicable=has_isis,
    flags="A system id that is missing, malformed or another router's; a level 2 that falls into parts, or level 1 "
    "routers without a way to it; narrow metrics with a cost above 63, or beside wide ones; neighbours that differ in "
    "level, timers, network type, authentication or MTU, or of which one is passive; an interface with an MTU below "
    "1492 bytes; a router of both levels that does not authenticate its neighbours.",
    passes="System ids are unique, level 2 is whole, and neighbours agree.",
    remedy="Derive each system id from the loopback, join level 2, use wide metrics, and authenticate.",
    references=("RFC 1195", "RFC 5302", "RFC 5305", "RFC 5310"),
    reading="Each VRF is a domain of its own. A level is read by its digits: `1`, `level-2`, `level-1-2`. The tables "
    "of one device may share a system id.",
)
def isis_design(case: Case) -> Iterator[Said]:
    """Routers of one name overwrite each other's links, and areas meet at level 2 alone."""
    network = case.network
    yield from _system_ids(network)
    yield from _levels(network)
    yield from _metrics(network)
    yield from _neighbours(network)
    yield from _interfaces(network)
    yield Measure(name="IS-IS routers", value=len(owners(network, ISIS)))


def levels(area: str) -> frozenset[str]:
    """The levels that an area's text names."""
    return frozenset(area) & {"1", "2"}


def _normal(text: str | None) -> str | None:
    """A system id as twelve digits; None where it is none."""
    bare = (text or "").replace(".", "").lower()
    return bare if SYSTEM_ID.fullmatch(bare) else None


def _about(process: RoutingProcess, problem: str) -> Finding:
    return Finding(
        message=f"{process.id} {problem}",
        elements=(process.id,),
        witness={"device": process.device, "system_id": process.system_id},
    )


def _system_ids(network: Network) -> Iterator[Finding]:
    holder: dict[str, str] = {}
    for process, _ in owners(network, ISIS):
        name = _normal(process.system_id)
        if name is None:
            yield _about(process, f"has {process.system_id or 'nothing'} for a system id")
        elif holder.setdefault(name, process.device) != process.device:
            yield _about(process, f"has the system id {name} of {holder[name]}")


def _levels(network: Network) -> Iterator[Finding]:
    facts = network.design.routing.processes
    held = defaultdict[int, set[str]](set)
    for one, process, _ in statements_of(network, ISIS):
        held[process] |= levels(one.area)
    parts = area_parts(network, ISIS)
    for level, wanted in (("2", "level 2 falls into parts"), ("1", "a part of level 1 has no router of level 2")):
        groups = defaultdict[int, list[set[int]]](list)
        for part in (part for part in parts if level in levels(part.area)):
            mine = set(part.processes)
            joined = [other for other in groups[part.domain] if other & mine]
            groups[part.domain] = [other for other in groups[part.domain] if not other & mine]
            groups[part.domain].append(mine.union(*joined))
        for domain, those in groups.items():
            upper = any("2" in held[p] for part in parts if part.domain == domain for p in part.processes)
            lost = those[1:] if level == "2" else [g for g in those if upper and not any("2" in held[p] for p in g)]
            for group in lost:
                yield _about(facts[min(group)], f"and its neighbours are apart: {wanted}")


def _metrics(network: Network) -> Iterator[Finding]:
    said = network.grouped("igp_interfaces", "process")
    wide = defaultdict[int, Counter[bool]](Counter)
    for process, domain in owners(network, ISIS):
        wide[domain][process.wide_metrics] += 1
    for process, domain in owners(network, ISIS):
        most = max((one.cost for one in said.get(process.id, ())), default=0)
        if not process.wide_metrics and most > NARROW_METRIC:
            yield _about(process, f"has narrow metrics, and a cost of {most}: they end at {NARROW_METRIC}")
        elif not process.wide_metrics and wide[domain][True]:
            yield _about(process, "has narrow metrics where others have wide ones")


def _neighbours(network: Network) -> Iterator[Finding]:
    facts = network.design.routing.igp_interfaces
    for found in mismatches(network, ISIS):
        one, two = facts[found.rows[0]], facts[found.rows[-1]]
        words = ", ".join("level" if name == "area" else name.replace("_", " ") for name in found.fields)
        yield Finding(
            message=f"{one.interface} and {two.interface} are neighbours and differ in {words}",
            elements=tuple(facts[at].id for at in found.rows),
            witness={"fields": [*found.fields]},
        )


def _interfaces(network: Network) -> Iterator[Finding]:
    facts = network.design.routing.processes
    held = defaultdict[int, set[str]](set)
    for one, process, _ in statements_of(network, ISIS):
        held[process] |= levels(one.area)
    for one, process, _ in statements_of(network, ISIS):
        port, problem = network.by_id("interfaces")[one.interface], None
        if not one.passive and port.mtu_bytes < LSP_BYTES:
            problem = f"has an MTU of {port.mtu_bytes} bytes; a link-state packet may have {LSP_BYTES}"
        elif not one.passive and len(held[process]) > 1 and one.authentication is None:
            problem = f"of {facts[process].device}, a router of both levels, does not authenticate"
        if problem:
            yield Finding(
                message=f"{one.interface} {problem}",
                elements=(one.id, one.interface),
                witness={"mtu_bytes": port.mtu_bytes, "authentication": one.authentication},
            )


# --- mutants


def _pairs(case: Case) -> list[tuple[IgpInterface, IgpInterface]]:
    """Statements of two neighbours that send hellos."""
    said, facts = igp_statements(case.network, ISIS), case.design.routing.igp_interfaces
    row, segment = segment_rows(case.network, said.interface)
    there = defaultdict[int, list[IgpInterface]](list)
    for at, where in zip(row.tolist(), segment.tolist(), strict=True):
        there[where].append(facts[int(said.at[at])])
    return [(a, b) for _, (a, b) in sorted((w, t) for w, t in there.items() if len(t) == 2) if not a.passive]


def _change(case: Case, **changes: Any) -> Patch | None:
    return next(((Set("igp_interfaces", two.id, changes),) for _, two in _pairs(case)), None)


@isis_design.mutant("two routers get one system id")
def equal_ids(case: Case) -> Patch | None:
    """Give the last router the system id of the first."""
    mine = [process for process, _ in owners(case.network, ISIS)]
    last = next((one for one in reversed(mine) if one.device != mine[0].device), None)
    return (Set("processes", last.id, {"system_id": mine[0].system_id}),) if last is not None else None


@isis_design.mutant("a router has no system id")
def no_id(case: Case) -> Patch | None:
    """Forget the system id of the first router."""
    return next(((Set("processes", one.id, {"system_id": None}),) for one, _ in owners(case.network, ISIS)), None)


@isis_design.mutant("one end of a link is of another level")
def other_level(case: Case) -> Patch | None:
    """Put one end of the first link into level 1."""
    pair = next(iter(_pairs(case)), None)
    level = "1" if pair is not None and levels(pair[1].area) != {"1"} else "2"
    return _change(case, area=level)


@isis_design.mutant("neighbours wait for hellos for different times")
def other_timer(case: Case) -> Patch | None:
    """Send hellos at one end every 7 seconds."""
    return _change(case, hello_ms=7_000, dead_ms=21_000)


@isis_design.mutant("a router has narrow metrics")
def narrow(case: Case) -> Patch | None:
    """Narrow the metrics of the first router, with a cost of 64."""
    for one, process, _ in statements_of(case.network, ISIS):
        owner = case.design.routing.processes[process]
        cost = Set("igp_interfaces", one.id, {"cost": max(one.cost, NARROW_METRIC + 1)})
        return (Set("processes", owner.id, {"wide_metrics": False}), cost)
    return None


@isis_design.mutant("a link is too small for link-state packets")
def small_link(case: Case) -> Patch | None:
    """Set the MTU of both ends of the first link to 1400 bytes."""
    for pair in _pairs(case):
        return tuple(Set("interfaces", one.interface, {"mtu_bytes": 1_400}) for one in pair)
    return None


# --- fixes


@isis_design.fix("the system id follows from the router id")
def derived(case: Case, finding: Finding) -> Patch | None:
    """The digits of the router id, each number with three of them (192.0.2.1: 1920.0000.2001)."""
    known = case.network.by_id("processes")
    for name in (one for one in finding.elements if one in known and "system id" in finding.message):
        parts = (known[name].router_id or "").split(".")
        digits = "".join(part.zfill(3) for part in parts)
        others = {_normal(p.system_id) for p, _ in owners(case.network, ISIS) if p.device != known[name].device}
        if SYSTEM_ID.fullmatch(digits) and digits not in others:
            text = f"{digits[:4]}.{digits[4:8]}.{digits[8:]}"
            return (Set("processes", name, {"system_id": text}),)
    return None


@isis_design.fix("neighbours agree")
def agreed(case: Case, finding: Finding) -> Patch | None:
    """Follow what most statements say, of what the neighbours say."""
    known = case.network.by_id("igp_interfaces")
    ends = [known[name] for name in finding.elements if name in known]
    said = [one for one, _, _ in statements_of(case.network, ISIS) if not one.passive]
    patch: dict[str, dict[str, Any]] = defaultdict(dict)
    for name in ("area", "hello_ms", "dead_ms", "network_type", "authentication", "passive"):
        votes = Counter(getattr(one, name) for one in said)
        value = min((getattr(one, name) for one in ends), key=lambda v: (-votes[v], str(v)), default=None)
        for one in ends:
            if len(ends) > 1 and getattr(one, name) != value:
                patch[one.id][name] = value
    return tuple(Set("igp_interfaces", name, changes) for name, changes in sorted(patch.items())) or None


@isis_design.fix("metrics are wide")
def widened(case: Case, finding: Finding) -> Patch | None:
    """Use wide metrics (RFC 5305)."""
    known = case.network.by_id("processes")
    names = [name for name in finding.elements if name in known and not known[name].wide_metrics]
    return tuple(Set("processes", name, {"wide_metrics": True}) for name in names) or None


@isis_design.fix("the link carries link-state packets")
def enlarged(case: Case, finding: Finding) -> Patch | None:
    """Set both ends of the link to the MTU that most IS-IS interfaces have, or 1500."""
    ports = case.network.by_id("interfaces")
    said = [ports[one.interface].mtu_bytes for one, _, _ in statements_of(case.network, ISIS) if not one.passive]
    fits = Counter(mtu for mtu in said if mtu >= LSP_BYTES)
    usual = max(fits, key=lambda mtu: (fits[mtu], mtu), default=1_500)
    wrong = {name for name in finding.elements if name in ports and ports[name].mtu_bytes < LSP_BYTES}
    ends = {one.interface for pair in _pairs(case) for one in pair if wrong & {end.interface for end in pair}}
    return tuple(Set("interfaces", name, {"mtu_bytes": usual}) for name in sorted(wrong | ends)) if wrong else None
