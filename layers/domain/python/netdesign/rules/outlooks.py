"""What routing does in the plain state and after failures, as far as the parameters say to look."""

from __future__ import annotations

from netdesign.analysis.failure.routing_states import Astray, Outlook, Stop, failed_outlook, plain_outlook
from netdesign.analysis.traffic.failures import failure_kinds
from netdesign.model.verdict import Scalar
from netdesign.rules.case import Case


def outlooks(case: Case) -> tuple[Outlook, Outlook]:
    """The outlook with nothing failed, and the one over the single failures that the redundancy level counts."""
    settings, network = case.parameters.protocols, case.network
    kinds = failure_kinds(case.parameters, case.requirements.redundancy)
    calm = plain_outlook(network, settings.routing_exact_devices)
    return calm, failed_outlook(network, kinds, settings.routing_kinds_devices, settings.routing_failures)


def way_of(stops: tuple[Stop, ...]) -> dict[str, list[Scalar]]:
    """The devices and VRFs of a way, for a witness."""
    return {"devices": [stop.device for stop in stops], "vrfs": [stop.vrf or "" for stop in stops]}


def witness_of(row: Astray) -> dict[str, Scalar | list[Scalar]]:
    """The way of packets that get lost, which addresses fare so, and after what."""
    return {
        **way_of(row.way),
        "outcome": row.fate,
        "target": row.target,
        "part": row.part,
        "within": row.within,
        "failed": list(row.failed),
    }
