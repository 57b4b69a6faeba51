"""CAP-10: no switch promises more below than its ceiling times what it has above."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.equipment.port_supply import endpoint_bandwidth_bps, endpoint_links, uplink_bps
from netdesign.analysis.facts.tiers import role_tiers, uplinks
from netdesign.analysis.traffic.demand import leaf_ceiling
from netdesign.graph.network import Network, analysis
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Redundancy, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Floats, Longs

TINY = 1e-9


def _applies(case: Case) -> bool:
    return bool((role_tiers(case.network) > 0).any())


@rule(
    code="CAP-10",
    name="oversubscription",
    title="Oversubscription",
    category=Category.CAPACITY,
    severity=Severity.ERROR,
    applies="fabrics of two tiers and more",
    applicable=_applies,
    flags="A switch below the top tier whose ports in use toward endpoints, access points and lower switches come to"
    " more bandwidth than the ceiling of its tier times that of its uplinks; at high and critical redundancy also"
    " with its largest uplink lost, against a ceiling raised by the factor for failures. Links to firewalls and"
    " exits are weighed by the traffic they carry, not here.",
    passes="Every switch keeps the ceiling of its tier, with all uplinks and without the largest.",
    remedy="Add uplinks, raise their speed, or attach fewer endpoints.",
    references=("RFC 7938 section 3", "high-availability campus design practice"),
)
def oversubscription(case: Case) -> Iterator[Said]:
    """Adds up the bandwidth below and above every switch."""
    below, above, largest = _below_bps(case.network), uplink_bps(case.network), _largest_bps(case.network)
    ceiling = _ceilings(case)
    lower = np.flatnonzero((role_tiers(case.network) > 0) & (below > 0) & np.isfinite(ceiling))
    failed = ceiling * case.parameters.oversubscription.failed_factor
    too_much = below[lower] > ceiling[lower] * above[lower] * (1 + TINY)
    for place in lower[too_much].tolist():
        yield _finding(case, place, (below[place], above[place]), float(ceiling[place]), lost=False)
    if case.requirements.redundancy.at_least(Redundancy.HIGH):
        left = above - largest
        worse = ~too_much & (below[lower] > failed[lower] * left[lower] * (1 + TINY))
        for place in lower[worse].tolist():
            yield _finding(case, place, (below[place], left[place]), float(failed[place]), lost=True)
    yield from _worst(below[lower], above[lower], ceiling[lower])


def _worst(below: Longs, above: Longs, ceiling: Floats) -> Iterator[Measure]:
    """The ratio nearest to its ceiling."""
    if not below.size:
        yield Measure(name="switches with traffic from below", value=0)
        return
    ratio = np.divide(below, above, out=np.full(below.size, np.inf), where=above > 0)
    at = int((ratio / ceiling).argmax())
    worst = float(ratio[at])
    yield Measure(
        name="oversubscription nearest to its ceiling",
        value=round(worst, 3) if np.isfinite(worst) else None,
        threshold=float(ceiling[at]),
    )


@analysis
def _below_bps(network: Network) -> Longs:
    """Bandwidth of ports in use toward endpoints, access points and lower switches, by device."""
    count, rising, speed = len(network.devices), uplinks(network), network.link_speed_bps
    total = endpoint_bandwidth_bps(network)
    total = total + np.bincount(rising.upper, speed[rising.links], minlength=count).astype(np.int64)
    radios = np.flatnonzero(endpoint_links(network) & network.usable_links)
    for end in network.link_ends:
        total = total + np.bincount(end[radios], speed[radios], minlength=count).astype(np.int64)
    return total


@analysis
def _largest_bps(network: Network) -> Longs:
    """The speed of the fastest uplink, by device."""
    rising, largest = uplinks(network), np.zeros(len(network.devices), dtype=np.int64)
    np.maximum.at(largest, rising.lower, network.link_speed_bps[rising.links])
    return largest


def _ceilings(case: Case) -> Floats:
    """The ceiling of each device by its role; infinite where there is none."""
    limits, leaf = case.parameters.oversubscription, leaf_ceiling(case.requirements, case.parameters)
    by_role = {
        Role.LEAF: leaf,
        Role.BORDER_LEAF: leaf,
        Role.SPINE: limits.spine,
        Role.ACCESS: limits.access,
        Role.DISTRIBUTION: limits.distribution,
    }
    ceiling = np.full(len(case.network.devices), np.inf)
    for role, value in by_role.items():
        ceiling[case.network.with_role(role)] = value
    return ceiling


def _finding(case: Case, place: int, bps: tuple[int, int], most: float, *, lost: bool) -> Finding:
    device, (below, above) = case.network.devices[place].id, bps
    ratio = f"{below / above:.2f}:1" if above else "without any uplink"
    when = " with its largest uplink lost" if lost else ""
    return Finding(
        message=f"{device} is oversubscribed {ratio}{when}; {most:g}:1 is allowed",
        elements=(device,),
        witness={
            "device": device,
            "below_bps": int(below),
            "above_bps": int(above),
            "ceiling": most,
            "uplink_lost": lost,
        },
    )


@oversubscription.mutant("slow the uplinks of one switch to half of what its ceiling needs")
def slow_uplinks(case: Case) -> Patch | None:
    """The switch with the most bandwidth below it."""
    network, rising, ceiling = case.network, uplinks(case.network), _ceilings(case)
    below = np.where(np.isfinite(ceiling), _below_bps(network), 0)
    candidates = sorted(set(rising.lower.tolist()), key=lambda place: (-int(below[place]), place))
    if not candidates or not below[candidates[0]]:
        return None
    place = candidates[0]
    links = rising.links[rising.lower == place].tolist()
    speed = max(1, int(below[place] / ceiling[place] / len(links) / 2))
    return tuple(Set("links", network.links[link].id, {"speed_bps": speed}) for link in links)
