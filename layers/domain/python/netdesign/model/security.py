"""Zones, ordered policies, crypto, management access, and how the edge is protected."""

from __future__ import annotations

from enum import StrEnum

from netdesign.model.fact import fact
from netdesign.model.vocabulary import DataClass, Exposure


class IpProtocol(StrEnum):
    ANY = "any"
    TCP = "tcp"
    UDP = "udp"
    ICMP = "icmp"
    ESP = "esp"


class Action(StrEnum):
    PERMIT = "permit"
    DENY = "deny"


class Inspection(StrEnum):
    IPS = "ips"
    TLS = "tls"
    URL = "url"


class CryptoKind(StrEnum):
    MACSEC = "macsec"
    IPSEC = "ipsec"
    TLS = "tls"
    WPA = "wpa"


class MitigationKind(StrEnum):
    SCRUBBING = "scrubbing"
    RTBH = "rtbh"
    FLOWSPEC = "flowspec"


@fact
class Service:
    """A transport service: ports `first_port`..`last_port` of a protocol (0..65535 for all)."""

    name: str
    protocol: IpProtocol
    first_port: int = 0
    last_port: int = 65535


@fact
class Zone:
    """A part of the network with one level of trust, 0 (the Internet) to 100."""

    id: str
    name: str
    trust: int
    exposure: Exposure
    data_classes: tuple[DataClass, ...] = ()


@fact
class Policy:
    """An ordered rule set and what enforces it; what no rule takes gets `default_action`."""

    id: str
    name: str
    devices: tuple[str, ...]
    gateways: tuple[str, ...] = ()
    """Firewall endpoints at a cloud provider that enforce it."""
    default_action: Action = Action.DENY
    default_log: bool = True


@fact
class PolicyRule:
    """One rule: empty `source_zones`, `sources`, `services` … mean any. First match by `order` decides."""

    id: str
    policy: str
    order: int
    action: Action
    source_zones: tuple[str, ...] = ()
    destination_zones: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    destinations: tuple[str, ...] = ()
    services: tuple[Service, ...] = ()
    inspect: tuple[Inspection, ...] = ()
    log: bool = False
    owner: str | None = None
    justification: str | None = None
    expires: str | None = None
    flows: tuple[str, ...] = ()
    """Ids of the flows that need the rule."""


@fact
class CryptoProfile:
    """A cipher suite by facts: cipher name, key length, forward secrecy.

    Whether a module is validated is a fact of the device type in the catalogue.
    """

    id: str
    kind: CryptoKind
    cipher: str
    key_bits: int
    integrity: str
    forward_secrecy: bool = True
    rekey_s: int | None = None
    key_exchange: str | None = None
    """The Diffie-Hellman group, such as `group20`, or `ecdhe` (TLS)."""
    protocol_version: str | None = None
    """`ikev2`, `tls1.3` …"""
    authentication: str = "certificate"
    """`certificate` or `psk`."""
    psk_length: int | None = None
    certificate_days: int | None = None
    certificate_key: str | None = None
    """`ecdsa-p384`, `rsa-3072` …"""


@fact
class ManagementProfile:
    """How devices are managed: protocols switched on, who logs in how, and which services they use.

    `aaa`, `ntp`, `logs`, `flows` and `monitors` are ids of service instances.
    """

    id: str
    protocols: tuple[str, ...]
    vrf: str | None = None
    central_login: bool = True
    multifactor: bool = False
    aaa: tuple[str, ...] = ()
    ntp: tuple[str, ...] = ()
    ntp_authenticated: bool = False
    logs: tuple[str, ...] = ()
    flows: tuple[str, ...] = ()
    monitors: tuple[str, ...] = ()
    control_plane_policing: bool = False
    infrastructure_acl: bool = False
    tls_version: str | None = None
    """The oldest TLS version that management accepts, such as `1.2`."""
    bastions: tuple[str, ...] = ()
    """Ids of the service instances that administrators have to come by."""
    time_zone: str = "UTC"
    log_buffer: bool = False
    """Events are kept on the device while no collector answers."""


@fact
class WirelessNetwork:
    """An SSID and where its clients land."""

    id: str
    ssid: str
    zone: str
    vlans: tuple[str, ...]
    security: str
    """`wpa3-enterprise`, `wpa2-enterprise`, `wpa3-personal`, `owe` or `open`."""
    sites: tuple[str, ...] = ()
    client_isolation: bool = False
    tunnelled: bool = False
    protected_management_frames: bool = True
    rogue_detection: bool = False


@fact
class DdosMitigation:
    """Protection upstream of the listed providers' links."""

    id: str
    kind: MitigationKind
    providers: tuple[str, ...]
    """Ids of the provider devices whose circuits it covers."""
    capacity_bps: int | None = None
    community: str | None = None


@fact
class PublishedService:
    """A service that the Internet may use, where its hosts are and on which service."""

    id: str
    name: str
    group: str
    service: Service


@fact
class RemoteAccess:
    """Where people come in from outside: head-end devices, the zone they land in, and how they log in."""

    id: str
    heads: tuple[str, ...]
    zone: str
    users: int
    crypto: str | None = None
    multifactor: bool = False
    split_tunnel: bool = False
    subnets: tuple[str, ...] = ()
    """Ids of the subnets that their addresses come from."""


@fact
class RouteOrigin:
    """A signed statement (ROA, RFC 9582) of which number may originate a prefix of ours, and how long it may be."""

    id: str
    prefix: str
    asn: int
    max_length: int


@fact
class Residency:
    """Where data of a class may be stored, processed and carried in the clear (jurisdiction codes)."""

    id: str
    data_class: DataClass
    jurisdictions: tuple[str, ...]


@fact
class Security:
    zones: tuple[Zone, ...] = ()
    policies: tuple[Policy, ...] = ()
    policy_rules: tuple[PolicyRule, ...] = ()
    crypto_profiles: tuple[CryptoProfile, ...] = ()
    management_profiles: tuple[ManagementProfile, ...] = ()
    wireless_networks: tuple[WirelessNetwork, ...] = ()
    ddos_mitigations: tuple[DdosMitigation, ...] = ()
    published_services: tuple[PublishedService, ...] = ()
    residencies: tuple[Residency, ...] = ()
    remote_accesses: tuple[RemoteAccess, ...] = ()
    route_origins: tuple[RouteOrigin, ...] = ()
