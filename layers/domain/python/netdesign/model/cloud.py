"""What lies at a cloud provider: networks, the hubs that join them, and the ways to the premises."""

from __future__ import annotations

from enum import StrEnum

from netdesign.model.fact import fact
from netdesign.model.infrastructure import ServiceKind
from netdesign.model.security import Service
from netdesign.model.vocabulary import DataClass, ServiceClass


class CloudGatewayKind(StrEnum):
    NAT = "nat"
    FIREWALL = "firewall"
    INTERNET = "internet"
    ROUTER = "router"
    """A router that runs as a workload and ends tunnels of many sites."""


class CloudConnectionKind(StrEnum):
    VPN = "vpn"
    DIRECT_CONNECT = "direct_connect"


class CloudSubnetKind(StrEnum):
    PRIVATE = "private"
    PUBLIC = "public"
    """What is in it may have addresses of the Internet: gateways, load balancers."""
    ATTACHMENT = "attachment"
    """Holds the endpoint of the network's attachment to a hub in the zone, and nothing else."""
    INSPECTION = "inspection"
    """Holds the firewall endpoint of the zone, and nothing else."""


@fact
class CloudRoute:
    """A route: to an attachment, gateway, connection or peering by its id; without a target it drops."""

    prefix: str
    target: str | None = None


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
    domain: str | None = None
    """The trust domain that it belongs to: production, non-production, shared, inspection."""
    host_policy: str | None = None
    """The policy that filters at every workload itself (an AWS security group)."""


@fact
class CloudSubnet:
    """A subnet of a cloud network; it lies in one availability zone. `workloads` counts what runs in it.

    `routes` is its route table, besides the prefixes of its network, which are always reached.
    """

    id: str
    network: str
    availability_zone: str
    prefix: str
    workloads: int = 0
    kind: CloudSubnetKind = CloudSubnetKind.PRIVATE
    prefix_v6: str | None = None
    routes: tuple[CloudRoute, ...] = ()


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
class CloudRouteTable:
    """A route table of a hub, for the trust domain of what is associated with it.

    `associated` (attachments, connections, peerings) look up their packets here; the prefixes of what is
    `propagated` are learnt; `routes` are static and go before learnt ones of the same length.
    """

    id: str
    hub: str
    domain: str
    associated: tuple[str, ...] = ()
    propagated: tuple[str, ...] = ()
    routes: tuple[CloudRoute, ...] = ()


@fact
class CloudAttachment:
    """A cloud network on a hub, with an endpoint in each of `availability_zones`; `peak_bps` is its demand."""

    id: str
    network: str
    hub: str
    availability_zones: tuple[str, ...]
    routes: tuple[str, ...] = ()
    peak_bps: int = 0
    appliance_mode: bool = False
    """Both directions of a connection enter the network in one zone, so that one firewall sees them."""


@fact
class CloudPeering:
    """Two hubs joined over the provider's own network; `routes_a` are behind hub `a`, `routes_b` behind `b`."""

    id: str
    a: str
    b: str
    routes_a: tuple[str, ...] = ()
    routes_b: tuple[str, ...] = ()
    peak_bps: int = 0


@fact
class CloudGateway:
    """A gateway or inspection endpoint in one availability zone, and the zones whose traffic it takes.

    `routes` is the table for what comes in by a gateway to the Internet.
    """

    id: str
    network: str
    kind: CloudGatewayKind
    availability_zone: str
    serves: tuple[str, ...]
    routes: tuple[CloudRoute, ...] = ()


@fact
class CloudConnection:
    """A way from the premises to a hub: `tunnels` VPN tunnels, or a dedicated port at `location`.

    `device` is ours where the design has it, or else the connection ends on what stands at `site`.
    """

    id: str
    hub: str
    kind: CloudConnectionKind
    bandwidth_bps: int
    peak_bps: int
    device: str | None = None
    site: str | None = None
    zone: str | None = None
    """The security zone of what lies behind it on the premises."""
    prefixes: tuple[str, ...] = ()
    """What the premises announce over it."""
    preference: int = 100
    """The highest of the connections that announce a prefix carries its traffic; equal ones share it."""
    crypto: str | None = None
    """The crypto profile that protects what passes."""
    tunnels: int = 0
    gateways: tuple[str, ...] = ()
    """Routers that run at the provider and end the tunnels in its place."""
    location: str | None = None
    cloud_device: str | None = None
    """The provider's router that the port is on; two ports on one router fail together."""
    seen_as: str | None = None
    """The security zone that the premises see everything at the provider as."""
    mss_clamp_bytes: int | None = None
    mtu_bytes: int = 1500


@fact
class CloudService:
    """A service that networks live on at the provider: endpoints in each of `availability_zones` of a network."""

    id: str
    kind: ServiceKind
    name: str
    region: str
    network: str | None = None
    availability_zones: tuple[str, ...] = ()
    encrypted: bool = False
    retention_days: int | None = None
    storage_bytes: int | None = None


@fact
class CloudFlow:
    """Demand at peak between cloud networks, connections from the premises and gateways to the Internet."""

    id: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    service: Service
    service_class: ServiceClass
    data_class: DataClass
    up_bps: int
    down_bps: int
    latency_ms: float | None = None
    encrypted: bool = False
    assumed: bool = True


@fact
class CloudCharge:
    """What a provider bills: `quantity` of a unit a year at a listed price."""

    id: str
    name: str
    quantity: float
    unit: str
    unit_usd: float
    formula: str
    source: str
    as_of: str
    assumed: bool = False
    """Whether the quantity is estimated, as volumes are from peaks."""

    @property
    def yearly_usd(self) -> float:
        """What it comes to in a year."""
        return self.quantity * self.unit_usd


@fact
class Cloud:
    cloud_networks: tuple[CloudNetwork, ...] = ()
    cloud_subnets: tuple[CloudSubnet, ...] = ()
    cloud_hubs: tuple[CloudHub, ...] = ()
    cloud_route_tables: tuple[CloudRouteTable, ...] = ()
    cloud_attachments: tuple[CloudAttachment, ...] = ()
    cloud_peerings: tuple[CloudPeering, ...] = ()
    cloud_gateways: tuple[CloudGateway, ...] = ()
    cloud_connections: tuple[CloudConnection, ...] = ()
    cloud_services: tuple[CloudService, ...] = ()
    cloud_flows: tuple[CloudFlow, ...] = ()
    cloud_charges: tuple[CloudCharge, ...] = ()
