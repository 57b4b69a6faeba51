"""CAP-03: no link carries more than its share at peak."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import ceil

import numpy as np

from netdesign.analysis.traffic.demand import at_provider, provider_flows
from netdesign.analysis.traffic.link_capacity import capacity_bps, carried, fill
from netdesign.model.patch import Patch, Remove, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

TINY = 1e-6


def _applies(case: Case) -> bool:
    return bool(case.design.traffic.flows or case.requirements.flows)


@rule(
    code="CAP-03",
    name="bandwidth-capacity",
    title="Bandwidth Capacity",
    category=Category.CAPACITY,
    severity=Severity.ERROR,
    applies="designs with flows",
    applicable=_applies,
    flags="A link, or the circuit bought on it, that carries more at peak in a direction than the utilisation of the"
    " redundancy level allows (critical beyond all it can carry), with nothing failed and traffic split evenly"
    " over equal paths; a flow that finds no path (critical); flows that come to less than was asked for.",
    passes="The busiest link stays below the utilisation allowed, and all the traffic that was asked for is carried.",
    remedy="Raise the speed of the link by a step, or add a member or an equal path beside it.",
    references=("ISO/IEC 27001:2022 A.8.6", "NIST SP 800-53 SC-5(2)", "SOC 2 A1.1"),
)
def bandwidth_capacity(case: Case) -> Iterator[Said]:
    """Routes all flows and compares each direction of each link with what it can carry."""
    network = case.network
    allowed = case.parameters.redundancy[case.requirements.redundancy].max_utilisation
    share = fill(network)
    for place in np.flatnonzero((share > allowed + TINY).any(axis=0)).tolist():
        yield _overload(case, place, allowed)
    for flow, lost in sorted(carried(network).unserved_bps.items()):
        if lost > 1:
            yield Finding(
                message=f"{lost / 1e6:,.1f} Mbit/s of the flow {flow} find no path",
                elements=(flow,),
                witness={"flow": flow, "unserved_bps": round(lost)},
                severity=Severity.CRITICAL,
            )
    yield from _left_out(case)
    yield Measure(
        name="highest utilisation of a link", value=round(float(share.max(initial=0.0)), 4), threshold=allowed
    )


def _overload(case: Case, place: int, allowed: float) -> Finding:
    share, load = fill(case.network)[:, place], carried(case.network).load_bps[:, place]
    direction = int(share.argmax())
    link, worst = case.network.links[place], float(share.max())
    ends = (link.a.device, link.b.device)[:: 1 if direction == 0 else -1]
    able = float(capacity_bps(case.network)[direction, place])
    return Finding(
        message=f"{link.id} carries {load[direction] / 1e9:,.3f} Gbit/s from {ends[0]} to {ends[1]},"
        f" {worst:.0%} of {able / 1e9:g} Gbit/s; {allowed:.0%} is allowed",
        elements=(link.id,),
        witness={
            "link": link.id,
            "from": ends[0],
            "to": ends[1],
            "load_bps": round(float(load[direction])),
            "capacity_bps": round(able),
            "utilisation": round(worst, 4) if np.isfinite(worst) else None,
            "allowed": allowed,
        },
        severity=Severity.CRITICAL if worst > 1 + TINY else None,
    )


def _left_out(case: Case) -> Iterator[Finding]:
    """Traffic that was asked for and that no flow of the design stands for, in sum."""
    asked = sum(flow.up_bps + flow.down_bps for flow in case.requirements.flows)
    drawn = sum(flow.up_bps + flow.down_bps for flow in case.design.traffic.flows)
    if at_provider(case.requirements):
        asked = sum(flow.up_bps + flow.down_bps for flow in provider_flows(case.requirements))
        drawn += sum(flow.up_bps + flow.down_bps for flow in case.design.cloud.cloud_flows)
    if drawn < asked * (1 - TINY):
        yield Finding(
            message=f"the flows of the design come to {drawn / 1e9:,.3f} Gbit/s,"
            f" those that were asked for to {asked / 1e9:,.3f} Gbit/s",
            witness={"drawn_bps": drawn, "asked_bps": asked},
        )


@bandwidth_capacity.mutant("multiply all demand until the busiest link carries ten times too much")
def more_traffic(case: Case) -> Patch | None:
    """Loads are linear in demand, so that one factor is sure to do."""
    busiest = float(fill(case.network).max(initial=0.0))
    if not 0 < busiest < float("inf"):
        return None
    factor = 10 * ceil(max(1.0, 1 / busiest))
    flows = (
        replace(flow, up_bps=flow.up_bps * factor, down_bps=flow.down_bps * factor)
        for flow in case.design.traffic.flows
    )
    return tuple(Set("flows", flow.id, {"up_bps": flow.up_bps, "down_bps": flow.down_bps}) for flow in flows)


@bandwidth_capacity.mutant("leave out the flows that were asked for")
def forget_flows(case: Case) -> Patch | None:
    """All flows go, so that nothing seems to be carried."""
    if not any(flow.up_bps or flow.down_bps for flow in case.requirements.flows):
        return None
    return tuple(Remove("flows", flow.id) for flow in case.design.traffic.flows)
