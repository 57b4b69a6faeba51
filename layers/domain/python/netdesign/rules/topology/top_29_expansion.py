"""TOP-29: the next switches plug in without moving a cable or an address."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.traffic.expansion import Growth, free_as_numbers, free_links, growths, rooms_left, routed_edges
from netdesign.errors import InvalidInputError
from netdesign.graph.prefixes import Prefix, overlaps, parse_prefix
from netdesign.model.inventory import Attachment
from netdesign.model.patch import Add, Patch, Set
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Severity, SubnetPurpose
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case


def _applies(case: Case) -> bool:
    return case.requirements.growth_multiplier > 1 and bool(_growths(case))


def _growths(case: Case) -> tuple[Growth, ...]:
    return growths(case.network, case.requirements.growth_multiplier)


@rule(
    code="TOP-29",
    name="expansion",
    title="Expansion without rewiring",
    category=Category.TOPOLOGY,
    severity=Severity.WARNING,
    applies="designs that are to grow and have tiers",
    applicable=_applies,
    flags="A fabric none of whose upper switches have ports left for the next switches of its lowest tier; pools of"
    " link or loopback addresses, or private AS numbers, that would not last for them.",
    passes="The next switches find ports above them, addresses and AS numbers.",
    remedy="Reserve ports, take a larger switch above, or widen the pool before others lie beside it.",
    references=("Condor: better topologies through declarative design (multi-phase expansion)",),
    reading="What the switches in place must bear by the end of the horizon is the matter of CAP-04 and CAP-25. The"
    " next increment is as many switches as the growth has whole multiples begun: one, or a pair where endpoints are"
    " homed on pairs, for each doubling of today's size or part of it.",
)
def expansion(case: Case) -> Iterator[Said]:
    """Counts what is left above every lowest tier, and in the pools."""
    best_of_all = None
    for growth in _growths(case):
        needed, best = growth.switches * growth.links, -1
        for group in growth.groups:
            left = [free_links(case.network, place, growth.speed_bps) for place in group]
            known = [count for count in left if count is not None]
            if len(known) < len(left):
                names = tuple(case.network.devices[place].id for place in group)
                yield Gap(message=f"nothing says how many ports {', '.join(names[:3])} have", elements=names)
            best = max(best, min(known, default=-1))
        if 0 <= best < needed:
            names = tuple(case.network.devices[place].id for group in growth.groups for place in group)
            yield Finding(
                message=f"the next {growth.switches} switches at {growth.fabric.site} need {needed} ports of"
                f" {growth.speed_bps / 1e9:g} Gbit/s on each of those above; the best group has {best} left",
                elements=names[:20],
                witness={"kind": "ports", "site": growth.fabric.site, "needed": needed, "free": best},
            )
        best_of_all = best if best_of_all is None else min(best_of_all, best)
        yield from _addresses(case, growth)
    yield Measure(name="ports left above the lowest tier", value=best_of_all,
                  threshold=max(growth.switches * growth.links for growth in _growths(case)))  # fmt: skip


def _addresses(case: Case, growth: Growth) -> Iterator[Finding]:
    edge = {case.network.devices[place].id for place in growth.fabric.edge.tolist()}
    if not edge & routed_edges(case.network):
        return
    above = max(len(group) for group in growth.groups)
    for purpose, needed in _needs(growth, above):
        for room in rooms_left(case.network, purpose):
            if room.pool.site in (None, growth.fabric.site) and room.free < needed:
                yield Finding(
                    message=f"pool {room.pool.id} ({room.pool.prefix}) has {max(0, room.free)} addresses left; the next"
                    f" {growth.switches} switches need {needed}",
                    elements=(room.pool.id,),
                    witness={"kind": "pool", "pool": room.pool.id, "free": room.free, "needed": needed},
                )
    free = free_as_numbers(case.network)
    if free < growth.switches:
        yield Finding(
            message=f"{free} private AS numbers are left; the next switches need {growth.switches}",
            elements=tuple(sorted(edge))[:20],
            witness={"kind": "asn", "free": free, "needed": growth.switches},
        )


def _needs(growth: Growth, above: int) -> tuple[tuple[SubnetPurpose, int], ...]:
    """Addresses of each purpose for the next switches: two a link, and a loopback each."""
    links = growth.switches * growth.links * above
    return ((SubnetPurpose.POINT_TO_POINT, 2 * links), (SubnetPurpose.LOOPBACK, growth.switches),
            (SubnetPurpose.VTEP, growth.switches))  # fmt: skip


@expansion.mutant("fill every port of the upper switches")
def full(case: Case) -> Patch | None:
    """With endpoints of the first group."""
    groups = case.design.inventory.endpoint_groups
    if not _applies(case) or not groups:
        return None
    made = []
    for growth in _growths(case):
        for place in sorted({place for group in growth.groups for place in group}):
            device, kind = case.network.devices[place], case.network.device_types[place]
            taken = {end.port for link in case.network.links for end in (link.a, link.b) if end.device == device.id}
            ports = tuple(port.name for port in kind.all_ports() if port.name not in taken) if kind is not None else ()
            new = Attachment(id=f"full-{device.id}", group=groups[0].id, device=device.id, endpoints=len(ports),
                             ports=ports, profile="none")  # fmt: skip
            made.append(Add("attachments", new))
    return tuple(made) or None


def _shrunk(case: Case, purpose: SubnetPurpose) -> Patch | None:
    """The first pool of a purpose that fabrics draw from is four addresses wide."""
    edge = {case.network.devices[p].id for growth in _growths(case) for p in growth.fabric.edge.tolist()}
    if not _applies(case) or not edge & routed_edges(case.network):
        return None
    for room in rooms_left(case.network, purpose):
        first = parse_prefix(room.pool.prefix)
        if first.size > 4 and first.size - room.free > 4:
            return (Set("pools", room.pool.id, {"prefix": f"{room.pool.prefix.partition('/')[0]}/30"}),)
    return None


@expansion.mutant("leave no addresses for links")
def no_link_addresses(case: Case) -> Patch | None:
    """The pool ends after two links."""
    return _shrunk(case, SubnetPurpose.POINT_TO_POINT)


@expansion.mutant("leave no addresses for loopbacks")
def no_loopbacks(case: Case) -> Patch | None:
    """The pool ends after four."""
    return _shrunk(case, SubnetPurpose.LOOPBACK)


@expansion.mutant("leave no addresses for tunnel endpoints")
def no_tunnel_endpoints(case: Case) -> Patch | None:
    """The pool ends after four."""
    return _shrunk(case, SubnetPurpose.VTEP)


@expansion.fix("widen the pool")
def wider(case: Case, finding: Finding) -> Patch | None:
    """Until it lasts, as long as it overlaps no other pool of its site but the site's own block."""
    pool = case.network.by_id("pools").get(str(finding.witness.get("pool")))
    free, needed = finding.witness.get("free"), finding.witness.get("needed")
    if pool is None or not isinstance(free, int) or not isinstance(needed, int):
        return None
    own = parse_prefix(pool.prefix)
    wanted, others = own, _others(case, pool.id, own)
    while wanted.size - own.size + free < needed and wanted.length > 0:
        wanted = wanted.parent()
        if any(overlaps((wanted, other)) for other in others):
            return None
    return (Set("pools", pool.id, {"prefix": str(wanted)}),)


def _others(case: Case, pool: str, own: Prefix) -> list[Prefix]:
    """The other pools that do not hold this one."""
    found = []
    for other in case.design.addressing.pools:
        try:
            prefix = parse_prefix(other.prefix)
        except InvalidInputError:
            continue
        if other.id != pool and prefix.version == own.version and not prefix.covers(own):
            found.append(prefix)
    return found
