"""How many events the network writes, and what keeping them takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netdesign.analysis.policy.zones import enforcement_points
from netdesign.graph.network import Network, analysis
from netdesign.model.infrastructure import ServiceInstance, ServiceKind

if TYPE_CHECKING:
    from netdesign.catalog.parameters import Parameters

SECONDS_PER_DAY = 86_400


@analysis
def collectors(network: Network) -> tuple[ServiceInstance, ...]:
    """The log collectors of the design."""
    instances = network.design.infrastructure.service_instances
    return tuple(one for one in instances if one.kind is ServiceKind.LOG)


def collector_events_s(network: Network, parameters: Parameters) -> float:
    """Events a second that each collector is sent: all of them, for devices log to every collector they name.

    Users, devices, and new connections through the firewalls (from the sessions of users and servers).
    """
    asked, log, capacity = network.design.requirements, parameters.logging, parameters.capacity
    devices = sum(device.managed and device.in_service for device in network.devices)
    sessions = (
        asked.users + asked.remote_users
    ) * capacity.sessions_per_user + asked.servers.count * capacity.sessions_per_server
    connections = sessions / capacity.session_lifetime_s if enforcement_points(network) else 0.0
    return (
        asked.users * log.events_per_user_s
        + devices * log.events_per_device_s
        + connections * log.events_per_connection
    )


def stored_bytes(network: Network, parameters: Parameters, days: int) -> float:
    """What `days` of events take on a collector."""
    return collector_events_s(network, parameters) * parameters.logging.event_bytes * SECONDS_PER_DAY * days
