"""The management network by itself: who is reached from its stations without a production device between."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.facts.tiers import fabrics
from netdesign.graph.connectivity import components
from netdesign.graph.multigraph import Multigraph
from netdesign.graph.network import ROLES, Network, analysis
from netdesign.model.infrastructure import ServiceKind
from netdesign.model.vocabulary import Exposure, LinkPurpose, Role

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Bools

STATIONS = frozenset({ServiceKind.MONITOR, ServiceKind.BASTION})
UNMANAGED = (Role.PROVIDER, Role.ACCESS_POINT)
"""Access points are managed through their controller."""
PRODUCTION = (LinkPurpose.FABRIC, LinkPurpose.UPLINK, LinkPurpose.CIRCUIT)


@analysis
def stations(network: Network) -> tuple[int, ...]:
    """The devices in service that management stations hang on."""
    index = network.device_index
    homes = [one.attached_to for one in network.design.infrastructure.service_instances if one.kind in STATIONS]
    names = {name for places in homes for name in places}
    return tuple(sorted(index[name] for name in names if name in index and network.in_service[index[name]]))


@analysis
def management_switches(network: Network) -> Bools:
    """Which devices are switches of the management network alone, in service."""
    found: Bools = (network.role_codes == ROLES.index(Role.MANAGEMENT_SWITCH)) & network.in_service
    return found


@analysis
def reached(network: Network) -> Bools:
    """Which devices a station reaches over management links and management switches alone."""
    a, b = network.link_ends
    inner = np.append(management_switches(network), False)
    links = network.links_for(LinkPurpose.MANAGEMENT) | (network.links_for(LinkPurpose.PEER) & inner[a] & inner[b])
    chosen = np.flatnonzero(links)
    both = chosen[inner[a[chosen]] & inner[b[chosen]]]
    label = np.append(components(Multigraph(len(network.devices), a[both], b[both], None, network.in_service)), -1)
    held = {int(label[place]) for place in stations(network) if inner[place]}
    good = np.append(np.isin(label[:-1], sorted(held)) & inner[:-1], False)
    found = good.copy()
    for near, far in ((a, b), (b, a)):
        found[far[chosen[good[near[chosen]]]]] = True
    return found[:-1]


class Shared(NamedTuple):
    """A management switch, by position, that production passes: the ids of links and attachments that show it."""

    device: int
    by: tuple[str, ...]


@analysis
def shared_switches(network: Network) -> tuple[Shared, ...]:
    """Every management switch with production links, or with endpoints of a zone that is not for management."""
    zones, groups = network.by_id("zones"), network.by_id("endpoint_groups")
    inner = {network.devices[place].id: place for place in np.flatnonzero(management_switches(network)).tolist()}
    found: dict[int, list[str]] = {}
    if inner:
        known = network.by_id("devices")
        for at in np.flatnonzero(network.links_for(*PRODUCTION, LinkPurpose.ATTACHMENT)).tolist():
            link = network.links[at]
            for near, far in ((link.a.device, link.b.device), (link.b.device, link.a.device)):
                handed = link.purpose is LinkPurpose.ATTACHMENT and known[far].role is Role.FIREWALL
                if near in inner and not handed:
                    found.setdefault(inner[near], []).append(link.id)
    for one in network.design.inventory.attachments:
        zone = zones.get(groups[one.group].zone) if one.group in groups else None
        if one.device in inner and (zone is None or zone.exposure is not Exposure.MANAGEMENT):
            found.setdefault(inner[one.device], []).append(one.id)
    return tuple(Shared(place, tuple(names)) for place, names in sorted(found.items()))


@analysis
def sites_without_console(network: Network) -> tuple[str, ...]:
    """Sites with switches that have no console server which a station reaches."""
    good = reached(network)
    served = {network.devices[p].site for p in network.with_role(Role.CONSOLE_SERVER).tolist() if good[p]}
    return tuple(sorted({fabric.site for fabric in fabrics(network)} - served))


@analysis
def unreached(network: Network) -> tuple[int, ...]:
    """Managed devices in service that no station reaches."""
    good = reached(network)
    return tuple(
        place
        for place in np.flatnonzero(network.in_service & ~good).tolist()
        if network.devices[place].managed and network.devices[place].role not in UNMANAGED
    )
