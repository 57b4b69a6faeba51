"""The design after each stage of an extension: what is there by then, and nothing that comes later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from operator import attrgetter
from typing import Any, Final

from netdesign.catalog.parameters import Parameters
from netdesign.catalog.selection import Catalog
from netdesign.model.design import Design
from netdesign.model.patch import collection_of, collections
from netdesign.model.references import REFERENCES, names_in
from netdesign.synthesis.bill.parts import bill
from netdesign.synthesis.expansion.merging import DERIVED, TOLD, grown
from netdesign.synthesis.expansion.stages import LAST, STANDS, Stage, stage_of
from netdesign.synthesis.expansion.staging import EARLY, Staging

ON_DEVICES: Final = frozenset({"interfaces", "lags", "processes", "spanning_trees", "attachments", "static_routes"})
"""Collections whose facts name the one device that they are on as `device`."""
SUPPLIES: Final = frozenset({"circuits", "nats", "service_instances", "ddos_mitigations"})
"""Collections of what serves a demand; it is enlarged before the demand comes."""
BUILDING: Final = frozenset({"power_kw", "area_m2"})
"""What a site has before anything is put into it."""


def states(
    existing: Design, wanted: Design, catalog: Catalog, parameters: Parameters
) -> Iterator[tuple[Stage, Design]]:
    """Every stage that changes anything, in order, with the design as it is after it; the last one is `wanted`.

    The requirements in force are the old ones until endpoints attach. Parts are counted anew at each stage.
    """
    staging = Staging(existing, wanted)
    before = existing
    for stage in sorted({*staging.all(), EARLY, LAST} - {STANDS}):
        after = wanted if stage == LAST else _state(existing, wanted, staging, stage)
        if stage != LAST and _drawing(after) == _drawing(before):
            continue
        after = recounted(after, catalog, parameters)
        yield stage, after
        before = after


def recounted(design: Design, catalog: Catalog, parameters: Parameters) -> Design:
    """The design with its parts counted and priced from its own facts."""
    parts = bill(
        design.inventory,
        design.cabling,
        catalog,
        parameters,
        design.requirements,
        services=design.infrastructure.service_instances,
        subnets=design.addressing.subnets,
    )
    return replace(design, parts=parts)


def _drawing(design: Design) -> tuple[object, ...]:
    return tuple(collection_of(design, name) for name in collections() if name not in DERIVED)


def _state(existing: Design, wanted: Design, staging: Staging, stage: Stage) -> Design:
    present = {
        name: frozenset(fact.id for fact in collection_of(wanted, name) if staging.stage(name, fact.id) <= stage)
        for name in collections()
    }
    for name in TOLD:
        present[name] |= {fact.id for fact in collection_of(existing, name)}
    groups: dict[str, dict[str, tuple[Any, ...]]] = {}
    for name, (group, _) in collections().items():
        if name in DERIVED:
            continue
        old = {fact.id: fact for fact in collection_of(existing, name)}
        here = (fact for fact in collection_of(wanted, name) if fact.id in present[name])
        facts = tuple(
            _limited(name, _progress(existing, name, old.get(fact.id), fact, stage), present) for fact in here
        )
        kept = {fact.id for fact in facts}
        outlived = (fact for fact in old.values() if fact.id not in kept)
        groups.setdefault(group, {})[name] = tuple(sorted((*facts, *outlived), key=attrgetter("id")))
    made = {group: replace(getattr(existing, group), **some) for group, some in groups.items()}
    return replace(existing, **made)


def _progress(existing: Design, collection: str, old: Any, new: Any, stage: Stage) -> Any:
    """A fact that stands, as it is at a stage: lists of names grow at once, the rest in the stage of its device."""
    if old is None or old == new:
        return new
    due = _due(existing, collection, new)
    lists = REFERENCES.get(collection, {})
    changes = {}
    for field in fields(new):
        before, after = getattr(old, field.name), getattr(new, field.name)
        names = field.name in lists and isinstance(after, tuple)
        when = EARLY if collection == "sites" and field.name in BUILDING else due
        if before != after and names:
            changes[field.name] = grown(before, after)
        elif before != after and stage < when:
            changes[field.name] = before
    return replace(new, **changes) if changes else new


def _due(existing: Design, collection: str, fact: Any) -> Stage:
    """The stage in which a fact that stands is changed: that of its device's kind; the last for what is on none."""
    if collection in SUPPLIES:
        return EARLY
    names: tuple[str, ...]
    if collection == "links":
        names = (fact.a.device, fact.b.device)
    elif collection == "devices":
        names = (fact.id,)
    elif collection in ON_DEVICES:
        names = (fact.device,)
    else:
        return LAST
    roles = [device for device in existing.inventory.devices if device.id in names]
    return max((Stage(stage_of(device).step) for device in roles), default=LAST)


def _limited(collection: str, fact: Any, present: dict[str, frozenset[str]]) -> Any:
    """A fact whose lists name only what is there."""
    changes = {}
    for field, targets in REFERENCES.get(collection, {}).items():
        value = getattr(fact, field, None)
        if isinstance(value, tuple):
            kept = tuple(_kept(names_in(fact, field), [present[target] for target in targets]))
            if kept != value:
                changes[field] = kept
    return replace(fact, **changes) if changes else fact


def _kept(names: Iterable[str], there: Iterable[frozenset[str]]) -> Iterator[str]:
    sets = tuple(there)
    return (name for name in names if any(name in some for some in sets))
