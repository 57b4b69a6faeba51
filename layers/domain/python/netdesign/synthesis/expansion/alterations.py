"""What an extension does to things that stand: what merely takes in more, and what is altered, with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from netdesign.graph.prefixes import parse_prefix
from netdesign.model.design import Design
from netdesign.model.difference import difference
from netdesign.model.expansion import Alteration, AlterationKind
from netdesign.model.patch import Remove, Set, collection_of
from netdesign.synthesis.expansion.merging import DERIVED, PREFIXES

MOVED: Final[Mapping[tuple[str, str], AlterationKind]] = {
    ("devices", "sku"): AlterationKind.REPLACED,
    ("devices", "role"): AlterationKind.REPLACED,
    ("devices", "site"): AlterationKind.MOVED,
    ("devices", "room"): AlterationKind.MOVED,
    ("devices", "rack"): AlterationKind.MOVED,
    ("devices", "rack_unit"): AlterationKind.MOVED,
    ("links", "a"): AlterationKind.REWIRED,
    ("links", "b"): AlterationKind.REWIRED,
    ("links", "speed_bps"): AlterationKind.REWIRED,
    ("links", "medium"): AlterationKind.REWIRED,
    ("links", "phy"): AlterationKind.REWIRED,
    ("lags", "interface"): AlterationKind.RENAMED,
    ("attachments", "device"): AlterationKind.REWIRED,
    ("interfaces", "addresses"): AlterationKind.READDRESSED,
    ("interfaces", "virtual_addresses"): AlterationKind.READDRESSED,
    ("service_instances", "address"): AlterationKind.READDRESSED,
    ("subnets", "prefix"): AlterationKind.READDRESSED,
    ("pools", "prefix"): AlterationKind.READDRESSED,
    ("vlans", "number"): AlterationKind.RENUMBERED,
    ("vnis", "number"): AlterationKind.RENUMBERED,
    ("processes", "asn"): AlterationKind.RENUMBERED,
    ("processes", "router_id"): AlterationKind.RENUMBERED,
}
"""Fields by which a thing is known or found; whoever changes them touches what works."""

REASONS: Final[Mapping[str, str]] = {
    "sites": "the site houses what the new requirements say",
    "endpoint_groups": "the rules for hosts of a zone name the zone's hosts as they are now",
    "attachments": "more endpoints of the group are plugged in",
    "circuits": "the demand to the Internet, grown, asks for this rate",
    "nats": "the sessions of all hosts, grown, ask for so many outside addresses",
    "service_instances": "more devices and connections make more events to keep",
    "ddos_mitigations": "the demand to the Internet is larger",
    "flows": "more endpoints take part, and demand grows with them",
    "policy_rules": "the flows that the rule permits reach more subnets",
    "policies": "the flows of the new endpoints ask for it",
    "vlans": "it is defined on switches that are new",
    "interfaces": "VLANs of what is new pass here",
    "processes": "prefixes and paths of what is new are routed here",
    "remote_accesses": "more people work from outside",
    "published_services": "the hosts that answer for it",
    "mlags": "a pair takes in what is new",
}
GONE: Final[Mapping[str, str]] = {
    "flows": "the requirements tell this demand otherwise now",
    "policy_rules": "no flow needs the rule any longer",
}
USUAL: Final = "the new requirements ask for it"
GROWS: Final = frozenset(
    {"count", "endpoints", "servers", "users", "power_kw", "area_m2", "addresses", "planned_hosts", "storage_bytes"}
) | {"events_per_second", "rate_down_bps", "rate_up_bps", "monthly_usd", "capacity_bps", "up_bps", "down_bps"}
"""Quantities that are larger afterwards."""


def alterations(existing: Design, wanted: Design) -> tuple[Alteration, ...]:
    """Everything of `existing` that `wanted` has otherwise, each with what becomes of it and why."""
    return tuple(_alterations(existing, wanted))


def _alterations(existing: Design, wanted: Design) -> Iterator[Alteration]:
    for operation in difference(existing, wanted):
        if isinstance(operation, Remove) and operation.collection not in DERIVED:
            yield Alteration(
                kind=AlterationKind.REMOVED,
                collection=operation.collection,
                id=operation.id,
                fields=(),
                reason=GONE.get(operation.collection, USUAL),
            )
        if not isinstance(operation, Set) or operation.collection in DERIVED:
            continue
        old = next(fact for fact in collection_of(existing, operation.collection) if fact.id == operation.id)
        yield Alteration(
            kind=_kind(operation.collection, old, operation.changes),
            collection=operation.collection,
            id=operation.id,
            fields=tuple(sorted(operation.changes)),
            reason=REASONS.get(operation.collection, USUAL),
        )


def _kind(collection: str, old: Any, changes: Mapping[str, Any]) -> AlterationKind:
    """The gravest thing that happens to a fact."""
    kinds = [MOVED[collection, field] for field in sorted(changes) if (collection, field) in MOVED]
    if kinds:
        return kinds[0]
    more = all(
        _covers(getattr(old, field), value)
        if collection == "policy_rules" and field in PREFIXES
        else _more(field, getattr(old, field), value)
        for field, value in changes.items()
    )
    return AlterationKind.GROWN if more else AlterationKind.CHANGED


def _covers(before: tuple[str, ...], after: tuple[str, ...]) -> bool:
    """Whether every prefix of before is inside one of after; none means all there are."""
    wide = [parse_prefix(text) for text in after]
    return not after or (bool(before) and all(any(one.covers(parse_prefix(text)) for one in wide) for text in before))


def _more(field: str, before: Any, after: Any) -> bool:
    """Whether a value takes in more than before and loses nothing."""
    if before is None or before == ():
        return True
    if isinstance(before, tuple) and isinstance(after, tuple):
        return set(before) <= set(after)
    return field in GROWS and isinstance(before, int | float) and isinstance(after, int | float) and after >= before
