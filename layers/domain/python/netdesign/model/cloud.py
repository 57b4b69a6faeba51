"""What lies at a cloud provider: networks, the hubs that join them, and the ways to the premises."""

from __future__ import annotations

from enum import StrEnum

from netdesign.model.fact import fact


class CloudGatewayKind(StrEnum):
    NAT = "nat"
    FIREWALL = "firewall"
    INTERNET = "internet"


class CloudConnectionKind(StrEnum):
    VPN = "vpn"
    DIRECT_CONNECT = "direct_connect"


@fact
class CloudNetwork:
    """An isolated network of a region (an AWS VPC), its prefixes and the availability zones it uses."""

    id: str
    provider: str
    region: str
    prefixes: tuple[str, ...]
    availability_zones: tuple[str, ...]
    jurisdiction: str = "unknown"
    zone: str | None = None
    """The security zone that it belongs to."""


@fact
class CloudSubnet:
    """A subnet of a cloud network; it lies in one availability zone. `workloads` counts what runs in it."""

    id: str
    network: str
    availability_zone: str
    prefix: str
    workloads: int = 0


@fact
class CloudHub:
    """What joins cloud networks and premises in a region (an AWS transit gateway)."""

    id: str
    provider: str
    region: str
    asn: int
    route_tables: int = 1
    mtu_bytes: int = 8500


@fact
class CloudAttachment:
    """A cloud network on a hub, with an endpoint in each of `availability_zones`; `peak_bps` is its demand."""

    id: str
    network: str
    hub: str
    availability_zones: tuple[str, ...]
    routes: tuple[str, ...] = ()
    peak_bps: int = 0


@fact
class CloudGateway:
    """A gateway or inspection endpoint in one availability zone, and the zones whose traffic it takes."""

    id: str
    network: str
    kind: CloudGatewayKind
    availability_zone: str
    serves: tuple[str, ...]


@fact
class CloudConnection:
    """A way from the premises to a hub: `tunnels` VPN tunnels, or a dedicated port at `location`."""

    id: str
    hub: str
    kind: CloudConnectionKind
    device: str
    bandwidth_bps: int
    peak_bps: int
    tunnels: int = 0
    location: str | None = None
    cloud_device: str | None = None
    """The provider's router that the port is on; two ports on one router fail together."""
    mss_clamp_bytes: int | None = None
    mtu_bytes: int = 1500


@fact
class Cloud:
    cloud_networks: tuple[CloudNetwork, ...] = ()
    cloud_subnets: tuple[CloudSubnet, ...] = ()
    cloud_hubs: tuple[CloudHub, ...] = ()
    cloud_attachments: tuple[CloudAttachment, ...] = ()
    cloud_gateways: tuple[CloudGateway, ...] = ()
    cloud_connections: tuple[CloudConnection, ...] = ()
