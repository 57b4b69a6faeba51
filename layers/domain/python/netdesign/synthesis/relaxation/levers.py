"""What a client can give way in: for each requirement the values from the least change to the greatest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from math import ceil
from typing import Any, Final

from netdesign.model.edits import Edit
from netdesign.model.quantity import format_bandwidth
from netdesign.model.resolved import Basis, ResolvedRequirements
from netdesign.model.vocabulary import Redundancy, SecurityLevel
from netdesign.synthesis.conditions.question import written
from netdesign.synthesis.relaxation.stating import counted, of_servers, of_sites, shrunk, slower, split
from netdesign.synthesis.resolution.population import DEFAULT_SUPERNET, ETHERNET_BPS
from netdesign.synthesis.trial import Shop

FACTORS: Final = (1.25, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0)
SHARES: Final = tuple(float(f"{10 ** (-step / 20):.2g}") for step in range(1, 121))
"""From nine tenths down to a millionth, each about an eighth less than the one before."""
PARTS: Final = (2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
LESS: Final = (0.75, 0.5, 0.25, 0.0)


@dataclass(frozen=True, slots=True)
class Ground:
    """The request as it was sent, what it was resolved to, and what designs are made from."""

    document: object
    requirements: ResolvedRequirements
    shop: Shop


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """A requirement that can give way; what a value permits, every later one permits too."""

    field: str
    now: object
    values: Sequence[Any]
    edits: Callable[[Any], tuple[Edit, ...]]
    statement: Callable[[Any], str]
    cost: Callable[[Any], str]
    shown: Callable[[Any], str] = written


def levers(ground: Ground) -> Iterator[Lever]:
    """Every requirement that has somewhere to go, those that change least of what is built first."""
    for make in _EVERY:
        yield from (lever for lever in make(ground) if lever.values)


def _servers(ground: Ground) -> Iterator[Lever]:
    """Fewer servers, down to one."""
    now = ground.requirements.servers.count
    yield Lever(
        field="servers/count",
        now=now,
        values=range(now - 1, 0, -1),
        edits=lambda count: counted(ground.document, "servers", "/servers/count", count),
        statement=lambda count: f"attach {count:,} servers",
        cost=lambda count: f"{now - count:,} servers fewer",
    )


def _users(ground: Ground) -> Iterator[Lever]:
    """Fewer users, down to one."""
    now = ground.requirements.users
    yield Lever(
        field="scale/users",
        now=now,
        values=range(now - 1, 0, -1),
        edits=lambda count: counted(ground.document, "users", "/scale/users", count),
        statement=lambda count: f"build for {count:,} users",
        cost=lambda count: f"{now - count:,} users fewer",
    )


def smaller(ground: Ground, *, people: bool) -> Iterator[Lever]:
    """A smaller network: fewer users or servers, in as much less space."""
    wanted = ground.requirements
    now = wanted.users if people else wanted.servers.count
    what, field = ("users", "scale/users") if people else ("servers", "servers/count")
    yield Lever(
        field=field,
        now=now,
        values=range(now - 1, 0, -1),
        edits=lambda count: shrunk(ground.document, what, f"/{field}", count, now),
        statement=lambda count: f"build for {count:,} {what}, in as much less space",
        cost=lambda count: f"{now - count:,} {what} fewer",
    )


def redundancy(ground: Ground) -> Iterator[Lever]:
    """Lower levels, the next one first."""
    wanted, levels = ground.requirements, ground.shop.parameters.redundancy
    yield Lever(
        field="redundancy",
        now=wanted.redundancy,
        values=tuple(reversed(tuple(Redundancy)[: wanted.redundancy.rank])),
        edits=lambda level: (Edit(pointer="/redundancy", value=level.value),),
        statement=lambda level: f"accept redundancy {level}",
        cost=lambda level: f"an availability target of {levels[level].availability:g} by that level",
    )


def more_redundancy(ground: Ground) -> Iterator[Lever]:
    """Higher levels that the sites allow, the next one first."""
    wanted, levels = ground.requirements, ground.shop.parameters.redundancy
    higher = tuple(Redundancy)[wanted.redundancy.rank + 1 :]
    yield Lever(
        field="redundancy",
        now=wanted.redundancy,
        values=tuple(level for level in higher if levels[level].distinct_sites <= wanted.site_count),
        edits=lambda level: (Edit(pointer="/redundancy", value=level.value),),
        statement=lambda level: f"raise redundancy to {level}",
        cost=lambda _: "further devices, links and circuits",
    )


def _vendors(ground: Ground) -> Iterator[Lever]:
    """Vendors that are let back in, those with the largest offer first."""
    excluded, devices = ground.requirements.excluded_vendors, ground.shop.catalog.devices()
    offer = {vendor: sum(kind.vendor == vendor for kind in devices) for vendor in excluded}
    order = sorted(excluded, key=lambda vendor: (-offer[vendor], vendor))
    yield Lever(
        field="excluded_vendors",
        now=excluded,
        values=tuple(tuple(order[:count]) for count in range(1, len(order) + 1)),
        edits=lambda back: (Edit(pointer="/excluded_vendors", value=[one for one in excluded if one not in back]),),
        statement=lambda back: f"allow {' and '.join(back)}",
        cost=lambda back: f"devices of {' and '.join(back)} in the network",
        shown=lambda back: written([one for one in excluded if one not in back]),
    )


def _racks(ground: Ground) -> Iterator[Lever]:
    """More racks at every site that has any, with power for them."""
    sites = ground.requirements.sites
    now = sum(site.racks for site in sites)

    def fields(factor: float) -> list[dict[str, Any]]:
        return [{"racks": ceil(site.racks * factor), "kw": ceil(site.power_kw * factor)} for site in sites]

    def total(factor: float) -> int:
        return sum(one["racks"] for one in fields(factor))

    yield Lever(
        field="sites/racks",
        now=now,
        values=FACTORS if now else (),
        edits=lambda factor: of_sites(ground.document, ground.requirements, fields(factor)),
        statement=lambda factor: f"provide {total(factor):,} racks, with power for them",
        cost=lambda factor: f"{total(factor) - now:,} racks more",
        shown=lambda factor: str(total(factor)),
    )


def _speed(ground: Ground) -> Iterator[Lever]:
    """Slower ports of servers."""
    wanted = ground.requirements.servers
    yield Lever(
        field="servers/nic_speed",
        now=format_bandwidth(wanted.nic_speed_bps),
        values=tuple(speed for speed in reversed(ETHERNET_BPS) if speed < wanted.nic_speed_bps and wanted.count),
        edits=lambda speed: of_servers(ground.document, ground.requirements, nic_speed=format_bandwidth(speed)),
        statement=lambda speed: f"attach servers at {format_bandwidth(speed)}",
        cost=lambda _: "less bandwidth for each server",
        shown=format_bandwidth,
    )


def _ports(ground: Ground) -> Iterator[Lever]:
    """Fewer ports for each server."""
    wanted = ground.requirements.servers
    yield Lever(
        field="servers/nics",
        now=wanted.nics_per_server,
        values=range(wanted.nics_per_server - 1, 0, -1) if wanted.count else (),
        edits=lambda ports: of_servers(ground.document, ground.requirements, nics=ports),
        statement=lambda ports: f"attach each server by {ports} port{'s' if ports > 1 else ''}",
        cost=lambda _: "less bandwidth for each server, and no second way where there is one port",
    )


def _space(ground: Ground) -> Iterator[Lever]:
    """Larger private blocks in the place of those that are given, up to the largest."""
    wanted = ground.requirements
    six = [wanted.ipv6_supernet] if wanted.ipv6_supernet else []
    longest = min(int(block.split("/")[1]) for block in wanted.supernets)
    largest = ip_network(DEFAULT_SUPERNET)
    yield Lever(
        field="addressing/supernets",
        now=wanted.supernets,
        values=tuple(f"{largest[0]}/{length}" for length in range(longest - 1, largest.prefixlen - 1, -1)),
        edits=lambda block: (Edit(pointer="/addressing/supernets", value=[block, *six]),),
        statement=lambda block: f"give {block}",
        cost=lambda block: f"{ip_network(block).num_addresses:,} addresses that nothing else may use",
        shown=lambda block: written([block, *six]),
    )


def _flows(ground: Ground) -> Iterator[Lever]:
    """Less of every flow that is stated."""
    stated = ground.requirements.why("flows").basis is Basis.STATED
    yield Lever(
        field="flows",
        now="as stated",
        values=SHARES if stated else (),
        edits=lambda share: slower(ground.document, share),
        statement=lambda share: f"send {share:.4g} of every flow",
        cost=lambda _: "what is not sent",
        shown=lambda share: f"{share:.4g} of every flow",
    )


def _sites(ground: Ground) -> Iterator[Lever]:
    """The largest site in several parts, where no flow names it."""
    sites = ground.requirements.sites
    at = max(range(len(sites)), key=lambda one: (sites[one].users + sites[one].servers, -one))
    named = {end for flow in ground.requirements.flows for end in (flow.source, flow.target)}
    yield Lever(
        field="sites",
        now=f"{len(sites)} sites",
        values=PARTS if sites[at].id not in named else (),
        edits=lambda parts: split(ground.document, ground.requirements, at, parts),
        statement=lambda parts: f"split {sites[at].name} into {parts} sites",
        cost=lambda _: "a core and an edge for each",
        shown=lambda parts: f"{len(sites) + parts - 1} sites",
    )


def _growth(ground: Ground) -> Iterator[Lever]:
    """Less growth."""
    now = ground.requirements.growth_rate
    yield Lever(
        field="expected_growth_rate",
        now=now,
        values=tuple(round(now * share, 4) for share in LESS) if now > 0 else (),
        edits=lambda rate: (Edit(pointer="/expected_growth_rate", value=rate),),
        statement=lambda rate: f"plan for a growth of {rate:.0%} a year",
        cost=lambda _: "an earlier extension",
    )


def _horizon(ground: Ground) -> Iterator[Lever]:
    """Fewer years."""
    now = ground.requirements.horizon_years
    yield Lever(
        field="scalability_horizon_years",
        now=now,
        values=range(now - 1, -1, -1) if ground.requirements.growth_rate > 0 else (),
        edits=lambda years: (Edit(pointer="/scalability_horizon_years", value=years),),
        statement=lambda years: f"plan for {years} years",
        cost=lambda _: "an earlier extension",
    )


def _security(ground: Ground) -> Iterator[Lever]:
    """Lower levels, the next one first."""
    now = ground.requirements.security_level
    yield Lever(
        field="security_level",
        now=now,
        values=tuple(reversed(tuple(SecurityLevel)[: now.rank])),
        edits=lambda level: (Edit(pointer="/security_level", value=level.value),),
        statement=lambda level: f"choose security level {level}",
        cost=lambda _: "less protection everywhere",
    )


def _wireless(ground: Ground) -> Iterator[Lever]:
    """No radios."""
    yield Lever(
        field="requires_wireless",
        now=ground.requirements.wireless,
        values=(False,) if ground.requirements.wireless else (),
        edits=lambda wish: (Edit(pointer="/requires_wireless", value=wish),),
        statement=lambda _: "do without wireless",
        cost=lambda _: "cables for everybody",
    )


_EVERY: Final = (
    _vendors, _racks, _speed, _ports, _space, _flows, _sites, _servers, _users, _growth, _horizon, redundancy,
    _security, _wireless,
)  # fmt: skip
