"""Pools, subnets and the interfaces that hold addresses."""

from __future__ import annotations

from enum import StrEnum

from netdesign.model.fact import fact
from netdesign.model.vocabulary import InterfaceKind, PortMode, SubnetPurpose


class VirtualGateway(StrEnum):
    NONE = "none"
    VRRP = "vrrp"
    ANYCAST = "anycast"


class UnicastRpf(StrEnum):
    """Checks of source addresses against the routing table (RFC 3704, RFC 8704)."""

    NONE = "none"
    LOOSE = "loose"
    FEASIBLE = "feasible"
    STRICT = "strict"


class NatKind(StrEnum):
    SOURCE_PORT = "source_port"
    """Many inside addresses share outside addresses by port (NAPT)."""
    STATIC = "static"
    """One to one."""
    DESTINATION = "destination"
    """Outside addresses lead to published inside services."""


@fact
class Pool:
    """A block that subnets of one purpose are cut from; `summary` says that it is advertised as one route."""

    id: str
    prefix: str
    purpose: str
    site: str | None = None
    vrf: str | None = None
    summary: bool = False


@fact
class Subnet:
    """A prefix in use. An IPv4 prefix and its IPv6 twin are two subnets that name the same VLAN."""

    id: str
    prefix: str
    vrf: str
    purpose: SubnetPurpose
    site: str
    vlan: str | None = None
    zone: str | None = None
    planned_hosts: int = 0
    dhcp: bool = False
    dhcp_relays: tuple[str, ...] = ()
    """Ids of the DHCP service instances that relays forward to."""


@fact
class Interface:
    """A configured interface. Its id is `<device id>:<name>`; addresses are text such as `10.0.0.1/31`.

    Ports that face endpoints and carry nothing else are described by attachments and port
    profiles instead, so that a design of a hundred thousand access ports stays readable.
    """

    id: str
    device: str
    name: str
    kind: InterfaceKind
    mode: PortMode = PortMode.NONE
    speed_bps: int | None = None
    mtu_bytes: int = 1500
    vrf: str | None = None
    addresses: tuple[str, ...] = ()
    unnumbered: bool = False
    """Routed with link-local IPv6 addresses alone (RFC 7404, RFC 8950)."""
    virtual_gateway: VirtualGateway = VirtualGateway.NONE
    virtual_addresses: tuple[str, ...] = ()
    virtual_group: int | None = None
    virtual_priority: int | None = None
    virtual_interval_ms: int = 1_000
    """How often the active gateway says that it lives; three silent intervals make another one active (RFC 9568)."""
    vlan: str | None = None
    """The VLAN of an SVI, a sub-interface or an access port."""
    vlans: tuple[str, ...] = ()
    """The VLANs that a trunk allows."""
    native_vlan: str | None = None
    parent: str | None = None
    """The physical or bundle interface, by name, that a sub-interface lies on."""
    lag: str | None = None
    """The bundle, by id, that a physical interface is a member of or that a bundle interface stands for."""
    zone: str | None = None
    """The zone that a firewall binds the interface to."""
    access_list: str | None = None
    """The policy that filters what enters here."""
    unicast_rpf: UnicastRpf = UnicastRpf.NONE
    root_guard: bool = False
    pim: bool = False
    enabled: bool = True
    description: str = ""


@fact
class Nat:
    """Translation on `devices` of what leaves towards `provider` (a device), or of any where it is None.

    `outside` stays empty while the provider has not assigned its addresses; `addresses` says how
    many IPv4 addresses are to be ordered. No inside addresses means all that the devices route.
    """

    id: str
    kind: NatKind
    devices: tuple[str, ...]
    addresses: int
    provider: str | None = None
    inside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    state_shared: bool = False
    """The devices share their translations, so that a session outlives one of them."""


@fact
class Addressing:
    pools: tuple[Pool, ...] = ()
    subnets: tuple[Subnet, ...] = ()
    interfaces: tuple[Interface, ...] = ()
    nats: tuple[Nat, ...] = ()
