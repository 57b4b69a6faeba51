"""The switches of a Clos fabric, where they stand, and the links between its tiers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from netdesign.catalog.ports import PortUse
from netdesign.catalog.sku import DeviceType
from netdesign.errors import InfeasibleError
from netdesign.model.cabling import Link
from netdesign.model.conflict import Conflict
from netdesign.model.inventory import Device
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.vocabulary import LinkPurpose, Redundancy, Role, ServiceClass
from netdesign.synthesis.datacenter.border import ExitPlan, choose_exit
from netdesign.synthesis.datacenter.clos_choice import FEATURES, FabricPlan
from netdesign.synthesis.datacenter.clos_extension import group_pods
from netdesign.synthesis.datacenter.hall import place
from netdesign.synthesis.datacenter.standing_hall import Hall, new_racks
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.draft.selection import Needs, PortNeed, price_usd, suitable
from netdesign.synthesis.draft.standing import in_order
from netdesign.synthesis.interconnect.reserve import NOTHING, Reserve

SPARE_BPS = 10_000_000_000
SPARE_PORTS = 4
"""Ports that each border leaf keeps for service nodes to come."""


@dataclass(slots=True)
class Fabric:
    """A built fabric: leaf groups serve the same racks (pairs, or the rails of GPU servers)."""

    site: str
    plan: FabricPlan
    groups: list[tuple[Device, ...]] = field(default_factory=list)
    pods: list[int] = field(default_factory=list)
    """The pod of each leaf group."""
    racks: list[tuple[str, ...]] = field(default_factory=list)
    """The server racks that each leaf group serves."""
    borders: list[Device] = field(default_factory=list)
    spines: list[Device] = field(default_factory=list)
    super_spines: list[Device] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        """Ids of all switches."""
        return [device.id for device in (*self.super_spines, *self.spines, *self.borders, *self.leaves)]

    @property
    def leaves(self) -> list[Device]:
        """All leaves that servers attach to."""
        return [leaf for group in self.groups for leaf in group]


def border_plan(
    blueprint: Blueprint,
    plan: FabricPlan,
    demand: ResolvedRequirements,
    reserve: Reserve = NOTHING,
    stands: DeviceType | None = None,
) -> ExitPlan:
    """The border leaves and the edge on them: the leaf type where it has the ports, else the cheapest of its vendor.

    `reserve` is kept for lines to other sites. Where border leaves stand, their type `stands` is kept. Raises
    `InfeasibleError` when no type has the ports.
    """
    ports = (
        PortNeed(plan.size.uplinks, plan.size.uplink_bps, PortUse.UPLINK),
        *reserve.ports,
        PortNeed(SPARE_PORTS, SPARE_BPS, PortUse.DOWNLINK),
    )
    supplies = 2 if blueprint.requirements.redundancy.at_least(Redundancy.MEDIUM) else 1
    needs = Needs(features=FEATURES | reserve.features, power_supplies=supplies, refuse=reserve.refuse)
    kinds: list[DeviceType] = [] if stands is None else [stands]
    for role in (Role.BORDER_LEAF, Role.LEAF) if stands is None else ():
        fit = suitable(blueprint.catalog.devices(role), role, needs, blueprint.requirements)
        own = [kind for kind in fit if kind.vendor == plan.leaf.vendor and kind not in kinds]
        kinds += sorted(own, key=lambda kind: (kind is not plan.leaf, price_usd(kind), kind.sku))
    for wanted in (ports, ports[:-1]):
        found = choose_exit(blueprint, demand, kinds, wanted, plan.size.border_leaves)
        if found is not None:
            return found
    raise InfeasibleError((_conflict(plan),))


def _conflict(plan: FabricPlan) -> Conflict:
    """No border leaf for the fabric."""
    speed = f"{plan.size.uplink_bps / 1e9:g} Gbit/s"
    return Conflict(
        code="no-border-leaf",
        requirements=("flows", "servers"),
        statement=f"No border leaf has {plan.size.uplinks} uplinks at {speed} and ports for the firewalls.",
        numbers=(("uplinks", str(plan.size.uplinks)), ("uplink_bps", str(plan.size.uplink_bps))),
        relaxations=(),
    )


def fabric_equipment(plan: FabricPlan, border: DeviceType) -> list[DeviceType]:
    """The types of all devices of the fabric that stand in network racks."""
    size = plan.size
    top = [plan.super_spine] * size.super_spines if plan.super_spine else []
    return [plan.spine] * size.spine_count + [border] * size.border_leaves + top


def build_fabric(blueprint: Blueprint, hall: Hall, plan: FabricPlan, border: DeviceType, *, group: int = 2) -> Fabric:
    """All switches and fabric links of a site; `group` leaves serve the same servers."""
    size, fabric = plan.size, Fabric(hall.site, plan)
    _place_upper(blueprint, hall, fabric, border)
    _place_leaves(blueprint, hall, fabric, group)
    tiers = [fabric.spines[pod * size.spines : (pod + 1) * size.spines] for pod in range(size.pods)]
    for leaf, pod in leaf_pods(fabric):
        for spine in tiers[pod]:
            fabric.links += _fabric_links(blueprint, leaf, spine, size.uplink_bps, size.parallel)
    for spines in tiers:
        for plane, spine in enumerate(spines):
            for top in fabric.super_spines[plane * size.plane_width : (plane + 1) * size.plane_width]:
                fabric.links += _fabric_links(blueprint, spine, top, size.uplink_bps, size.spine_parallel)
    return fabric


def leaf_pods(fabric: Fabric) -> Iterator[tuple[Device, int]]:
    """Each leaf with its pod: border leaves are in the first, groups share the pods evenly."""
    for leaf in fabric.borders:
        yield leaf, 0
    for pod, leaves in zip(fabric.pods, fabric.groups, strict=True):
        for leaf in leaves:
            yield leaf, pod


def _place_upper(blueprint: Blueprint, hall: Hall, fabric: Fabric, border: DeviceType) -> None:
    """Border leaves, spines and super-spines in the network racks, peers apart."""
    plan, gold = fabric.plan, ServiceClass.GOLD
    for _ in range(plan.size.border_leaves):
        fabric.borders.append(
            place(
                blueprint,
                hall,
                Role.BORDER_LEAF,
                border,
                apart=fabric.borders,
                criticality=gold,
                block=_block(fabric, 0),
            )
        )
    for pod in range(plan.size.pods):
        for _ in range(plan.size.spines):
            block = _block(fabric, pod)
            fabric.spines.append(
                place(
                    blueprint,
                    hall,
                    Role.SPINE,
                    plan.spine,
                    apart=fabric.spines[pod * plan.size.spines :],
                    criticality=gold,
                    block=block,
                )
            )
    if plan.super_spine is None:
        return
    for _ in range(plan.size.super_spines):
        fabric.super_spines.append(
            place(
                blueprint,
                hall,
                Role.SUPER_SPINE,
                plan.super_spine,
                apart=fabric.super_spines,
                criticality=gold,
            )
        )


def _block(fabric: Fabric, pod: int) -> str:
    return f"{fabric.site}-pod{pod + 1:02d}"


def _place_leaves(blueprint: Blueprint, hall: Hall, fabric: Fabric, group: int) -> None:
    """Leaf groups over the server racks: several groups to a rack, or a group over several racks."""
    count, stands = fabric.plan.size.leaves // group, in_order(blueprint.standing, Role.LEAF, fabric.site)
    blocks = {_block(fabric, pod): pod for pod in range(fabric.plan.size.pods)}
    fabric.pods = group_pods([blocks[leaf.block or ""] for leaf in stands[::group]], count, fabric.plan.size.pods)
    for served, pod in zip(
        _served(blueprint, hall.server_racks, count, len(stands) // group), fabric.pods, strict=True
    ):
        fabric.groups.append(tuple(_leaf(blueprint, fabric, served, n, pod) for n in range(group)))
        fabric.racks.append(served)


def _served(blueprint: Blueprint, racks: tuple[str, ...], groups: int, stands: int) -> Iterator[tuple[str, ...]]:
    """The racks of each leaf group: groups that stand share those that stand, the others those that are new."""
    fresh = new_racks(blueprint, racks) if stands else ()
    for count, some in (
        (stands, tuple(rack for rack in racks if rack not in fresh)),
        (groups - stands, fresh or racks),
    ):
        for at in range(count):
            first = at * len(some) // count
            yield some[first : max(first + 1, (at + 1) * len(some) // count)]


def _leaf(blueprint: Blueprint, fabric: Fabric, racks: Sequence[str], number: int, pod: int) -> Device:
    """A leaf in the middle of its racks, neighbours of a group in neighbouring racks."""
    middle = (len(racks) - 1) // 2
    order = [racks[(middle + number + step) % len(racks)] for step in range(len(racks))]
    kind = fabric.plan.leaf
    rack = next((rack for rack in order if blueprint.floor.fits(rack, kind)), None) or _nearest(
        blueprint, fabric, order[0]
    )
    return blueprint.device(
        Role.LEAF, fabric.site, kind, rack=rack, block=_block(fabric, pod), criticality=ServiceClass.GOLD
    )


def _nearest(blueprint: Blueprint, fabric: Fabric, wanted: str) -> str:
    """The rack with room for a leaf that is nearest to a full one; the full one when none has room."""
    racks = blueprint.floor.racks
    here = racks[wanted].rack
    free = [
        space.rack
        for space in racks.values()
        if space.rack.room == here.room and blueprint.floor.fits(space.rack.id, fabric.plan.leaf)
    ]
    nearest = min(free, key=lambda r: (abs(r.row - here.row), abs(r.position - here.position), r.id), default=here)
    return nearest.id


def _fabric_links(blueprint: Blueprint, lower: Device, upper: Device, speed_bps: int, count: int) -> tuple[Link, ...]:
    """Parallel routed links between two tiers, addressed in the underlay."""
    return blueprint.connect_routed(
        lower,
        upper,
        speed_bps,
        LinkPurpose.FABRIC,
        count=count,
        use_a=PortUse.UPLINK,
        use_b=PortUse.UPLINK if upper.role is Role.SUPER_SPINE else PortUse.DOWNLINK,
        mtu_bytes=blueprint.parameters.fabric.underlay_mtu_bytes,
    )
