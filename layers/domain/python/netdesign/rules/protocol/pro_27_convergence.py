"""PRO-27: after a failure packets flow again before the most demanding traffic gives up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from netdesign.analysis.routing.convergence import (
    BGP,
    GATEWAY,
    IGP,
    STATIC,
    Watch,
    budget_s,
    demands,
    learned_defaults,
    recovery_s,
    watches,
    weak_bfd,
)
from netdesign.analysis.routing.route_leaks import outside_statements
from netdesign.model.patch import Add, Patch, Set
from netdesign.model.routing import StaticRoute
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

SHOWN = 6
WORDS = {
    BGP: ("BGP session", "BGP sessions"),
    IGP: ("IGP adjacency", "IGP adjacencies"),
    GATEWAY: ("redundant gateway", "redundant gateways"),
    STATIC: ("static route", "static routes"),
}


def _applies(case: Case) -> bool:
    failures = case.parameters.redundancy[case.requirements.redundancy].failure_set
    return bool((demands(case.network) or failures) and watches(case.network))


@rule(
    code="PRO-27",
    name="convergence-budget",
    title="Convergence budget",
    category=Category.PROTOCOL,
    severity=Severity.ERROR,
    applies="designs with gold flows or telephones, and those that must survive failures",
    applicable=_applies,
    flags="A session, adjacency or redundant gateway whose loss takes longer to notice and to route around than the"
    " most demanding traffic of its sites bears: detection (BFD interval times multiplier, or dead or hold time, or"
    " VRRP's master-down time), then SPF or BGP, then installation of the prefixes; a neighbour across switches or a"
    " circuit whose loss no BFD notices; a static route, one of several or in front of a default route that BGP learns,"
    " that stays when its next hop is gone; BFD faster than hardware keeps up, or with a multiplier that platforms do"
    " not take.",
    passes="Every failure is noticed, and the sum of detection and new routes stays within the budget.",
    remedy="Run BFD at 3 x 300 ms, or 3 x 100 ms where calls must survive; shorten VRRP's interval; bind static"
    " routes to BFD.",
    references=("RFC 5880, RFC 5881, RFC 7130", "RFC 4724, RFC 8538", "RFC 9568"),
    reading="Timers count on direct cables as well, although light usually goes out sooner: a router that hangs"
    " keeps its light on. The budget of a neighbour is that of the flows that start or end at its sites.",
)
def convergence_budget(case: Case) -> Iterator[Said]:
    """What takes equally long against the same budget is one finding."""
    protocols, network = case.parameters.protocols, case.network
    slow: dict[tuple[str, float, float], list[Watch]] = defaultdict(list)
    blind: dict[str, list[Watch]] = defaultdict(list)
    worst = (0.0, 0.0)
    for watch in watches(network):
        budget = budget_s(network, watch, protocols)
        if watch.detect_ms < 0 or not (watch.bfd or watch.direct):
            blind[watch.kind].append(watch)
        if watch.detect_ms >= 0:
            needed = round(recovery_s(network, watch, protocols), 6)
            worst = max(worst, (needed / budget, needed))
            if needed > budget:
                slow[watch.kind, needed, budget].append(watch)
    for (kind, needed, budget), some in slow.items():
        yield _slow(kind, needed, budget, some)
    for kind, some in blind.items():
        yield _blind(kind, some)
    yield from _weak(case)
    yield Measure(name="longest_interruption_s", value=round(worst[1], 3))
    yield Measure(name="largest_share_of_a_budget", value=round(worst[0], 3), threshold=1.0)
    yield Measure(name="neighbours_whose_loss_nobody_notices", value=sum(map(len, blind.values())), threshold=0)


def _weak(case: Case) -> Iterator[Finding]:
    protocols = case.parameters.protocols
    least = protocols.bfd_least_interval_ms, protocols.bfd_least_multiplier
    alike: dict[tuple[str, int, int], list[str]] = defaultdict(list)
    for weak in weak_bfd(case.network, *least):
        alike[weak.kind, weak.interval_ms, weak.multiplier].append(weak.id)
    for (kind, interval, times), ids in alike.items():
        yield Finding(
            message=f"{_counted(len(ids), kind, 'asks', 'ask')} BFD for {times} x {interval} ms, {min(ids)} among them;"
            f" platforms keep up no less than {least[1]} x {least[0]} ms",
            elements=tuple(sorted(ids)[:SHOWN]),
            witness={"kind": kind, "bfd_interval_ms": interval, "bfd_multiplier": times, "count": len(ids)},
        )


def _counted(count: int, kind: str, verb: str, verbs: str) -> str:
    """A number of things of a kind with the verb that goes with it."""
    one, many = WORDS[kind]
    return f"1 {one} {verb}" if count == 1 else f"{count} {many} {verbs}"


def _slow(kind: str, needed: float, budget: float, some: list[Watch]) -> Finding:
    first = min(some)
    return Finding(
        message=f"{_counted(len(some), kind, 'takes', 'take')} {needed:.2f} s to get over a failure, {first.ids[0]}"
        f" among them; {budget:g} s are borne",
        elements=tuple(name for watch in sorted(some)[:SHOWN] for name in watch.ids),
        witness={"kind": kind, "detect_ms": first.detect_ms, "needed_s": needed, "budget_s": budget},
    )


def _blind(kind: str, some: list[Watch]) -> Finding:
    first = min(some)
    what = "without BFD, so that the loss of a next hop may go unnoticed"
    if kind != STATIC:
        what = "across switches or a circuit without BFD"
    return Finding(
        message=f"{_counted(len(some), kind, 'is', 'are')} {what}, {first.ids[0]} among them",
        elements=tuple(name for watch in sorted(some)[:SHOWN] for name in watch.ids),
        witness={"kind": kind, "bfd": False, "count": len(some)},
    )


# --- mutants and repairs


def _first(case: Case, kind: str, *, direct: bool | None = None) -> Watch | None:
    found = [w for w in watches(case.network) if w.kind == kind and direct in (None, w.direct)]
    return min(found, default=None)


def _slowed(watch: Watch | None, **changes: Any) -> Patch | None:
    return tuple(Set(watch.kind, name, changes) for name in watch.ids) if watch else None


@convergence_budget.mutant("BGP holds for 180 s without BFD across switches or a circuit")
def blind_session(case: Case) -> Patch | None:
    """Both sides."""
    return _slowed(_first(case, BGP, direct=False), bfd=False, hold_ms=180_000)


@convergence_budget.mutant("BGP holds for 180 s without BFD on a cable")
def slow_session(case: Case) -> Patch | None:
    """Both sides."""
    return _slowed(_first(case, BGP, direct=True), bfd=False, hold_ms=180_000)


@convergence_budget.mutant("one side of a session across switches or a circuit has no BFD")
def half_bfd(case: Case) -> Patch | None:
    """The other side then hears nothing."""
    watch = _first(case, BGP, direct=False)
    return (Set(BGP, watch.ids[0], {"bfd": False}),) if watch else None


@convergence_budget.mutant("BFD at intervals of a minute")
def slow_bfd(case: Case) -> Patch | None:
    """On one side, which both then keep."""
    watch = _first(case, BGP) or _first(case, IGP)
    return (Set(watch.kind, watch.ids[0], {"bfd": True, "bfd_interval_ms": 60_000}),) if watch and watch.bfd else None


def _any_bfd(case: Case, **changes: int) -> Patch | None:
    """The first session or IGP interface that BFD watches, with changes on all its sides."""
    watch = next((w for w in sorted(watches(case.network)) if w.bfd and w.kind in (BGP, IGP)), None)
    return _slowed(watch, **changes)


@convergence_budget.mutant("BFD at intervals of a millisecond")
def frantic_bfd(case: Case) -> Patch | None:
    """Faster than hardware."""
    return _any_bfd(case, bfd_interval_ms=1)


@convergence_budget.mutant("BFD with a multiplier of none")
def empty_bfd(case: Case) -> Patch | None:
    """Which peers drop."""
    return _any_bfd(case, bfd_multiplier=0)


@convergence_budget.mutant("a static default route in front of BGP's is bound to nothing")
def shadow_default(case: Case) -> Patch | None:
    """To the first provider's address that a session with it names."""
    learned, processes = learned_defaults(case.network), case.network.by_id("processes")
    for row, _ in outside_statements(case.network):
        neighbor = case.design.routing.bgp_neighbors[row]
        process, hop = processes[neighbor.process], neighbor.peer_address or ""
        place = process.device, process.vrf, "::/0" if ":" in hop else "0.0.0.0/0"
        if hop and learned.get(place, 0) > 1:
            made = StaticRoute(
                id=f"{process.id}:static-default", device=place[0], vrf=place[1], prefix=place[2], next_hop=hop
            )
            return (Add(STATIC, made),)
    return None


@convergence_budget.mutant("OSPF or IS-IS waits for four minutes")
def slow_igp(case: Case) -> Patch | None:
    """All on one segment."""
    return _slowed(_first(case, IGP), bfd=False, dead_ms=240_000)


@convergence_budget.mutant("gateways advertise every twenty seconds")
def slow_gateway(case: Case) -> Patch | None:
    """All of one group."""
    return _slowed(_first(case, GATEWAY), virtual_interval_ms=20_000)


@convergence_budget.mutant("a static route, one of several, is bound to nothing")
def blind_route(case: Case) -> Patch | None:
    """The first that BFD watches."""
    watch = next((w for w in sorted(watches(case.network)) if w.kind == STATIC and w.bfd and not w.direct), None)
    return (Set(STATIC, watch.ids[0], {"bfd": False}),) if watch else None


@convergence_budget.fix("run BFD")
def run_bfd(case: Case, finding: Finding) -> Patch | None:
    """On all sides, as slow as the budget allows: 300 ms where it does, 100 ms where not."""
    kind, protocols = str(finding.witness.get("kind")), case.parameters.protocols
    if kind not in (BGP, IGP):
        return None
    at_fault = set(finding.elements)
    mine = [watch for watch in watches(case.network) if at_fault & set(watch.ids)]
    made: dict[str, Set] = {}
    if "bfd_interval_ms" in finding.witness:
        plain = {"bfd_interval_ms": protocols.bfd_interval_ms, "bfd_multiplier": protocols.bfd_multiplier}
        made = {name: Set(kind, name, plain) for name in finding.elements}
    for watch in mine:
        usual = watch._replace(detect_ms=float(protocols.bfd_interval_ms * protocols.bfd_multiplier))
        enough = recovery_s(case.network, usual, protocols) <= budget_s(case.network, watch, protocols)
        interval = protocols.bfd_interval_ms if enough else protocols.bfd_fast_interval_ms
        changes = {"bfd": True, "bfd_interval_ms": interval, "bfd_multiplier": protocols.bfd_multiplier}
        made |= {name: Set(kind, name, changes) for name in watch.ids}
    return tuple(made.values()) or None


@convergence_budget.fix("advertise more often, or bind the route")
def hurry(case: Case, finding: Finding) -> Patch | None:
    """Gateways at the interval of the parameters; static routes go with BFD."""
    if finding.witness.get("kind") == GATEWAY:
        changes = {"virtual_interval_ms": case.parameters.protocols.gateway_interval_ms}
        return tuple(Set(GATEWAY, name, changes) for name in finding.elements)
    if finding.witness.get("kind") == STATIC:
        return tuple(Set(STATIC, name, {"bfd": True}) for name in finding.elements)
    return None
