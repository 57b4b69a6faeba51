"""What runs between data centres: from a zone to the same zone, so that no firewall is passed one way only."""

from __future__ import annotations

from typing import Final

from netdesign.model.inventory import EndpointGroup
from netdesign.model.resolved import ResolvedFlow
from netdesign.model.traffic import Flow
from netdesign.model.vocabulary import SecurityLevel
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.interconnect.plan import Plan
from netdesign.synthesis.needs.centres import crossing
from netdesign.synthesis.needs.flows import encrypts
from netdesign.synthesis.needs.zones import DATABASE, RESTRICTED_DATA, SERVER, STORAGE

STORED: Final = frozenset({"replication", "iscsi", "nvme-tcp", "nfs", "smb", "backup"})
"""Services of storage systems."""


def crossing_flows(blueprint: Blueprint, plan: Plan) -> tuple[Flow, ...]:
    """The flows from one data centre to another, as they were asked for or assumed."""
    made = (_flow(blueprint, plan, flow) for flow in crossing(blueprint.requirements))
    return tuple(flow for flow in made if flow is not None)


def _flow(blueprint: Blueprint, plan: Plan, flow: ResolvedFlow) -> Flow | None:
    near, far = _groups(blueprint, flow.source), _groups(blueprint, flow.target)
    zone = next((zone for zone in _zones(blueprint, plan, flow) if near.get(zone) and far.get(zone)), None)
    if zone is None or not flow.up_bps + flow.down_bps:
        return None
    return Flow(
        id=flow.id,
        sources=near[zone],
        targets=far[zone],
        service=flow.service,
        service_class=flow.service_class,
        data_class=flow.data_class,
        up_bps=flow.up_bps,
        down_bps=flow.down_bps,
        latency_ms=flow.latency_ms,
        encrypted=flow.data_class.sensitive or encrypts(flow.service) or _hardened(blueprint),
        assumed=flow.assumed,
    )


def _hardened(blueprint: Blueprint) -> bool:
    """Whether the level has hosts encrypt all that they send."""
    return blueprint.requirements.security_level.at_least(SecurityLevel.GOVERNMENT)


def _groups(blueprint: Blueprint, site: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for group in blueprint.all(EndpointGroup):
        if group.site == site:
            found[group.zone] = (*found.get(group.zone, ()), group.id)
    return found


def _zones(blueprint: Blueprint, plan: Plan, flow: ResolvedFlow) -> tuple[str, ...]:
    """The zones that a flow may run in, the best first.

    Restricted data stays in its zone. Storage systems copy synchronously, which they do only near enough; further
    apart servers send the copies.
    """
    if flow.data_class in RESTRICTED_DATA:
        return DATABASE, SERVER
    if flow.service.name.lower() in STORED and near(blueprint, plan):
        return STORAGE, SERVER
    return SERVER, DATABASE, STORAGE


def near(blueprint: Blueprint, plan: Plan) -> bool:
    """Whether even a way over all lines is short enough for synchronous copies."""
    policy = blueprint.parameters.latency
    longest = sum(max(line.offer.km for line in plan.lines if line.span is span) for span in plan.layout.spans)
    return 2 * longest * policy.fibre_us_per_km / 1000 < policy.sync_replication_rtt_ms
