"""What the network is for: flows, and how queues treat their classes."""

from __future__ import annotations

from netdesign.model.fact import fact
from netdesign.model.security import Service
from netdesign.model.vocabulary import DataClass, ServiceClass


@fact
class Flow:
    """Demand from sources to targets at peak: `up_bps` forth and `down_bps` back, over all of them.

    Sources and targets are ids of endpoint groups, service instances, or provider devices (the
    Internet). The demand divides among them by endpoint count; an end never sends to itself.
    """

    id: str
    sources: tuple[str, ...]
    targets: tuple[str, ...]
    service: Service
    service_class: ServiceClass
    data_class: DataClass
    up_bps: int
    down_bps: int
    latency_ms: float | None = None
    encrypted: bool = False
    """The application itself encrypts end to end (TLS)."""
    multicast_group: str | None = None
    assumed: bool = True


@fact
class QosClass:
    """A queue: the DSCP values it takes and its share of the link; `priority` is served first."""

    name: str
    dscp: tuple[int, ...]
    bandwidth_percent: int
    priority: bool = False


@fact
class QosPlan:
    """Queues that a device applies to every congestible link."""

    id: str
    classes: tuple[QosClass, ...]


@fact
class MulticastDomain:
    """Groups routed in a VRF: source-specific, or any-source by rendezvous points (addresses)."""

    id: str
    vrf: str
    groups: str
    source_specific: bool = False
    rendezvous_points: tuple[str, ...] = ()
    receiver_vlans: tuple[str, ...] = ()


@fact
class Traffic:
    flows: tuple[Flow, ...] = ()
    qos_plans: tuple[QosPlan, ...] = ()
    multicast_domains: tuple[MulticastDomain, ...] = ()
