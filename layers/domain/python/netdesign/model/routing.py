"""Routing processes, their sessions and interfaces, policies and static routes."""

from __future__ import annotations

from enum import StrEnum

from netdesign.model.fact import fact
from netdesign.model.vocabulary import RoutingProtocol


class AddressFamily(StrEnum):
    IPV4 = "ipv4"
    IPV6 = "ipv6"
    EVPN = "evpn"


class PolicyAction(StrEnum):
    PERMIT = "permit"
    DENY = "deny"


@fact
class Redistribution:
    """Routes of `source` ("connected", "static" or a protocol) are taken into the process."""

    source: str
    policy: str | None = None
    tag: int | None = None


@fact
class Summary:
    """Routes inside `prefix` leave `area` (or the process, where it is None) as this one route."""

    prefix: str
    area: str | None = None
    discard: bool = True
    """What the summary covers and no route reaches is dropped here instead of following a default."""


@fact
class RoutingProcess:
    """One protocol in one VRF of one device.

    `networks` are the prefixes that it originates besides its interfaces; a default route is
    originated when `default_originate` is set.
    """

    id: str
    device: str
    vrf: str
    protocol: RoutingProtocol
    router_id: str | None = None
    asn: int | None = None
    max_paths: int = 1
    multipath_relax: bool = False
    networks: tuple[str, ...] = ()
    redistribute: tuple[Redistribution, ...] = ()
    default_originate: bool = False
    reference_bandwidth_bps: int | None = None
    distance: int | None = None
    """Administrative distance of its routes; None for the protocol's usual one."""
    cluster_id: str | None = None
    """Of a route reflector; the router id where None (RFC 4456)."""
    system_id: str | None = None
    """IS-IS: six octets as twelve hexadecimal digits, with or without dots."""
    wide_metrics: bool = True
    stub_areas: tuple[str, ...] = ()
    """OSPF areas that take no external routes (RFC 2328 §3.6)."""
    summaries: tuple[Summary, ...] = ()


@fact
class IgpInterface:
    """An interface (by id) that takes part in an OSPF or IS-IS process; `area` is an area or a level."""

    id: str
    process: str
    interface: str
    area: str
    cost: int = 1
    network_type: str = "point_to_point"
    passive: bool = False
    hello_ms: int = 10_000
    dead_ms: int = 40_000
    authentication: str | None = None
    bfd: bool = False
    bfd_interval_ms: int = 300
    bfd_multiplier: int = 3


@fact
class BgpNeighbor:
    """One side's statement of a session; the other side has its own.

    The peer is named by `peer_address`, or by `interface` (an id) where the session is unnumbered.
    """

    id: str
    process: str
    remote_asn: int
    peer_address: str | None = None
    interface: str | None = None
    families: tuple[AddressFamily, ...] = (AddressFamily.IPV4,)
    import_policy: str | None = None
    export_policy: str | None = None
    update_source: str | None = None
    multihop: int | None = None
    route_reflector_client: bool = False
    max_prefixes: int | None = None
    authentication: str | None = None
    bfd: bool = False
    bfd_interval_ms: int = 300
    bfd_multiplier: int = 3
    hold_ms: int = 9_000
    ttl_security: bool = False
    """Packets that came over more than one hop are refused (GTSM, RFC 5082)."""
    allow_own_asn: int = 0
    """How often the own number may stand in a path that is accepted."""
    remove_private_asn: bool = False
    next_hop_self: bool = False
    origin_validation: bool = False
    """Routes whose origin is invalid (RFC 6811) are refused."""


@fact
class RoutePolicyTerm:
    """A term that permits or denies the routes it matches; empty matches take every route."""

    action: PolicyAction
    prefixes: tuple[str, ...] = ()
    """Prefixes matched with anything longer inside them, as far as the lengths below allow."""
    min_length: int | None = None
    max_length: int | None = None
    communities: tuple[str, ...] = ()
    tags: tuple[int, ...] = ()
    set_communities: tuple[str, ...] = ()
    set_local_preference: int | None = None
    set_tag: int | None = None
    prepend: int = 0
    """How often the own number is put before the path."""


@fact
class RoutePolicy:
    """Terms in order; what no term takes is denied."""

    id: str
    name: str
    terms: tuple[RoutePolicyTerm, ...] = ()


@fact
class StaticRoute:
    """A route by hand: to `next_hop`, or to nowhere where `discard` is set."""

    id: str
    device: str
    vrf: str
    prefix: str
    next_hop: str | None = None
    discard: bool = False
    distance: int = 1
    bfd: bool = False
    """The route goes when BFD loses the next hop."""


@fact
class Routing:
    processes: tuple[RoutingProcess, ...] = ()
    igp_interfaces: tuple[IgpInterface, ...] = ()
    bgp_neighbors: tuple[BgpNeighbor, ...] = ()
    route_policies: tuple[RoutePolicy, ...] = ()
    static_routes: tuple[StaticRoute, ...] = ()
