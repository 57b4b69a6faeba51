"""What the ports of leaf and spine types take: how many links of a speed, beside how many servers, by which cable."""

from __future__ import annotations

from functools import cache

from netdesign.catalog.media import Cage, PhyType, cheapest_phy, media
from netdesign.catalog.ports import PortUse
from netdesign.catalog.sku import DeviceType
from netdesign.errors import CatalogError
from netdesign.synthesis.datacenter.clos_sizing import LeafPorts
from netdesign.synthesis.draft.cabling import SERVER_CABLE_M, endpoint_cable
from netdesign.synthesis.draft.port_bank import FreePort, PortBank, PortTable

LENGTH_M = 40.0
"""Length at which fabric optics are compared."""
Run = tuple[PhyType, float, Cage, Cage]
"""A physical layer over a length between two cages."""


@cache
def leaf_ports(leaf: DeviceType, port_bps: int, uplink_bps: int) -> LeafPorts | None:
    """What a leaf type offers servers, in ports that are not split, and spines; None when it cannot serve both."""
    uplinks = link_ports(leaf, uplink_bps)
    if not uplinks or not link_ports(leaf, port_bps):
        return None
    bank = PortBank(PortTable(leaf))
    left = [bank.free(port_bps, PortUse.DOWNLINK, whole=True)]

    def downlinks(taken: int) -> int:
        while len(left) <= taken and left[-1]:
            port = bank.take(uplink_bps, PortUse.UPLINK)
            left.append(bank.free(port_bps, PortUse.DOWNLINK, whole=True) if port else 0)
        return left[taken] if taken < len(left) else 0

    return LeafPorts(uplinks=uplinks, uplink_bps=uplink_bps, downlinks=downlinks)


@cache
def link_ports(kind: DeviceType, speed_bps: int) -> int:
    """How many links of a speed a type takes, ports split where an optic or cable exists for it."""
    return PortBank(PortTable(kind)).free(speed_bps)


def fabric_port(kind: DeviceType, speed_bps: int, use: PortUse) -> FreePort | None:
    """The first port that a type would use for a fabric link."""
    return PortBank(PortTable(kind)).take(speed_bps, use)


@cache
def fabric_run(lower: DeviceType, upper: DeviceType, speed_bps: int) -> Run | None:
    """The cheapest physical layer of a fabric link at the usual length; None when none joins the two."""
    a, b = fabric_port(lower, speed_bps, PortUse.UPLINK), fabric_port(upper, speed_bps, PortUse.DOWNLINK)
    if a is None or b is None:
        return None
    phy = cheapest_phy(speed_bps, LENGTH_M, a.form_factor, b.form_factor, lanes_a=a.lanes, lanes_b=b.lanes)
    return (phy, LENGTH_M, Cage(a.form_factor, a.lanes), Cage(b.form_factor, b.lanes)) if phy else None


@cache
def server_run(leaf: DeviceType, port_bps: int) -> Run | None:
    """The cheapest physical layer from a leaf to a server in its rack; None when servers cannot be plugged in."""
    port = fabric_port(leaf, port_bps, PortUse.DOWNLINK)
    try:
        found = endpoint_cable(port, port_bps, SERVER_CABLE_M) if port else None
    except CatalogError:
        return None
    if port is None or found is None:
        return None
    return media().phys[found.phy], SERVER_CABLE_M, Cage(port.form_factor), Cage(port.form_factor)
