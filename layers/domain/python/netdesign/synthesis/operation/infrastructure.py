"""The services that the network lives on, on hosts of their own: names, addresses, time, logins, logs, monitoring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from netdesign.model.infrastructure import ServiceInstance, ServiceKind
from netdesign.model.inventory import Device
from netdesign.model.vocabulary import Redundancy, SecurityLevel
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.draft.net import Net
from netdesign.synthesis.needs.log_volume import log_bytes, log_rate
from netdesign.synthesis.needs.zones import MANAGEMENT

DAYS_PER_MONTH: Final = 365.25 / 12
COUNTS: Final = {
    ServiceKind.DNS: 2,
    ServiceKind.DHCP: 2,
    ServiceKind.NTP: 4,
    ServiceKind.AAA: 2,
    ServiceKind.LOG: 2,
    ServiceKind.FLOW: 1,
    ServiceKind.MONITOR: 1,
    ServiceKind.BASTION: 1,
}
TRANSPORTS: Final = {ServiceKind.AAA: "tls", ServiceKind.LOG: "tls", ServiceKind.BASTION: "tls"}
AUTHENTICATED: Final = frozenset(
    {ServiceKind.NTP, ServiceKind.AAA, ServiceKind.LOG, ServiceKind.MONITOR, ServiceKind.BASTION}
)
SERVICE_HOSTS: Final = 2
"""Hosts that carry the instances as virtual machines; each kind has one on either."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where instances live: the subnets of a VLAN and the switches that their host hangs off."""

    nets: tuple[Net, ...]
    attached_to: tuple[Device, ...]


def add_services(
    blueprint: Blueprint, site: str, homes: Sequence[Home], *, first: int = 20
) -> tuple[ServiceInstance, ...]:
    """All instances of a site, dealt to the homes in turn; `first` is the host number of the first instance."""
    made: list[ServiceInstance] = []
    rate = event_rate(blueprint)
    used: dict[str, int] = {}
    asked = blueprint.requirements
    double = asked.security_level.at_least(SecurityLevel.GOVERNMENT) or asked.redundancy.at_least(Redundancy.HIGH)
    for kind, least in COUNTS.items():
        for at in range(2 if double and least == 1 else least):
            home = homes[at % len(homes)]
            net = home.nets[0]
            number = used[net.subnet.id] = used.get(net.subnet.id, first - 1) + 1
            made.append(blueprint.add(_instance(blueprint, site, kind, at, home, net.address(number), rate)))
    return tuple(made)


def _instance(  # noqa: PLR0917 - one fact, all its traits
    blueprint: Blueprint, site: str, kind: ServiceKind, at: int, home: Home, address: str, rate: float
) -> ServiceInstance:
    identity = f"{site}-{kind.value}{at + 1}"
    days = retention_days(blueprint)
    log = kind is ServiceKind.LOG
    return ServiceInstance(
        id=identity,
        kind=kind,
        name=identity,
        site=site,
        zone=MANAGEMENT,
        address=address,
        subnet=home.nets[0].subnet.id,
        attached_to=tuple(device.id for device in home.attached_to),
        transport=TRANSPORTS.get(kind, "udp"),
        authenticated=kind in AUTHENTICATED,
        administration="security-operations" if log else "operations",
        storage_bytes=log_bytes(rate, blueprint.parameters.logging.event_bytes, days) if log else None,
        retention_days=days if log else None,
        events_per_second=collector_rate(blueprint, rate) if log else None,
        stratum=2 if kind is ServiceKind.NTP else None,
    )


def settle_collectors(blueprint: Blueprint) -> None:
    """Collectors that take and keep the events of all sites, once every device of all of them is drawn."""
    rate, days = event_rate(blueprint), retention_days(blueprint)
    for one in blueprint.all(ServiceInstance):
        if one.kind is ServiceKind.LOG:
            stored = log_bytes(rate, blueprint.parameters.logging.event_bytes, days)
            blueprint.change(one, storage_bytes=stored, events_per_second=collector_rate(blueprint, rate))
    for site in dict.fromkeys(one.site for one in blueprint.all(ServiceInstance) if one.kind is ServiceKind.LOG):
        _explain(blueprint, site, rate)


def event_rate(blueprint: Blueprint) -> float:
    """Log events each second of users, firewall connections and devices, grown."""
    asked, logging = blueprint.requirements, blueprint.parameters.logging
    rate = log_rate(
        asked.users,
        connections_per_s(blueprint),
        device_count(blueprint),
        per_user=logging.events_per_user_s,
        per_connection=logging.events_per_connection,
        per_device=logging.events_per_device_s,
    )
    return rate * blueprint.growth


def connections_per_s(blueprint: Blueprint) -> float:
    """Connections that users and servers open each second, today."""
    asked, capacity = blueprint.requirements, blueprint.parameters.capacity
    sessions = (asked.users + asked.remote_users) * capacity.sessions_per_user
    sessions += asked.servers.count * capacity.sessions_per_server
    return sessions / capacity.session_lifetime_s


def device_count(blueprint: Blueprint) -> int:
    """Devices that log: those stated, or all that have been drawn where these are more."""
    return max(blueprint.requirements.devices_stated, len(blueprint.all(Device)))


def collector_rate(blueprint: Blueprint, rate: float) -> int:
    """Events a second that each collector must take, so that it stays below its share."""
    return int(rate / blueprint.parameters.logging.collector_share) + 1


def retention_days(blueprint: Blueprint) -> int:
    """Days that logs are kept: the longest of the frameworks, or the default."""
    months = blueprint.parameters.logging.retention_months
    names = [ref.framework.value for ref in blueprint.requirements.frameworks]
    longest = max((months.get(name, months["default"]) for name in names), default=months["default"])
    return int(max(longest, months["default"]) * DAYS_PER_MONTH) + 1


def _explain(blueprint: Blueprint, site: str, rate: float) -> None:
    logging = blueprint.parameters.logging
    days = retention_days(blueprint)
    blueprint.decide(
        f"How much log does {site} keep?",
        f"two collectors, each with all events of {days} days",
        formula="events/s = (users * e_u + connections/s * e_c + devices * e_d) * g;"
        " bytes = events/s * size * 86400 * days",
        inputs={
            "users": blueprint.requirements.users,
            "connections/s": f"{connections_per_s(blueprint):.1f}",
            "devices": device_count(blueprint),
            "g": f"{blueprint.growth:.3f}",
            "events/s": f"{rate:.1f}",
            "e_u": logging.events_per_user_s,
            "e_c": logging.events_per_connection,
            "e_d": logging.events_per_device_s,
            "size": logging.event_bytes,
            "days": days,
        },
        result=log_bytes(rate, logging.event_bytes, days),
        fields=("users", "compliance"),
        source="policy parameters logging",
    )
