"""What every firewall has to do at the horizon, with all partners and with some failed, and what its type can do."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from netdesign.analysis.policy.enforcers import Enforcer
from netdesign.analysis.traffic.failures import FailureKind, failure_kinds
from netdesign.analysis.traffic.traffic import carriers_of, stretches
from netdesign.catalog.sku import FirewallRates
from netdesign.graph.network import Network, analysis
from netdesign.model.overlay import TunnelKind
from netdesign.model.security import Action, Inspection
from netdesign.rules.case import Case


class Burden(NamedTuple):
    """What a firewall (by position) has to do at the horizon when others (by position) failed."""

    place: int
    failed: tuple[int, ...]
    inspected_bps: float
    tunnelled_bps: float
    sessions: float
    connections_per_s: float


@analysis
def passed(network: Network) -> tuple[Enforcer, ...]:
    """The enforcement points that flows pass."""
    return tuple(dict.fromkeys(one for stretch in stretches(network) for stop in stretch.past for one in stop))


def losses(case: Case) -> Iterator[tuple[int, ...]]:
    """Nothing, then every firewall or every two that may fail of groups with more than these."""
    yield ()
    kinds = failure_kinds(case.parameters, case.requirements.redundancy)
    members = sorted({m for one in passed(case.network) if len(one.members) > 1 for m in one.members})
    for count, kind in ((1, FailureKind.NODE), (2, FailureKind.PAIR)):
        if kind in kinds:
            yield from combinations(members, count)


def allowed_share(case: Case, failed: tuple[int, ...]) -> float:
    level = case.parameters.redundancy[case.requirements.redundancy]
    return level.max_utilisation_failed or level.max_utilisation if failed else level.max_utilisation


def burdens(case: Case, failed: tuple[int, ...]) -> Iterator[Burden]:
    inspected, tunnelled = _inspected(case.network, failed)
    growth, places = case.requirements.growth_multiplier, case.network.devices
    by_site: dict[str, float] = {}
    for place, bps in inspected.items():
        by_site[places[place].site] = by_site.get(places[place].site, 0.0) + bps
    for place, bps in sorted(inspected.items()):
        share = bps / by_site[places[place].site] if bps else 0.0
        sessions = share * growth * _sessions(case, places[place].site)
        rate = sessions / case.parameters.capacity.session_lifetime_s
        yield Burden(place, failed, bps * growth, tunnelled.get(place, 0.0) * growth, sessions, rate)


@analysis
def _inspected(network: Network, failed: tuple[int, ...]) -> tuple[dict[int, float], dict[int, float]]:
    """What each firewall inspects, and how much of it goes through its tunnels to other sites."""
    down, inspected, tunnelled = frozenset(failed), dict[int, float](), dict[int, float]()
    ends = _tunnel_ends(network)
    for stretch in stretches(network):
        peak = max(stretch.up_bps, stretch.down_bps)
        away = None not in (stretch.source.site, stretch.target.site) and stretch.source.site != stretch.target.site
        for stop in stretch.past:
            carriers = carriers_of(network, stop, down)
            for place, share in zip(carriers.nodes.tolist(), carriers.shares.tolist(), strict=True):
                inspected[place] = inspected.get(place, 0.0) + peak * share
                if away and place in ends:
                    tunnelled[place] = tunnelled.get(place, 0.0) + peak * share
    return inspected, tunnelled


@analysis
def _tunnel_ends(network: Network) -> frozenset[int]:
    index = network.device_index
    kinds = (TunnelKind.IPSEC, TunnelKind.WIREGUARD)
    ends = (end for tunnel in network.design.overlay.tunnels if tunnel.kind in kinds for end in (tunnel.a, tunnel.b))
    return frozenset(index[end] for end in ends if end in index)


def _sessions(case: Case, site: str) -> float:
    """Sessions at the peak of the users and servers of a site, and its share of those who work from elsewhere."""
    capacity, sites = case.parameters.capacity, case.requirements.sites
    here = [one for one in sites if one.id == site]
    remote = case.requirements.remote_users / max(1, len(sites)) * len(here)
    people, servers = sum(one.users for one in here) + remote, sum(one.servers for one in here)
    return people * capacity.sessions_per_user + servers * capacity.sessions_per_server


def rates_of(case: Case, place: int) -> FirewallRates | None:
    kind = case.network.device_types[place]
    return kind.firewall if kind is not None else None


Demand = tuple[str, float, float | None, float]


def demands(case: Case, burden: Burden, rates: FirewallRates, allowed: float) -> Iterator[Demand]:
    """(what, how much of it, how much the type can do, the share of this that may be used)."""
    capacity = case.parameters.capacity
    yield "inspects", burden.inspected_bps, rated_bps(case, burden.place, rates), allowed
    if burden.tunnelled_bps > 0:
        yield "tunnels", burden.tunnelled_bps, rates.ipsec_bps, allowed
    yield "sessions", burden.sessions, rates.sessions, capacity.session_share
    if rates.connections_per_second is not None:
        yield "connections", burden.connections_per_s, rates.connections_per_second, capacity.connection_share


def rated_bps(case: Case, place: int, rates: FirewallRates) -> float | None:
    """The rate of a firewall for what its policies have it do."""
    asked = _inspections(case.network).get(case.network.devices[place].id, frozenset())
    if Inspection.TLS in asked:
        factor = case.parameters.capacity.tls_decrypt_factor
        return rates.tls_bps if rates.tls_bps is not None else rates.ngfw_bps and rates.ngfw_bps / factor
    return rates.ngfw_bps if asked else rates.l4_bps or rates.ngfw_bps


@analysis
def _inspections(network: Network) -> dict[str, frozenset[Inspection]]:
    """What the permits of the policies on each device ask for."""
    by_policy: dict[str, set[Inspection]] = {}
    for one in network.design.security.policy_rules:
        if one.action is Action.PERMIT:
            by_policy.setdefault(one.policy, set()).update(one.inspect)
    found: dict[str, frozenset[Inspection]] = {}
    for policy in network.design.security.policies:
        for device in policy.devices:
            found[device] = found.get(device, frozenset()) | by_policy.get(policy.id, set())
    return found
