"""Which border switches, firewalls and routers a data centre gets, so that their ports fit one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from netdesign.catalog.ports import PortUse
from netdesign.catalog.sku import DeviceType
from netdesign.errors import InfeasibleError
from netdesign.model.resolved import Population, ResolvedRequirements
from netdesign.model.vocabulary import Redundancy, Role
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.draft.cabling import joinable
from netdesign.synthesis.draft.port_bank import PortBank, PortTable
from netdesign.synthesis.draft.selection import Choice, Needs, PortNeed, ports_refusal, select
from netdesign.synthesis.edge.sizing import GBPS, SPEEDS, EdgePlan, choose_firewall, firewall_ports, plan_edge
from netdesign.synthesis.needs.flows import internet_bps

LENGTH_M = 30.0
"""Length at which cables to firewalls and routers are tried."""
LINKS_EACH = (1, 2, 4)
"""Numbers of links from a firewall to one border switch that are tried."""


@dataclass(frozen=True, slots=True)
class ExitPlan:
    """The type of the border switches, the edge, the links from each firewall to each of them, and their number."""

    border: DeviceType
    edge: EdgePlan
    links_each: int
    switches: int = 2
    management_bps: int = GBPS
    """What the link of each firewall to the management network has to run at."""


def exit_ports(plan: ExitPlan) -> tuple[PortNeed, ...]:
    """Ports of each border switch that firewalls and routers take."""
    edge = plan.edge
    wans = (PortNeed(edge.wan.routers, edge.wan.port_bps, PortUse.DOWNLINK),) if edge.wan else ()
    return (
        PortNeed(edge.firewalls * plan.links_each, edge.firewall_port_bps, PortUse.DOWNLINK),
        PortNeed(edge.routers, edge.router_port_bps, PortUse.DOWNLINK),
        *wans,
    )


def choose_exit(
    blueprint: Blueprint,
    demand: ResolvedRequirements,
    borders: Sequence[DeviceType],
    ports: tuple[PortNeed, ...],
    switches: int,
    *,
    after: tuple[PortNeed, ...] = (),
) -> ExitPlan | None:
    """The first border type that has `ports`, those of an edge that carries the demand, and then `after`; or None.

    `switches` border switches share the edge. Two firewalls stand in for each other from medium redundancy on.
    """
    edges = list(_edges(blueprint, demand, switches))
    for border in borders:
        for edge, each in edges:
            plan = ExitPlan(border, edge, each, switches, _management_bps(blueprint, demand))
            if not ports_refusal(border, (*ports, *exit_ports(plan), *after)) and _joins(border, ports, edge, each):
                return plan
    return None


def _joins(border: DeviceType, ports: tuple[PortNeed, ...], edge: EdgePlan, each: int) -> bool:
    """Whether cables fit both the ports that are left at the border and those of firewalls and routers."""
    bank = PortBank(PortTable(border))
    for need in ports:
        for _ in range(need.count):
            bank.take(need.speed_bps, need.use, apart=need.apart)
    nodes = [(edge.firewall, edge.firewall_port_bps, each)] * edge.firewalls
    if edge.router is not None:
        nodes += [(edge.router, edge.router_port_bps, 1)] * edge.routers
    if edge.wan is not None:
        nodes += [(edge.wan.kind, edge.wan.port_bps, 1)] * edge.wan.routers
    for node, speed, links in nodes:
        own = PortBank(PortTable(node))
        for _ in range(links):
            here, there = bank.take(speed, PortUse.DOWNLINK), own.take(speed)
            if here is None or there is None or not joinable(there, here, speed, LENGTH_M):
                return False
    return True


def _edges(blueprint: Blueprint, demand: ResolvedRequirements, switches: int) -> Iterator[tuple[EdgePlan, int]]:
    """Edges that carry the demand, few and slow links first, with the links from a firewall to each border switch.

    Where any two links may fail, a firewall has three.
    """
    refusal: InfeasibleError | None = None
    paths = 3 if blueprint.requirements.redundancy is Redundancy.CRITICAL else 1
    for each in (each for each in LINKS_EACH if switches * each >= paths):
        try:
            plan = plan_edge(demand, blueprint.parameters, blueprint.catalog, links=switches * each)
        except InfeasibleError as error:
            refusal = refusal or error
            continue
        double = blueprint.requirements.redundancy.at_least(Redundancy.MEDIUM)
        count = max(2, plan.firewalls) if double else plan.firewalls
        firewalls = list(_firewalls(blueprint, demand, plan, count, switches * each))
        routers = list(_routers(blueprint, plan, switches, _exit_bps(blueprint, demand)))
        for (fast, wall), (speed, router) in product(firewalls, routers):
            yield _edge(plan, count, (fast, wall), (speed, router)), each
        if firewalls and routers:
            refusal = None
    if refusal is not None:
        raise refusal


def _edge(plan: EdgePlan, count: int, firewall: tuple[int, Choice], router: tuple[int, Choice]) -> EdgePlan:
    return replace(
        plan,
        firewalls=count,
        firewall=firewall[1].kind,
        firewall_port_bps=firewall[0],
        refused=firewall[1].refused,
        router=router[1].kind,
        router_port_bps=router[0],
    )


def _firewalls(
    blueprint: Blueprint, demand: ResolvedRequirements, plan: EdgePlan, count: int, links: int
) -> Iterator[tuple[int, Choice]]:
    """The cheapest firewall for each speed of its inward ports that suffices."""
    for speed in (speed for speed in SPEEDS if speed >= plan.firewall_port_bps):
        ports = firewall_ports(count, speed, links)
        try:
            yield speed, choose_firewall(blueprint.catalog, blueprint.parameters, demand, plan.demand, ports)
        except InfeasibleError:
            continue


def _management_bps(blueprint: Blueprint, demand: ResolvedRequirements) -> int:
    """The usual speed that carries all flows of the management zone both ways at the horizon."""
    ends = (flow for flow in demand.flows if Population.MANAGEMENT in (flow.source, flow.target))
    peak = sum(flow.up_bps + flow.down_bps for flow in ends) * blueprint.growth / blueprint.redundancy.max_utilisation
    return next((speed for speed in SPEEDS if speed >= peak), SPEEDS[-1])


def _exit_bps(blueprint: Blueprint, demand: ResolvedRequirements) -> float:
    """What the inward links of one router carry at the horizon, at their highest use."""
    level = blueprint.redundancy
    return max(internet_bps(demand.flows)) * blueprint.growth / (level.max_utilisation_failed or level.max_utilisation)


def _routers(blueprint: Blueprint, plan: EdgePlan, switches: int, carried_bps: float) -> Iterator[tuple[int, Choice]]:
    """The cheapest router for each speed of its inward ports, with a port for each circuit and border switch.

    The links to all border switches but one carry `carried_bps`.
    """
    kinds = blueprint.catalog.devices(Role.INTERNET_EDGE)
    circuits = PortNeed(len(plan.circuits), plan.circuits[0].port_bps)
    least = max(plan.router_port_bps, carried_bps / max(1, switches - 1))
    for speed in (speed for speed in SPEEDS if speed >= least):
        needs = Needs(
            ports=(circuits, PortNeed(switches, speed), PortNeed(1, GBPS)),
            features=frozenset({"bgp", "acl", "qos"}),
            power_supplies=2 if blueprint.requirements.redundancy.at_least(Redundancy.HIGH) else 1,
            field="flows",
        )
        try:
            yield speed, select(kinds, Role.INTERNET_EDGE, needs, blueprint.requirements)
        except InfeasibleError:
            continue
