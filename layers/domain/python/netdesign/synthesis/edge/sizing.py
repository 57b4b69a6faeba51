"""How large the edge must be: circuits, routers and firewalls, by demand, level and availability."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil
from typing import Final

from netdesign.analysis.facts.days import day, months_later
from netdesign.catalog.circuits import CircuitKind, Tier
from netdesign.catalog.parameters import Parameters
from netdesign.catalog.ports import PortUse
from netdesign.catalog.selection import Catalog
from netdesign.catalog.sku import DeviceType, FirewallRates
from netdesign.errors import InfeasibleError
from netdesign.model.conflict import Conflict
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.vocabulary import Framework, NetworkType, Redundancy, Role
from netdesign.synthesis.draft.gate_plan import GatePlan
from netdesign.synthesis.draft.selection import Choice, Needs, PortNeed, select
from netdesign.synthesis.edge.cloud_edge import WanPlan, cloud_bps, plan_wan
from netdesign.synthesis.needs.centres import DATA_CENTRES
from netdesign.synthesis.needs.circuits import MAX_CIRCUITS, circuit_kind
from netdesign.synthesis.needs.firewalls import THREE_MEMBERS, firewall_count
from netdesign.synthesis.needs.flows import crossing_bps, internet_bps

GBPS: Final = 1_000_000_000
SPEEDS: Final = (GBPS, 10 * GBPS, 25 * GBPS, 40 * GBPS, 100 * GBPS, 400 * GBPS)
MIN_CIRCUIT_BPS: Final = 20_000_000
SERVICES_BPS: Final = 500_000
"""What names and time of a site itself exchange with the Internet, rounded up."""
DEFAULT_CONNECTIONS_PER_S: Final = 10_000
CIRCUIT_OWNER: Final = "network-operations"


@dataclass(frozen=True, slots=True)
class CircuitPlan:
    """One circuit to buy: its kind, rate tier, and the speed of the port that it comes on."""

    kind: CircuitKind
    tier: Tier
    port_bps: int


@dataclass(frozen=True, slots=True)
class FirewallDemand:
    """What a firewall must inspect and hold at the horizon."""

    inspected_bps: int
    sessions: int
    connections_per_s: int


@dataclass(frozen=True, slots=True)
class EdgePlan:
    """The edge of a site: how many firewalls and routers, of what, and the circuits."""

    firewalls: int
    firewall: DeviceType
    firewall_port_bps: int
    routers: int
    router: DeviceType | None
    router_port_bps: int
    circuits: tuple[CircuitPlan, ...]
    demand: FirewallDemand
    refused: tuple[tuple[str, str], ...] = ()
    wan: WanPlan | None = None
    """Routers toward a cloud provider."""
    gate: GatePlan | None = None
    """Routers toward other sites, by lines or a carrier."""


def firewall_demand(requirements: ResolvedRequirements, parameters: Parameters, share: float = 1.0) -> FirewallDemand:
    """The peak that crosses zones, the sessions and the new connections, all grown; `share` is one site's part."""
    capacity, growth = parameters.capacity, requirements.growth_multiplier
    people = (requirements.users + requirements.remote_users) * share
    sessions = people * capacity.sessions_per_user + requirements.servers.count * share * capacity.sessions_per_server
    if requirements.internet_facing:
        sessions *= capacity.public_session_headroom
    return FirewallDemand(
        inspected_bps=ceil(crossing_bps(requirements.flows, requirements) * share * growth),
        sessions=ceil(sessions * growth),
        connections_per_s=ceil(sessions * growth / capacity.session_lifetime_s),
    )


def leads(requirements: ResolvedRequirements, site: str) -> bool:
    """Whether a site is one of several and of the first tier, so that the others depend on its circuits."""
    return len(requirements.sites) > 1 and any(one.id == site and one.tier == 1 for one in requirements.sites)


def circuit_count(
    requirements: ResolvedRequirements, parameters: Parameters, firewalls: int, *, branch: bool, first: bool = False
) -> int:
    """Circuits that reach the availability target with half of the outage left to the rest, for health data HIPAA's.

    Two where the loss of a link must be survived, for the `first` of several sites, for each of several data centres,
    and for sites of a wide-area network that others or many people depend on.
    """
    kind = circuit_kind(requirements)
    outage = 1 - parameters.availability.circuit[kind.value]
    health = any(ref.framework is Framework.HIPAA for ref in requirements.frameworks)
    wanted = max(requirements.availability, parameters.compliance.health_availability if health else 0)
    allowed = (1 - wanted) / 2
    count = 1
    while outage**count > allowed and count < 3:
        count += 1
    survived = "link" in parameters.redundancy[requirements.redundancy].failure_set
    apart = requirements.network_type is NetworkType.WAN and any(site.tier < 3 for site in requirements.sites)
    centre = requirements.network_type in DATA_CENTRES or _hybrid_centre(requirements)
    apart = apart or first or (centre and len(requirements.sites) > 1)
    if apart or survived or (branch and firewalls > 1):
        count = max(2, count)
    return min(count, MAX_CIRCUITS)


def circuit_tier(catalog: Catalog, kind: CircuitKind, down_bps: int, up_bps: int) -> Tier:
    """The cheapest tier that carries both directions; raises `InfeasibleError` when none does."""
    tiers = catalog.circuit(kind).tiers
    enough = [tier for tier in tiers if tier.rate_bps >= down_bps and tier.up_bps >= up_bps]
    if not enough:
        raise InfeasibleError((_no_circuit(kind, max(down_bps, up_bps), max(t.rate_bps for t in tiers)),))
    return min(enough, key=lambda tier: (tier.usd_per_month, tier.rate_bps))


def _no_circuit(kind: CircuitKind, wanted_bps: int, most_bps: int) -> Conflict:
    statement = f"No {kind.value} circuit of the catalogue carries {wanted_bps / 1e9:g} Gbit/s."
    numbers = (("wanted_bps", str(wanted_bps)), ("largest_bps", str(most_bps)))
    return Conflict(
        code="no-circuit", requirements=("flows", "bandwidth"), statement=statement, numbers=numbers, relaxations=()
    )


def plan_circuits(
    requirements: ResolvedRequirements, parameters: Parameters, catalog: Catalog, count: int, share: float = 1.0
) -> tuple[CircuitPlan, ...]:
    """Like circuits, each large enough alone where there are two and one may fail."""
    level = parameters.redundancy[requirements.redundancy]
    down, up = (rate + SERVICES_BPS for rate in internet_bps(requirements.flows))
    if requirements.network_type is NetworkType.HYBRID:
        down = max(down, applications_bps(requirements, parameters))
    most = (level.max_utilisation_failed or level.max_utilisation) if count > 1 else level.max_utilisation
    divisor = max(count * level.max_utilisation, 1e-9) if count > 1 else most
    scale = requirements.growth_multiplier * share * max(1 / most, 1 / divisor if count > 1 else 0.0)
    wanted_down, wanted_up = max(MIN_CIRCUIT_BPS, ceil(down * scale)), ceil(up * scale)
    kind = circuit_kind(requirements)
    if kind is CircuitKind.BROADBAND and not any(
        tier.rate_bps >= wanted_down and tier.up_bps >= wanted_up for tier in catalog.circuit(kind).tiers
    ):
        kind = CircuitKind.DIA
    tier = circuit_tier(catalog, kind, wanted_down, wanted_up)
    return (CircuitPlan(kind, tier, port_speed(max(tier.rate_bps, tier.up_bps))),) * count


def applications_bps(requirements: ResolvedRequirements, parameters: Parameters) -> int:
    """What the applications of people draw at peak, which a site among others must not fall short of."""
    wan = parameters.wan
    kinds = ["saas", *(["voice"] if requirements.voice else []), *(["video"] if requirements.video else [])]
    each = sum(wan.concurrency[kind] * wan.application_bps[kind] for kind in kinds)
    overhead = parameters.capacity.ipsec_overhead if requirements.requires_encryption else 0.0
    return ceil(requirements.users * each * (1 + overhead))


def port_speed(rate_bps: float) -> int:
    """The slowest usual port speed that carries a rate."""
    return next((speed for speed in SPEEDS if speed >= rate_bps), SPEEDS[-1])


def choose_firewall(
    catalog: Catalog,
    parameters: Parameters,
    requirements: ResolvedRequirements,
    demand: FirewallDemand,
    ports: Iterable[PortNeed],
    tunnels: int = 0,
) -> Choice:
    """The cheapest firewall that inspects the demand at the target utilisation, with its ports, and ends `tunnels`."""
    most = parameters.redundancy[requirements.redundancy].max_utilisation
    capacity = parameters.capacity
    high = requirements.redundancy.at_least(Redundancy.HIGH)

    def refuse(kind: DeviceType) -> str:
        rates = kind.firewall
        if rates is None or rates.ngfw_bps is None:
            return "has no inspected rate on record"
        if rates.ngfw_bps * most < demand.inspected_bps:
            return f"inspects {rates.ngfw_bps / 1e9:g} Gbit/s"
        if rates.sessions is None or rates.sessions * capacity.session_share < demand.sessions:
            return f"holds {rates.sessions} sessions"
        if requirements.remote_users and (why := _too_few_tunnels(requirements, parameters, rates)):
            return why
        if tunnels and (why := _few_tunnels(requirements, parameters, rates, tunnels)):
            return why
        if requirements.network_type is NetworkType.HYBRID and (why := _too_slow_to_cloud(requirements, most, rates)):
            return why
        new = rates.connections_per_second or DEFAULT_CONNECTIONS_PER_S
        if new * capacity.connection_share < demand.connections_per_s:
            return f"opens {new} connections a second"
        return ""

    needs = Needs(
        ports=tuple(ports),
        features=frozenset(_features(requirements, parameters)),
        power_supplies=2 if high else 1,
        refuse=refuse,
        field="flows",
    )
    return select(catalog.devices(Role.FIREWALL), Role.FIREWALL, needs, requirements)


def _features(requirements: ResolvedRequirements, parameters: Parameters) -> Iterator[str]:
    """What a firewall must be able to do."""
    yield from ("ips", "ha_active_standby")
    if requirements.ipv6:
        yield "ipv6"
    if firewall_count(requirements, parameters) > 2:
        yield THREE_MEMBERS


def _too_few_tunnels(requirements: ResolvedRequirements, parameters: Parameters, rates: FirewallRates) -> str:
    """Why a firewall cannot end the tunnels of remote users; empty where it can."""
    capacity, growth = parameters.capacity, requirements.growth_multiplier
    tunnels = requirements.remote_users * capacity.vpn_concurrency * growth
    bps = tunnels * capacity.vpn_user_bps * (1 + capacity.ipsec_overhead)
    if rates.tunnels is None or rates.tunnels * capacity.tunnel_share < ceil(tunnels):
        return f"holds {rates.tunnels or 'an unknown number of'} tunnels"
    most = parameters.redundancy[requirements.redundancy].max_utilisation
    if rates.ipsec_bps is None or rates.ipsec_bps * most < bps:
        return f"encrypts {(rates.ipsec_bps or 0) / 1e9:g} Gbit/s"
    return ""


def _few_tunnels(requirements: ResolvedRequirements, parameters: Parameters, rates: FirewallRates, tunnels: int) -> str:
    """Why a firewall cannot end the tunnels to other sites with all that leaves the site; empty where it can."""
    capacity, growth = parameters.capacity, requirements.growth_multiplier
    people = requirements.remote_users * capacity.vpn_concurrency
    if rates.tunnels is None or rates.tunnels * capacity.tunnel_share < ceil((tunnels + people) * growth):
        return f"holds {rates.tunnels or 'an unknown number of'} tunnels"
    bps = (max(internet_bps(requirements.flows)) + people * capacity.vpn_user_bps) * (1 + capacity.ipsec_overhead)
    level = parameters.redundancy[requirements.redundancy]
    if rates.ipsec_bps is None or rates.ipsec_bps * level.max_utilisation < bps * growth:
        return f"encrypts {(rates.ipsec_bps or 0) / 1e9:g} Gbit/s"
    return ""


def _too_slow_to_cloud(requirements: ResolvedRequirements, most: float, rates: FirewallRates) -> str:
    """Why a firewall cannot end the tunnels to a cloud provider, all of the traffic in them; empty where it can."""
    if rates.tunnels is None or rates.ipsec_bps is None:
        return "has no tunnels on record"
    needed = cloud_bps(requirements) * requirements.growth_multiplier
    return f"encrypts {rates.ipsec_bps / 1e9:g} Gbit/s" if rates.ipsec_bps * most < needed else ""


def firewall_ports(
    firewalls: int, speed_bps: int, links: int, circuits: int = 0, circuit_bps: int = GBPS, *, management: int = 3
) -> tuple[PortNeed, ...]:
    """Ports of one firewall: links inward, circuits where it is its own router, two heartbeats, and for management its
    own port and a link to each of two out-of-band switches."""
    needs = [PortNeed(links, speed_bps, PortUse.ANY)]
    if circuits:
        needs.append(PortNeed(circuits, circuit_bps, PortUse.ANY))
    if firewalls > 1:
        needs.append(PortNeed(2, GBPS, PortUse.HA))
    return (*needs, PortNeed(management, GBPS, PortUse.ANY))


def plan_edge(
    requirements: ResolvedRequirements,
    parameters: Parameters,
    catalog: Catalog,
    *,
    links: int = 2,
    branch: bool = False,
    share: float = 1.0,
    least_bps: int = GBPS,
    tunnels: int = 0,
    gate: GatePlan | None = None,
    leaving: ResolvedRequirements | None = None,
    first: bool = False,
) -> EdgePlan:
    """The edge of a site with `links` links from each firewall inward, of `least_bps` or faster; `share` is the site's
    part of all demand. Each firewall ends `tunnels` to other sites; a `gate` takes what goes there by lines, so that
    circuits carry what is `leaving` for the Internet alone; `first` says that others depend on this site."""
    firewalls = firewall_count(requirements, parameters)
    count = circuit_count(requirements, parameters, firewalls, branch=branch, first=first)
    circuits = plan_circuits(leaving or requirements, parameters, catalog, count, share)
    demand = firewall_demand(requirements, parameters, share)
    level = parameters.redundancy[requirements.redundancy]
    both_ways = 2 * demand.inspected_bps / (level.max_utilisation_failed or level.max_utilisation)
    wanted = max(least_bps, min(both_ways / max(1, links - 1), SPEEDS[-1]))
    ladder = [speed for speed in SPEEDS if speed >= wanted][:3]
    own = -(-len(circuits) // firewalls) if branch else 0
    choice, speed = _first_that_fits(
        catalog, parameters, requirements, demand, firewalls, links, own, circuits, ladder, tunnels
    )
    router, router_speed = (None, GBPS) if branch else _router(catalog, requirements, circuits, least_bps)
    double = len(circuits) > 1 and requirements.redundancy.at_least(Redundancy.HIGH)
    return EdgePlan(
        firewalls=firewalls,
        firewall=choice.kind,
        firewall_port_bps=speed,
        routers=0 if branch else 2 if double else 1,
        router=router,
        router_port_bps=router_speed,
        circuits=circuits,
        demand=demand,
        refused=choice.refused,
        wan=None if branch else plan_wan(requirements, parameters, catalog, share, least_bps),
        gate=gate,
    )


def _first_that_fits(  # noqa: PLR0917 - what the choice depends on
    catalog: Catalog,
    parameters: Parameters,
    requirements: ResolvedRequirements,
    demand: FirewallDemand,
    firewalls: int,
    links: int,
    own_circuits: int,
    circuits: tuple[CircuitPlan, ...],
    ladder: list[int],
    tunnels: int,
) -> tuple[Choice, int]:
    """The firewall with the slowest inward ports that suffice; raises the last refusal when none has any."""
    apart = parameters.security[requirements.security_level].management_plane == "out-of-band"
    centre = requirements.network_type in DATA_CENTRES or _hybrid_centre(requirements)
    management = 3 if apart or centre else 1
    for at, speed in enumerate(ladder):
        ports = firewall_ports(firewalls, speed, links, own_circuits, circuits[0].port_bps, management=management)
        try:
            return choose_firewall(catalog, parameters, requirements, demand, ports, tunnels), speed
        except InfeasibleError:
            if at == len(ladder) - 1:
                raise
    raise AssertionError("the ladder of speeds is never empty")


def _hybrid_centre(requirements: ResolvedRequirements) -> bool:
    """Whether a hybrid network has a data centre on its premises."""
    return requirements.network_type is NetworkType.HYBRID and not requirements.users


def _router(
    catalog: Catalog, requirements: ResolvedRequirements, circuits: tuple[CircuitPlan, ...], least_bps: int
) -> tuple[DeviceType, int]:
    """The cheapest router with a port for each circuit and two inward, with the inward speed."""
    inward = max(least_bps, circuits[0].port_bps)
    needs = Needs(
        ports=(PortNeed(len(circuits), circuits[0].port_bps), PortNeed(2, inward), PortNeed(1, GBPS)),
        features=frozenset({"bgp", "acl", "qos"}),
        power_supplies=2 if requirements.redundancy.at_least(Redundancy.HIGH) else 1,
        field="flows",
    )
    choice = select(catalog.devices(Role.INTERNET_EDGE), Role.INTERNET_EDGE, needs, requirements)
    return choice.kind, inward


def first_review(requirements: ResolvedRequirements, parameters: Parameters) -> str | None:
    """The day by which a connection to others is to be reviewed first; None without a day to count from."""
    start = day(requirements.evaluation_date)
    return months_later(start, parameters.compliance.review_months).isoformat() if start is not None else None
