"""Virtual networks laid over the physical one: VNIs and tunnels."""

from __future__ import annotations

from enum import StrEnum

from netdesign.model.fact import fact


class VniKind(StrEnum):
    L2 = "l2"
    L3 = "l3"


class TunnelKind(StrEnum):
    IPSEC = "ipsec"
    GRE = "gre"
    WIREGUARD = "wireguard"
    CAPWAP = "capwap"


@fact
class Vni:
    """A VXLAN segment: of a VLAN (l2) or of a VRF (l3). Unknown traffic floods by ingress replication
    unless `multicast_group` is given."""

    id: str
    number: int
    kind: VniKind
    vlan: str | None = None
    vrf: str | None = None
    route_target: str = ""
    multicast_group: str | None = None


@fact
class Tunnel:
    """A tunnel between two devices; `crypto` names its crypto profile.

    An end is up while its link is: the circuit (by id) that carries the tunnel there, on the device itself or on a
    router before it. Where no link is named the tunnel takes any way that there is.
    """

    id: str
    a: str
    b: str
    kind: TunnelKind
    inner_mtu_bytes: int
    crypto: str | None = None
    mss_clamp_bytes: int | None = None
    a_interface: str | None = None
    """The interface (by id) that stands for the tunnel at the a end."""
    b_interface: str | None = None
    a_link: str | None = None
    b_link: str | None = None


@fact
class Overlay:
    vnis: tuple[Vni, ...] = ()
    tunnels: tuple[Tunnel, ...] = ()
