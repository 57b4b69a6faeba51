"""Requirements made complete: every fact that synthesis and rules need, in one unit, with its provenance."""

from __future__ import annotations

from enum import StrEnum

from netdesign.model.compliance import FrameworkRef
from netdesign.model.fact import fact
from netdesign.model.security import Service
from netdesign.model.vocabulary import (
    DataClass,
    NetworkType,
    Redundancy,
    SecurityLevel,
    ServiceClass,
    TopologyPreference,
)


class Basis(StrEnum):
    """Where a value comes from: the client said it, it follows from that, or nobody said it."""

    STATED = "stated"
    INFERRED = "inferred"
    DEFAULT = "default"


class Population(StrEnum):
    """The ends that a flow can name, beside the ids of sites."""

    USERS = "users"
    GUEST = "guest"
    VOICE = "voice"
    IOT = "iot"
    SERVERS = "servers"
    STORAGE = "storage"
    DMZ = "dmz"
    MANAGEMENT = "management"
    REMOTE_USERS = "remote_users"
    PARTNER = "partner"
    INTERNET = "internet"
    CLOUD = "cloud"
    """What runs at a cloud provider, seen from the premises."""


class FabricWorkload(StrEnum):
    """What a data-centre fabric mostly carries; it decides the ceiling on oversubscription."""

    GENERAL = "general"
    AI = "ai"
    STORAGE = "storage"
    LIGHT = "light"


@fact
class Provenance:
    """Why a field of `ResolvedRequirements` has its value: the formula or reason, and the fields it used."""

    field: str
    basis: Basis
    reason: str
    inputs: tuple[str, ...] = ()


@fact
class ResolvedSite:
    """A place to build for. `endpoints` counts wired devices that are not users': printers, cameras."""

    id: str
    name: str
    tier: int
    users: int
    endpoints: int
    servers: int
    area_m2: float
    buildings: int
    closets: int
    racks: int
    power_kw: float
    jurisdiction: str
    latitude: float | None = None
    longitude: float | None = None
    power_grid: str | None = None
    """The utility's section of the grid that feeds it; None where nobody says."""


@fact
class ServerPopulation:
    """All servers of all sites: `racks` is how many racks hold them."""

    count: int
    nics_per_server: int
    nic_speed_bps: int
    racks: int


@fact
class ResolvedFlow:
    """Peak demand between two ends, each a `Population` value or a site's id; `up_bps` is from the source."""

    id: str
    source: str
    target: str
    service: Service
    up_bps: int
    down_bps: int
    service_class: ServiceClass
    data_class: DataClass
    latency_ms: float | None = None
    assumed: bool = False


@fact
class ResolvedRequirements:
    """What the design must meet. `provenance` has one entry for every other field, in field order."""

    project_name: str
    description: str
    network_type: NetworkType
    topology_preference: TopologyPreference | None
    devices_stated: int
    users: int
    remote_users: int
    site_count: int
    sites: tuple[ResolvedSite, ...]
    servers: ServerPopulation
    fabric_workload: FabricWorkload
    east_west_share: float
    bandwidth_min_bps: int
    bandwidth_max_bps: int
    bandwidth_average_bps: int
    flows: tuple[ResolvedFlow, ...]
    internet_facing: tuple[Service, ...]
    redundancy: Redundancy
    availability: float
    max_downtime_minutes: float | None
    """A year's downtime as stated beside or instead of the availability."""
    security_level: SecurityLevel
    frameworks: tuple[FrameworkRef, ...]
    data_classes: tuple[DataClass, ...]
    requires_segmentation: bool
    requires_encryption: bool
    preferred_vendors: tuple[str, ...]
    excluded_vendors: tuple[str, ...]
    technology_stack: tuple[str, ...]
    sdn_required: bool
    cloud_integration: bool
    max_latency_ms: float | None
    min_throughput_bps: int | None
    packet_loss_threshold: float | None
    wireless: bool
    voice: bool
    video: bool
    budget_usd: int | None
    budget_is_hard: bool
    currency: str
    deployment_timeline: str | None
    growth_rate: float
    horizon_years: int
    growth_multiplier: float
    supernets: tuple[str, ...]
    ipv6: bool
    ipv6_supernet: str | None
    reserved_prefixes: tuple[str, ...]
    vlans_stated: int | None
    subnets_stated: int | None
    evaluation_date: str
    uninterpreted: tuple[str, ...]
    """Pointers of stated inputs that only people read: no number of the design depends on them."""
    provenance: tuple[Provenance, ...]

    def why(self, field: str) -> Provenance:
        """The provenance of `field`; raises `KeyError` for a name that is no field."""
        for entry in self.provenance:
            if entry.field == field:
                return entry
        raise KeyError(field)
