"""Where things are and what they are: sites, rooms, racks, devices, and what attaches to them."""

from __future__ import annotations

from enum import StrEnum

from netdesign.model.fact import fact
from netdesign.model.vocabulary import DataClass, PortMode, Role, ServiceClass


class RoomKind(StrEnum):
    DATA_HALL = "data_hall"
    EQUIPMENT_ROOM = "equipment_room"
    CLOSET = "closet"
    MEET_ME = "meet_me"


class Environment(StrEnum):
    """What endpoints are used for; tests must not reach what production lives on."""

    PRODUCTION = "production"
    TEST = "test"
    DEVELOPMENT = "development"


class HaMode(StrEnum):
    ACTIVE_ACTIVE = "active_active"
    ACTIVE_STANDBY = "active_standby"
    NONE = "none"


class EndpointKind(StrEnum):
    SERVER = "server"
    STORAGE = "storage"
    GPU_SERVER = "gpu_server"
    USER = "user"
    PHONE = "phone"
    PRINTER = "printer"
    CAMERA = "camera"
    SENSOR = "sensor"
    WIRELESS_CLIENT = "wireless_client"


class Homing(StrEnum):
    SINGLE = "single"
    MLAG = "mlag"
    ESI = "esi"
    ACTIVE_STANDBY = "active_standby"
    RAIL = "rail"
    """Each NIC on a leaf of its own rail, no failover between rails (GPU servers)."""
    WIRELESS = "wireless"


@fact
class Site:
    """A place with an address of its own; coordinates in decimal degrees (WGS 84)."""

    id: str
    name: str
    tier: int = 1
    jurisdiction: str = "unknown"
    latitude: float | None = None
    longitude: float | None = None
    users: int = 0
    endpoints: int = 0
    servers: int = 0
    area_m2: float = 0
    power_kw: float | None = None
    power_grid: str | None = None
    """The utility's grid section that feeds the site; sites that share one lose power together."""


@fact
class Room:
    """A data hall, equipment room or wiring closet; `riser_m` is the cable run to the site's main room."""

    id: str
    name: str
    site: str
    building: str
    kind: RoomKind
    floor: int = 0
    riser_m: float = 0


@fact
class Rack:
    """A rack at a grid position in its room, with usable units and the rating of one power feed."""

    id: str
    room: str
    row: int
    position: int
    usable_units: int
    breaker_w: int
    feeds: tuple[str, ...] = ("A", "B")


@fact
class Device:
    """One device, never a quantity. A provider's end of a circuit has no SKU and is not managed."""

    id: str
    hostname: str
    role: Role
    site: str
    sku: str | None = None
    block: str | None = None
    """The pod or distribution block that the device belongs to."""
    room: str | None = None
    rack: str | None = None
    rack_unit: int | None = None
    power_feeds: tuple[str, ...] = ()
    ha_group: str | None = None
    managed: bool = True
    management_profile: str | None = None
    qos_plan: str | None = None
    owner: str | None = None
    criticality: ServiceClass = ServiceClass.SILVER
    software: str | None = None
    in_service: bool = True
    unused_port_profile: str | None = None
    """The profile that ports without a link or an attachment are set to; None leaves them as delivered."""


@fact
class HaGroup:
    """Devices that stand in for one another."""

    id: str
    mode: HaMode
    members: tuple[str, ...]
    state_sync: bool = False


@fact
class EndpointGroup:
    """A population of like endpoints of one zone at one site: `count` endpoints with `nics` ports each."""

    id: str
    name: str
    site: str
    kind: EndpointKind
    count: int
    zone: str
    vlans: tuple[str, ...] = ()
    nics: int = 1
    nic_speed_bps: int = 1_000_000_000
    homing: Homing = Homing.SINGLE
    service_class: ServiceClass = ServiceClass.SILVER
    data_classes: tuple[DataClass, ...] = ()
    poe_class: int | None = None
    """IEEE 802.3bt class 1-8 that each endpoint asks for; None where it is not powered by the port."""
    environment: Environment = Environment.PRODUCTION
    host_policy: str | None = None
    """The policy that filters at every endpoint itself: host firewall, hypervisor, or group tags at its port."""


@fact
class Attachment:
    """Where a group meets a device: `endpoints` of it use `ports` there, one port an endpoint and NIC."""

    id: str
    group: str
    device: str
    endpoints: int
    ports: tuple[str, ...]
    profile: str


@fact
class PortProfile:
    """How ports that face endpoints are set; `vlans` and `native_vlan` are ids of VLANs."""

    id: str
    mode: PortMode
    vlans: tuple[str, ...] = ()
    native_vlan: str | None = None
    mtu_bytes: int = 1500
    dot1x: bool = False
    mac_bypass: bool = False
    edge: bool = True
    bpdu_guard: bool = False
    dhcp_snooping: bool = False
    arp_inspection: bool = False
    source_guard: bool = False
    ra_guard: bool = False
    storm_control: bool = False
    trust_dscp: bool = False
    enabled: bool = True
    """Off shuts the port."""
    snooping_trusted: bool = False
    """DHCP offers and ARP answers from here are believed: for servers and uplinks only."""
    negotiates_trunk: bool = False
    """The port becomes a trunk when its peer asks for it (Cisco DTP)."""


@fact
class Inventory:
    sites: tuple[Site, ...] = ()
    rooms: tuple[Room, ...] = ()
    racks: tuple[Rack, ...] = ()
    devices: tuple[Device, ...] = ()
    ha_groups: tuple[HaGroup, ...] = ()
    endpoint_groups: tuple[EndpointGroup, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    port_profiles: tuple[PortProfile, ...] = ()
