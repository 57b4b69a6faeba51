"""How much of every resource is left at the horizon: links, firewalls, ports, tables, addresses."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.equipment.port_supply import endpoint_ports
from netdesign.analysis.policy.enforcers import enforcers
from netdesign.analysis.traffic.demand import USER_PORT_BPS, site_demands
from netdesign.analysis.traffic.link_capacity import carried, fill
from netdesign.analysis.traffic.subnet_fill import subnet_fill
from netdesign.analysis.traffic.table_demand import TABLES, table_demand
from netdesign.graph.network import ROLES, Network
from netdesign.model.comparison import Margin
from netdesign.model.vocabulary import Role

if TYPE_CHECKING:
    from netdesign.catalog.parameters import Parameters
    from netdesign.graph.multigraph import Longs

SERVING = (Role.ACCESS, Role.LEAF, Role.BORDER_LEAF, Role.CORE, Role.DISTRIBUTION)
"""Devices that endpoints are attached to."""
LEAST = -1000.0
"""What is short by more, such as a link without any capacity, is short by this much."""
WITH_TABLES = frozenset(Role) - {
    Role.ACCESS_POINT,
    Role.WIRELESS_CONTROLLER,
    Role.CONSOLE_SERVER,
    Role.LOAD_BALANCER,
    Role.PROVIDER,
}


class Use(NamedTuple):
    """A kind of resource, which one, and the share of it that the horizon needs."""

    kind: str
    of: str
    share: float


def margins(network: Network, parameters: Parameters) -> tuple[Margin, ...]:
    """The fullest resource of each kind, with what is left of it at the horizon; the scarcest kind first."""
    every = (_links(network), _firewalls(network), _ports(network, parameters), _tables(network, parameters))
    fullest: dict[str, Use] = {}
    for use in chain(*every, _addresses(network)):
        fullest[use.kind] = max(fullest.get(use.kind, use), use, key=lambda one: one.share)
    made = [Margin(kind=use.kind, of=use.of, left=max(LEAST, round(1.0 - use.share, 6))) for use in fullest.values()]
    return tuple(sorted(made, key=lambda margin: (margin.left, margin.kind)))


def _links(network: Network) -> Iterator[Use]:
    """The busiest link in its busier direction, against its speed or the rate of its circuit."""
    share = fill(network).max(axis=0, initial=0.0)
    if share.size and share.max() > 0:
        worst = int(share.argmax())
        yield Use("link", network.links[worst].id, float(share[worst]) * _growth(network))


def _firewalls(network: Network) -> Iterator[Use]:
    """What each group of firewalls inspects, against the rate of the members that carry traffic."""
    inspected = carried(network).inspected_bps
    for point in enforcers(network):
        kinds = [network.device_types[at] for at in point.carriers(network)]
        able = sum(kind.firewall.ngfw_bps or 0 for kind in kinds if kind is not None and kind.firewall is not None)
        asked = sum(inspected.get(at, 0.0) for at in point.members)
        if able and asked:
            yield Use("firewall", network.devices[point.members[0]].id, asked * _growth(network) / able)


def _ports(network: Network, parameters: Parameters) -> Iterator[Use]:
    """Ports for users' and for servers' devices at each site, against those that its switches offer."""
    for demand in site_demands(network.design.requirements, parameters):
        users = demand.grown(demand.access_ports) + demand.access_points
        yield from _supplied(network, demand.site, "user port", users, endpoint_ports(network, USER_PORT_BPS, True))
        servers = demand.grown(demand.server_ports)
        yield from _supplied(
            network, demand.site, "server port", servers, endpoint_ports(network, demand.server_port_bps)
        )


def _supplied(network: Network, site: str, kind: str, needed: int, offered: Longs) -> Iterator[Use]:
    here = np.array(network.devices_by("site").get(site, ()), dtype=np.int64)
    serving = here[np.isin(network.role_codes[here], [ROLES.index(role) for role in SERVING])]
    supply = int(offered[serving].sum())
    if needed and supply:
        yield Use(kind, site, needed / supply)


def _tables(network: Network, parameters: Parameters) -> Iterator[Use]:
    """Every table of every device of ours, against the size that its type has."""
    capacity = parameters.capacity
    needed = table_demand(network, capacity.internet_routes_ipv4, capacity.internet_routes_ipv6)
    for place in np.flatnonzero(network.in_service & network.ours).tolist():
        device, kind = network.devices[place], network.device_types[place]
        if kind is None or device.role not in WITH_TABLES:
            continue
        for row in np.flatnonzero(needed[:, place]).tolist():
            size = kind.table(TABLES[row])[0]
            if size:
                yield Use("table", f"{TABLES[row]} of {device.id}", float(needed[row, place]) * _growth(network) / size)


def _addresses(network: Network) -> Iterator[Use]:
    """Hosts on each subnet for hosts, against its addresses."""
    filled = subnet_fill(network)
    known = filled.growing & np.isfinite(filled.usable) & (filled.usable > 0)
    share = np.divide(filled.hosts, filled.usable, out=np.zeros_like(filled.hosts), where=known)
    if share.size and share.max() > 0:
        worst = int(share.argmax())
        prefix = network.design.addressing.subnets[worst].prefix
        yield Use("address", prefix, float(share[worst]) * _growth(network))


def _growth(network: Network) -> float:
    return network.design.requirements.growth_multiplier
