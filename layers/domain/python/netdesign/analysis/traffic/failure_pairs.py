"""Pairs of failures: all of them where they are few, else the likeliest by the traffic they strike and a spread."""

from __future__ import annotations

from itertools import combinations
from math import isqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.traffic.failures import Failure, FailureKind, both, single_failures
from netdesign.analysis.traffic.link_capacity import carried
from netdesign.graph.network import Network
from netdesign.model.vocabulary import Role

if TYPE_CHECKING:
    from netdesign.catalog.parameters import Parameters
    from netdesign.graph.multigraph import Floats

SEED = 20_802
PAIRED = (FailureKind.LINK, FailureKind.NODE, FailureKind.SRLG)

KIND_OF_ROLE = {
    Role.CORE: "chassis",
    Role.SUPER_SPINE: "chassis",
    Role.WAN_EDGE: "router",
    Role.INTERNET_EDGE: "router",
    Role.FIREWALL: "firewall",
    Role.ACCESS_POINT: "access_point",
    Role.LOAD_BALANCER: "load_balancer",
    Role.WIRELESS_CONTROLLER: "controller",
}
HOURS_PER_YEAR = 8766.0


class Pairs(NamedTuple):
    """The pairs of failures that are tried, and how many there are."""

    failures: tuple[Failure, ...]
    possible: int

    @property
    def coverage(self) -> float:
        """The share of all pairs that is tried."""
        return len(self.failures) / self.possible if self.possible else 1.0


def failure_pairs(network: Network, parameters: Parameters) -> Pairs:
    """The unordered pairs of links, devices and shared risks that are tried, the likeliest first where not all are."""
    key = ("failure_pairs", parameters.version)
    return network.memo(key, lambda: _failure_pairs(network, parameters))


def _failure_pairs(network: Network, parameters: Parameters) -> Pairs:
    singles, most = single_failures(network, PAIRED), parameters.availability.failure_pairs
    possible = len(singles) * (len(singles) - 1) // 2
    if possible <= most:
        chosen = list(combinations(range(len(singles)), 2))
    else:
        chosen = _chosen(network, parameters, singles, parameters.availability.failure_pairs_sampled)
    return Pairs(tuple(both(network, singles[i], singles[j]) for i, j in chosen), possible)


def _chosen(network: Network, parameters: Parameters, singles: tuple[Failure, ...], most: int) -> list[tuple[int, int]]:
    """Half of them by chance of failing together times traffic struck, half drawn from each pair of kinds alike."""
    chance = np.array([unavailability(network, parameters, failure) for failure in singles])
    likeliest = _likeliest(chance, traffic_bps(network, singles), most // 2)
    taken = set(likeliest)
    drawn = (pair for pair in _drawn(singles, most) if pair not in taken)
    rest = [pair for pair, _ in zip(drawn, range(most - len(likeliest)), strict=False)]
    return likeliest + rest


def _likeliest(chance: Floats, traffic: Floats, most: int) -> list[tuple[int, int]]:
    """The pairs of highest weight among the elements of most weight: enough of them for twice as many pairs."""
    few = np.argsort(-chance * traffic, kind="stable")[: 2 * isqrt(most) + 2]
    i, j = (few[side] for side in np.triu_indices(few.size, 1))
    weight = chance[i] * chance[j] * (traffic[i] + traffic[j])
    best = np.argsort(-weight, kind="stable")[:most]
    return [(min(pair), max(pair)) for pair in zip(i[best].tolist(), j[best].tolist(), strict=True)]


def _drawn(singles: tuple[Failure, ...], most: int) -> list[tuple[int, int]]:
    """Pairs of every combination of kinds in turn, without repeats."""
    random = np.random.default_rng(SEED)
    places = [[n for n, failure in enumerate(singles) if failure.kind is kind] for kind in PAIRED]
    strata = [(a, b) for at, a in enumerate(places) for b in places[at:] if a and b]
    draws = []
    for first, second in strata:
        i = random.choice(np.array(first), most)
        j = random.choice(np.array(second), most)
        draws.append([(min(pair), max(pair)) for pair in zip(i.tolist(), j.tolist(), strict=True)])
    turns = (pair for row in zip(*draws, strict=True) for pair in row)
    return [pair for pair in dict.fromkeys(turns) if pair[0] != pair[1]]


def traffic_bps(network: Network, failures: tuple[Failure, ...]) -> Floats:
    """What passes the elements of each failure with nothing failed."""
    load = carried(network).load_bps.sum(axis=0)
    a, b = network.link_ends
    at = np.bincount(a[a >= 0], load[a >= 0], minlength=len(network.devices))
    at += np.bincount(b[b >= 0], load[b >= 0], minlength=len(network.devices))
    sums = (float(load[[*f.links]].sum()) + float(at[[*f.devices]].sum()) for f in failures)
    return np.fromiter(sums, np.float64, len(failures))


def unavailability(network: Network, parameters: Parameters, failure: Failure) -> float:
    """The share of time in which a single element is down, by the parameters; enough to rank elements."""
    policy = parameters.availability
    if failure.devices:
        roles = {network.devices[place].role for place in failure.devices}
        return max(_down(parameters, KIND_OF_ROLE.get(role, "fixed_switch")) for role in roles)
    sold = (network.links[place] for place in failure.links)
    circuits = network.grouped("circuits", "link")
    kinds = [circuit.kind.value for link in sold for circuit in circuits.get(link.id, ())]
    if kinds:
        return max(1.0 - policy.circuit.get(kind, 1.0) for kind in kinds)
    longest = max((network.links[place].fibre_km or 0.0 for place in failure.links), default=0.0)
    cut_h = longest * policy.fibre_cuts_per_km_year * policy.fibre_repair_h
    return 2 * _down(parameters, "optic") + cut_h / HOURS_PER_YEAR


def _down(parameters: Parameters, kind: str) -> float:
    up, repair = parameters.availability.mtbf_h[kind], parameters.availability.mttr_h[kind]
    return repair / (up + repair)
