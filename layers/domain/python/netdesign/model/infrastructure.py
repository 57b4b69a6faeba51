"""The services that a network lives on: names, addresses, time, logins, logs, monitoring."""

from __future__ import annotations

from enum import StrEnum

from netdesign.model.fact import fact


class ServiceKind(StrEnum):
    DNS = "dns"
    DHCP = "dhcp"
    NTP = "ntp"
    AAA = "aaa"
    LOG = "log"
    FLOW = "flow"
    MONITOR = "monitor"
    BASTION = "bastion"
    PROXY = "proxy"
    """What takes requests to the Internet on behalf of servers, by name."""


@fact
class ServiceInstance:
    """One instance of a service: its address, and the devices that it attaches to."""

    id: str
    kind: ServiceKind
    name: str
    site: str
    zone: str
    address: str
    subnet: str
    attached_to: tuple[str, ...]
    transport: str = "udp"
    """`udp`, `tcp` or `tls`."""
    authenticated: bool = False
    administration: str = "operations"
    """Who administers the instance; a collector must not be run by those whose actions it records."""
    storage_bytes: int | None = None
    retention_days: int | None = None
    events_per_second: int | None = None
    stratum: int | None = None


@fact
class Infrastructure:
    service_instances: tuple[ServiceInstance, ...] = ()
