"""Which leaf and spine types make the cheapest fabric of the size that is needed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from netdesign.catalog.media import Cage, cheapest_phy
from netdesign.catalog.ports import PortUse
from netdesign.catalog.sku import DeviceType
from netdesign.errors import InfeasibleError
from netdesign.model.conflict import Conflict
from netdesign.model.vocabulary import Redundancy, Role
from netdesign.synthesis.datacenter.clos_sizing import ClosSize, FabricDemand, LeafPorts, five_stage, three_stage
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.draft.port_bank import FreePort, PortBank, PortTable
from netdesign.synthesis.draft.selection import Needs, price_usd, suitable

LENGTH_M = 40.0
"""Length at which fabric optics are compared."""
FEATURES = frozenset({"evpn", "vxlan"})
SPINE_FEATURES = frozenset({"bgp"})


@dataclass(frozen=True, slots=True, kw_only=True)
class FabricPlan:
    """The chosen types, the size, the cost that decided, and what else was considered."""

    size: ClosSize
    leaf: DeviceType
    spine: DeviceType
    super_spine: DeviceType | None
    cost_usd: float
    refused: tuple[tuple[str, str], ...] = ()


def choose_fabric(blueprint: Blueprint, demand: FabricDemand, vendors: frozenset[str] | None = None) -> FabricPlan:
    """The cheapest fabric, three stages where any spine suffices, else five.

    All switches are of one vendor, of `vendors` where these are given. Raises `InfeasibleError` when no types of the
    catalogue make a fabric.
    """
    plans = list(_plans(blueprint, demand, vendors, stages=3)) or list(_plans(blueprint, demand, vendors, stages=5))
    if not plans:
        raise InfeasibleError((_conflict(blueprint, demand),))
    plans.sort(key=lambda plan: (plan.cost_usd, plan.leaf.sku, plan.spine.sku))
    best = plans[0]
    seen: dict[str, str] = {}
    for plan in plans[1:]:
        name = f"{plan.leaf.sku} on {plan.spine.sku}"
        if plan.leaf is not best.leaf or plan.spine is not best.spine:
            seen.setdefault(name, f"{plan.cost_usd:,.0f} USD against {best.cost_usd:,.0f} USD")
    return FabricPlan(
        size=best.size,
        leaf=best.leaf,
        spine=best.spine,
        super_spine=best.super_spine,
        cost_usd=best.cost_usd,
        refused=tuple(seen.items())[:6],
    )


def _plans(
    blueprint: Blueprint, demand: FabricDemand, vendors: frozenset[str] | None, stages: int
) -> Iterator[FabricPlan]:
    supplies = 2 if blueprint.requirements.redundancy.at_least(Redundancy.MEDIUM) else 1
    leaves = _kinds(blueprint, Role.LEAF, FEATURES, supplies)
    spines = _kinds(blueprint, Role.SPINE, SPINE_FEATURES, supplies)
    tops = _kinds(blueprint, Role.SUPER_SPINE, SPINE_FEATURES, supplies)
    speeds = [gbps * 1_000_000_000 for gbps in blueprint.parameters.fabric.uplink_speeds_gbps]
    for leaf in leaves:
        if vendors is not None and leaf.vendor not in vendors:
            continue
        for speed in speeds:
            ports = leaf_ports(leaf, demand.port_bps, speed)
            if ports is None:
                continue
            for spine in spines:
                count = link_ports(spine, speed)
                if spine.vendor != leaf.vendor or not count or not _joined(leaf, spine, speed):
                    continue
                if stages == 3:
                    yield from _plan(three_stage(demand, ports, count), (leaf, spine, None))
                    continue
                for top in tops:
                    size = five_stage(demand, ports, count, link_ports(top, speed), ratio=_ratio(blueprint, demand))
                    if top.vendor == leaf.vendor and _joined(spine, top, speed):
                        yield from _plan(size, (leaf, spine, top))


def _kinds(blueprint: Blueprint, role: Role, features: frozenset[str], supplies: int) -> tuple[DeviceType, ...]:
    needs = Needs(features=features, power_supplies=supplies)
    return suitable(blueprint.catalog.devices(role), role, needs, blueprint.requirements)


def _ratio(blueprint: Blueprint, demand: FabricDemand) -> float:
    """Ceiling of spine to super-spine: that of the leaves when nothing may be dropped."""
    return min(blueprint.parameters.oversubscription.spine, max(1.0, demand.oversubscription))


def _plan(
    size: ClosSize | None,
    kinds: tuple[DeviceType, DeviceType, DeviceType | None],
) -> Iterator[FabricPlan]:
    if size is None:
        return
    leaf, spine, top = kinds
    cost = (
        (size.leaves + size.border_leaves) * price_usd(leaf)
        + size.spine_count * price_usd(spine)
        + (size.super_spines * price_usd(top) if top else 0.0)
        + size.links * _optics_usd(leaf, spine, size.uplink_bps)
    )
    yield FabricPlan(size=size, leaf=leaf, spine=spine, super_spine=top, cost_usd=cost)


@cache
def leaf_ports(leaf: DeviceType, port_bps: int, uplink_bps: int) -> LeafPorts | None:
    """What a leaf type offers servers, in ports that are not split, and spines; None when it cannot serve both."""
    uplinks = link_ports(leaf, uplink_bps)
    if not uplinks or not link_ports(leaf, port_bps):
        return None

    @cache
    def downlinks(taken: int) -> int:
        bank = PortBank(PortTable(leaf))
        for _ in range(taken):
            if bank.take(uplink_bps, PortUse.UPLINK) is None:
                return 0
        return bank.free(port_bps, PortUse.DOWNLINK, whole=True)

    return LeafPorts(uplinks=uplinks, uplink_bps=uplink_bps, downlinks=downlinks)


@cache
def link_ports(kind: DeviceType, speed_bps: int) -> int:
    """How many links of a speed a type takes, ports split where an optic or cable exists for it."""
    return PortBank(PortTable(kind)).free(speed_bps)


def fabric_port(kind: DeviceType, speed_bps: int, use: PortUse) -> FreePort | None:
    """The first port that a type would use for a fabric link."""
    return PortBank(PortTable(kind)).take(speed_bps, use)


@cache
def _optics_usd(lower: DeviceType, upper: DeviceType, speed_bps: int) -> float:
    """Cost of the cable of one fabric link at the usual length; infinite when none joins the two."""
    a, b = fabric_port(lower, speed_bps, PortUse.UPLINK), fabric_port(upper, speed_bps, PortUse.DOWNLINK)
    if a is None or b is None:
        return float("inf")
    cages = Cage(a.form_factor, a.lanes), Cage(b.form_factor, b.lanes)
    phy = cheapest_phy(speed_bps, LENGTH_M, a.form_factor, b.form_factor, lanes_a=a.lanes, lanes_b=b.lanes)
    return phy.link_usd(LENGTH_M, *cages) if phy else float("inf")


def _joined(lower: DeviceType, upper: DeviceType, speed_bps: int) -> bool:
    return _optics_usd(lower, upper, speed_bps) != float("inf")


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
