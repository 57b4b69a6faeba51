"""PRO-27: after a failure packets flow again before the most demanding traffic gives up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from netdesign.analysis.convergence import (
    BGP,
    GATEWAY,
    IGP,
    STATIC,
    Watch,
    budget_s,
    demands,
    recovery_s,
    watches,
)
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

SHOWN = 6
WORDS = {BGP: "BGP sessions", IGP: "IGP adjacencies", GATEWAY: "redundant gateways", STATIC: "static routes"}


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
    " circuit whose loss no BFD notices; a static route, one of several, that stays when its next hop is gone.",
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
    yield Measure(name="longest_interruption_s", value=round(worst[1], 3))
    yield Measure(name="largest_share_of_a_budget", value=round(worst[0], 3), threshold=1.0)
    yield Measure(name="neighbours_whose_loss_nobody_notices", value=sum(map(len, blind.values())), threshold=0)


def _slow(kind: str, needed: float, budget: float, some: list[Watch]) -> Finding:
    first = min(some)
    return Finding(
        message=f"{len(some)} {WORDS[kind]} take {needed:.2f} s to get over a failure, {first.ids[0]} among them;"
        f" {budget:g} s are borne",
        elements=tuple(name for watch in sorted(some)[:SHOWN] for name in watch.ids),
        witness={"kind": kind, "detect_ms": first.detect_ms, "needed_s": needed, "budget_s": budget},
    )


def _blind(kind: str, some: list[Watch]) -> Finding:
    first = min(some)
    what = "routes whose next hop may go unnoticed" if kind == STATIC else "neighbours across switches or circuits"
    return Finding(
        message=f"{len(some)} {WORDS[kind]} are {what} without BFD, {first.ids[0]} among them",
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
