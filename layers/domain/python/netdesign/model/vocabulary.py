"""The closed vocabularies: every choice that a requirement, a fact or a verdict can name."""

from __future__ import annotations

from enum import StrEnum


class NetworkType(StrEnum):
    ENTERPRISE_DATACENTER = "enterprise_datacenter"
    SDN_CAMPUS = "sdn_campus"
    LEGACY_CAMPUS = "legacy_campus"
    HYBRID = "hybrid"
    CLOUD_NATIVE = "cloud_native"
    WAN = "wan"
    DATA_CENTER_INTERCONNECT = "data_center_interconnect"


class TopologyPreference(StrEnum):
    SPINE_LEAF = "spine_leaf"
    THREE_TIER = "three_tier"
    COLLAPSED_CORE = "collapsed_core"
    MESH = "mesh"
    STAR = "star"
    RING = "ring"
    HYBRID_TOPOLOGY = "hybrid_topology"


class Archetype(StrEnum):
    """The shape that synthesis chose; rules re-derive it from the graph and never trust it alone."""

    COLLAPSED_DATACENTER = "collapsed_datacenter"
    SPINE_LEAF = "spine_leaf"
    FIVE_STAGE_CLOS = "five_stage_clos"
    BRANCH = "branch"
    COLLAPSED_CORE = "collapsed_core"
    THREE_TIER = "three_tier"
    WAN_MESH = "wan_mesh"
    WAN_PARTIAL_MESH = "wan_partial_mesh"
    """Leased lines between some pairs of sites, chosen for what they cost and survive."""
    WAN_RING = "wan_ring"
    WAN_HUB_AND_SPOKE = "wan_hub_and_spoke"
    WAN_REGIONAL_HUBS = "wan_regional_hubs"
    WAN_MPLS = "wan_mpls"
    CLOUD_HUB = "cloud_hub"
    """Networks at a cloud provider on a hub in each region."""


class Redundancy(StrEnum):
    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for none up to 4 for critical, so that levels compare."""
        return tuple(Redundancy).index(self)

    def at_least(self, other: Redundancy) -> bool:
        """Whether this level asks for as much as `other`."""
        return self.rank >= other.rank


class SecurityLevel(StrEnum):
    BASIC = "basic"
    CORPORATE = "corporate"
    ENTERPRISE = "enterprise"
    GOVERNMENT = "government"
    CRITICAL_INFRASTRUCTURE = "critical_infrastructure"

    @property
    def rank(self) -> int:
        """0 for basic up to 4 for critical infrastructure, so that levels compare."""
        return tuple(SecurityLevel).index(self)

    def at_least(self, other: SecurityLevel) -> bool:
        """Whether this level asks for as much as `other`."""
        return self.rank >= other.rank


class Framework(StrEnum):
    PCI_DSS = "pci-dss"
    HIPAA = "hipaa"
    SOC2 = "soc2"
    ISO27001 = "iso27001"
    GDPR = "gdpr"
    NIST = "nist"
    FEDRAMP = "fedramp"


class ServiceClass(StrEnum):
    GOLD = "gold"
    SILVER = "silver"
    BRONZE = "bronze"


class DataClass(StrEnum):
    PUBLIC = "public"
    INTERNAL = "internal"
    CONFIDENTIAL = "confidential"
    CHD = "chd"
    EPHI = "ephi"
    PII = "pii"
    CUI = "cui"

    @property
    def sensitive(self) -> bool:
        """Whether the class must be protected in transit beyond the owner's premises."""
        return self not in (DataClass.PUBLIC, DataClass.INTERNAL)


class Role(StrEnum):
    """What a device is for; tiers and zones are checked against the graph."""

    SUPER_SPINE = "super_spine"
    SPINE = "spine"
    LEAF = "leaf"
    BORDER_LEAF = "border_leaf"
    CORE = "core"
    DISTRIBUTION = "distribution"
    ACCESS = "access"
    WAN_EDGE = "wan_edge"
    INTERNET_EDGE = "internet_edge"
    FIREWALL = "firewall"
    LOAD_BALANCER = "load_balancer"
    WIRELESS_CONTROLLER = "wireless_controller"
    ACCESS_POINT = "access_point"
    MANAGEMENT_SWITCH = "management_switch"
    CONSOLE_SERVER = "console_server"
    PROVIDER = "provider"
    """The far end of a circuit: not ours, no SKU, never counted as a part."""


class LinkPurpose(StrEnum):
    FABRIC = "fabric"
    UPLINK = "uplink"
    PEER = "peer"
    """Between two members of an MLAG pair or of a top tier."""
    HEARTBEAT = "heartbeat"
    """High-availability keepalive or state synchronisation."""
    ATTACHMENT = "attachment"
    """From a switch to a service node: firewall, load balancer, controller, edge router, access point."""
    MANAGEMENT = "management"
    CIRCUIT = "circuit"
    """To a provider."""


class InterfaceKind(StrEnum):
    PHYSICAL = "physical"
    LAG = "lag"
    LOOPBACK = "loopback"
    SVI = "svi"
    SUBINTERFACE = "subinterface"
    TUNNEL = "tunnel"
    VTEP = "vtep"
    MANAGEMENT = "management"


class PortMode(StrEnum):
    ACCESS = "access"
    TRUNK = "trunk"
    ROUTED = "routed"
    NONE = "none"
    """No switching or routing of its own: a member of a bundle, or a management port."""


class SubnetPurpose(StrEnum):
    HOSTS = "hosts"
    POINT_TO_POINT = "point_to_point"
    TRANSIT = "transit"
    LOOPBACK = "loopback"
    VTEP = "vtep"
    MANAGEMENT = "management"


class VlanPurpose(StrEnum):
    USERS = "users"
    VOICE = "voice"
    WIRELESS = "wireless"
    GUEST = "guest"
    IOT = "iot"
    SERVERS = "servers"
    DATABASE = "database"
    DMZ = "dmz"
    MANAGEMENT = "management"
    TRANSIT = "transit"
    STORAGE = "storage"


class Exposure(StrEnum):
    INTERNET = "internet"
    PARTNER = "partner"
    DMZ = "dmz"
    INTERNAL = "internal"
    MANAGEMENT = "management"
    RESTRICTED = "restricted"


class RoutingProtocol(StrEnum):
    BGP = "bgp"
    OSPF = "ospf"
    ISIS = "isis"
    STATIC = "static"


class Trust(StrEnum):
    OWNED = "owned"
    LEASED = "leased"
    PUBLIC = "public"


class Severity(StrEnum):
    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"
    INFO = "info"

    @property
    def weight(self) -> int:
        """The weight in the score: 10, 5, 2, 0."""
        return {"critical": 10, "error": 5, "warning": 2, "info": 0}[self.value]


class Category(StrEnum):
    CAPACITY = "capacity"
    TOPOLOGY = "topology"
    PROTOCOL = "protocol"
    SECURITY = "security"
    COMPLIANCE = "compliance"


class Mode(StrEnum):
    STRICT = "strict"
    STANDARD = "standard"
    LENIENT = "lenient"


class Medium(StrEnum):
    SMF = "smf"
    MMF_OM3 = "mmf-om3"
    MMF_OM4 = "mmf-om4"
    MMF_OM5 = "mmf-om5"
    CAT6 = "cat6"
    CAT6A = "cat6a"
    DAC = "dac"
    AOC = "aoc"
    RADIO = "radio"
    VIRTUAL = "virtual"
