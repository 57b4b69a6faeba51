"""What cloud providers charge by list: dated facts of their price pages, no constants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from netdesign.catalog.documents import parsed

MEGABIT = 1_000_000


@dataclass(frozen=True, slots=True)
class CloudPrices:
    """List prices in USD of one provider: an hour of each thing, a GB of each way.

    `ports` maps the rates of dedicated ports (bit/s) to USD an hour; `macsec_port_bps` is the least rate of a
    port that encrypts by itself.
    """

    provider: str
    hub_attachment_hour: float
    hub_gb: float
    peering_gb: float
    vpn_connection_hour: float
    nat_hour: float
    nat_gb: float
    firewall_hour: float
    firewall_gb: float
    internet_gb: float
    dedicated_gb: float
    zone_gb: float
    resolver_hour: float
    router_hour: float
    flow_log_gb: float
    log_storage_gb_month: float
    ports: Mapping[int, float]
    macsec_port_bps: int
    source: str
    as_of: str

    def port(self, bps: float) -> int | None:
        """The smallest dedicated port of at least a rate; None where none is on sale."""
        return min((rate for rate in self.ports if rate >= bps), default=None)


@cache
def cloud_prices() -> dict[str, CloudPrices]:
    """The prices of every provider on record, by name."""
    data: dict[str, Any] = parsed("cloud_prices.json")
    return {name: _prices(name, dict(facts)) for name, facts in data["providers"].items()}


def prices_of(provider: str) -> CloudPrices | None:
    """The prices of a provider in any case; None where nothing is on record."""
    return cloud_prices().get(provider.strip().lower())


def _prices(name: str, facts: dict[str, Any]) -> CloudPrices:
    ports = {int(rate) * MEGABIT: usd for rate, usd in facts.pop("ports").items()}
    macsec = int(facts.pop("macsec_port_mbps")) * MEGABIT
    return CloudPrices(provider=name, ports=ports, macsec_port_bps=macsec, **facts)
