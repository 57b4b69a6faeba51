"""Use case: a design that stands grown to larger requirements, or why not and how far it would go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from netdesign.errors import Fault, InfeasibleError, InvalidInputError, NotFoundError
from netdesign.model.canonical import design_from
from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.decoding import decode
from netdesign.model.design import Design
from netdesign.model.requirements import Requirements
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.vocabulary import NetworkType
from netdesign.services.resolve_requirements import feasible, resolve_requirements
from netdesign.services.workbench import Workbench
from netdesign.synthesis.expansion.extension import Extension, extend
from netdesign.synthesis.resolve import resolve
from netdesign.synthesis.synthesize import synthesize

TRIES = 8
"""Halvings of the way from what stands to what is asked for."""
COUNTED = frozenset({"spines-full", "pair-full"})
"""Conflicts whose numbers say already how far what stands would go."""
SCALED = ("servers", "users", "endpoints", "racks")
"""What of a site grows on the way from the old requirements to the new."""
FIND_NOTHING: Mapping[str, Design] = {}


def existing_of(document: object, find: Callable[[str], Design | None] = FIND_NOTHING.get) -> Design | None:
    """The design that a requirements document asks to extend, by id or whole; None where it asks for none.

    Raises `InvalidInputError` where the design is none, and `NotFoundError` for an id that `find` does not know.
    """
    stated, named = document.get("existing") if isinstance(document, Mapping) else None, named_existing(document)
    if stated is None:
        return None
    if named is None:
        try:
            return design_from(stated)
        except InvalidInputError as error:
            faults = (Fault(f"/existing{fault.pointer}", fault.problem, fault.remedy) for fault in error.faults)
            raise InvalidInputError("requirements", tuple(faults)) from error
    found = find(named)
    if found is None:
        raise NotFoundError("design", named)
    return found


def named_existing(document: object) -> str | None:
    """The id of the kept design that a requirements document asks to extend; None where it names none."""
    stated = document.get("existing") if isinstance(document, Mapping) else None
    return stated.strip() if isinstance(stated, str) else None


def extend_design(existing: Design, document: object, bench: Workbench) -> Extension:
    """Return the existing design grown to a requirements document.

    Raises `InvalidInputError` where the document is no requirements, and `InfeasibleError` with the conflicts
    where no such growth is possible: how far it would go is tried out.
    """
    requirements = feasible(resolve_requirements(document, bench))
    try:
        return extend(existing, requirements, bench.catalog, bench.parameters)
    except InfeasibleError as error:
        stated = decode(Requirements, document, subject="requirements")
        raise InfeasibleError(tuple(_answered(error, existing, stated, bench))) from error


def _answered(error: InfeasibleError, existing: Design, stated: Requirements, bench: Workbench) -> Iterator[Conflict]:
    """The conflicts with what was tried in place of what might help."""
    ways: tuple[Relaxation, ...] | None = None
    for conflict in error.conflicts:
        if not isinstance(conflict, Conflict):
            continue
        drawn = conflict.code.startswith(("standing-", "would-be-", "no-longer-"))
        if not drawn and not (conflict.code in COUNTED and _misleads(conflict, existing, stated, bench)):
            yield conflict
            continue
        ways = tuple(_ways(existing, stated, bench)) if ways is None else ways
        yield replace(conflict, relaxations=ways)


def _misleads(conflict: Conflict, existing: Design, stated: Requirements, bench: Workbench) -> bool:
    """Whether the number of servers that a conflict offers fails for another reason."""
    old, new = existing.requirements.servers.count, resolve(stated, bench.parameters).servers.count
    offered = next((int(way.to_value) for way in conflict.relaxations if way.field == "servers/count"), old)
    fields = tuple(field for field in SCALED if field != "racks")
    share = max(0.0, (offered - old) / max(1, new - old))
    return _reaches(existing, stated, share, bench, fields) is None


def _ways(existing: Design, stated: Requirements, bench: Workbench) -> Iterator[Relaxation]:
    """How far what stands goes, and what a new network would cost."""
    part = _furthest(existing, stated, bench)
    if part is not None:
        whole = resolve(stated, bench.parameters)
        campus = stated.network_type is not NetworkType.ENTERPRISE_DATACENTER
        now, then = _size(whole, campus=campus), _size(part, campus=campus)
        yield Relaxation(
            field="sites",
            from_value=now,
            to_value=then,
            statement=f"grow to {then}",
            cost="the rest of the demand has to wait, or goes elsewhere",
        )
    try:
        anew = synthesize(resolve(stated, bench.parameters), bench.catalog, bench.parameters)
    except InfeasibleError:
        return
    capital = next(line.amount_usd for line in anew.parts.costs if line.id == "06-capital")
    yield Relaxation(
        field="existing",
        from_value="extended",
        to_value="none",
        statement="design the network anew",
        cost=f"{capital:,.0f} USD to buy, and everything that stands is replaced",
    )


def _size(wanted: ResolvedRequirements, *, campus: bool) -> str:
    """How large a network is, in what it grows by."""
    if campus:
        return f"{wanted.users:,} users"
    racks = sum(site.racks for site in wanted.sites)
    return f"{wanted.servers.count:,} servers in {racks:,} racks"


def _furthest(existing: Design, stated: Requirements, bench: Workbench) -> ResolvedRequirements | None:
    """The largest requirements between those that stand and those that are stated to which the design extends."""
    low, high, best = 0.0, 1.0, None
    for _ in range(TRIES):
        middle = (low + high) / 2
        wanted = _reaches(existing, stated, middle, bench)
        low, high, best = (middle, high, wanted) if wanted is not None else (low, middle, best)
    return best


def _reaches(
    existing: Design, stated: Requirements, share: float, bench: Workbench, fields: tuple[str, ...] = SCALED
) -> ResolvedRequirements | None:
    """The requirements with only a share of what they ask beyond what stands; None where that is too much."""
    try:
        wanted = resolve(_part(existing, stated, share, bench, fields), bench.parameters)
        extend(existing, wanted, bench.catalog, bench.parameters)
    except InfeasibleError:
        return None
    return wanted


def _part(
    existing: Design, stated: Requirements, share: float, bench: Workbench, fields: tuple[str, ...]
) -> Requirements:
    """The stated requirements with only a share of what they ask beyond what stands."""
    old = existing.requirements
    before = {site.id: site for site in old.sites}
    sites = resolve(stated, bench.parameters).sites
    changes: dict[str, Any] = {
        "scale": stated.scale.model_copy(update={"users": _between(old.users, stated.scale.users, share)}),
        "sites": tuple(
            site.model_copy(
                update={
                    field: _between(getattr(before[there.id], field), asked, share)
                    for field in fields
                    if there.id in before and (asked := getattr(site, field)) is not None
                }
            )
            for site, there in zip(stated.sites, sites, strict=False)
        ),
    }
    if stated.servers is not None:
        count = _between(old.servers.count, stated.servers.count, share)
        if stated.sites and all(site.servers is not None for site in stated.sites):
            count = sum(site.servers or 0 for site in changes["sites"])
        changes["servers"] = stated.servers.model_copy(update={"count": count})
    return stated.model_copy(update=changes)


def _between(old: int, new: int, share: float) -> int:
    return old + int((new - old) * share)
