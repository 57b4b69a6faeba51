"""TOP-28: switches that bundle as one agree on every bundle, and carry what hangs on one of them alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from netdesign.analysis.failure.heartbeats import peer_places
from netdesign.analysis.switching.pair_bundles import (
    Spread,
    bundle_interface,
    carried,
    lonely_gold,
    orphan_bps,
    single_links,
    spreads,
)
from netdesign.model.cabling import Lag, Mlag
from netdesign.model.patch import Add, Operation, Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case


def _applies(case: Case) -> bool:
    return bool(case.design.cabling.mlags or spreads(case.network) or any(x.esi for x in case.design.cabling.lags))


@rule(
    code="TOP-28",
    name="pair-correctness",
    title="MLAG/ESI pair correctness",
    category=Category.TOPOLOGY,
    severity=Severity.ERROR,
    applies="designs with MLAG pairs, Ethernet segments, or bundles that end on two switches",
    applicable=_applies,
    flags="A bundle that ends on several switches which are neither one MLAG pair under one number nor legs of one"
    " Ethernet segment; legs that let different VLANs through; a bundle of a pair on one member only; an identifier of"
    " a segment that two bundles use, or of no legal form; a pair of other than two members; a domain id or system MAC"
    " that two pairs use at one site; gold servers on one member alone; peer links slower than what hangs on one side.",
    passes="Both legs of every bundle agree, identifiers are unique, and the peer links bear what is single-homed.",
    remedy="Configure the second member like the first, and give every pair and segment its own identifier.",
    references=("IEEE 802.1AX", "RFC 7432 §5, §8.2"),
    reading="What hangs on one member alone is the speed of single-homed endpoints' ports and of links to devices that"
    " have none to the other member: an upper bound of the load that crosses the peer links when the member loses its"
    " uplinks.",
)
def pair_correctness(case: Case) -> Iterator[Said]:
    """Compares the legs of every bundle, then the pairs among each other."""
    for spread in spreads(case.network):
        yield from _spread(case, spread)
    yield from _one_sided(case)
    yield from _segments(case)
    for mlag in case.design.cabling.mlags:
        yield from _pair(case, mlag)
    yield from _reused(case)
    for pair, group, member in lonely_gold(case.network):
        yield _finding(f"gold servers of {group} hang on {member} of {pair} alone", "orphan", (pair, group, member))
    yield Measure(name="bundles that end on several switches", value=len(spreads(case.network)))
    yield Measure(name="pairs", value=len(case.design.cabling.mlags))


def _finding(message: str, kind: str, elements: tuple[str, ...]) -> Finding:
    return Finding(message=message, elements=elements, witness={"kind": kind, "elements": list(elements)})


def _spread(case: Case, spread: Spread) -> Iterator[Finding]:
    legs = [lag for _, lag in spread.ends if lag is not None]
    devices = [device for device, _ in spread.ends]
    pairs = {(lag.mlag, lag.mlag_number) for lag in legs if lag.mlag and lag.mlag_number is not None}
    segments = {lag.esi for lag in legs}
    as_pair = len(pairs) == 1 and all(lag.mlag for lag in legs)
    as_segment = len(segments) == 1 and None not in segments
    if len(legs) < len(spread.ends) or not (as_pair or as_segment):
        yield _finding(
            f"{spread.lag.id} ends on {' and '.join(devices)}, which are neither one pair under one number nor legs of"
            " one Ethernet segment",
            "legs",
            (spread.lag.id, *devices),
        )
    elif len({carried(case.network, lag) for lag in legs}) > 1:
        union = frozenset[str]().union(*(carried(case.network, lag) for lag in legs))
        lacking = [(lag, sorted(union - carried(case.network, lag))) for lag in legs]
        lag, missing = next((lag, names) for lag, names in lacking if names)
        yield _finding(f"{lag.id} on {lag.device} does not carry {', '.join(missing[:3])}, which its other leg does",
                       "vlans", (spread.lag.id, *(leg.id for leg in legs)))  # fmt: skip


def _numbers(case: Case) -> dict[tuple[str, int], list[Lag]]:
    found: dict[tuple[str, int], list[Lag]] = defaultdict(list)
    for lag in case.design.cabling.lags:
        if lag.mlag is not None and lag.mlag_number is not None:
            found[lag.mlag, lag.mlag_number].append(lag)
    return found


def _one_sided(case: Case) -> Iterator[Finding]:
    known = case.network.by_id("mlags")
    for (pair, number), lags in sorted(_numbers(case).items()):
        mlag = known.get(pair)
        devices = {lag.device for lag in lags}
        if mlag is None or devices != set(mlag.peers):
            where = ", ".join(sorted(devices))
            yield _finding(f"bundle {number} of {pair} is on {where}: it takes a leg on each member",
                           "one side", (pair, *(lag.id for lag in lags)))  # fmt: skip


def _segments(case: Case) -> Iterator[Finding]:
    far = {lag.id: spread.lag.id for spread in spreads(case.network) for _, lag in spread.ends if lag is not None}
    users: dict[str, list[Lag]] = defaultdict(list)
    for lag in case.design.cabling.lags:
        if lag.esi is not None:
            users[lag.esi].append(lag)
    for esi, lags in sorted(users.items()):
        if not _legal(esi):
            yield _finding(f"{esi!r} of {lags[0].id} is no Ethernet segment identifier", "form", (lags[0].id,))
        bundles = {far[lag.id] for lag in lags if lag.id in far}
        devices = [lag.device for lag in lags]
        if len(bundles) > 1 or len(devices) != len(set(devices)):
            yield _finding(f"{len(lags)} bundles that end in different places are all segment {esi}", "segment",
                           tuple(lag.id for lag in lags))  # fmt: skip
        elif len(set(devices)) < 2:
            yield _finding(f"segment {esi} has one leg only, {lags[0].id}", "lone leg", (lags[0].id,))


def _legal(esi: str) -> bool:
    octets = esi.split(":")
    digits = all(len(octet) == 2 and set(octet.lower()) <= set("0123456789abcdef") for octet in octets)
    return digits and len(octets) == 10 and set(esi.lower()) - {":"} not in ({"0"}, {"f"})


def _pair(case: Case, mlag: Mlag) -> Iterator[Finding]:
    if len(set(mlag.peers)) != 2:
        yield _finding(f"{mlag.id} has {len(set(mlag.peers))} members; a pair has two", "members", (mlag.id,))
        return
    bandwidth = sum(case.network.links[place].speed_bps for place in peer_places(case.network, mlag))
    single, orphans = single_links(case.network, mlag), orphan_bps(case.network)
    most = max(mlag.peers, key=lambda peer: (single[peer] + orphans.get(peer, 0), peer))
    load = single[most] + orphans.get(most, 0)
    if load > bandwidth:
        yield Finding(
            message=f"{load / 1e9:g} Gbit/s hang on {most} alone; the peer links of {mlag.id} carry"
            f" {bandwidth / 1e9:g} Gbit/s",
            elements=(mlag.id, most),
            witness={"kind": "peer links", "pair": mlag.id, "single_bps": load, "peer_bps": bandwidth},
        )


def _reused(case: Case) -> Iterator[Finding]:
    devices = case.network.by_id("devices")
    users: dict[tuple[str, str], list[str]] = defaultdict(list)
    for mlag in case.design.cabling.mlags:
        sites = {devices[peer].site for peer in mlag.peers if peer in devices}
        users["system MAC", mlag.system_mac.lower()].append(mlag.id)
        for site in sites:
            users[f"domain id at {site}", str(mlag.domain_id)].append(mlag.id)
    for (what, value), pairs in sorted(users.items()):
        if len(pairs) > 1:
            yield _finding(f"{' and '.join(pairs[:3])} have one {what}, {value}", "reused", tuple(pairs))


def _legs(case: Case) -> tuple[Lag, ...]:
    """The legs of the first bundle that ends on several switches and carries VLANs there."""
    for spread in spreads(case.network):
        legs = tuple(lag for _, lag in spread.ends if lag is not None)
        if len(legs) > 1 and all(carried(case.network, lag) for lag in legs):
            return legs
    return ()


@pair_correctness.mutant("leave a VLAN off one leg of a bundle")
def missing_vlan(case: Case) -> Patch | None:
    """The first VLAN of the second leg."""
    legs = _legs(case)
    one = bundle_interface(case.network, legs[1]) if legs else None
    if one is None:
        return None
    return (Set("interfaces", one.id, {"vlans": one.vlans[1:]} if one.vlans else {"native_vlan": None, "vlan": None}),)


@pair_correctness.mutant("leave one leg of a bundle to itself")
def lone_leg(case: Case) -> Patch | None:
    """It is part of neither pair nor segment."""
    legs = _legs(case)
    return (Set("lags", legs[1].id, {"mlag": None, "mlag_number": None, "esi": None}),) if legs else None


@pair_correctness.mutant("give two pairs or segments one identifier")
def reused(case: Case) -> Patch | None:
    """The system MAC of the first pair; where there is one pair, a copy of it; else the first segment's number."""
    mlags = case.design.cabling.mlags
    if len(mlags) > 1:
        return (Set("mlags", mlags[1].id, {"system_mac": mlags[0].system_mac}),)
    segments = {lag.esi: lag for lag in case.design.cabling.lags if lag.esi is not None}
    if len(segments) > 1:
        first, second = sorted(segments)[:2]
        return tuple(Set("lags", x.id, {"esi": first}) for x in case.design.cabling.lags if x.esi == second)
    if mlags:
        return (Add("mlags", replace(mlags[0], id=f"{mlags[0].id}-again", peer_links=mlags[0].peer_links)),)
    return None


@pair_correctness.mutant("make a third switch a member of a pair")
def third_member(case: Case) -> Patch | None:
    """Any other device."""
    for mlag in case.design.cabling.mlags:
        others = [one.id for one in case.network.devices if one.managed and one.id not in mlag.peers]
        if others:
            return (Set("mlags", mlag.id, {"peers": (*mlag.peers, others[0])}),)
    return None


@pair_correctness.mutant("give the legs of a bundle different numbers or segments")
def other_number(case: Case) -> Patch | None:
    """The last bundle that ends on several switches."""
    for spread in reversed(spreads(case.network)):
        leg = spread.ends[-1][1]
        if leg is not None and leg.mlag is not None and leg.mlag_number is not None:
            return (Set("lags", leg.id, {"mlag_number": leg.mlag_number + 5_000}),)
        if leg is not None and leg.esi is not None:
            return (Set("lags", leg.id, {"esi": f"00:{'ab:' * 8}cd"}),)
    return None


@pair_correctness.mutant("slow the peer links down below what hangs on one member")
def slow_peers(case: Case) -> Patch | None:
    """To a megabit."""
    for mlag in case.design.cabling.mlags:
        single, orphans = single_links(case.network, mlag), orphan_bps(case.network)
        places = peer_places(case.network, mlag)
        if places and max(single[peer] + orphans.get(peer, 0) for peer in mlag.peers) > len(places) * 1_000_000:
            return tuple(Set("links", case.network.links[at].id, {"speed_bps": 1_000_000}) for at in places)
    return None


@pair_correctness.fix("configure the legs alike")
def mirrored(case: Case, finding: Finding) -> Patch | None:
    """Every VLAN on both, one pair and number or one segment."""
    spread = next((one for one in spreads(case.network) if one.lag.id == finding.elements[0]), None)
    legs = [lag for _, lag in spread.ends if lag is not None] if spread is not None else []
    if spread is None or len(legs) < len(spread.ends):
        return None
    made: list[Operation] = []
    if finding.witness.get("kind") == "vlans":
        interfaces = [one for lag in legs if (one := bundle_interface(case.network, lag)) is not None]
        most = max(interfaces, key=lambda one: len((*one.vlans, *filter(None, (one.native_vlan, one.vlan)))))
        same = {"vlans": most.vlans, "native_vlan": most.native_vlan, "vlan": most.vlan, "mode": most.mode}
        made += [Set("interfaces", one.id, same) for one in interfaces if one is not most]
    else:
        whole = max(legs, key=lambda lag: (_shared(case, lag), lag.mlag is not None, lag.esi or "", lag.id))
        same_pair = {"mlag": whole.mlag, "mlag_number": whole.mlag_number, "esi": whole.esi}
        made += [Set("lags", lag.id, same_pair) for lag in legs if lag is not whole]
    return tuple(made) or None


def _shared(case: Case, lag: Lag) -> bool:
    """Whether the number of a leg is one of its pair's, low as numbers are given, and not the segment of no other."""
    numbers = [one.mlag_number or 0 for one in case.design.cabling.lags if one.mlag == lag.mlag and one is not lag]
    return lag.mlag is not None and (lag.mlag_number or 0) <= max(numbers, default=0)


@pair_correctness.fix("give the second an identifier of its own")
def own_identifier(case: Case, finding: Finding) -> Patch | None:
    """The next that none has."""
    kind, mlags = finding.witness.get("kind"), case.network.by_id("mlags")
    if kind == "reused" and all(name in mlags for name in finding.elements):
        number = max(one.domain_id for one in case.design.cabling.mlags) + 1
        mac = f"02:00:00:01:{number >> 8 & 255:02x}:{number & 255:02x}"
        return (Set("mlags", finding.elements[1], {"domain_id": number, "system_mac": mac}),)
    if kind != "segment":
        return None
    far = {lag.id: one.lag.id for one in spreads(case.network) for _, lag in one.ends if lag is not None}
    first = far.get(finding.elements[0])
    used = {lag.esi for lag in case.design.cabling.lags}
    free = next(esi for n in range(1, 1 << 16) if (esi := f"00:{'00:' * 6}01:{n >> 8:02x}:{n & 255:02x}") not in used)
    return tuple(Set("lags", name, {"esi": free}) for name in finding.elements if far.get(name) != first) or None


@pair_correctness.fix("leave the pair its two members, and its peer links the speed of their ports")
def two_members(case: Case, finding: Finding) -> Patch | None:
    """Those that its peer links join."""
    mlag = case.network.by_id("mlags").get(finding.elements[0])
    links = case.network.by_id("links")
    joined = [links[name] for name in mlag.peer_links if name in links] if mlag is not None else []
    if mlag is None or not joined:
        return None
    if finding.witness.get("kind") == "members":
        return (Set("mlags", mlag.id, {"peers": (joined[0].a.device, joined[0].b.device)}),)
    if finding.witness.get("kind") != "peer links":
        return None
    at, made = case.network.interface_at, []
    for link in joined:
        ports = [at.get((end.device, end.port)) for end in (link.a, link.b)]
        speeds = {case.network.interfaces[port].speed_bps for port in ports if port is not None} - {None}
        if len(speeds) == 1 and speeds != {link.speed_bps}:
            made.append(Set("links", link.id, {"speed_bps": speeds.pop()}))
    return tuple(made) or None
