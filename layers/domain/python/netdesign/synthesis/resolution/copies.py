"""What data centres copy to one another where nobody says so, and how soon copies that wait must arrive."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from netdesign.catalog.parameters import Parameters
from netdesign.model.requirements import FlowRequest
from netdesign.model.resolved import ResolvedFlow, ResolvedSite
from netdesign.model.service import parse_service
from netdesign.model.vocabulary import DataClass, ServiceClass

COPIES: Final = "replication (tcp/7789)"
WAITING: Final = frozenset({"sync", "synchronous", "metrocluster"})
CLUSTERED: Final = frozenset({"cluster", "stretched", "heartbeat"})


def copies(sites: Sequence[ResolvedSite], data_class: DataClass, parameters: Parameters) -> tuple[ResolvedFlow, ...]:
    """What every data centre changes in the busy hours of a day goes to the next one, and back to the first."""
    if len(sites) < 2:
        return ()
    service = parse_service(COPIES)
    return tuple(
        ResolvedFlow(
            id=f"assumed-copies-{at + 1}",
            source=site.id,
            target=sites[(at + 1) % len(sites)].id,
            service=service,
            up_bps=copied_bps(site.servers, parameters),
            down_bps=copied_bps(site.servers, parameters) // 50,
            service_class=ServiceClass.SILVER,
            data_class=data_class,
            assumed=True,
        )
        for at, site in enumerate(sites)
    )


def copied_bps(servers: int, parameters: Parameters) -> int:
    """The rate of copies: servers x change x (1 - compression) / window."""
    policy = parameters.interconnect
    bits = servers * policy.changed_bytes_per_server_day * 8 * (1 - policy.compression)
    return max(1_000_000, round(bits / (policy.window_h * 3600)))


def answer_ms(flow: FlowRequest, parameters: Parameters) -> float | None:
    """The round trip that a flow bears: as stated, or by what its service is called."""
    words = frozenset("".join(char if char.isalnum() else " " for char in flow.service.name.lower()).split())
    if flow.latency_ms is not None:
        return flow.latency_ms
    if words & WAITING:
        return parameters.latency.sync_replication_rtt_ms
    return parameters.interconnect.stretched_cluster_rtt_ms if words & CLUSTERED else None
