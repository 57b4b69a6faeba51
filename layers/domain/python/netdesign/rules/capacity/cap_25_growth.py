"""CAP-25: nothing runs out before the planning horizon."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import exp, log1p
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.equipment.port_supply import endpoint_bandwidth_bps, uplink_bps
from netdesign.analysis.policy.enforcers import enforcers
from netdesign.analysis.traffic.demand import leaf_ceiling
from netdesign.analysis.traffic.link_capacity import carried, fill
from netdesign.analysis.traffic.subnet_fill import subnet_fill
from netdesign.model.patch import Patch, Set, SetRequirement
from netdesign.model.verdict import Finding, Measure, Status
from netdesign.model.vocabulary import Category, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.verdicts import verdict_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from netdesign.graph.multigraph import Floats
    from netdesign.model.resolved import ResolvedRequirements

TINY = 1e-6
MOST = 25.0
"""Logarithm of the largest factor that is weighed: what bears seventy thousand million times as much bears anything."""
GROWN = ("CAP-04", "CAP-16", "CAP-24")
"""Rules that weigh demand at the growth that the requirements state; links and ratios are grown here."""


class Shortage(NamedTuple):
    """What runs out: a rule's code, words, and the elements that it lies on."""

    rule: str
    words: str
    elements: tuple[str, ...]


def _applies(case: Case) -> bool:
    return case.requirements.growth_rate > 0 and case.requirements.horizon_years > 0


@rule(
    code="CAP-25",
    name="growth-exhaustion",
    title="Growth Exhaustion Year",
    category=Category.CAPACITY,
    severity=Severity.WARNING,
    applies="requirements with growth and a planning horizon",
    applicable=_applies,
    flags="A year before the horizon in which, with the growth until then, a link carries more than the target"
    " utilisation, a firewall inspects more, an edge switch is oversubscribed, ports, places, sessions or addresses"
    " run out. The first such year and what runs out in it are named.",
    passes="Everything lasts until the horizon.",
    remedy="Take the next size of what runs out first.",
    references=("ISO/IEC 27001:2022 A.8.6", "SOC 2 A1.1"),
)
def growth_exhaustion(case: Case) -> Iterator[Said]:
    """Looks at each year in turn, with traffic, ports and hosts grown until then."""
    horizon = case.requirements.horizon_years
    first = horizon
    if _short(case, horizon - 1) is not None:
        first = next(year for year in range(horizon) if _short(case, year) is not None)
        found = _short(case, first)
        if found is not None:
            yield Finding(
                message=f"in year {first} of {horizon}, {found.words}",
                elements=found.elements,
                witness={"year": first, "horizon": horizon, "rule": found.rule, "growth": _factor(case, first)},
            )
    yield Measure(name="first year in which something runs out, or the horizon", value=first, threshold=horizon)


def _factor(case: Case, year: int) -> float:
    return round(exp(min(year * log1p(case.requirements.growth_rate), MOST)), 6)


def _short(case: Case, year: int) -> Shortage | None:
    """What runs out in a year; None where everything lasts."""
    factor = _factor(case, year)
    looks: tuple[Callable[[Case, float], Shortage | None], ...] = (_links, _firewalls, _ratios, _judged)
    return next((found for look in looks if (found := look(case, factor)) is not None), None)


def _links(case: Case, factor: float) -> Shortage | None:
    allowed = case.parameters.redundancy[case.requirements.redundancy].max_utilisation
    share = fill(case.network).max(axis=0, initial=0.0) * factor
    over = np.flatnonzero(share > allowed + TINY)
    if not over.size:
        return None
    worst = int(over[int(share[over].argmax())])
    name = case.network.links[worst].id
    words = f"{name} carries {share[worst]:.0%} of what it can; {allowed:.0%} is allowed"
    return Shortage("CAP-03", words, (name,))


def _firewalls(case: Case, factor: float) -> Shortage | None:
    """Inspection against the rate of the members that carry traffic."""
    allowed = case.parameters.redundancy[case.requirements.redundancy].max_utilisation
    inspected = carried(case.network).inspected_bps
    for point in enforcers(case.network):
        kinds = [case.network.device_types[at] for at in point.carriers(case.network)]
        rates = [kind.firewall.ngfw_bps for kind in kinds if kind is not None and kind.firewall is not None]
        able = sum(rate or 0 for rate in rates)
        asked = factor * sum(inspected.get(at, 0.0) for at in point.members)
        if able and asked > able * allowed * (1 + TINY):
            names = tuple(case.network.devices[at].id for at in point.members)
            words = f"{names[0]} inspects {asked / 1e9:,.3f} Gbit/s of {able * allowed / 1e9:,.3f} allowed"
            return Shortage("CAP-16", words, names)
    return None


def _ratios(case: Case, factor: float) -> Shortage | None:
    """Endpoints of an edge switch against its uplinks: what is attached grows, but not beyond the ports there are."""
    below, above, ceiling = endpoint_bandwidth_bps(case.network), uplink_bps(case.network), _ceilings(case)
    risen = np.flatnonzero(np.isfinite(ceiling) & (above > 0))
    over = risen[below[risen] * factor > ceiling[risen] * above[risen] * (1 + TINY)]
    if not over.size:
        return None
    name = case.network.devices[int(over[0])].id
    ratio = float(below[over[0]]) * factor / float(above[over[0]])
    words = f"{name} is oversubscribed {ratio:.2f}:1; {ceiling[over[0]]:g}:1 is allowed"
    return Shortage("CAP-10", words, (name,))


def _ceilings(case: Case) -> Floats:
    ceiling = np.full(len(case.network.devices), np.inf)
    ceiling[case.network.with_role(Role.LEAF, Role.BORDER_LEAF)] = leaf_ceiling(case.requirements, case.parameters)
    ceiling[case.network.with_role(Role.ACCESS)] = case.parameters.oversubscription.access
    return ceiling


def _judged(case: Case, factor: float) -> Shortage | None:
    """What the rules say that grow demand themselves."""
    grown = _at(case, factor)
    for code in GROWN:
        verdict = verdict_of(grown, code)
        if verdict is None or verdict.status is not Status.FAIL:
            continue
        found = next((one for one in verdict.findings if one.severity is not Severity.WARNING), None)
        if found is not None:
            return Shortage(code, found.message, found.elements)
    return None


def _at(case: Case, factor: float) -> Case:
    """The case with growth until some year; kept, so that verdicts on it are worked out once."""
    key = ("CAP-25", id(case.requirements), factor)
    kept: tuple[ResolvedRequirements, ResolvedRequirements] = case.network.memo(
        key, lambda: (case.requirements, replace(case.requirements, growth_multiplier=factor))
    )
    return replace(case, requirements=kept[1])


@growth_exhaustion.mutant("let everything grow fivefold a year")
def faster(case: Case) -> Patch | None:
    """The horizon two years off at least."""
    years = min(max(4, case.requirements.horizon_years), 20)
    if not case.requirements.users and not case.requirements.servers.count:
        return None
    return (SetRequirement({"growth_rate": 4.0, "horizon_years": years, "growth_multiplier": 5.0**years}),)


@growth_exhaustion.mutant("slow a link until it just keeps the target today")
def busy_link(case: Case) -> Patch | None:
    """The busiest, which next year's growth takes beyond."""
    allowed = case.parameters.redundancy[case.requirements.redundancy].max_utilisation
    load = carried(case.network).load_bps.max(axis=0, initial=0.0)
    if not _applies(case) or case.requirements.horizon_years < 2 or not load.size or not load.max() > 0:
        return None
    worst = int(load.argmax())
    link = case.network.links[worst].id
    patch: list[Set] = [Set("links", link, {"speed_bps": int(load[worst] / allowed) + 1})]
    for circuit in case.design.cabling.circuits:
        if circuit.link == link:
            rate = int(load[worst] / allowed) + 1
            patch.append(Set("circuits", circuit.id, {"rate_down_bps": rate, "rate_up_bps": rate}))
    return tuple(patch)


@growth_exhaustion.mutant("fill a subnet with the hosts of today")
def full_subnet(case: Case) -> Patch | None:
    """The smallest has an address for each, and none for one more."""
    state = subnet_fill(case.network)
    rows = np.flatnonzero(state.growing & (state.hosts > 0) & np.isfinite(state.usable)).tolist()
    if not _applies(case) or case.requirements.horizon_years < 2 or not rows:
        return None
    at = min(rows, key=lambda row: (state.usable[row], row))
    return (Set("subnets", case.design.addressing.subnets[at].id, {"planned_hosts": int(state.usable[at])}),)


@growth_exhaustion.mutant("inspect at the target utilisation today")
def busy_firewall(case: Case) -> Patch | None:
    """Every flow grows until the busiest group of firewalls is at its target; None where nothing is inspected."""
    allowed = case.parameters.redundancy[case.requirements.redundancy].max_utilisation
    inspected, room = carried(case.network).inspected_bps, list[float]()
    for point in enforcers(case.network):
        kinds = [case.network.device_types[at] for at in point.carriers(case.network)]
        able = sum(kind.firewall.ngfw_bps or 0 for kind in kinds if kind is not None and kind.firewall is not None)
        asked = sum(inspected.get(at, 0.0) for at in point.members)
        if able and asked:
            room.append(able * allowed / asked)
    if not room or not _applies(case) or case.requirements.horizon_years < 2:
        return None
    return tuple(
        Set("flows", flow.id, {"up_bps": int(flow.up_bps * min(room)), "down_bps": int(flow.down_bps * min(room))})
        for flow in case.design.traffic.flows
    )
