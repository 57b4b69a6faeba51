"""Which leaf and spine types, of which speed and how many, make the cheapest fabric of the size that is needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import floor

from netdesign.catalog.sku import DeviceType
from netdesign.errors import InfeasibleError
from netdesign.model.conflict import Conflict
from netdesign.model.vocabulary import Redundancy, Role
from netdesign.synthesis.bill.lifetime import Lifetime
from netdesign.synthesis.datacenter.clos_search import Market, Offer, Search
from netdesign.synthesis.datacenter.clos_sizing import ClosSize, FabricDemand
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.draft.selection import MAX_ALTERNATIVES, Needs, suitable

FEATURES = frozenset({"evpn", "vxlan"})
SPINE_FEATURES = frozenset({"bgp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FabricPlan:
    """The chosen types, the size, the cost that decided, and what else was considered.

    `compared` fabrics were searched, all that the catalogue makes; 0 when the plan was not chosen but given.
    """

    size: ClosSize
    leaf: DeviceType
    spine: DeviceType
    super_spine: DeviceType | None
    cost_usd: float
    refused: tuple[tuple[str, str], ...] = ()
    compared: int = 0


BorderKind = Callable[[FabricPlan], DeviceType]
"""The type of the border leaves of a fabric; raises `InfeasibleError` when none has the ports."""


def choose_fabric(
    blueprint: Blueprint,
    demand: FabricDemand,
    vendors: frozenset[str] | None = None,
    border: BorderKind | None = None,
) -> FabricPlan:
    """The fabric of least cost over the horizon, of three or five stages, borders as `border` says or like leaves.

    All switches are of one vendor, one of `vendors` where they are given. Equal costs are decided by fewer devices,
    fewer links, then names. Raises `InfeasibleError` when no types of the catalogue make a fabric.
    """
    market = _market(blueprint, demand, vendors)
    chosen = border or _like_leaves

    def borders(offer: Offer) -> float:
        return demand.border_leaves * market.lifetime.device_usd(chosen(_plan(offer)))

    kinds = (*market.leaves, *blueprint.catalog.devices(Role.BORDER_LEAF))
    least = min((market.lifetime.device_usd(kind) for kind in kinds), default=0.0)
    search = Search(demand, market, borders, demand.border_leaves * least)
    best = search.run()
    if best is None:
        raise search.refusal or InfeasibleError((_conflict(blueprint, demand),))
    others = search.others(MAX_ALTERNATIVES)
    return FabricPlan(
        size=best.size,
        leaf=best.leaf,
        spine=best.spine,
        super_spine=best.super_spine,
        cost_usd=best.usd,
        refused=tuple(
            (f"{one.leaf.sku} on {one.spine.sku}", f"{one.usd:,.0f} USD against {best.usd:,.0f} USD") for one in others
        ),
        compared=search.compared,
    )


def _market(blueprint: Blueprint, demand: FabricDemand, vendors: frozenset[str] | None) -> Market:
    """The types that suit, with what they cost."""
    parameters, grown = blueprint.parameters, blueprint.growth * (1 + blueprint.redundancy.spare_share)

    def kinds(role: Role, features: frozenset[str]) -> tuple[DeviceType, ...]:
        supplies = 2 if blueprint.requirements.redundancy.at_least(Redundancy.MEDIUM) else 1
        needs = Needs(features=features, power_supplies=supplies)
        fit = suitable(blueprint.catalog.devices(role), role, needs, blueprint.requirements)
        return tuple(kind for kind in fit if vendors is None or kind.vendor in vendors)

    return Market(
        leaves=kinds(Role.LEAF, FEATURES),
        spines=kinds(Role.SPINE, SPINE_FEATURES),
        tops=kinds(Role.SUPER_SPINE, SPINE_FEATURES),
        speeds_bps=tuple(gbps * 1_000_000_000 for gbps in parameters.fabric.uplink_speeds_gbps),
        lifetime=Lifetime(parameters.cost, blueprint.requirements.horizon_years),
        ratio=min(parameters.oversubscription.spine, max(1.0, demand.oversubscription)),
        cables=floor(demand.ports / grown),
    )


def _plan(offer: Offer) -> FabricPlan:
    return FabricPlan(
        size=offer.size, leaf=offer.leaf, spine=offer.spine, super_spine=offer.super_spine, cost_usd=offer.usd
    )


def _like_leaves(plan: FabricPlan) -> DeviceType:
    return plan.leaf


def _conflict(blueprint: Blueprint, demand: FabricDemand) -> Conflict:
    gbps = demand.port_bps / 1e9
    other = "excluded_vendors" if blueprint.requirements.excluded_vendors else "bandwidth"
    return Conflict(
        code="no-fabric",
        requirements=("servers", other),
        statement=f"No leaf and spine of the catalogue make {demand.ports} ports at {gbps:g} Gbit/s.",
        numbers=(("ports", str(demand.ports)), ("oversubscription", f"{demand.oversubscription:g}")),
        relaxations=(),
    )
