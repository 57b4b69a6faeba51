"""Layer 2: VLANs, VRFs that they belong to, spanning tree, multicast snooping."""

from __future__ import annotations

from enum import StrEnum

from netdesign.model.fact import fact
from netdesign.model.vocabulary import VlanPurpose


class SpanningTreeMode(StrEnum):
    NONE = "none"
    RSTP = "rstp"
    MSTP = "mstp"
    PVST = "pvst"


@fact
class Vlan:
    """A VLAN and the devices it is defined on; `number` is the 802.1Q id, unique per layer-2 domain only."""

    id: str
    number: int
    name: str
    purpose: VlanPurpose
    site: str
    vrf: str | None = None
    zone: str | None = None
    devices: tuple[str, ...] = ()
    igmp_snooping: bool = True
    igmp_querier: bool = False
    isolated: bool = False
    """Hosts cannot reach each other inside the VLAN."""


@fact
class Vrf:
    """A routing table of its own, the same on every device that carries it."""

    id: str
    name: str
    zone: str | None = None
    """The one zone that the VRF holds, where it holds one."""
    route_targets_import: tuple[str, ...] = ()
    route_targets_export: tuple[str, ...] = ()


@fact
class SpanningTree:
    """How one device runs spanning tree."""

    id: str
    device: str
    mode: SpanningTreeMode
    priority: int = 32768


@fact
class Switching:
    vrfs: tuple[Vrf, ...] = ()
    vlans: tuple[Vlan, ...] = ()
    spanning_trees: tuple[SpanningTree, ...] = ()
