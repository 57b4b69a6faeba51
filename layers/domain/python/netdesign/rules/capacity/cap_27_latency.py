"""CAP-27: flows, calls and replication may wait longer than distance and devices take, also after a failure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from netdesign.analysis.failure.worst_failures import NONE, worst_single
from netdesign.analysis.traffic.failures import Failure, FailureKind, failure_sets
from netdesign.analysis.traffic.latency import delays, longest_us, slowest_of
from netdesign.analysis.traffic.link_capacity import carried
from netdesign.analysis.traffic.traffic import Stretch, stretches
from netdesign.graph.network import Network, analysis
from netdesign.model.inventory import EndpointKind
from netdesign.model.patch import Operation, Patch, Set
from netdesign.model.traffic import Flow
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.widening import widened

TINY = 1e-9
SHOWN = 20
TRIAL_MS = 10.0
FAST_ENOUGH_BPS = 1_000_000_000


class Budget(NamedTuple):
    """What a stretch may take one way, and on what ground."""

    stretch: Stretch
    allowed_us: float
    ground: str


def _applies(case: Case) -> bool:
    return bool(budgets(case))


def budgets(case: Case) -> tuple[Budget, ...]:
    """The stretches that must not take long, each with the tightest of its limits."""
    flows = {flow.id: flow for flow in case.design.traffic.flows}
    found = []
    for stretch in stretches(case.network):
        limits = list(_limits(case, flows[stretch.flow], stretch))
        if limits and stretch.up_bps + stretch.down_bps > 0:
            found.append(Budget(stretch, *min(limits)))
    return tuple(found)


def _limits(case: Case, flow: Flow, stretch: Stretch) -> Iterator[tuple[float, str]]:
    policy, kinds = case.parameters.latency, _kinds(case.network, flow.sources) | _kinds(case.network, flow.targets)
    sites = stretch.source.site, stretch.target.site
    if flow.latency_ms is not None:
        yield flow.latency_ms * 1000 / 2, "round trip of the flow"
    if case.requirements.max_latency_ms is not None and None not in sites:
        yield case.requirements.max_latency_ms * 1000 / 2, "round trip asked for"
    if kinds == {EndpointKind.PHONE}:
        yield policy.voice_ms * 1000, "calls"
    if kinds == {EndpointKind.STORAGE} and None not in sites and sites[0] != sites[1]:
        yield policy.sync_replication_rtt_ms * 1000 / 2, "round trip of replication"


@analysis
def _kinds(network: Network, names: tuple[str, ...]) -> frozenset[EndpointKind | None]:
    groups = network.by_id("endpoint_groups")
    return frozenset(groups[name].kind if name in groups else None for name in names)


@rule(
    code="CAP-27",
    name="latency-budget",
    title="Latency Budget",
    category=Category.CAPACITY,
    severity=Severity.ERROR,
    applies="designs with flows that state a latency, a latency asked for, calls, or storage replicated between sites",
    applicable=_applies,
    flags="A flow whose slowest path takes longer one way than half the round trip allowed, with nothing failed or"
    " after a failure that the redundancy level must survive: light in the fibre, forwarding of every device,"
    " inspection, encryption, and putting a packet on each link. Calls have a budget one way, storage that is"
    " replicated to another site one for the round trip.",
    passes="Every flow with a budget keeps it on the slowest of its paths, also after failures.",
    remedy="Take the direct way, a faster link, or a site nearer by.",
    references=("ITU-T G.114", "RFC 2544"),
    reading="Replication between storage of two sites counts as synchronous, a flow between telephones as calls."
    " Beyond a provider's end of a circuit to the Internet nothing is known, and nothing counts. Where even a path"
    " through every device and over the longest links keeps all budgets, failures are not tried one by one.",
    sweeping=True,
)
def latency_budget(case: Case) -> Iterator[Said]:
    """Adds up delays along the slowest equal-cost path of every flow with a budget."""
    network, asked = case.network, budgets(case)
    known = delays(network, case.parameters)
    worst = _worst(case, asked, (NONE,))
    bound = longest_us(network, case.parameters)
    tight = tuple(one for one in asked if bound > one.allowed_us)
    for key, late in _worst(case, tight, _failures(case)).items():
        if key not in worst or late.delay_us > worst[key].delay_us:
            worst[key] = late
    for late in worst.values():
        if late.over:
            yield late.finding(case)
    if known.unknown:
        names = tuple(network.links[place].id for place in sorted(known.unknown))
        yield Gap(message=f"nothing says how long {', '.join(names[:3])} are", elements=names[:SHOWN])
    share = max((late.delay_us / late.budget.allowed_us for late in worst.values()), default=0.0)
    yield Measure(
        name="highest share of a latency budget", value=round(share, 4) if np.isfinite(share) else None, threshold=1.0
    )
    yield Measure(name="flows with a budget", value=len({one.stretch.flow for one in asked}))


class Late(NamedTuple):
    """The slowest path of a stretch over some failures, and after which."""

    budget: Budget
    delay_us: float
    nodes: tuple[int, ...]
    failure: Failure

    @property
    def over(self) -> bool:
        """Whether it takes longer than is allowed."""
        return self.delay_us > self.budget.allowed_us * (1 + TINY)

    def finding(self, case: Case) -> Finding:
        """What is wrong with it."""
        devices = case.network.devices
        path = [devices[node].id for node in self.nodes if node < len(devices)]
        when = f" when {' and '.join(self.failure.elements)} fails" if self.failure.elements else ""
        allowed = self.budget.allowed_us / 1000
        return Finding(
            message=f"{self.budget.stretch.flow} takes {self.delay_us / 1000:,.3f} ms one way{when};"
            f" {allowed:g} ms are allowed ({self.budget.ground})",
            elements=(self.budget.stretch.flow,),
            witness={
                "flow": self.budget.stretch.flow,
                "one_way_ms": round(self.delay_us / 1000, 6) if np.isfinite(self.delay_us) else None,
                "allowed_ms": allowed,
                "failed": list(self.failure.elements),
                "path": list(path),
            },
        )


def _worst(case: Case, asked: tuple[Budget, ...], failures: tuple[Failure, ...]) -> dict[int, Late]:
    """The slowest path of each budget, by the place of its stretch, over the failures."""
    found: dict[int, Late] = {}
    sent = [one.stretch for one in asked]
    for failure in failures if asked else ():
        for budget, slowest in zip(asked, slowest_of(case.network, case.parameters, sent, failure), strict=True):
            key = id(budget.stretch)
            if slowest is not None and (key not in found or slowest.delay_us > found[key].delay_us):
                found[key] = Late(budget, slowest.delay_us, slowest.nodes, failure)
    return found


def _failures(case: Case) -> tuple[Failure, ...]:
    """Failures to survive that touch anything with traffic now; others move nothing."""
    network, load = case.network, carried(case.network).load_bps.sum(axis=0)
    loaded = load > 0
    a, b = network.link_ends
    busy = {int(end[place]) for place in np.flatnonzero(loaded).tolist() for end in (a, b)}
    every = failure_sets(network, case.parameters, case.requirements.redundancy)
    return tuple(one for one in every if busy.intersection(one.devices) or bool(loaded[[*one.links]].any()))


def _asked(case: Case) -> tuple[Operation, ...] | None:
    """Nothing where a flow between two of our groups has a budget; else one for the first that leaves its devices."""
    own = [one.stretch.flow for one in budgets(case) if one.allowed_us <= TRIAL_MS * 1000]
    if own:
        return ()
    paths = slowest_of(case.network, case.parameters, stretches(case.network), NONE)
    for stretch, path in zip(stretches(case.network), paths, strict=True):
        inside = stretch.source.site is not None and stretch.target.site is not None
        if inside and path is not None and len(path.nodes) > 2 and stretch.up_bps + stretch.down_bps > 0:
            return (Set("flows", stretch.flow, {"latency_ms": TRIAL_MS}),)
    return None


def _links_of(case: Case, asked: tuple[Operation, ...]) -> list[int]:
    """The links between devices on the slowest path of the flows with a tight budget."""
    names = {one.id for one in asked if isinstance(one, Set)}
    tight = {id(one.stretch) for one in budgets(case) if one.allowed_us <= TRIAL_MS * 1000}
    sent = [one for one in stretches(case.network) if one.flow in names or id(one) in tight]
    paths = slowest_of(case.network, case.parameters, sent, NONE)
    steps = {frozenset(pair) for path in paths if path for pair in pairwise(path.nodes)}
    a, b = case.network.link_ends
    usable = np.flatnonzero(case.network.usable_links).tolist()
    return [place for place in usable if frozenset((int(a[place]), int(b[place]))) in steps]


@latency_budget.mutant("lay the links of a flow with a budget the long way round")
def long_way(case: Case) -> Patch | None:
    """Each as long as the budget is."""
    asked = _asked(case)
    links = _links_of(case, asked) if asked is not None else []
    km = TRIAL_MS * 1000 / case.parameters.latency.fibre_us_per_km
    return (
        (*(asked or ()), *(Set("links", case.network.links[p].id, {"fibre_km": km}) for p in links)) if links else None
    )


@latency_budget.mutant("lay links the long way round that only stand in for others")
def long_detour(case: Case) -> Patch | None:
    """Links that carry nothing until something fails."""
    asked = _asked(case)
    kinds = tuple(FailureKind(kind) for kind in case.parameters.redundancy[case.requirements.redundancy].failure_set)
    single = tuple(kind for kind in kinds if kind is not FailureKind.PAIR)
    if asked is None or not single:
        return None
    idle = carried(case.network).load_bps.max(axis=0) < 1
    used = worst_single(case.network, single).load_bps.max(axis=0) >= 1
    km = TRIAL_MS * 1000 / case.parameters.latency.fibre_us_per_km
    links = [case.network.links[place].id for place in np.flatnonzero(idle & used).tolist()]
    flows = {stretch.flow for stretch in stretches(case.network) if stretch.up_bps + stretch.down_bps > 0}
    late = (Set("flows", name, {"latency_ms": TRIAL_MS}) for name in sorted(flows))
    return (*late, *(Set("links", name, {"fibre_km": km}) for name in links)) if links else None


@latency_budget.mutant("slow the links of a flow with a budget to a crawl")
def crawl(case: Case) -> Patch | None:
    """A packet takes longer to put on one than the budget is."""
    asked = _asked(case)
    links = _links_of(case, asked) if asked is not None else []
    speed = int(1500 * 8 / (TRIAL_MS / 1000))
    return (
        (*(asked or ()), *(Set("links", case.network.links[p].id, {"speed_bps": speed}) for p in links))
        if links
        else None
    )


@latency_budget.fix("lay links the direct way")
def direct_way(case: Case, finding: Finding) -> Patch | None:
    """Links within a site, at the devices on the path, are as long as their cable."""
    path, sites = set(_named(finding)), {device.id: device.site for device in case.network.devices}
    near = [one for one in case.network.links if one.fibre_km and path & {one.a.device, one.b.device}]
    inside = [one for one in near if sites.get(one.a.device) == sites.get(one.b.device)]
    return tuple(Set("links", one.id, {"fibre_km": None}) for one in inside) or None


@latency_budget.fix("raise the speed of slow links")
def faster(case: Case, finding: Finding) -> Patch | None:
    """Links on the path that take long to put a packet on."""
    path = _named(finding)
    steps = {frozenset(pair) for pair in pairwise(path)}
    slow = [
        link.id
        for link in case.network.links
        if link.speed_bps < FAST_ENOUGH_BPS and frozenset((link.a.device, link.b.device)) in steps
    ]
    patches = [widened(case, name, FAST_ENOUGH_BPS, 1.0) for name in slow]
    made = {str(operation): operation for patch in patches if patch for operation in patch}
    return tuple(made.values()) or None


def _named(finding: Finding) -> list[str]:
    path = finding.witness.get("path")
    return [str(name) for name in path] if isinstance(path, list) else []
