"""What the provider bills in a year: hours of what stands there, GB of what passes, ports and tunnels."""

from __future__ import annotations

from typing import Final

from netdesign.catalog.cloud_prices import CloudPrices
from netdesign.model.cloud import (
    CloudAttachment,
    CloudCharge,
    CloudConnection,
    CloudConnectionKind,
    CloudFlow,
    CloudGateway,
    CloudGatewayKind,
    CloudHub,
    CloudNetwork,
    CloudPeering,
    CloudService,
)
from netdesign.model.infrastructure import ServiceKind
from netdesign.synthesis.draft.blueprint import Blueprint

HOURS: Final = 8_760
SECONDS: Final = 31_536_000
BITS_PER_GB: Final = 8e9
HOUR, GB = "hour", "GB"


def yearly_gb(blueprint: Blueprint) -> float:
    """GB a year over all flows, by the mean of their peaks today."""
    return sum(_gb(blueprint, flow.up_bps + flow.down_bps) for flow in blueprint.all(CloudFlow) if _leaves(flow))


def _gb(blueprint: Blueprint, bps: float) -> float:
    return bps * blueprint.parameters.cloud.mean_share * SECONDS / BITS_PER_GB


def _leaves(flow: CloudFlow) -> bool:
    """Whether a flow leaves the network that it starts in."""
    return set(flow.sources) != set(flow.targets)


def add_charges(blueprint: Blueprint, prices: CloudPrices) -> None:
    """A charge for each kind of thing, with the formula of its quantity."""
    charges = (*_hours(blueprint, prices), *_ports(blueprint, prices), *_volumes(blueprint, prices))
    blueprint.add_all(charge for charge in charges if charge.quantity > 0)


def _charge(  # noqa: PLR0917 - one fact, all its traits
    prices: CloudPrices, identity: str, name: str, count: float, unit: str, usd: float, how: str
) -> CloudCharge:
    return CloudCharge(
        id=f"charge-{identity}",
        name=name,
        quantity=round(count, 3),
        unit=unit,
        unit_usd=usd,
        formula=how,
        source=prices.source,
        as_of=prices.as_of,
        assumed=unit == GB,
    )


def _hours(blueprint: Blueprint, prices: CloudPrices) -> list[CloudCharge]:
    """What stands there is billed by the hour."""
    gateways, connections = blueprint.all(CloudGateway), blueprint.all(CloudConnection)
    own = [one for one in connections if not one.gateways]
    routers = sum(one.kind is CloudGatewayKind.ROUTER for one in gateways)
    counts = {
        "attachments": len(blueprint.all(CloudAttachment)) + len(own) + routers + 2 * len(blueprint.all(CloudPeering)),
        "firewalls": sum(one.kind is CloudGatewayKind.FIREWALL for one in gateways),
        "nat": sum(one.kind is CloudGatewayKind.NAT for one in gateways),
        "vpn": sum(one.kind is CloudConnectionKind.VPN for one in own),
        "routers": routers,
        "resolvers": sum(
            len(one.availability_zones) for one in blueprint.all(CloudService) if one.kind is ServiceKind.DNS
        ),
    }
    rows = (
        ("attachments", "Attachments to hubs", prices.hub_attachment_hour),
        ("firewalls", "Firewall endpoints", prices.firewall_hour),
        ("nat", "Address translation", prices.nat_hour),
        ("vpn", "VPN connections", prices.vpn_connection_hour),
        ("routers", "Routers of tunnels", prices.router_hour),
        ("resolvers", "Resolver endpoints", prices.resolver_hour),
    )
    return [
        _charge(prices, key, name, counts[key] * HOURS, HOUR, usd, f"{counts[key]} x {HOURS} h x {usd:g} USD")
        for key, name, usd in rows
    ]


def _ports(blueprint: Blueprint, prices: CloudPrices) -> list[CloudCharge]:
    """Dedicated ports by speed."""
    speeds: dict[int, int] = {}
    for one in blueprint.all(CloudConnection):
        if one.kind is CloudConnectionKind.DIRECT_CONNECT:
            speeds[one.bandwidth_bps] = speeds.get(one.bandwidth_bps, 0) + 1
    return [
        _charge(
            prices,
            f"ports-{rate // 10**6}",
            f"Dedicated ports of {rate / 1e9:g} Gbit/s",
            count * HOURS,
            HOUR,
            prices.ports[rate],
            f"{count} x {HOURS} h x {prices.ports[rate]:g} USD",
        )
        for rate, count in sorted(speeds.items())
    ]


def _volumes(blueprint: Blueprint, prices: CloudPrices) -> list[CloudCharge]:
    """What passes is billed by the GB: at hubs, firewalls, translation, toward the Internet and the premises."""
    connections = {one.id: one.kind for one in blueprint.all(CloudConnection)}
    gateways = {one.id for one in blueprint.all(CloudGateway)}
    hubs, guarded = (
        blueprint.all(CloudHub),
        any(g.kind is CloudGatewayKind.FIREWALL for g in blueprint.all(CloudGateway)),
    )
    sums = dict.fromkeys(("hub", "firewall", "nat", "internet", "dedicated", "peering", "zones"), 0.0)
    regions = {one.id: one.region for one in blueprint.all(CloudNetwork)}
    for flow in blueprint.all(CloudFlow):
        both, ends = flow.up_bps + flow.down_bps, {*flow.sources, *flow.targets}
        if not _leaves(flow):
            zones = max(len(hubs), 1) and blueprint.all(CloudAttachment)[0].availability_zones
            sums["zones"] += both * (1 - 1 / len(zones)) * 2 if zones else 0.0
            continue
        outward = flow.down_bps if ends & gateways & set(flow.sources) else flow.up_bps
        if ends & gateways:
            sums["internet"] += outward
            sums["nat"] += both if set(flow.targets) & gateways else 0
            sums["firewall"] += both if guarded else 0
            sums["hub"] += both if set(flow.targets) & gateways and guarded else 0
            continue
        sums["hub"] += both * (2 if guarded else 1)
        sums["firewall"] += both if guarded else 0
        ways = [connections[end] for end in ends if end in connections]
        if ways:
            inward = set(flow.sources) & connections.keys()
            kind = "dedicated" if CloudConnectionKind.DIRECT_CONNECT in ways else "internet"
            sums[kind] += flow.down_bps if inward else flow.up_bps
        elif len({regions[end] for end in ends if end in regions}) > 1:
            sums["peering"] += both
    rows = (
        ("hub", "Traffic through hubs", prices.hub_gb),
        ("firewall", "Traffic through firewall endpoints", prices.firewall_gb),
        ("nat", "Traffic through address translation", prices.nat_gb),
        ("internet", "Traffic out to the Internet", prices.internet_gb),
        ("dedicated", "Traffic out over dedicated ports", prices.dedicated_gb),
        ("peering", "Traffic between regions", prices.peering_gb),
        ("zones", "Traffic between availability zones", prices.zone_gb),
    )
    share = blueprint.parameters.cloud.mean_share
    return [
        _charge(
            prices,
            f"traffic-{key}",
            name,
            _gb(blueprint, sums[key]),
            GB,
            usd,
            f"{sums[key] / 1e9:.4g} Gbit/s at peak x {share:g} x {SECONDS} s / 8 x {usd:g} USD",
        )
        for key, name, usd in rows
    ]


def charge_records(blueprint: Blueprint, prices: CloudPrices, flow_record_bytes: float) -> None:
    """Writing flow records, and storing all that is kept."""
    written = flow_record_bytes / 1e9
    stored = sum((one.storage_bytes or 0) for one in blueprint.all(CloudService)) / 1e9
    for charge in (
        _charge(
            prices, "records", "Flow records", written, GB, prices.flow_log_gb, "GB a year through firewalls x size"
        ),
        _charge(
            prices, "store", "Storage of records", stored * 12, GB, prices.log_storage_gb_month, "GB kept x 12 months"
        ),
    ):
        if charge.quantity > 0:
            blueprint.add(charge)
