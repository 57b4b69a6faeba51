"""TOP-19: switches are as near to each other as the shape of their fabric promises."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netdesign.analysis.facts.tiers import Fabric, fabrics, uplinks
from netdesign.analysis.traffic.path_lengths import detours, farthest_sites, stray_links, widths
from netdesign.model.cabling import PortRef
from netdesign.model.patch import Add, Operation, Patch, Remove, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, LinkPurpose, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

WAN = "wan"


def _applies(case: Case) -> bool:
    return bool(widths(case.network))


@rule(
    code="TOP-19",
    name="path-length",
    title="Path length / diameter",
    category=Category.TOPOLOGY,
    severity=Severity.WARNING,
    applies="designs with switches",
    applicable=_applies,
    flags="A fabric with more hops between two of its switches than its shape has by design; two sites that are more"
    " hops apart than a wide-area network should have; a gold flow whose way between sites is much longer than they are"
    " apart.",
    passes="No two switches, and no two sites, are farther apart than their shape allows.",
    remedy="Home the switch at the end of the chain on the tier above it; add a direct link between far sites.",
    references=("RFC 7938 §3", "RFC 2544 (latency adds up by hops)"),
    reading="Hops are counted along the links of the fabric: a switch that only bridges delays a frame like one that"
    " routes. The shape is what the tiers make, not what the design is called.",
)
def path_length(case: Case) -> Iterator[Said]:
    """Measures the diameter of every fabric, of the sites, and the detours of gold flows."""
    network, limits = case.network, case.parameters.topology
    for width in widths(network):
        most = limits.max_diameter.get(width.shape.value, limits.max_diameter[WAN])
        if width.hops > most:
            names = [network.devices[place].id for place in width.ends]
            yield Finding(
                message=f"{' and '.join(names)} are {width.hops} hops apart or more at {width.site}; a"
                f" {width.shape.value.replace('_', ' ')} has {most}",
                elements=tuple(names),
                witness={"kind": "fabric", "site": width.site, "hops": width.hops, "limit": most, "ends": list(names)},
            )
    near, far, hops = farthest_sites(network)
    if hops > limits.max_diameter[WAN]:
        yield Finding(
            message=f"sites {near} and {far} are {hops} hops apart; {limits.max_diameter[WAN]} are allowed",
            elements=(near, far),
            witness={"kind": "sites", "hops": hops, "limit": limits.max_diameter[WAN]},
        )
    for detour in detours(network):
        stretch = detour.way_km / detour.direct_km
        if stretch > limits.max_stretch:
            yield Finding(
                message=f"gold flow {detour.flow} goes {detour.way_km:.0f} km between sites that are"
                f" {detour.direct_km:.0f} km apart",
                elements=(detour.flow, *detour.sites),
                witness={"kind": "detour", "stretch": round(stretch, 2), "limit": limits.max_stretch},
            )
    worst = max(widths(network), key=lambda width: width.hops)
    yield Measure(name="hops in the widest fabric", value=worst.hops,
                  threshold=limits.max_diameter.get(worst.shape.value))  # fmt: skip
    yield Measure(name="hops between the farthest sites", value=hops, threshold=limits.max_diameter[WAN])


def _limit(case: Case, at: int) -> int:
    limits = case.parameters.topology.max_diameter
    return limits.get(widths(case.network)[at].shape.value, limits[WAN])


@path_length.mutant("string switches of the lowest tier together")
def daisy_chain(case: Case) -> Patch | None:
    """Each hangs on the one before it, and only the first on the tier above."""
    network, rising = case.network, uplinks(case.network)
    for at, fabric in enumerate(fabrics(network)):
        chain = fabric.edge.tolist()[: _limit(case, at) + 1] if len(fabric.tiers) > 1 else []
        if len(chain) <= _limit(case, at) or len(fabric.edge) < len(chain):
            continue
        made: list[Operation] = []
        for place, before in zip(chain[1:], chain, strict=False):
            links = [network.links[n] for n in rising.links[rising.lower == place].tolist()]
            made += [Set("links", link.id, {"in_service": False}) for link in links]
            ends = [PortRef(device=network.devices[n].id, port=f"chain-{place}") for n in (before, place)]
            made += [Add("links", replace(link, id=f"chain-{place}", a=ends[0], b=ends[1])) for link in links[:1]]
        return tuple(made) or None
    return None


def _levels(case: Case) -> list[tuple[Fabric, list[int]]]:
    """Fabrics with the switches of their second tier, where these and the top are several."""
    tall = [fabric for fabric in fabrics(case.network) if len(fabric.tiers) > 1 and len(fabric.top) > 1]
    return [(fabric, fabric.tiers[1].tolist()) for fabric in tall if len(fabric.tiers[1]) > 2]


@path_length.mutant("halve the second tier between two top switches")
def halves(case: Case) -> Patch | None:
    """One switch alone hangs on both; links among the top are out of service."""
    network, rising = case.network, uplinks(case.network)
    for fabric, below in _levels(case):
        if len(fabric.tiers) > 2:
            continue
        top = fabric.top.tolist()
        kept = {place: {top[number % 2]} for number, place in enumerate(below)}
        kept[below[0]] = set(top[:2])
        pairs = zip(rising.links.tolist(), rising.lower.tolist(), rising.upper.tolist(), strict=True)
        gone = [link for link, lower, upper in pairs if lower in kept and upper not in kept[lower]]
        a, b = network.link_ends
        both = [n for n in range(len(network.links)) if int(a[n]) in top and int(b[n]) in top]
        return tuple(Set("links", network.links[n].id, {"in_service": False}) for n in (*gone, *both))
    return None


@path_length.mutant("hang a spine on one leaf")
def lonely_spine(case: Case) -> Patch | None:
    """All its other links are out of service."""
    network, rising = case.network, uplinks(case.network)
    for fabric, below in _levels(case):
        first = fabric.top.tolist()[0]
        pairs = zip(rising.links.tolist(), rising.lower.tolist(), rising.upper.tolist(), strict=True)
        gone = [link for link, lower, upper in pairs if upper == first and lower != below[0]]
        if len(fabric.tiers) == 2 and gone and _limit(case, fabrics(network).index(fabric)) < 3:
            return tuple(Set("links", network.links[n].id, {"in_service": False}) for n in gone)
    return None


@path_length.fix("bring the fabric's links back into service")
def rehomed(case: Case, finding: Finding) -> Patch | None:
    """Those between switches; links between switches of one tier on ports that nobody set up go."""
    network = case.network
    inside = {network.devices[p].id for fabric in fabrics(network) for p in fabric.devices.tolist()}
    used = (LinkPurpose.FABRIC, LinkPurpose.UPLINK, LinkPurpose.PEER, LinkPurpose.HEARTBEAT)
    idle = [
        link.id
        for link in network.links
        if not link.in_service and link.purpose in used and {link.a.device, link.b.device} <= inside
    ]
    stray = [network.links[at].id for at in stray_links(network)] if finding.witness.get("kind") == "fabric" else []
    back: list[Operation] = [Set("links", name, {"in_service": True}) for name in idle]
    return (*back, *(Remove("links", name) for name in stray)) or None
