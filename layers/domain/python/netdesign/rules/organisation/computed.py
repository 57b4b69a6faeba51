"""What expressions may ask of an element beyond its own fields: numbers that analyses compute."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from netdesign.analysis.facts.attachments import endpoint_port_counts
from netdesign.analysis.facts.tiers import role_tiers, uplink_counts
from netdesign.analysis.traffic.link_capacity import carried, fill
from netdesign.errors import InvalidInputError
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import parse_prefix
from netdesign.model.addressing import Subnet
from netdesign.model.cabling import Link
from netdesign.model.inventory import Device


@dataclass(frozen=True, slots=True)
class Computed:
    """A named number of an element, and what it is in words."""

    meaning: str
    value: Callable[[Network, Any], Any]


@analysis
def _link_counts(network: Network) -> dict[str, int]:
    counts: dict[str, int] = {}
    for link in network.design.cabling.links:
        if link.in_service:
            for end in {link.a.device, link.b.device}:
                counts[end] = counts.get(end, 0) + 1
    return counts


@analysis
def _endpoints(network: Network) -> dict[str, int]:
    counts: dict[str, int] = {}
    for attachment in network.design.inventory.attachments:
        counts[attachment.device] = counts.get(attachment.device, 0) + attachment.endpoints
    return counts


def _of_type(field: str) -> Callable[[Network, Device], Any]:
    def value(network: Network, device: Device) -> Any:
        kind = network.device_types[network.device_index[device.id]]
        return None if kind is None else getattr(kind, field)

    return value


def _tier(network: Network, device: Device) -> int | None:
    tier = int(role_tiers(network)[network.device_index[device.id]])
    return None if tier < 0 else tier


def _uplinks(network: Network, device: Device) -> int:
    return int(uplink_counts(network)[network.device_index[device.id]])


def _ports_used(network: Network, device: Device) -> int:
    taken = int(endpoint_port_counts(network)[network.device_index[device.id]])
    return taken + _link_counts(network).get(device.id, 0)


def _fill(network: Network, link: Link) -> float:
    return round(float(fill(network)[:, network.link_index[link.id]].max()), 6)


def _load(network: Network, link: Link) -> int:
    return round(float(carried(network).load_bps[:, network.link_index[link.id]].max()))


def _prefix(field: str) -> Callable[[Network, Subnet], Any]:
    def value(network: Network, subnet: Subnet) -> Any:
        del network
        try:
            return getattr(parse_prefix(subnet.prefix), field)
        except InvalidInputError:
            return None

    return value


def _usable(network: Network, subnet: Subnet) -> int | None:
    del network
    try:
        prefix = parse_prefix(subnet.prefix)
    except InvalidInputError:
        return None
    size: int = prefix.last - prefix.network + 1
    return size if prefix.version == 6 or size <= 2 else size - 2


COMPUTED: dict[str, dict[str, Computed]] = {
    "devices": {
        "link_count": Computed("links in service that end here", lambda n, d: _link_counts(n).get(d.id, 0)),
        "uplink_count": Computed("links to the tier above", _uplinks),
        "tier": Computed("rank of the role, 0 for the highest; nothing outside the tiers", _tier),
        "endpoint_count": Computed("endpoints that attach here", lambda n, d: _endpoints(n).get(d.id, 0)),
        "used_port_count": Computed("ports that links and endpoints take", _ports_used),
        "vendor": Computed("maker, from the catalogue", _of_type("vendor")),
        "model": Computed("model, from the catalogue", _of_type("model")),
        "rack_units": Computed("height, from the catalogue", _of_type("rack_units")),
        "power_max_w": Computed("largest draw, from the catalogue", _of_type("power_max_w")),
        "price_usd": Computed("list price, from the catalogue; nothing where unknown", _of_type("price_usd")),
        "end_of_support": Computed("date, from the catalogue; nothing where unknown", _of_type("end_of_support")),
    },
    "links": {
        "utilisation": Computed("load over capacity at peak, of the busier direction", _fill),
        "load_bps": Computed("load at peak of the busier direction", _load),
    },
    "subnets": {
        "prefix_length": Computed("bits of the prefix", _prefix("length")),
        "ip_version": Computed("4 or 6", _prefix("version")),
        "usable_hosts": Computed("addresses that hosts can take", _usable),
    },
}
"""Collection -> name -> what it computes."""
