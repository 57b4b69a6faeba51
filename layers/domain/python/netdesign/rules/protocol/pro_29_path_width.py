"""PRO-29: every path that is as good as the best one carries its share."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.failure.equal_paths import Narrow, Skewed, narrow_processes, skewed_links
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case


def routes_dynamically(case: Case) -> bool:
    """Whether some process has neighbours."""
    routing = case.design.routing
    return bool(routing.bgp_neighbors or routing.igp_interfaces)


@rule(
    code="PRO-29",
    name="path-width",
    title="ECMP width",
    category=Category.PROTOCOL,
    severity=Severity.ERROR,
    applies="designs with OSPF, IS-IS or BGP",
    applicable=routes_dynamically,
    flags="A process that takes fewer paths than are equally good to some destination; BGP that hears equally long "
    "paths over neighbours of different AS and is not told to use them together; equal links from one router to "
    "routers that look alike, of which costs leave some unused.",
    passes="Each process uses as many paths as are equally good, and equal links have equal costs.",
    remedy="Set the number of paths to the width, relax the comparison of AS paths, make costs equal.",
    references=("RFC 7938 §6", "RFC 2992", "RFC 2328 §16.1"),
    reading="The width is that of the routing tables as they are computed; in large designs for a choice of "
    "destinations, the tunnel endpoints and loopbacks of two devices of each kind.",
)
def path_width(case: Case) -> Iterator[Said]:
    """Processes first, then links whose costs differ."""
    exact = case.parameters.protocols.routing_exact_devices
    if len(case.network.devices) > case.parameters.protocols.routing_devices:
        yield Measure(name="processes whose width was computed", value=0)
        return
    found = narrow_processes(case.network, exact)
    for row in found:
        yield _narrow(case, row)
    skewed = skewed_links(case.network)
    for one in skewed:
        yield _skewed(case, one)
    yield Measure(name="processes that take fewer paths than there are", value=len(found), threshold=0)
    yield Measure(name="links left unused by unequal costs", value=len(skewed), threshold=0)


def _narrow(case: Case, row: Narrow) -> Finding:
    fact = case.design.routing.processes[row.process]
    why = "paths over different AS are not used together" if row.strict else f"it takes {row.used}"
    return Finding(
        message=f"{fact.id} has {row.width} equally good paths to {row.prefix}, but {why}",
        elements=(fact.id, fact.device),
        witness={"process": fact.id, "width": row.width, "used": row.used, "strict": row.strict},
    )


def _skewed(case: Case, row: Skewed) -> Finding:
    one, other = (case.design.routing.igp_interfaces[at] for at in (row.cheap, row.dear))
    return Finding(
        message=f"{one.interface} costs {one.cost} and {other.interface} {other.cost}, though both lead alike: the "
        "second carries nothing",
        elements=(one.id, other.id),
        witness={"cheap": one.id, "dear": other.id, "cost": one.cost},
    )


@path_width.mutant("every process takes one path")
def one_path(case: Case) -> Patch | None:
    """Let the processes that use several paths take one."""
    wide = {case.design.routing.processes[p].id for p in _wide(case)}
    return tuple(Set("processes", who, {"max_paths": 1}) for who in sorted(wide)) or None


@path_width.mutant("one process takes a path less than there are")
def one_less(case: Case) -> Patch | None:
    """Take one path off the first process that uses several."""
    some = _wide(case)
    process, width = next(iter(some.items()), (-1, 0))
    return (Set("processes", case.design.routing.processes[process].id, {"max_paths": width - 1}),) if some else None


@path_width.mutant("AS paths are compared strictly and differ")
def strict_comparison(case: Case) -> Patch | None:
    """Give the sender of one of several equal paths another AS towards a process that compares strictly."""
    facts, network = case.design.routing.processes, case.network
    for process in _wide(case):
        fact = facts[process]
        some = [n for n in network.grouped("bgp_neighbors", "process").get(fact.id, ()) if n.import_policy is None]
        if fact.protocol.value == "bgp" and len(some) > 1 and some[0].remote_asn != fact.asn:
            return _with_other_sender(case, fact.id, some[0].id)
    return None


def _with_other_sender(case: Case, process: str, statement: str) -> Patch | None:
    from netdesign.analysis.protocols.adjacency import statements

    facts, said = case.design.routing, statements(case.network)
    at = next(row for row, n in enumerate(facts.bgp_neighbors) if n.id == statement)
    peer = int(said.peer[at])
    if peer < 0:
        return None
    sender = facts.processes[peer]
    new = 4_199_999_999
    told = [
        Set("bgp_neighbors", n.id, {"remote_asn": new})
        for row, n in enumerate(facts.bgp_neighbors)
        if said.peer[row] == peer
    ]
    strict = Set("processes", process, {"multipath_relax": False})
    return (Set("processes", sender.id, {"asn": new}), *told, strict)


@path_width.mutant("of two equal links one costs more")
def unequal_costs(case: Case) -> Patch | None:
    """Raise the cost of one of two interfaces that lead alike."""
    from netdesign.analysis.failure.equal_paths import alike_links

    pair = next(iter(alike_links(case.network)), None)
    if pair is None:
        return None
    fact = case.design.routing.igp_interfaces[pair[1]]
    return (Set("igp_interfaces", fact.id, {"cost": fact.cost + 1}),)


def _wide(case: Case) -> dict[int, int]:
    from netdesign.analysis.failure.equal_paths import widths

    found = widths(case.network, case.parameters.protocols.routing_exact_devices)
    return {process: row.width for process, row in found.items() if row.width > 1}


@path_width.fix("take as many paths as are equally good")
def widen(case: Case, finding: Finding) -> Patch | None:
    """Raise the number of paths of every narrow process, and relax the comparison where AS differ."""
    if "process" not in finding.witness:
        return None
    rows = narrow_processes(case.network, case.parameters.protocols.routing_exact_devices)
    facts = case.design.routing.processes
    return tuple(
        Set("processes", facts[r.process].id, {
            "max_paths": max(facts[r.process].max_paths, r.width),
            "multipath_relax": facts[r.process].multipath_relax or r.strict,
        })
        for r in rows
    ) or None  # fmt: skip


@path_width.fix("give equal links equal costs")
def equal_costs(case: Case, finding: Finding) -> Patch | None:
    """Set the cost of the dear interface to that of the cheap one."""
    del case
    dear, cost = finding.witness.get("dear"), finding.witness.get("cost")
    return (Set("igp_interfaces", dear, {"cost": cost}),) if isinstance(dear, str) and isinstance(cost, int) else None
