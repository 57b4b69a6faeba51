"""TOP-18: partners hear each other on two ways that nothing takes together, so that both never act alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from netdesign.analysis.failure.heartbeats import Weakness, between, cage_of, heartbeat_links, peer_places, weakness
from netdesign.analysis.switching.layer2 import lag_of_port
from netdesign.graph.connectivity import components
from netdesign.model.cabling import Mlag, PortRef, Srlg, SrlgKind
from netdesign.model.inventory import HaGroup, HaMode
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, LinkPurpose, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.diversity import rerouted

TRIAL = "one-tray"
WORDS = {"nothing": "no link", "link": "one link", "device": "links through one device", "cage": "ports of one cage",
         "risk": "links of one shared risk"}  # fmt: skip


def _applies(case: Case) -> bool:
    return bool(_groups(case) or case.design.cabling.mlags)


def _groups(case: Case) -> list[tuple[HaGroup, tuple[str, ...]]]:
    """Groups whose members stand in for one another, with those in service."""
    known, found = case.network.by_id("devices"), []
    for group in case.design.inventory.ha_groups:
        members = tuple(m for m in dict.fromkeys(group.members) if m in known and known[m].in_service)
        if group.mode is not HaMode.NONE and len(members) > 1:
            found.append((group, members))
    return found


@rule(
    code="TOP-18",
    name="heartbeats",
    title="HA heartbeat / split-brain",
    category=Category.TOPOLOGY,
    severity=Severity.ERROR,
    applies="designs with high-availability groups or MLAG pairs",
    applicable=_applies,
    flags="Members of a high-availability group whose heartbeats a single link, cage or line card, shared risk or"
    " switch between takes away; an MLAG pair with fewer than two peer links on separate cages and risks; one without a"
    " keepalive, or whose keepalive rides the peer link; a cluster of four or more with an even number of members.",
    passes="Partners keep hearing each other whatever single thing fails between them.",
    remedy="Add a second heartbeat on another line card, and a keepalive beside the peer links or over management.",
    references=("Vendor MLAG and high-availability guides", "RFC 7432 (the alternative without peer links)"),
    reading="A pair is guarded by its second heartbeat; only clusters of four and more need an odd number of voters.",
)
def heartbeats(case: Case) -> Iterator[Said]:
    """Takes links, switches, cages and risks between partners away, one at a time."""
    links, least = heartbeat_links(case.network), None
    for group, members in _groups(case):
        for member in members[1:]:
            found = weakness(case.network, members[0], member, links)
            if found is not None:
                yield _finding(f"{members[0]} and {member} of group {group.id} hear each other on",
                               found, (group.id, members[0], member))  # fmt: skip
        if len(members) > 2 and len(members) % 2 == 0:
            yield Finding(
                message=f"group {group.id} has {len(members)} voters: halves that part cannot tell which is right",
                elements=(group.id, *members),
                witness={"kind": "even", "members": len(members)},
            )
    for mlag in case.design.cabling.mlags:
        least = min(len(peer_places(case.network, mlag)), 99 if least is None else least)
        yield from _pair(case, mlag)
    yield Measure(name="groups looked at", value=len(_groups(case)))
    yield Measure(name="fewest peer links of a pair", value=least, threshold=2)


def _finding(start: str, found: Weakness, elements: tuple[str, ...]) -> Finding:
    what = WORDS[found.kind]
    return Finding(
        message=f"{start} {what}{f' ({found.name})' if found.name else ''} alone",
        elements=(*elements, *((found.name,) if found.kind in ("link", "device", "risk") else ())),
        witness={"kind": found.kind, "name": found.name, "partners": list(elements)},
    )


def _pair(case: Case, mlag: Mlag) -> Iterator[Finding]:
    peers = tuple(name for name in mlag.peers if name in case.network.device_index)
    if len(peers) != 2:
        return
    found = weakness(case.network, peers[0], peers[1], peer_places(case.network, mlag))
    if found is not None:
        yield _finding(f"{peers[0]} and {peers[1]} are one pair over", found, (mlag.id, *peers))
    flaw = _keepalive_flaw(case, mlag, peers)
    if flaw:
        yield Finding(
            message=f"the keepalive of {' and '.join(peers)} {flaw}",
            elements=(mlag.id, *peers),
            witness={"kind": "keepalive", "pair": mlag.id, "flaw": flaw},
        )


def _keepalive_flaw(case: Case, mlag: Mlag, peers: tuple[str, ...]) -> str:
    if mlag.keepalive_over_management:
        return "" if _managed(case, peers) else "goes over management, which does not join them"
    place = case.network.link_index.get(mlag.keepalive_link or "")
    if place is None:
        return "is missing"
    link, lags = case.network.links[place], lag_of_port(case.network)
    bundles = {lags.get((end.device, end.port)) for end in (link.a, link.b)} - {None}
    others = [case.network.links[n] for n in peer_places(case.network, mlag) if n != place]
    shared = {lags.get((end.device, end.port)) for other in others for end in (other.a, other.b)} - {None}
    if link.id in mlag.peer_links or bundles & shared:
        return "rides the peer link"
    if not case.network.usable_links[place] or {link.a.device, link.b.device} != set(peers):
        return "does not join them"
    own = {cage_of(case.network, end) for end in (link.a, link.b)}
    if others and all(own & {cage_of(case.network, end) for end in (o.a, o.b)} for o in others):
        return "shares its cage with all peer links"
    if others and all(set(link.srlgs) & set(other.srlgs) for other in others):
        return "shares a risk with all peer links"
    return ""


def _managed(case: Case, peers: tuple[str, ...]) -> bool:
    network = case.network
    label = components(network.management)
    places = [network.device_index[name] for name in peers]
    joined = network.management.degree()
    return bool(label[places[0]] == label[places[1]] and label[places[0]] >= 0 and joined[places].min() > 0)


def _beats(case: Case) -> tuple[tuple[str, ...], list[str]] | None:
    """The first group whose first two members have direct heartbeats, and these."""
    for _, members in _groups(case):
        links = between(case.network, members[:2], LinkPurpose.HEARTBEAT)
        if links and weakness(case.network, members[0], members[1], heartbeat_links(case.network)) is None:
            return members[:2], [case.network.links[place].id for place in links]
    return None


@heartbeats.mutant("leave a group one heartbeat")
def one_heartbeat(case: Case) -> Patch | None:
    """The others are out of service."""
    found = _beats(case)
    return tuple(Set("links", name, {"in_service": False}) for name in found[1][1:]) or None if found else None


@heartbeats.mutant("lay all heartbeats of a group into one tray")
def one_tray(case: Case) -> Patch | None:
    """They share a new risk."""
    found, known = _beats(case), case.network.by_id("links")
    if found is None:
        return None
    made = (Set("links", name, {"srlgs": (*known[name].srlgs, TRIAL)}) for name in found[1])
    return (Add("srlgs", Srlg(id=TRIAL, kind=SrlgKind.CONDUIT, name="one tray")), *made)


@heartbeats.mutant("lead all heartbeats of a group through one switch")
def one_switch(case: Case) -> Patch | None:
    """Any switch in between."""
    found, known = _beats(case), case.network.by_id("links")
    free = [d.id for d in case.network.devices if d.managed and d.in_service and d.id not in (found or ((), []))[0]]
    if found is None or not free:
        return None
    made: list[Set | Add] = []
    for number, name in enumerate(found[1]):
        link, far = known[name], f"{name}-far"
        made.append(Set("links", name, {"b": PortRef(device=free[0], port=f"trial{2 * number}")}))
        changed: dict[str, Any] = {"id": far, "a": PortRef(device=free[0], port=f"trial{2 * number + 1}"), "b": link.b}
        made.append(Add("links", replace(link, **changed)))
    return tuple(made)


@heartbeats.mutant("let the keepalive ride the peer link")
def riding(case: Case) -> Patch | None:
    """It is the first peer link."""
    for mlag in case.design.cabling.mlags:
        if mlag.peer_links and not mlag.keepalive_over_management:
            return (Set("mlags", mlag.id, {"keepalive_link": mlag.peer_links[0]}),)
    return None


@heartbeats.mutant("leave a pair one peer link")
def one_peer_link(case: Case) -> Patch | None:
    """The others are out of service."""
    for mlag in case.design.cabling.mlags:
        gone = [case.network.links[place].id for place in peer_places(case.network, mlag)][1:]
        if gone:
            return tuple(Set("links", name, {"in_service": False}) for name in gone)
    return None


@heartbeats.mutant("do without a keepalive")
def no_keepalive(case: Case) -> Patch | None:
    """Of the last pair."""
    for mlag in case.design.cabling.mlags[-1:]:
        return (Set("mlags", mlag.id, {"keepalive_link": None, "keepalive_over_management": False}),)
    return None


@heartbeats.fix("bring links between the partners back into service")
def restored(case: Case, finding: Finding) -> Patch | None:
    """Peer links and heartbeats."""
    partners = set(finding.elements)
    kinds = (LinkPurpose.HEARTBEAT, LinkPurpose.PEER)
    idle = [
        link.id
        for link in case.network.links
        if not link.in_service and link.purpose in kinds and {link.a.device, link.b.device} <= partners
    ]
    return tuple(Set("links", name, {"in_service": True}) for name in idle) or None


@heartbeats.fix("lead one of the links another way")
def other_way(case: Case, finding: Finding) -> Patch | None:
    """Out of the shared risk, or straight to the partner past the switch."""
    kind, name = finding.witness.get("kind"), str(finding.witness.get("name"))
    links = [case.network.links[place] for place in heartbeat_links(case.network)]
    if kind == "risk":
        places = {one.id for one in case.network.links if name in one.srlgs and
                  {one.a.device, one.b.device} <= set(finding.elements)}  # fmt: skip
        return rerouted(case, name, places)
    through = [link for link in links if name in (link.a.device, link.b.device)] if kind == "device" else []
    made: list[Set | Remove] = []
    while len(through) > 1:
        one = through.pop(0)
        near = one.a if one.b.device == name else one.b
        onward = [(two, two.a if two.b.device == name else two.b) for two in through]
        for two, far in onward:
            if far.device != near.device:
                through.remove(two)
                made += [Remove("links", two.id), Set("links", one.id, {"a": near, "b": far})]
                break
    return tuple(made) or None


@heartbeats.fix("give the pair a keepalive of its own")
def own_keepalive(case: Case, finding: Finding) -> Patch | None:
    """A heartbeat link between the two, or management."""
    mlag = case.network.by_id("mlags").get(str(finding.witness.get("pair")))
    if mlag is None:
        return None
    links = [case.network.links[n].id for n in between(case.network, mlag.peers, LinkPurpose.HEARTBEAT)]
    free = [name for name in links if name not in mlag.peer_links]
    if free:
        return (Set("mlags", mlag.id, {"keepalive_link": free[0], "keepalive_over_management": False}),)
    if _managed(case, mlag.peers):
        return (Set("mlags", mlag.id, {"keepalive_link": None, "keepalive_over_management": True}),)
    return None
