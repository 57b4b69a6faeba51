"""Edits that state something in a request so that all of it still agrees: sums, lists of sites, budgets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import ceil, floor
from typing import Any, Final

from netdesign.model.edits import Edit
from netdesign.model.requirements import ConstraintType
from netdesign.model.resolved import ResolvedRequirements, ResolvedSite

SPACE: Final = {"servers": ("racks",), "users": ("endpoints", "area_m2", "closets")}
"""What of a site becomes less with its servers or its users."""


def part(document: object, *steps: str | int) -> Any:
    """What is at a place of the request; None where there is nothing."""
    place: Any = document
    for step in steps:
        if isinstance(place, Mapping):
            place = place.get(step)
        elif isinstance(place, list) and isinstance(step, int) and step < len(place):
            place = place[step]
        else:
            return None
    return place


def listed(document: object) -> list[Any]:
    """The sites that the request lists."""
    sites = part(document, "sites")
    return sites if isinstance(sites, list) else []


def counted(document: object, what: str, pointer: str, count: int) -> tuple[Edit, ...]:
    """So many users or servers in all; sites that state theirs share them in the same proportion."""
    stated = [part(site, what) for site in listed(document)]
    known = [value for value in stated if isinstance(value, int)]
    edits = [Edit(pointer=pointer, value=count)]
    if known and sum(known) > 0:
        whole = len(known) == len(stated) == part(document, "scale", "sites")
        shares = iter(shared(known, count if whole else min(count, sum(known))))
        places = (at for at, value in enumerate(stated) if isinstance(value, int))
        edits += [Edit(pointer=f"/sites/{at}/{what}", value=next(shares)) for at in places]
    return tuple(edits)


def shrunk(document: object, what: str, pointer: str, count: int, now: int) -> tuple[Edit, ...]:
    """So many users or servers, in as much less space: racks, or area, closets and wired devices."""
    edits = list(counted(document, what, pointer, count))
    for at, site in enumerate(listed(document)):
        for name in SPACE[what]:
            value = part(site, name)
            if isinstance(value, int | float) and value > 0:
                least = (part(site, "buildings") or 1) if name == "closets" else 1
                edits.append(Edit(pointer=f"/sites/{at}/{name}", value=max(least, ceil(value * count / now))))
    return tuple(edits)


def shared(weights: Sequence[int], total: int) -> list[int]:
    """`total` in whole parts proportional to the weights; the largest remainders are rounded up."""
    exact = [total * weight / sum(weights) for weight in weights]
    parts = [floor(one) for one in exact]
    order = sorted(range(len(parts)), key=lambda at: (parts[at] - exact[at], at))
    for at in order[: total - sum(parts)]:
        parts[at] += 1
    return parts


def of_servers(document: object, requirements: ResolvedRequirements, **fields: object) -> tuple[Edit, ...]:
    """Fields of all servers; their number is stated with them, for a request cannot leave it out."""
    count = () if part(document, "servers", "count") is not None else (("count", requirements.servers.count),)
    return tuple(Edit(pointer=f"/servers/{name}", value=value) for name, value in (*count, *fields.items()))


def of_sites(
    document: object, requirements: ResolvedRequirements, values: Iterable[dict[str, Any]]
) -> tuple[Edit, ...]:
    """Fields of every site in turn; sites that the request does not list are listed."""
    edits: list[Edit] = []
    known = len(listed(document))
    for at, (site, fields) in enumerate(zip(requirements.sites, values, strict=True)):
        if at < known:
            edits += [Edit(pointer=f"/sites/{at}/{name}", value=value) for name, value in fields.items()]
        else:
            edits.append(Edit(pointer="/sites/-", value={"name": site.name, **fields}))
    return tuple(edits)


def sites_in_all(document: object, count: int) -> tuple[Edit, ...]:
    """So many sites, in both places where the request may say it."""
    more = (Edit(pointer="/number_of_sites", value=count),) if part(document, "number_of_sites") is not None else ()
    return (Edit(pointer="/scale/sites", value=count), *more)


def split(document: object, requirements: ResolvedRequirements, at: int, parts: int) -> tuple[Edit, ...]:
    """A site in equal parts, each a site of its own."""
    site = requirements.sites[at]
    sites = [dict(one) for one in listed(document)]
    sites += [{"name": one.name} for one in requirements.sites[len(sites) :]]
    kept = {name: value for name, value in sites[at].items() if name in ("tier", "jurisdiction")}
    made = [{**kept, **_piece(site, number, parts)} for number in range(parts)]
    every = [*sites[:at], *made, *sites[at + 1 :]]
    servers = of_servers(document, requirements) if requirements.servers.count else ()
    count = sites_in_all(document, len(requirements.sites) + parts - 1)
    return (*count, *servers, Edit(pointer="/sites", value=every))


def _piece(site: ResolvedSite, number: int, parts: int) -> dict[str, Any]:
    def share(total: int) -> int:
        return total // parts + (number < total % parts)

    piece: dict[str, Any] = {
        "name": f"{site.name} {number + 1}",
        "users": share(site.users),
        "servers": share(site.servers),
        "endpoints": share(site.endpoints),
        "kw": round(site.power_kw / parts, 3),
    }
    if site.racks:
        piece["racks"] = ceil(site.racks / parts)
    if site.closets:
        buildings = max(1, ceil(site.buildings / parts))
        piece |= {"buildings": buildings, "closets": max(buildings, ceil(site.closets / parts))}
    if site.area_m2:
        piece["area_m2"] = round(site.area_m2 / parts, 1)
    return piece


def budgeted(document: object, amount: str) -> tuple[Edit, ...]:
    """A budget of an amount, wherever the request states one."""
    edits = [Edit(pointer="/budget", value=amount)] if part(document, "budget") is not None else []
    edits += [
        Edit(pointer=f"/constraints/{at}/value", value=amount)
        for at, one in _budgets(document)
        if part(one, "value") is not None
    ]
    return tuple(edits)


def softened(document: object) -> tuple[Edit, ...]:
    """A budget that may be exceeded: the constraint that says so, changed or added."""
    found = tuple(Edit(pointer=f"/constraints/{at}/is_hard_constraint", value=False) for at, _ in _budgets(document))
    goal = {"constraint_type": "budget", "description": "a goal", "is_hard_constraint": False}
    return found or (Edit(pointer="/constraints/-", value=goal),)


def _budgets(document: object) -> list[tuple[int, Any]]:
    constraints = part(document, "constraints")
    every = constraints if isinstance(constraints, list) else []
    return [
        (at, one)
        for at, one in enumerate(every)
        if str(part(one, "constraint_type")).strip().lower() == ConstraintType.BUDGET
    ]


def slower(document: object, factor: float) -> tuple[Edit, ...]:
    """Every stated flow at a share of its rates."""
    from netdesign.model.quantity import parse_bandwidth

    flows = part(document, "flows")
    edits: list[Edit] = []
    for at, flow in enumerate(flows if isinstance(flows, list) else []):
        for name in ("up", "down"):
            rate = part(flow, name)
            if rate:
                edits.append(Edit(pointer=f"/flows/{at}/{name}", value=max(1000, ceil(parse_bandwidth(rate) * factor))))
    return tuple(edits)
