"""Which networks there are at the provider, how large each is, and the blocks that they are numbered from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import ceil
from typing import Final

from netdesign.catalog.cloud_regions import CloudRegion
from netdesign.errors import InfeasibleError
from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.resolved import Population, ResolvedRequirements
from netdesign.model.vocabulary import NetworkType
from netdesign.synthesis.datacenter.demand import tenants
from netdesign.synthesis.draft.address_plan import HOST_FILL, V4_BITS, Block
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.edge.cloud_place import CloudPlace, choose_place
from netdesign.synthesis.needs.zones import (
    DATABASE,
    DMZ,
    INTERNET,
    KINDS,
    MANAGEMENT,
    SERVER,
    STORAGE,
    TEST,
    zone_names,
)
from netdesign.synthesis.needs.zones import PREMISES as PREMISES_ZONE

PRODUCTION: Final = "production"
INSPECTION: Final = "inspection"
PREMISES: Final = "on-premises"
DOMAINS: Final = {
    SERVER: PRODUCTION,
    DATABASE: "restricted",
    STORAGE: "storage",
    DMZ: "edge",
    TEST: "non-production",
    MANAGEMENT: "shared-services",
}
"""The trust domain of each zone, which its networks and its route table are named for."""
SMALL_LENGTH: Final = 28
"""Prefix length of subnets that hold one endpoint of a hub or of a firewall, the smallest that there is."""
SHARED_HOSTS: Final = 12
"""Endpoints of names, and hosts that administrators come by, in the shared network."""
PUBLIC_HOSTS: Final = 8
"""Gateways and nodes of load balancers in a public subnet, which scale out."""


@dataclass(frozen=True, slots=True)
class NetworkPlan:
    """One network: its zone and domain, what runs in it, and the lengths of its subnets in each zone."""

    name: str
    zone: str | None
    domain: str
    workloads: int
    private_length: int | None
    public_length: int | None
    guarded: bool
    """Whether each zone has a subnet for a firewall endpoint."""
    attached: bool = True

    @property
    def lengths(self) -> tuple[int, ...]:
        """Lengths of the subnets of one availability zone, the public one first."""
        small = (SMALL_LENGTH,) * (self.guarded + self.attached)
        sizes = (self.public_length, *small, self.private_length)
        return tuple(length for length in sizes if length is not None)


@dataclass(slots=True)
class RegionPlan:
    """The networks of one region, and its block of IPv6 addresses."""

    region: CloudRegion
    zones: tuple[str, ...]
    networks: tuple[NetworkPlan, ...]
    v6: int | None = None
    blocks: dict[str, list[Block]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CloudPlan:
    """Everything that is decided before facts are made."""

    place: CloudPlace
    segmented: bool
    """Whether trust domains are kept apart and joined by firewalls."""
    workloads: int
    regions: tuple[RegionPlan, ...]
    mark: str = ""
    """What the ids of zones begin with where premises have zones of the same kinds."""

    def zone_id(self, kind: str | None) -> str | None:
        """The zone of a kind at the provider; the Internet and the premises are the same seen from anywhere."""
        return kind if kind in (None, INTERNET, PREMISES_ZONE) else f"{self.mark}{kind}"

    @property
    def kinds(self) -> dict[str | None, str | None]:
        """The kind of each zone at the provider."""
        return {self.zone_id(kind): kind for kind in (*KINDS, None)}


def plan_cloud(blueprint: Blueprint, workloads: int, mark: str = "") -> CloudPlan:
    """Regions, networks and blocks for so many workloads of production."""
    asked = blueprint.requirements
    place = choose_place(asked, blueprint.parameters)
    sensitive = any(data.sensitive for data in asked.data_classes)
    segmented = blueprint.posture.inter_zone_default == "deny" or asked.requires_segmentation or sensitive
    for spacious in (True, False):
        regions = tuple(
            RegionPlan(
                region,
                region.zone_names(place.zones),
                networks(blueprint, place, workloads, segmented=segmented, spacious=spacious),
            )
            for region in place.regions
        )
        lengths = [
            n
            for plan in regions
            for one in plan.networks
            for n in block_lengths(blueprint, place, one, spacious=spacious)
        ]
        if blueprint.addresses.room_for(lengths):
            break
    else:
        raise InfeasibleError((_no_room(blueprint, place, workloads, segmented=segmented),))
    for plan in regions:
        _take_blocks(blueprint, place, plan, spacious=spacious)
    return CloudPlan(place, segmented, workloads, regions, mark)


def networks(
    blueprint: Blueprint, place: CloudPlace, workloads: int, *, segmented: bool, spacious: bool
) -> tuple[NetworkPlan, ...]:
    """The networks of a region: one for each zone that workloads are in, and those that serve them all."""
    counts = _counts(blueprint, workloads, segmented=segmented)
    made = [
        network_plan(blueprint, place, zone, count, segmented=segmented, spacious=spacious, at=at)
        for zone, total in counts.items()
        for at, count in enumerate(_portions(blueprint, place, total))
    ]
    if not segmented:
        return tuple(made)
    inspection = NetworkPlan(INSPECTION, None, INSPECTION, 0, None, SMALL_LENGTH, guarded=True)
    return (*made, inspection)


def _counts(blueprint: Blueprint, workloads: int, *, segmented: bool) -> dict[str, int]:
    """Workloads by zone: production by the shares of servers, tests beside it, and what all share."""
    asked = blueprint.requirements
    if workloads < 1:
        counts: dict[str, int] = {SERVER: 0}
    else:
        counts = {tenant.zone: tenant.count for tenant in tenants(asked, workloads)}
    if not segmented and opens(asked):
        counts.setdefault(DMZ, 0)
    if not segmented:
        merged = {SERVER: sum(count for zone, count in counts.items() if zone != DMZ)}
        return merged | {zone: count for zone, count in counts.items() if zone == DMZ}
    if opens(asked):
        counts.setdefault(DMZ, 0)
    elif DMZ in counts:  # people come by connections, so that nothing stands before the servers
        counts[SERVER] += counts.pop(DMZ)
    if DATABASE in zone_names(asked) and not counts.get(DATABASE) and counts[SERVER]:
        counts |= {DATABASE: 1, SERVER: counts[SERVER] - 1}
    tests = ceil(workloads * blueprint.parameters.cloud.nonproduction_share)
    counts |= {TEST: tests} if tests else {}
    counts[MANAGEMENT] = SHARED_HOSTS
    spare = (zone for zone in (DMZ, DATABASE, TEST, STORAGE) if zone not in counts)
    while len(counts) + 1 < blueprint.posture.min_zones:
        counts[next(spare)] = 0
    return counts


def opens(requirements: ResolvedRequirements) -> bool:
    """Whether something at the provider is open to the Internet; beside premises those are."""
    alone = requirements.network_type is not NetworkType.HYBRID
    return alone and (bool(requirements.internet_facing) or enters_by_door(requirements))


def enters_by_door(requirements: ResolvedRequirements) -> bool:
    """Whether something comes from the Internet for workloads that are not open to it, by way of a gateway."""
    outside = {Population.INTERNET, Population.REMOTE_USERS}
    return any(flow.source in outside and flow.target not in {Population.DMZ, *outside} for flow in requirements.flows)


def _portions(blueprint: Blueprint, place: CloudPlace, count: int) -> tuple[int, ...]:
    """Workloads of a zone divided among as few networks as the provider's quota of addresses allows."""
    most = place.quotas.network_addresses
    grown = ceil(count * blueprint.growth) + place.zones * (PUBLIC_HOSTS + 4)
    parts = max(1, ceil(grown / most)) if most else 1
    widest = (1 << (V4_BITS - (place.quotas.network_shortest_prefix or 16))) - place.quotas.reserved_addresses
    parts = max(parts, ceil(hosts_per_zone(count, place.zones) * blueprint.growth / (widest * HOST_FILL)))
    share, more = divmod(count, parts)
    return tuple(share + (1 if at < more else 0) for at in range(parts))


def network_plan(
    blueprint: Blueprint, place: CloudPlace, zone: str, count: int, *, segmented: bool, spacious: bool, at: int = 0
) -> NetworkPlan:
    """The sizes of a network for so many workloads."""
    cloud, public = blueprint.parameters.cloud, zone == DMZ or not segmented
    hosts = hosts_per_zone(count, place.zones)
    private = subnet_length(hosts, blueprint.growth, place.quotas.reserved_addresses)
    open_length = subnet_length(PUBLIC_HOSTS, 1.0, place.quotas.reserved_addresses)
    if spacious:
        private, open_length = min(private, cloud.private_length), min(open_length, cloud.public_length)
    name = DOMAINS[zone] if segmented or zone == DMZ else "workloads"
    return NetworkPlan(
        name=name if at == 0 else f"{name}-{at + 1}",
        zone=zone,
        domain=DOMAINS[zone] if segmented else "all",
        workloads=count,
        private_length=private,
        public_length=open_length if public else None,
        guarded=segmented and zone == DMZ,
    )


def hosts_per_zone(count: int, zones: int) -> int:
    """Workloads that an availability zone must hold when another is lost."""
    return ceil(count / max(1, zones - 1))


def subnet_length(hosts: int, growth: float, reserved: int) -> int:
    """Prefix length for hosts that grow and fill what the provider leaves to the share that is allowed."""
    needed = ceil(hosts * growth / HOST_FILL - 1e-9) + reserved
    return min(SMALL_LENGTH, V4_BITS - max(1, needed - 1).bit_length())


def block_lengths(blueprint: Blueprint, place: CloudPlace, plan: NetworkPlan, *, spacious: bool) -> tuple[int, ...]:
    """Prefix lengths of the blocks of a network: one for all its subnets, or besides it one for each private subnet."""
    shortest = place.quotas.network_shortest_prefix or 16
    whole = _covering(plan.lengths * place.zones)
    if whole >= shortest:
        roomy = spacious and plan.private_length is not None
        return (min(whole, blueprint.parameters.cloud.network_length) if roomy else min(whole, SMALL_LENGTH),)
    small = _covering([n for n in plan.lengths if n != plan.private_length] * place.zones)
    return (min(small, SMALL_LENGTH), *([plan.private_length or SMALL_LENGTH] * place.zones))


def _covering(lengths: Iterable[int]) -> int:
    total = sum(1 << (V4_BITS - length) for length in lengths)
    return V4_BITS - max(0, total - 1).bit_length()


def _take_blocks(blueprint: Blueprint, place: CloudPlace, plan: RegionPlan, *, spacious: bool) -> None:
    """The blocks of all networks of a region, the largest first so that none is wasted."""
    plan.v6 = blueprint.addresses.block_v6(plan.region.id)
    wanted = [
        (length, one.name)
        for one in plan.networks
        for length in block_lengths(blueprint, place, one, spacious=spacious)
    ]
    for length, name in sorted(wanted, key=lambda item: item[0]):
        plan.blocks.setdefault(name, []).append(blueprint.addresses.block(f"{plan.region.id} {name}", length))


def _tight_lengths(blueprint: Blueprint, place: CloudPlace, workloads: int, *, segmented: bool) -> list[int]:
    """Lengths of all blocks of all regions, cut as tightly as they may be."""
    made = networks(blueprint, place, workloads, segmented=segmented, spacious=False)
    each = [length for one in made for length in block_lengths(blueprint, place, one, spacious=False)]
    return each * len(place.regions)


def _no_room(blueprint: Blueprint, place: CloudPlace, workloads: int, *, segmented: bool) -> Conflict:
    """The networks do not fit the supernets, however tightly they are cut."""
    asked = blueprint.requirements
    needed = sum(1 << (V4_BITS - n) for n in _tight_lengths(blueprint, place, workloads, segmented=segmented))
    block = f"10.0.0.0/{max(8, V4_BITS - (4 * needed - 1).bit_length())}"
    ways = [
        Relaxation(
            field="addressing/supernets",
            from_value=f"[{', '.join(asked.supernets)}]",
            to_value=f"[{block}]",
            statement=f"give {block}",
            cost="a larger private block",
        )
    ]
    low, high = 0, workloads
    while high - low > 1:
        middle = (low + high) // 2
        fits = blueprint.addresses.room_for(_tight_lengths(blueprint, place, middle, segmented=segmented))
        low, high = (middle, high) if fits else (low, middle)
    if low:
        ways.append(
            Relaxation(
                field="servers/count",
                from_value=str(asked.servers.count),
                to_value=str(max(1, asked.servers.count * low // max(1, workloads))),
                statement=f"run {low:,} workloads at the provider",
                cost=f"{workloads - low:,} workloads fewer",
            )
        )
    return Conflict(
        code="address-space-too-small",
        requirements=("addressing/supernets", "servers/count"),
        statement=f"Networks need {needed:,} addresses; {', '.join(asked.supernets)} has no room for them.",
        numbers=(("addresses needed", str(needed)), ("workloads", str(workloads))),
        relaxations=tuple(ways),
    )
