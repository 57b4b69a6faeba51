"""A sound network at a cloud provider: two networks in three zones on one hub, reached by VPN and on two locations."""

from __future__ import annotations

from typing import Any

from netdesign.model.cloud import (
    CloudAttachment,
    CloudConnection,
    CloudConnectionKind,
    CloudGateway,
    CloudGatewayKind,
    CloudHub,
    CloudNetwork,
    CloudSubnet,
)
from netdesign.model.design import Design
from netdesign.model.patch import Operation, apply
from netdesign.model.vocabulary import NetworkType, Role
from tests.support.sketch import GBPS, design, device

ZONES = ("eu-1a", "eu-1b", "eu-1c")


def cloud_network(number: int) -> list[Any]:
    """A network with a subnet of workloads and a gateway in each zone, attached to the hub in all of them."""
    name = f"vpc{number}"
    made: list[Any] = [
        CloudNetwork(
            id=name, provider="aws", region="eu-1", prefixes=(f"10.{number}.0.0/16",), availability_zones=ZONES
        ),
        CloudAttachment(id=f"{name}-hub", network=name, hub="hub", availability_zones=ZONES, peak_bps=2 * GBPS),
    ]
    for at, zone in enumerate(ZONES):
        made.append(
            CloudSubnet(
                id=f"{name}-{zone}",
                network=name,
                availability_zone=zone,
                prefix=f"10.{number}.{at}.0/24",
                workloads=40,
            )
        )
        made.append(
            CloudGateway(
                id=f"{name}-nat-{zone}",
                network=name,
                kind=CloudGatewayKind.NAT,
                availability_zone=zone,
                serves=(zone,),
            )
        )
    return made


def dedicated(number: int, location: str, cloud_device: str, edge: str) -> CloudConnection:
    """A dedicated port of 10 Gbit/s."""
    return CloudConnection(
        id=f"dx{number}",
        hub="hub",
        kind=CloudConnectionKind.DIRECT_CONNECT,
        device=edge,
        bandwidth_bps=10 * GBPS,
        peak_bps=2 * GBPS,
        location=location,
        cloud_device=cloud_device,
        mtu_bytes=8500,
    )


def cloud_sketch(*changes: Operation, **requirement_changes: Any) -> Design:
    """Two edge routers with four dedicated ports at two locations and a VPN beside them; then `changes`."""
    wanted: dict[str, Any] = {"network_type": NetworkType.HYBRID, "cloud_integration": True, "availability": 0.9999}
    facts: list[Any] = [device(f"edge{n}", Role.WAN_EDGE) for n in (1, 2)]
    facts.append(CloudHub(id="hub", provider="aws", region="eu-1", asn=64512, route_tables=4))
    facts += [*cloud_network(1), *cloud_network(2)]
    facts += [
        dedicated(1, "north", "router-1", "edge1"),
        dedicated(2, "north", "router-2", "edge2"),
        dedicated(3, "south", "router-3", "edge1"),
        dedicated(4, "south", "router-4", "edge2"),
        CloudConnection(
            id="vpn",
            hub="hub",
            kind=CloudConnectionKind.VPN,
            device="edge1",
            bandwidth_bps=2 * GBPS,
            peak_bps=GBPS,
            tunnels=2,
            mss_clamp_bytes=1379,
        ),
    ]
    return apply(design(*facts, **(wanted | requirement_changes)), changes)
