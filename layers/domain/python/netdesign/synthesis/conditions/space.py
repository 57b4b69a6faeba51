"""Room: addresses for hosts, rack units and power for servers."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import replace
from math import ceil, floor

from netdesign.analysis.equipment.rack_load import LEAST_SERVER_W
from netdesign.model.conflict import Conflict
from netdesign.model.resolved import ResolvedSite
from netdesign.synthesis.conditions.question import Question, numbers, relax

FILL = 0.8
"""A subnet is cut so that its hosts, grown, fill at most this share of it."""
SWITCH_UNITS = 2
"""Rack units that the two switches of a rack take."""
LEAST_SERVER_KW = LEAST_SERVER_W / 1000


def addresses_short(question: Question) -> Iterator[Conflict]:
    """Supernets with fewer addresses than the hosts need, each site rounded up to a block of its own."""
    wanted = question.requirements
    needed, there = needed_addresses(question), available_addresses(question)
    if question.virtual or needed <= there:
        return
    length = 32 - (2 * needed - 1).bit_length()
    block = f"10.0.0.0/{max(8, length)}"
    fitting = _most_hosts(question, there)
    field = "scale/users" if question.campus else "servers/count"
    now = wanted.users if question.campus else wanted.servers.count
    ways = [
        relax(
            "addressing/supernets",
            (wanted.supernets, (block,)),
            f"give {block}",
            f"{2 ** (32 - max(8, length)):,} addresses",
        )
    ]
    if fitting:
        what = "users" if question.campus else "servers"
        ways.append(relax(field, (now, fitting), f"plan for {fitting:,} {what}", f"{now - fitting:,} {what} fewer"))
    yield Conflict(
        code="address-space-too-small",
        requirements=("addressing/supernets", field),
        statement=f"Hosts need {needed:,} addresses, grown; {', '.join(wanted.supernets)} leaves {there:,}.",
        numbers=numbers(addresses_needed=needed, addresses_there=there, growth=wanted.growth_multiplier),
        relaxations=tuple(ways),
    )


def needed_addresses(question: Question) -> int:
    """The sum of one block for each site, a power of two that its hosts fill to the allowed share."""
    return sum(_block(question, _hosts(question, site)) for site in question.requirements.sites)


def available_addresses(question: Question) -> int:
    """The addresses of the supernets less what is reserved inside them."""
    wanted = question.requirements
    networks = [ipaddress.IPv4Network(prefix) for prefix in wanted.supernets]
    reserved = [ipaddress.IPv4Network(prefix) for prefix in wanted.reserved_prefixes if ":" not in prefix]
    taken = ipaddress.collapse_addresses(net for net in reserved if any(net.overlaps(outer) for outer in networks))
    lost = sum(
        min(net.num_addresses, outer.num_addresses) for net in taken for outer in networks if net.overlaps(outer)
    )
    return sum(net.num_addresses for net in networks) - lost


def _hosts(question: Question, site: ResolvedSite) -> int:
    wanted, air = question.requirements, question.parameters.wireless
    wireless = site.users * air.devices_per_user * air.active_share if wanted.wireless else 0
    wired = site.users * (2 if wanted.voice else 1) if question.campus else 0
    return ceil(wired + wireless) + site.endpoints + site.servers


def _block(question: Question, hosts: int) -> int:
    need = ceil(hosts * question.requirements.growth_multiplier / FILL) + 3
    return 1 << (need - 1).bit_length()


def _most_hosts(question: Question, there: int) -> int:
    """The greatest number of users (campus) or servers for which the addresses suffice."""
    wanted = question.requirements
    now = wanted.users if question.campus else wanted.servers.count
    low, high = 0, now
    while high - low > 1:
        middle = (low + high) // 2
        share = middle / now
        sites = tuple(
            replace(
                site,
                users=ceil(site.users * share),
                endpoints=ceil(site.endpoints * share),
                servers=site.servers,
            )
            if question.campus
            else replace(site, servers=ceil(site.servers * share))
            for site in wanted.sites
        )
        fits = needed_addresses(question.suppose(sites=sites)) <= there
        low, high = (middle, high) if fits else (low, middle)
    return low


def racks_full(question: Question) -> Iterator[Conflict]:
    """More servers at a site than its racks have units."""
    usable = question.parameters.fabric.rack_units - SWITCH_UNITS
    for at, site in enumerate(question.requirements.sites):
        if question.campus or question.virtual or site.servers <= site.racks * usable:
            continue
        racks = ceil(site.servers / usable)
        fitting = site.racks * usable
        total = question.requirements.servers.count - (site.servers - fitting)
        yield Conflict(
            code="more-servers-than-rack-units",
            requirements=("servers/count", f"sites/{at}/racks"),
            statement=(
                f"{site.servers:,} servers of one unit do not fit {site.racks:,} racks of {usable} usable "
                f"units at {site.name}."
            ),
            numbers=numbers(servers=site.servers, usable_units=fitting, units_a_rack=usable),
            relaxations=(
                relax(
                    f"sites/{at}/racks",
                    (site.racks, racks),
                    f"provide {racks:,} racks",
                    f"{racks - site.racks:,} racks more",
                ),
                relax(
                    "servers/count",
                    (question.requirements.servers.count, total),
                    f"place {fitting:,} servers at {site.name}",
                    f"{site.servers - fitting:,} servers fewer",
                ),
            ),
        )


def power_short(question: Question) -> Iterator[Conflict]:
    """Less power at a site than its servers draw at the very least."""
    for at, site in enumerate(question.requirements.sites):
        least = site.servers * LEAST_SERVER_KW
        if question.campus or question.virtual or site.power_kw >= least:
            continue
        fitting = floor(site.power_kw / LEAST_SERVER_KW)
        total = question.requirements.servers.count - (site.servers - fitting)
        yield Conflict(
            code="less-power-than-servers-draw",
            requirements=(f"sites/{at}/kw", "servers/count"),
            statement=(
                f"{site.servers:,} servers draw {least:,.0f} kW at the least; "
                f"{site.name} has {site.power_kw:g} kW."
            ),
            numbers=numbers(
                power_kw=f"{site.power_kw:g}", least_draw_kw=f"{least:.1f}", a_server_kw=LEAST_SERVER_KW
            ),
            relaxations=(
                relax(
                    f"sites/{at}/kw", (site.power_kw, ceil(least)),
                    f"provide {ceil(least):,} kW", f"{ceil(least) - site.power_kw:,.0f} kW more",
                ),
                relax(
                    "servers/count", (question.requirements.servers.count, total),
                    f"place {fitting:,} servers at {site.name}", f"{site.servers - fitting:,} servers fewer",
                ),
            ),
        )  # fmt: skip
