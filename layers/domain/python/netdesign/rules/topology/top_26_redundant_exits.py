"""TOP-26: there are two ways out, on two devices, to two providers."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.failure.shared_risks import risks_of_kind
from netdesign.analysis.traffic.exits import Exit, exits
from netdesign.analysis.traffic.ways_out import one_way_out
from netdesign.model.cabling import PortRef, SrlgKind
from netdesign.model.patch import Patch, Set
from netdesign.model.said import said
from netdesign.model.verdict import Finding, Gap, Measure, Witness
from netdesign.model.vocabulary import Category, LinkPurpose, Redundancy, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.diversity import rerouted, resold

SHOWN = 10


def _applies(case: Case) -> bool:
    enough = case.requirements.redundancy.at_least(Redundancy.HIGH)
    return enough and any(link.purpose is LinkPurpose.CIRCUIT for link in case.design.cabling.links)


@rule(
    code="TOP-26",
    name="redundant-exits",
    title="Redundant exits",
    category=Category.TOPOLOGY,
    severity=Severity.ERROR,
    applies="redundancy high and above, where there are circuits",
    applicable=_applies,
    flags="A site with public circuits that has fewer than two of them in service, or that has them all on one device,"
    " from one provider or from one point of presence; a switch without two link-disjoint ways to the site's exits.",
    passes="Exits stand on two devices, lead to two providers and points of presence, and every switch has two ways to"
    " them.",
    remedy="Add a second edge router with a circuit from a second provider, and join it to both sides of the core.",
    references=("NIST SP 800-53 CP-8(2), CP-8(3)", "RFC 4116 (IPv4 multihoming)"),
)
def redundant_exits(case: Case) -> Iterator[Said]:
    """Looks at the exits of each site, and at the cuts between them and every switch."""
    least = None
    for site, mine in _by_site(case).items():
        least = len(mine) if least is None else min(least, len(mine))
        yield from _exits(case, site, mine)
    for site, places in one_way_out(case.network).items():
        names = [case.network.devices[place].id for place in places]
        if names:
            yield Finding(
                message=f"{len(names)} switches at {site}, such as {names[0]}, lose the Internet with a single link",
                elements=tuple(names[:SHOWN]),
                witness={"site": site, "lacking": "ways", "switches": list(names[:SHOWN])},
            )
    yield Measure(name="fewest exits of a site", value=least, threshold=2)


def _by_site(case: Case) -> dict[str, list[Exit]]:
    """The exits of every site that a circuit to the Internet was ordered for."""
    known, index = exits(case.network), case.network.device_index
    found: dict[str, list[Exit]] = {}
    for link in case.design.cabling.links:
        near = [end.device for end in (link.a, link.b) if end.device in index]
        ours = [name for name in near if case.network.ours[index[name]]]
        if link.purpose is LinkPurpose.CIRCUIT and link.trust == "public" and ours:
            found.setdefault(case.network.devices[index[ours[0]]].site, [])
    for one in known:
        found.setdefault(case.network.devices[index[one.device]].site, []).append(one)
    return found


def _exits(case: Case, site: str, mine: list[Exit]) -> Iterator[Said]:
    names = tuple(one.link for one in mine)
    if len(mine) < 2:
        yield _lacking(site, "exits", f"{site} has {len(mine)} exit in service", names)
        return
    sold = {one.link: one.provider for one in case.design.cabling.circuits}
    devices = {one.device for one in mine}
    providers = {said(name): name for one in mine if (name := sold.get(one.link, one.provider))}
    if len(devices) < 2:
        yield _lacking(site, "devices", f"all exits of {site} stand on {min(devices)}", (min(devices), *names))
    if len(providers) < 2:
        yield _lacking(site, "providers", f"all exits of {site} lead to {min(providers.values())}", names)
    pops = {one.link: _pops(case, one) for one in mine}
    silent = tuple(link for link, found in pops.items() if not found)
    shared = frozenset.intersection(*pops.values())
    if silent:
        yield Gap(message=f"nothing says in which point of presence {', '.join(silent)} end", elements=silent)
    elif shared:
        yield _lacking(site, "presence", f"all exits of {site} end in {min(shared)}", (*names, min(shared)),
                       min(shared))  # fmt: skip


def _pops(case: Case, one: Exit) -> frozenset[str]:
    return risks_of_kind(case.network, case.network.link_index[one.link], SrlgKind.POP)


def _lacking(site: str, what: str, message: str, elements: tuple[str, ...], shared: str | None = None) -> Finding:
    witness: Witness = {"site": site, "lacking": what, "shared": shared, "exits": [*elements]}
    return Finding(message=message, elements=(site, *elements), witness=witness)


def _several(case: Case) -> list[Exit]:
    return next((mine for mine in _by_site(case).values() if len(mine) > 1), []) if _applies(case) else []


@redundant_exits.mutant("take all exits but one out of service")
def one_exit(case: Case) -> Patch | None:
    """The first stays."""
    return tuple(Set("links", one.link, {"in_service": False}) for one in _several(case)[1:]) or None


@redundant_exits.mutant("buy both exits from one provider")
def one_provider(case: Case) -> Patch | None:
    """One provider on two routers."""
    links = {one.link for one in _several(case)}
    mine = [one for one in case.design.cabling.circuits if one.link in links]
    return tuple(Set("circuits", one.id, {"provider": mine[0].provider}) for one in mine[1:]) or None


@redundant_exits.mutant("end both exits in one point of presence")
def one_presence(case: Case) -> Patch | None:
    """That of the first."""
    mine = _several(case)
    first = _pops(case, mine[0]) if mine else frozenset()
    links = case.network.by_id("links")
    made = [
        Set("links", one.link, {"srlgs": (*(n for n in links[one.link].srlgs if n not in _pops(case, one)), *first)})
        for one in mine[1:]
    ]
    return tuple(made) if first else None


@redundant_exits.mutant("put both exits on one router")
def one_router(case: Case) -> Patch | None:
    """The circuits of the others move to the first."""
    mine, links = _several(case), case.network.by_id("links")
    made = []
    for one in mine[1:]:
        link = links[one.link]
        side = "a" if link.a.device == one.device else "b"
        made.append(Set("links", link.id, {side: PortRef(device=mine[0].device, port=getattr(link, side).port)}))
    return tuple(made) if len({one.device for one in mine}) > 1 else None


@redundant_exits.mutant("leave the second edge router one link, and the first none")
def one_way(case: Case) -> Patch | None:
    """All links of the edge routers inwards but one are out of service."""
    mine = _several(case)
    edges, providers = {one.device for one in mine}, {one.provider for one in mine}
    inward = [
        link.id
        for link, live in zip(case.network.links, case.network.usable_links.tolist(), strict=True)
        if live
        and link.purpose not in (LinkPurpose.MANAGEMENT, LinkPurpose.HEARTBEAT)
        and edges & {link.a.device, link.b.device}
        and not providers & {link.a.device, link.b.device}
        and not {link.a.device, link.b.device} <= edges
    ]
    return tuple(Set("links", name, {"in_service": False}) for name in inward[1:]) or None


@redundant_exits.fix("bring links of the exits back into service")
def restored(case: Case, finding: Finding) -> Patch | None:
    """Circuits of the site and what joins its edge routers."""
    site, index = finding.witness.get("site"), case.network.device_index
    circuits = [link for link in case.network.links if link.purpose is LinkPurpose.CIRCUIT]
    ends = {end.device for link in circuits for end in (link.a, link.b)}
    here = {name for name in ends if name in index and case.network.devices[index[name]].site == site}
    idle = [one for one in case.network.links if not one.in_service and here & {one.a.device, one.b.device}]
    return tuple(Set("links", one.id, {"in_service": True}) for one in idle) or None


@redundant_exits.fix("order one exit elsewhere")
def elsewhere(case: Case, finding: Finding) -> Patch | None:
    """From another provider, or from another point of presence."""
    what, shared = finding.witness.get("lacking"), finding.witness.get("shared")
    links = [one.link for mine in _by_site(case).values() for one in mine]
    if what == "providers":
        first = next((one.provider for one in case.design.cabling.circuits if one.link in links), "")
        return resold(case, first, links)
    return rerouted(case, str(shared), links) if shared else None


@redundant_exits.fix("move one circuit to the router that was set up for it")
def other_router(case: Case, finding: Finding) -> Patch | None:
    """The device of the role that has the circuit's port free, with an interface of that name."""
    if finding.witness.get("lacking") != "devices":
        return None
    taken = {(end.device, end.port) for link in case.network.links for end in (link.a, link.b)}
    known, links = case.network.by_id("devices"), case.network.by_id("links")
    for mine in _by_site(case).values():
        for one in reversed(mine):
            link, role = links[one.link], known[one.device].role
            side = "a" if link.a.device == one.device else "b"
            port = getattr(link, side).port
            for other in case.network.devices:
                free = (other.id, port) not in taken and (other.id, port) in case.network.interface_at
                if other.role is role and other.id != one.device and free:
                    return (Set("links", link.id, {side: PortRef(device=other.id, port=port)}),)
    return None
