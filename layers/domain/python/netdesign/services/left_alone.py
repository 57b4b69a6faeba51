"""What repair never puts back: facts about the world, about people and what they promise, and about demand.

A repair changes how a network is set up. Where a design states what somebody measured, owns, signed or asked for,
its requirements cannot know better, so a difference there is no defect to be mended by overwriting it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from netdesign.model.design import Design
from netdesign.model.patch import Add, Operation, Remove, Set
from netdesign.model.security import Action

GIVEN = frozenset(
    {
        "sites",
        "rooms",
        "racks",
        "endpoint_groups",
        "flows",
        "circuits",
        "srlgs",
        "residencies",
        "published_services",
        "cloud_flows",
        "cloud_charges",
    }
)
"""Collections that say what is there and what is asked for."""

STATED: dict[str, dict[str, str]] = {
    "links": {
        "length_m": "measured",
        "fibre_km": "measured",
        "between_buildings": "where the cable runs",
        "srlgs": "known of the route",
        "trust": "who owns the medium",
    },
    "devices": {
        "managed": "who runs the device",
        "owner": "who answers for it",
        "criticality": "the organisation's rating",
    },
    "policy_rules": {
        "owner": "who answers for it",
        "justification": "a person's reason",
        "expires": "until when it was granted",
    },
    "service_instances": {
        "administration": "who runs the server",
        "retention_days": "what its operators promise",
        "storage_bytes": "the server as it stands",
        "events_per_second": "measured",
        "stratum": "of the clock as it stands",
    },
    "zones": {"data_classes": "what the organisation keeps there", "exposure": "who can come there"},
    "subnets": {"planned_hosts": "demand"},
    "remote_accesses": {"users": "demand"},
    "ddos_mitigations": {"capacity_bps": "what the provider sold", "providers": "whom the contract is with"},
    "cloud_networks": {"jurisdiction": "law of the place"},
    "cloud_subnets": {"workloads": "demand"},
    "cloud_attachments": {"peak_bps": "demand"},
    "cloud_peerings": {"peak_bps": "demand"},
    "cloud_services": {"retention_days": "what its operators promise", "storage_bytes": "the service as it stands"},
    "cloud_connections": {
        "peak_bps": "demand",
        "location": "where the provider hands over",
        "cloud_device": "the provider's router",
    },
}
"""Collection -> field -> why only people can say it. All other fields are configuration or choice of equipment."""


def restorable(design: Design, operation: Operation) -> Iterator[Operation]:
    """The parts of an operation, a field at a time, that repair may take."""
    if not isinstance(operation, Add | Remove | Set) or operation.collection in GIVEN:
        return
    if not isinstance(operation, Set):
        if not (isinstance(operation, Remove) and _denies(design, operation)):
            yield operation
        return
    for name, value in operation.changes.items():
        if not _kept(design, operation, name):
            yield Set(operation.collection, operation.id, {name: value})


def _kept(design: Design, operation: Set, name: str) -> bool:
    return name in STATED.get(operation.collection, {}) or (name == "action" and _denies(design, operation))


def _denies(design: Design, operation: Set | Remove) -> bool:
    """Whether an operation is about a rule that denies: what somebody closed stays closed."""
    if operation.collection != "policy_rules":
        return False
    rule = next(rule for rule in design.security.policy_rules if rule.id == operation.id)
    return rule.action is Action.DENY


def joined(patch: tuple[Operation, ...]) -> tuple[Operation, ...]:
    """A patch with the fields of each fact in one operation."""
    fields: dict[tuple[str, str], dict[str, Any]] = {}
    for one in patch:
        if isinstance(one, Set):
            fields.setdefault((one.collection, one.id), {}).update(one.changes)
    sets = tuple(Set(collection, identity, changes) for (collection, identity), changes in fields.items())
    return (*(one for one in patch if not isinstance(one, Set)), *sets)


def parted(patch: tuple[Operation, ...]) -> tuple[Operation, ...]:
    """A patch with each field in an operation of its own."""
    made: list[Operation] = []
    for one in patch:
        if isinstance(one, Set):
            made += [Set(one.collection, one.id, {name: value}) for name, value in one.changes.items()]
        else:
            made.append(one)
    return tuple(made)
