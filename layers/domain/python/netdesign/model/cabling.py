"""What is plugged into what: links from port to port, bundles, circuits, shared risks."""

from __future__ import annotations

from enum import StrEnum

from netdesign.model.fact import fact
from netdesign.model.vocabulary import LinkPurpose, Medium, Trust


class LagMode(StrEnum):
    LACP = "lacp"
    STATIC = "static"


class SrlgKind(StrEnum):
    CONDUIT = "conduit"
    POP = "pop"
    POWER = "power"
    LINECARD = "linecard"
    PROVIDER = "provider"
    BUILDING = "building"


class CircuitKind(StrEnum):
    MPLS = "mpls"
    DIA = "dia"
    BROADBAND = "broadband"
    LTE = "lte"
    WAVE = "wave"
    DARK_FIBRE = "dark_fibre"
    DIRECT_CONNECT = "direct_connect"
    VPN = "vpn"


@fact
class PortRef:
    """A port of a device, by the device's id and the port's name."""

    device: str
    port: str


@fact
class Link:
    """One cable or circuit between two ports. `phy` names the transceiver or cable of the catalogue."""

    id: str
    a: PortRef
    b: PortRef
    speed_bps: int
    medium: Medium
    purpose: LinkPurpose
    phy: str | None = None
    length_m: float | None = None
    srlgs: tuple[str, ...] = ()
    trust: Trust = Trust.OWNED
    between_buildings: bool = False
    fibre_km: float | None = None
    """Length of the route that a circuit or long span takes."""
    crypto: str | None = None
    """The crypto profile on the link itself (MACsec)."""
    in_service: bool = True


@fact
class Lag:
    """A bundle on one device: `interface` names it there; `members` are port names of the same device."""

    id: str
    device: str
    interface: str
    members: tuple[str, ...]
    mode: LagMode = LagMode.LACP
    min_links: int | None = None
    mlag: str | None = None
    """The MLAG pair that this bundle is one half of, seen from a member of the pair."""
    mlag_number: int | None = None
    esi: str | None = None
    """The Ethernet segment (RFC 7432 §5) that this bundle is one leg of, where no MLAG pair bundles."""


@fact
class Mlag:
    """Two devices that bundle as one."""

    id: str
    peers: tuple[str, ...]
    domain_id: int
    system_mac: str
    peer_links: tuple[str, ...] = ()
    keepalive_link: str | None = None
    keepalive_over_management: bool = False


@fact
class Srlg:
    """A shared risk: links that name it fail together."""

    id: str
    kind: SrlgKind
    name: str


@fact
class Circuit:
    """The service that a provider sells on a link."""

    id: str
    link: str
    kind: CircuitKind
    provider: str
    site: str
    rate_down_bps: int
    rate_up_bps: int
    monthly_usd: int | None = None
    price_assumed: bool = True
    availability: float | None = None
    owner: str | None = None
    contract: str | None = None
    review_date: str | None = None


@fact
class Cabling:
    links: tuple[Link, ...] = ()
    lags: tuple[Lag, ...] = ()
    mlags: tuple[Mlag, ...] = ()
    srlgs: tuple[Srlg, ...] = ()
    circuits: tuple[Circuit, ...] = ()
