"""Fields of a request that exclude one another as written, each with the place that is the likelier slip."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

from netdesign.errors import Fault, InvalidInputError
from netdesign.model.quantity import Money, format_bandwidth, parse_money
from netdesign.model.requirements import ConstraintType, Requirements
from netdesign.model.written import population


def contradictions(requirements: Requirements) -> tuple[Fault, ...]:
    """Every contradiction in `requirements` that needs no catalogue to see; empty when there is none."""
    return tuple(fault for check in _CHECKS for fault in check(requirements))


def site_slug(name: str) -> str:
    """The id that a site of this name gets: letters, digits and single dashes."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _bandwidth(requirements: Requirements) -> Iterator[Fault]:
    low, high, average = (
        requirements.bandwidth.min,
        requirements.bandwidth.max,
        requirements.bandwidth.average,
    )
    if low > high:
        words = f"the minimum {format_bandwidth(low)} is above the maximum {format_bandwidth(high)}"
        yield Fault("/bandwidth/min", words, "swap them or mend the units")
    elif average is not None and not low <= average <= high:
        words = f"the average {format_bandwidth(average)} is not between minimum and maximum"
        yield Fault("/bandwidth/average", words, "leave it out or mend the units")


def _site_counts(requirements: Requirements) -> Iterator[Fault]:
    count = requirements.scale.sites
    if requirements.number_of_sites not in (None, count):
        words = f"{requirements.number_of_sites} contradicts scale.sites, which is {count}"
        yield Fault("/number_of_sites", words, "state one number of sites")
    if len(requirements.sites) > count:
        words = f"{len(requirements.sites)} sites are listed, but scale.sites is {count}"
        yield Fault("/sites", words, "raise scale.sites or drop sites")
    if len(requirements.site_locations) > count:
        words = f"{len(requirements.site_locations)} locations are listed, but scale.sites is {count}"
        yield Fault("/site_locations", words, "raise scale.sites or drop locations")


def _site_names(requirements: Requirements) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for index, site in enumerate(requirements.sites):
        slug = site_slug(site.name)
        pointer = f"/sites/{index}/name"
        if not slug:
            yield Fault(pointer, f"{site.name!r} has no letter or digit", "give the site a name to refer to")
        elif population(site.name) is not None:
            yield Fault(pointer, f"{site.name!r} is the name of a population", "give the site another name")
        elif slug in seen:
            yield Fault(pointer, f"{site.name!r} names the same site as /sites/{seen[slug]}", "give each its own name")
        seen.setdefault(slug, index)


def _site_places(requirements: Requirements) -> Iterator[Fault]:
    for index, site in enumerate(requirements.sites):
        if (site.lat is None) != (site.lon is None):
            given, missing = ("lat", "lon") if site.lon is None else ("lon", "lat")
            yield Fault(f"/sites/{index}/{given}", f"{given} is given without {missing}", "give both or neither")
        if site.closets is not None and site.closets < (site.buildings or 1):
            words = f"{site.closets} closets do not serve {site.buildings} buildings"
            yield Fault(f"/sites/{index}/closets", words, "count at least one closet for each building")


def _sums(requirements: Requirements) -> Iterator[Fault]:
    complete = len(requirements.sites) == requirements.scale.sites
    users = [site.users for site in requirements.sites]
    yield from _sum("users", users, requirements.scale.users, "scale.users", complete=complete)
    if requirements.servers is not None:
        servers = [site.servers for site in requirements.sites]
        yield from _sum("servers", servers, requirements.servers.count, "servers.count", complete=complete)


def _sum(what: str, parts: list[int | None], total: int, name: str, *, complete: bool) -> Iterator[Fault]:
    """A fault when the parts exceed the total, or when all are known and do not reach it."""
    known = sum(part for part in parts if part is not None)
    all_known = complete and bool(parts) and None not in parts
    if known > total or (all_known and known != total):
        yield Fault("/sites", f"the {what} of the sites sum to {known:,}, but {name} is {total:,}", "make them agree")


def _flows(requirements: Requirements) -> Iterator[Fault]:
    sites = {site_slug(site.name) for site in requirements.sites}
    for index, flow in enumerate(requirements.flows):
        for end, name in (("from", flow.source), ("to", flow.target)):
            if population(name) is None and site_slug(name) not in sites:
                words = f"{name!r} is neither a population nor the name of a site"
                yield Fault(
                    f"/flows/{index}/{end}",
                    words,
                    "name a site, or users, servers, internet, guest, voice, iot, storage …",
                )
        if site_slug(flow.source) == site_slug(flow.target) and population(flow.source) is None:
            yield Fault(f"/flows/{index}/to", "the flow ends where it starts", "name two different ends")
        if flow.up == flow.down == 0:
            yield Fault(f"/flows/{index}/up", "the flow carries nothing", "give up or down, or drop the flow")


def _vendors(requirements: Requirements) -> Iterator[Fault]:
    preferred = {site_slug(name) for name in requirements.preferred_vendors}
    for index, name in enumerate(requirements.excluded_vendors):
        if site_slug(name) in preferred:
            yield Fault(f"/excluded_vendors/{index}", f"{name!r} is preferred as well", "keep it in one of the lists")


def _prefixes(requirements: Requirements) -> Iterator[Fault]:
    if requirements.addressing is None:
        return
    networks = [ipaddress.ip_network(prefix) for prefix in requirements.addressing.supernets]
    for (_, one), (second, other) in combinations(enumerate(networks), 2):
        if one.version == other.version and one.overlaps(other):
            yield Fault(f"/addressing/supernets/{second}", f"{other} overlaps {one}", "keep the larger one")
    if requirements.addressing.ipv6 is False and any(network.version == 6 for network in networks):
        yield Fault(
            "/addressing/ipv6",
            "false contradicts the IPv6 supernet listed",
            "drop the prefix or set ipv6 to true",
        )


def _budgets(requirements: Requirements) -> Iterator[Fault]:
    stated = requirements.budget
    if stated is not None and stated.currency not in (None, requirements.currency or stated.currency):
        words = f"the budget is in {stated.currency}, but currency is {requirements.currency}"
        yield Fault("/currency", words, "state one currency")
    for index, constraint in enumerate(requirements.constraints):
        if constraint.constraint_type is not ConstraintType.BUDGET or constraint.value is None:
            continue
        try:
            amount = parse_money(constraint.value)
        except InvalidInputError as error:
            yield Fault(f"/constraints/{index}/value", error.faults[0].problem, error.faults[0].remedy)
            continue
        if stated is not None and _differ(stated, amount):
            words = f"a budget of {amount} contradicts the field budget, {stated}"
            yield Fault(f"/constraints/{index}/value", words, "state one budget")


def _differ(one: Money, other: Money) -> bool:
    same_currency = one.currency is None or other.currency is None or one.currency == other.currency
    return one.amount != other.amount or not same_currency


_CHECKS: tuple[Callable[[Requirements], Iterable[Fault]], ...] = (
    _bandwidth, _site_counts, _site_names, _site_places, _sums, _flows, _vendors, _prefixes, _budgets,
)  # fmt: skip
