"""The design that what stands becomes under larger requirements: the same synthesis, with a memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from netdesign.catalog.parameters import Parameters
from netdesign.catalog.selection import Catalog
from netdesign.errors import CatalogError, InfeasibleError
from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.design import Design
from netdesign.model.expansion import Alteration, AlterationKind
from netdesign.model.resolved import ResolvedRequirements
from netdesign.synthesis.draft.standing import Standing
from netdesign.synthesis.expansion.alterations import alterations
from netdesign.synthesis.expansion.merging import merged
from netdesign.synthesis.expansion.obstacles import obstacles
from netdesign.synthesis.expansion.pins import pinned
from netdesign.synthesis.expansion.states import recounted
from netdesign.synthesis.synthesize import synthesize

BROKEN = frozenset({AlterationKind.REPLACED, AlterationKind.MOVED, AlterationKind.READDRESSED})
"""What is refused rather than listed: nothing that works is taken out, carried elsewhere or given another address."""


@dataclass(frozen=True, slots=True)
class Extension:
    """The design to be, and everything of the one in place that it has otherwise."""

    design: Design
    alterations: tuple[Alteration, ...]


def extend(existing: Design, requirements: ResolvedRequirements, catalog: Catalog, parameters: Parameters) -> Extension:
    """The existing design grown to the requirements; ids, places, ports, cables, addresses and numbers stay.

    Raises `InfeasibleError` with the conflicts where what stands cannot be extended.
    """
    found = tuple(obstacles(existing, requirements, catalog))
    if found:
        raise InfeasibleError(found)
    standing = Standing(existing)
    try:
        wanted = synthesize(requirements, pinned(catalog, existing), parameters, standing=standing)
    except InfeasibleError as error:
        raise InfeasibleError(tuple(_of_standing(conflict) for conflict in error.conflicts)) from error
    design = recounted(merged(existing, wanted, _own(standing, catalog, parameters)), catalog, parameters)
    design = replace(design, id=existing.id, name=existing.name, governance=existing.governance)
    changes = alterations(existing, design)
    refused = (*_unsold(existing, design, catalog), *_broken(changes))
    if refused:
        raise InfeasibleError(refused)
    return Extension(design, changes)


def _own(standing: Standing, catalog: Catalog, parameters: Parameters) -> Design | None:
    """What the requirements of the design in place lead to: facts of it that people made by hand are not there."""
    existing = standing.design
    if existing is None:
        return None
    try:
        return synthesize(existing.requirements, pinned(catalog, existing), parameters, standing=standing)
    except InfeasibleError:
        return None


def _of_standing(conflict: object) -> Conflict:
    """A conflict of the synthesis told as one with what stands."""
    if not isinstance(conflict, Conflict):
        raise TypeError(f"no conflict: {conflict!r}")
    if "existing" in conflict.requirements:
        return conflict
    return replace(
        conflict,
        code=f"standing-{conflict.code}",
        requirements=(conflict.requirements[0], "existing"),
        statement=f"With the types and the addresses of what stands: {conflict.statement}",
        relaxations=(*conflict.relaxations, anew()),
    )


def anew() -> Relaxation:
    """The way out of every conflict with what stands."""
    return Relaxation(
        field="existing",
        from_value="extended",
        to_value="none",
        statement="design the network anew",
        cost="everything that stands is replaced",
    )


def _unsold(existing: Design, design: Design, catalog: Catalog) -> Iterator[Conflict]:
    """Types of which more are needed and that are no longer supported, or not in the catalogue at all."""
    stands = {device.id for device in existing.inventory.devices}
    more: dict[str, int] = {}
    for device in design.inventory.devices:
        if device.id not in stands and device.sku is not None:
            more[device.sku] = more.get(device.sku, 0) + 1
    day = design.requirements.evaluation_date
    for sku, count in sorted(more.items()):
        try:
            end = catalog.device(sku).end_of_support
        except CatalogError:
            continue
        if end is not None and end <= day:
            yield Conflict(
                code="no-longer-supported",
                requirements=("existing", "servers/count"),
                statement=f"{count} more {sku} are needed, which are out of support since {end}.",
                numbers=(("needed", str(count)), ("end_of_support", end)),
                relaxations=(anew(),),
            )


def _broken(changes: tuple[Alteration, ...]) -> Iterator[Conflict]:
    """What the demand would have to take out, carry elsewhere or readdress."""
    for change in changes:
        if change.kind in BROKEN:
            yield Conflict(
                code=f"would-be-{change.kind.value}",
                requirements=("servers/count", "existing"),
                statement=f"{change.id} of {change.collection} would have to be {change.kind.value}"
                f" ({', '.join(change.fields)}).",
                numbers=(("fields", ", ".join(change.fields)),),
                relaxations=(anew(),),
            )
