"""PRO-16: a site and a zone are a few prefixes to everyone else."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np

from netdesign.analysis.addressing.address_scopes import refitted
from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.address_text import parse, written
from netdesign.analysis.facts.nesting import nested
from netdesign.analysis.protocols.readdressing import read
from netdesign.analysis.routing.aggregates import aggregates, own_subnets, promises, sites_of_domains, told_elsewhere
from netdesign.analysis.tables.route_origins import ORIGINATED, routes, static_hops
from netdesign.graph.network import Network
from netdesign.graph.prefixes import Prefix, prefix_at, summarise
from netdesign.model.addressing import Pool, Subnet
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.routing import StaticRoute
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Severity, SubnetPurpose
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

MOST = 2
"""Aggregates that a site, or a zone at a site, may need in one IP version."""
INFRASTRUCTURE = (SubnetPurpose.POINT_TO_POINT, SubnetPurpose.LOOPBACK, SubnetPurpose.VTEP)


def is_hierarchical(case: Case) -> bool:
    """Whether the design has summaries, or sites to be summarised."""
    pools = any(pool.summary for pool in case.design.addressing.pools)
    sites = {subnet.site for subnet in case.design.addressing.subnets}
    return pools or len(sites) > 1 or any(process.summaries for process in case.design.routing.processes)


@rule(
    code="PRO-16",
    name="summaries",
    title="Summarisability",
    category=Category.PROTOCOL,
    severity=Severity.WARNING,
    applies="designs with summaries, or several sites",
    applicable=is_hierarchical,
    flags="A site whose subnets of one IP version lie outside its (at most two) aggregates; a subnet outside the "
    "summaries of its VRF, or a zone at a site that needs more than two of them; a summary that covers subnets of "
    "another site, or, of an area, those of another area; more than two routes of one site that another site learns; "
    "a summary that leads to a table which has neither its prefix nor a discard route, or that is made without one.",
    passes="Every site and zone is at most two prefixes to the others, and what a summary promises and nobody has is "
    "discarded.",
    remedy="Cut subnets from the block of their zone, zones from that of their site, and discard the rest of "
    "summaries.",
    references=("RFC 4632", "RFC 1518"),
    reading="An aggregate of a site is a summary pool without a VRF; that of a zone has its VRF. Links, loopbacks and "
    "tunnel endpoints are summarised with their site alone. Other sites learn what the policies of a session to one of "
    "them let through. Areas are judged where their routers summarise.",
)
def summaries(case: Case) -> Iterator[Said]:
    """Routes that cannot be summarised are in every table, and a summary that discards nothing loops."""
    network = case.network
    yield from _sites(network)
    yield from _zones(network)
    yield from _foreign(network)
    yield from _leaking(network)
    yield from _undiscarded(network)
    yield from _areas(network)
    yield Measure(name="summaries", value=sum(pool.summary for pool in case.design.addressing.pools))


def _finding(message: str, elements: Iterable[str], **witness: str | int) -> Finding:
    return Finding(message=message, elements=tuple(elements), witness=dict(witness))


def _outside(facts: list[tuple[Subnet, Prefix]], blocks: list[Prefix]) -> list[Subnet]:
    return [subnet for subnet, prefix in facts if not any(block.covers(prefix) for block in blocks)]


def _sites(network: Network) -> Iterator[Finding]:
    for (site, version), facts in sorted(own_subnets(network).items()):
        blocks = aggregates(network).get((site, None, version), [])
        out = _outside(facts, blocks) if blocks else []
        needed = len(summarise(blocks)) if blocks else len(summarise(prefix for _, prefix in facts))
        if out:
            yield _finding(
                f"{len(out)} subnets of {site}, {out[0].id} ({out[0].prefix}) first, lie outside {blocks[0]}",
                (site, *(subnet.id for subnet in out[:20])),
                version=version,
                outside=len(out),
            )
        if needed > MOST:
            yield _finding(
                f"{site} is {needed} IPv{version} prefixes to others, more than {MOST}",
                (site,),
                version=version,
                aggregates=needed,
            )


def _zones(network: Network) -> Iterator[Finding]:
    used = defaultdict[tuple[str, str | None, int], set[Prefix]](set)
    for (site, version), facts in sorted(own_subnets(network).items()):
        for subnet, prefix in facts:
            blocks = aggregates(network).get((site, subnet.vrf, version), [])
            if subnet.purpose in INFRASTRUCTURE or not blocks:
                continue
            around = next((block for block in blocks if block.covers(prefix)), None)
            if around is None:
                yield _finding(
                    f"{subnet.id} ({subnet.prefix}) lies in no summary of {subnet.vrf} at {site}",
                    (subnet.id,),
                    version=version,
                    prefix=subnet.prefix,
                )
            else:
                used[site, subnet.zone, version].add(around)
    for (site, zone, version), those in sorted(used.items(), key=str):
        if len(summarise(those)) > MOST:
            yield _finding(f"zone {zone} at {site} needs {len(those)} summaries", (site,), version=version)


def _foreign(network: Network) -> Iterator[Finding]:
    """Summaries over subnets of other sites."""
    pools = [pool for pool in network.design.addressing.pools if pool.summary and pool.site is not None]
    subnets = network.design.addressing.subnets
    every = [*((p.prefix, p.site) for p in pools), *((s.prefix, s.site) for s in subnets)]
    if len({site for _, site in every}) < MOST:
        return
    read_subnets = [(one.prefix, subnet) for subnet in subnets if (one := read(subnet.prefix)) is not None]
    rows = sorted(read_subnets, key=lambda row: (row[0].version, row[0].network, row[0].length))
    starts = [(prefix.version, prefix.network) for prefix, _ in rows]
    for pool in pools:
        block = read(pool.prefix)
        inside = _rows_inside(starts, block.prefix) if block is not None else range(0)
        held = [rows[at][1] for at in inside if _foreign_row(rows[at], block.prefix, pool.site)] if block else []
        if held:
            yield _finding(
                f"summary {pool.id} ({pool.prefix}) of {pool.site} covers {held[0].id} of {held[0].site}",
                (pool.id, held[0].id),
                prefix=held[0].prefix,
            )


def _rows_inside(starts: list[tuple[int, int]], block: Prefix) -> range:
    """The rows of sorted prefixes that begin inside a block."""
    first = bisect_left(starts, (block.version, block.network))
    return range(first, bisect_right(starts, (block.version, block.last)))


def _foreign_row(row: tuple[Prefix, Subnet], block: Prefix, site: str | None) -> bool:
    prefix, subnet = row
    return subnet.site != site and block.covers(prefix)


def _leaking(network: Network) -> Iterator[Finding]:
    """Routes of one site that other sites learn one by one; those to routers themselves are no use in a summary."""
    own = {s.prefix for s in network.design.addressing.subnets if s.purpose is SubnetPurpose.LOOPBACK}
    table, graph = routes(network), layer3(network)
    site_of = [network.devices[at].site for at in graph.device.tolist()]
    if len(set(site_of)) < MOST:
        return
    members = sites_of_domains(network)
    learnt = defaultdict[tuple[str, int, int], set[Prefix]](set)
    rows = np.flatnonzero((table.kind == ORIGINATED) & (table.vertex < graph.vertex_count) & (table.length > 0))
    for at in rows.tolist():
        site, version = site_of[int(table.vertex[at])], int(table.version[at])
        number = (int(table.high[at]) << 64) | int(table.low[at])
        one = Prefix(version, number, int(table.length[at]))
        if str(one) not in own and told_elsewhere(network, site, one):
            learnt[site, int(table.domain[at]), version].add(one)
    for (site, domain, version), prefixes in sorted(learnt.items()):
        if len(members.get(domain, ())) > 1 and len(prefixes) > MOST:
            yield _finding(
                f"other sites learn {len(prefixes)} IPv{version} routes of {site}",
                (site,),
                version=version,
                routes=len(prefixes),
            )


def _undiscarded(network: Network) -> Iterator[Finding]:
    graph, names = layer3(network), {code: name for name, code in layer3(network).vrfs.items()}
    for at, table in promises(network):
        fact, device = network.design.routing.static_routes[at], network.devices[int(graph.device[table])].id
        yield _finding(
            f"{fact.device} sends {fact.prefix} to {device}, which has no such route and discards nothing of it",
            (fact.id, device),
            prefix=fact.prefix,
            device=device,
            vrf=names.get(int(graph.vrf[table])) or "",
        )
    for process in network.design.routing.processes:
        for one in process.summaries:
            if not one.discard:
                yield _finding(f"{process.id} makes {one.prefix} without a discard route", (process.id,))


def _areas(network: Network) -> Iterator[Finding]:
    """Summaries of an area over interfaces in another area."""
    made = [(p, one) for p in network.design.routing.processes for one in p.summaries if one.area is not None]
    if not made:
        return
    vrf = {process.id: process.vrf for process in network.design.routing.processes}
    known = network.by_id("interfaces")
    rows = [
        (one.area, vrf.get(one.process), text)
        for one in network.design.routing.igp_interfaces
        if one.interface in known
        for text in known[one.interface].addresses
    ]
    for process, summary in made:
        every = [summary.prefix, *(text for _, _, text in rows)]
        for a, b in nested(parse(every), np.zeros(len(every), np.int64)):
            if a == 0 and rows[b - 1][1] == process.vrf and rows[b - 1][0] != summary.area:
                yield _finding(
                    f"{process.id} makes {summary.prefix} of area {summary.area}, which covers {rows[b - 1][2]} of "
                    f"area {rows[b - 1][0]}",
                    (process.id,),
                    prefix=summary.prefix,
                )
                break


# --- mutants


def _movable(case: Case) -> Iterator[tuple[Subnet, Prefix]]:
    """IPv4 subnets of VLANs whose VRF has a summary and whose prefix follows from their gateways."""
    for (site, version), facts in sorted(own_subnets(case.network).items()):
        for subnet, prefix in facts:
            known = aggregates(case.network).get((site, subnet.vrf, version))
            fits = version == 4 and subnet.purpose is SubnetPurpose.HOSTS
            if known and fits and refitted(case.network, subnet, version):
                yield subnet, prefix


@summaries.mutant("a subnet is cut from outside its site")
def elsewhere(case: Case) -> Patch | None:
    """Renumber a subnet into 192.168.0.0/16."""
    for subnet, prefix in _movable(case):
        inner = written(4, 0, 0xC0A8_C000, max(prefix.length, 20))
        return (Set("subnets", subnet.id, {"prefix": inner}),)
    return None


@summaries.mutant("a subnet is cut from the block of another zone")
def other_zone(case: Case) -> Patch | None:
    """Renumber a subnet into the end of another VRF's summary."""
    for subnet, prefix in _movable(case):
        others = (k for k in aggregates(case.network).items() if k[0][1] not in (None, subnet.vrf) and k[0][2] == 4)
        for _, blocks in others:
            length = max(prefix.length, blocks[0].length + 1)
            inner = prefix_at(4, blocks[0].last, length)
            return (Set("subnets", subnet.id, {"prefix": str(inner)}),)
    return None


@summaries.mutant("the summary of a zone leaves out half of it")
def halved(case: Case) -> Patch | None:
    """Halve the summary of a VRF so that its subnets lie in the other half."""
    for pool in case.design.addressing.pools:
        one = read(pool.prefix)
        if pool.summary and pool.vrf is not None and one is not None and one.length < 32:
            mine = [
                p for s, p in own_subnets(case.network).get((pool.site or "", one.version), []) if s.vrf == pool.vrf
            ]
            mine = [prefix for prefix in mine if one.prefix.covers(prefix)]
            lower, upper = one.prefix.halves()
            if mine and lower.covers(min(mine)):
                return (Set("pools", pool.id, {"prefix": str(upper)}),)
    return None


@summaries.mutant("a summary discards nothing")
def undiscarded(case: Case) -> Patch | None:
    """Remove the discard route at the end of the first summary that leads to one."""
    hops, graph = static_hops(case.network), layer3(case.network)
    facts = case.design.routing.static_routes
    aimed = {(int(hops.target[at]), facts[at].prefix) for at in range(len(facts)) if not facts[at].discard}
    kept = {(int(hops.vertex[at]), f.prefix) for at, f in enumerate(facts) if not f.discard}
    for at, fact in enumerate(facts):
        key = int(hops.vertex[at]), fact.prefix
        if fact.discard and key in aimed and key not in kept and 0 <= key[0] < graph.vertex_count:
            return (Remove("static_routes", fact.id),)
    return None


# --- fixes


@summaries.fix("the subnet gets the prefix that its gateways have")
def as_held(case: Case, finding: Finding) -> Patch | None:
    """Follow the interfaces in the VLAN."""
    known = case.network.by_id("subnets")
    for name in finding.elements:
        one = read(known[name].prefix) if name in known else None
        if one is not None:
            right = refitted(case.network, known[name], one.version, case.requirements.growth_multiplier)
            if right not in (None, str(one.prefix)):
                return (Set("subnets", name, {"prefix": right}),)
    return None


@summaries.fix("the summary covers what is in its VRF")
def widened(case: Case, finding: Finding) -> Patch | None:
    """Widen the summary until it covers the subnet, where no other pool of a VRF is in the way."""
    known, pools = case.network.by_id("subnets"), case.design.addressing.pools
    for name in (one for one in finding.elements if one in known):
        subnet, one = known[name], read(known[name].prefix)
        for pool in pools if one is not None else ():
            block = read(pool.prefix)
            if one is None or block is None or block.version != one.version or not _same(pool, subnet):
                continue
            wide = block.prefix
            while not wide.covers(one.prefix):
                wide = wide.parent()
            others = [other for p in pools if p.vrf is not None and p.id != pool.id and (other := read(p.prefix))]
            if not any(wide.covers(other.prefix) or other.prefix.covers(wide) for other in others):
                return (Set("pools", pool.id, {"prefix": str(wide)}),)
    return None


def _same(pool: Pool, subnet: Subnet) -> bool:
    return pool.summary and pool.vrf is not None and (pool.site, pool.vrf) == (subnet.site, subnet.vrf)


@summaries.fix("the rest of the summary is discarded")
def discarded(case: Case, finding: Finding) -> Patch | None:
    """A discard route of last resort where the summary ends."""
    prefix, device, vrf = (str(finding.witness.get(name, "")) for name in ("prefix", "device", "vrf"))
    identity = f"{device}:{vrf}:{prefix}:discard"
    if not device or identity in case.network.by_id("static_routes"):
        return None
    made = StaticRoute(id=identity, device=device, vrf=vrf, prefix=prefix, discard=True, distance=250)
    return (Add("static_routes", made),)
