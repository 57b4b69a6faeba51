"""What cloud providers admit by default: dated facts of their documentation, no constants."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from netdesign.catalog.documents import parsed


@dataclass(frozen=True, slots=True)
class CloudQuotas:
    """Default quotas of one provider; None where they are not on record.

    Prefix lengths bound networks and their subnets; `reserved_addresses` of each subnet are the provider's.
    """

    provider: str
    hub_attachments: int | None
    hub_route_tables: int | None
    hub_routes: int | None
    attachment_bps_per_zone: int | None
    vpn_tunnel_bps: int | None
    vpn_connection_tunnels: int | None
    vpn_connections: int | None
    vpn_mtu_bytes: int | None
    vpn_mss_bytes: int | None
    firewall_endpoint_bps: int | None
    network_addresses: int | None
    hub_mtu_bytes: int | None
    network_shortest_prefix: int | None
    network_longest_prefix: int | None
    reserved_addresses: int
    source: str
    as_of: str


@cache
def cloud_quotas() -> dict[str, CloudQuotas]:
    """The quotas of every provider on record, by name."""
    data: dict[str, Any] = parsed("cloud_quotas.json")
    return {name: CloudQuotas(provider=name, **facts) for name, facts in data["providers"].items()}


def quotas_of(provider: str) -> CloudQuotas | None:
    """The quotas of a provider in any case; None where nothing is on record."""
    return cloud_quotas().get(provider.strip().lower())
