"""The networks of a region: subnets and their routes, gateways, firewall endpoints, attachments to the hub."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from netdesign.model.cloud import (
    CloudAttachment,
    CloudGateway,
    CloudGatewayKind,
    CloudNetwork,
    CloudRoute,
    CloudSubnet,
    CloudSubnetKind,
)
from netdesign.synthesis.cloud.plan import INSPECTION, SMALL_LENGTH, CloudPlan, NetworkPlan, RegionPlan
from netdesign.synthesis.draft.address_plan import Block, format_v4, format_v6
from netdesign.synthesis.draft.blueprint import Blueprint

EVERYTHING: Final = ("0.0.0.0/0", "::/0")
UNIQUE_LOCAL: Final = "fd00::/8"
NETWORK_V6_LENGTH: Final = 56
LAN_V6_LENGTH: Final = 64


@dataclass(slots=True)
class Region:
    """A region under construction: its networks and their attachments by the names of the plan."""

    plan: RegionPlan
    internal: tuple[str, ...]
    """Prefixes of everything that is ours, at the provider and on the premises."""
    networks: dict[str, CloudNetwork] = field(default_factory=dict)
    attachments: dict[str, CloudAttachment] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The provider's name of the region."""
        return self.plan.region.id

    @property
    def hub(self) -> str:
        """Id of the hub."""
        return f"{self.id}-hub"

    def attachment_id(self, name: str) -> str:
        """Id of the attachment of a network."""
        return f"{self.id}-{name}-attachment"

    def gateway_id(self, name: str, kind: CloudGatewayKind, zone: str = "") -> str:
        """Id of a gateway of a network, in a zone or of the region."""
        return "-".join(part for part in (zone or self.id, name, kind.value) if part)


def build_region(blueprint: Blueprint, plan: CloudPlan, region: RegionPlan) -> Region:
    """All networks of a region with what is in them."""
    made = Region(region, internal_prefixes(blueprint))
    for at, network in enumerate(region.networks):
        _build_network(blueprint, plan, made, network, at)
    return made


def internal_prefixes(blueprint: Blueprint) -> tuple[str, ...]:
    """What is ours, of both families, as routes name it."""
    asked = blueprint.requirements
    six = (asked.ipv6_supernet or UNIQUE_LOCAL,) if asked.ipv6 else ()
    return (*asked.supernets, *six)


def _everything(region: Region) -> tuple[str, ...]:
    return EVERYTHING if region.plan.v6 is not None else EVERYTHING[:1]


def _build_network(blueprint: Blueprint, plan: CloudPlan, region: Region, one: NetworkPlan, at: int) -> None:
    blocks = region.plan.blocks[one.name]
    v6 = None if region.plan.v6 is None else region.plan.v6 + (at << (128 - NETWORK_V6_LENGTH))
    prefixes = tuple(block.prefix for block in blocks)
    network = blueprint.add(
        CloudNetwork(
            id=f"{region.id}-{one.name}",
            provider=plan.place.provider.id,
            region=region.id,
            prefixes=prefixes if v6 is None else (*prefixes, f"{format_v6(v6)}/{NETWORK_V6_LENGTH}"),
            availability_zones=region.plan.zones,
            jurisdiction=region.plan.region.jurisdiction,
            zone=plan.zone_id(one.zone),
            domain=one.domain,
        )
    )
    region.networks[one.name] = network
    _subnets(blueprint, plan, region, one, v6)
    _gateways(blueprint, plan, region, one)
    if one.attached:
        region.attachments[one.name] = blueprint.add(
            CloudAttachment(
                id=region.attachment_id(one.name),
                network=network.id,
                hub=region.hub,
                availability_zones=region.plan.zones,
                appliance_mode=one.domain == INSPECTION,
            )
        )


def _subnets(blueprint: Blueprint, plan: CloudPlan, region: Region, one: NetworkPlan, v6: int | None) -> None:
    """Public subnets first, then those of endpoints, then those of workloads; each with its routes."""
    network, blocks = region.networks[one.name], region.plan.blocks[one.name]
    private = CloudSubnetKind.PRIVATE
    wanted: list[tuple[CloudSubnetKind, int | None]] = [
        (CloudSubnetKind.PUBLIC, one.public_length),
        (CloudSubnetKind.ATTACHMENT, SMALL_LENGTH if one.attached else None),
        (CloudSubnetKind.INSPECTION, SMALL_LENGTH if one.guarded else None),
        (private, one.private_length),
    ]
    share, more = divmod(_placed(plan, region, one), len(region.plan.zones))
    number = 0
    for kind, length in wanted:
        for at, zone in enumerate(region.plan.zones):
            if length is None:
                continue
            base = _cut(blocks, length, at if kind is private else 0)
            lan = None if v6 is None else f"{format_v6(v6 + (number << 64))}/{LAN_V6_LENGTH}"
            number += 1
            blueprint.add(
                CloudSubnet(
                    id=f"{zone}-{one.name}-{kind.value}",
                    network=network.id,
                    availability_zone=zone,
                    prefix=f"{format_v4(base)}/{length}",
                    prefix_v6=lan,
                    workloads=share + (1 if at < more else 0) if kind is private else 0,
                    kind=kind,
                    routes=_routes(plan, region, one, kind, zone),
                )
            )


def _placed(plan: CloudPlan, region: Region, one: NetworkPlan) -> int:
    """Workloads that run here while nothing is lost: of several regions each has its part, and room for all."""
    share, more = divmod(one.workloads, len(plan.regions))
    return share + (1 if plan.regions.index(region.plan) < more else 0)


def _cut(blocks: list[Block], length: int, at: int) -> int:
    """A piece of the first block, or of one of its own where a private subnet has one."""
    order = blocks if len(blocks) == 1 else sorted(blocks, key=lambda block: -block.length)
    for block in (order[0], *order[1 + at :]):
        base = block.cut(length)
        if base is not None:
            return base
    raise AssertionError("the blocks of a network are as large as its subnets need")


def _routes(
    plan: CloudPlan, region: Region, one: NetworkPlan, kind: CloudSubnetKind, zone: str
) -> tuple[CloudRoute, ...]:
    """Where packets of a subnet go, by what it is for."""
    hub = region.attachment_id(one.name)
    internet = region.gateway_id(one.name, CloudGatewayKind.INTERNET)
    firewall = region.gateway_id(one.name, CloudGatewayKind.FIREWALL, zone)
    nat = region.gateway_id(one.name, CloudGatewayKind.NAT, zone)
    hub_only = _to(region.internal, hub)
    outward = _everything(region)
    if one.domain == INSPECTION:
        return {
            CloudSubnetKind.ATTACHMENT: _to(outward, firewall),
            CloudSubnetKind.INSPECTION: (*hub_only, *_to(outward, nat)),
            CloudSubnetKind.PUBLIC: (*_to(region.internal, firewall), *_to(outward, internet)),
        }.get(kind, ())
    if kind is CloudSubnetKind.ATTACHMENT:
        return ()
    if kind is CloudSubnetKind.INSPECTION:
        return _to(outward, internet)
    if kind is CloudSubnetKind.PUBLIC:
        return (*hub_only, *_to(outward, firewall if one.guarded else internet))
    if plan.segmented:
        return _to(outward, hub)
    return (*hub_only, *_to(outward, nat))


def _to(prefixes: tuple[str, ...], target: str) -> tuple[CloudRoute, ...]:
    return tuple(CloudRoute(prefix=prefix, target=target) for prefix in prefixes)


def _gateways(blueprint: Blueprint, plan: CloudPlan, region: Region, one: NetworkPlan) -> None:
    """Firewall endpoints and address translation in every zone, and the way to the Internet."""
    zones, network = region.plan.zones, region.networks[one.name].id
    kinds = [CloudGatewayKind.FIREWALL] if one.guarded else []
    if one.domain == INSPECTION or not plan.segmented:
        kinds.append(CloudGatewayKind.NAT)
    for kind in kinds:
        for zone in zones:
            identity = region.gateway_id(one.name, kind, zone)
            blueprint.add(CloudGateway(id=identity, network=network, kind=kind, availability_zone=zone, serves=(zone,)))
    if one.public_length is None:
        return
    inward = [
        CloudRoute(
            prefix=prefix, target=region.gateway_id(one.name, CloudGatewayKind.FIREWALL, subnet.availability_zone)
        )
        for subnet in blueprint.all(CloudSubnet)
        if subnet.network == network
        and subnet.kind is CloudSubnetKind.PUBLIC
        and one.guarded
        and one.domain != INSPECTION
        for prefix in (subnet.prefix, subnet.prefix_v6)
        if prefix is not None
    ]
    blueprint.add(
        CloudGateway(
            id=region.gateway_id(one.name, CloudGatewayKind.INTERNET),
            network=network,
            kind=CloudGatewayKind.INTERNET,
            availability_zone=zones[0],
            serves=zones,
            routes=tuple(inward),
        )
    )
