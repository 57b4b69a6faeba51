"""CAP-20: what ends tunnels has room for all of them, encrypts what they carry, and does so with one head lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import ceil
from typing import NamedTuple

from netdesign.analysis.routing.route_counts import route_counts
from netdesign.analysis.traffic.demand import growth_of
from netdesign.analysis.traffic.vpn_heads import Heads, head_ends
from netdesign.model.overlay import Tunnel, TunnelKind
from netdesign.model.patch import Add, Patch, Set
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

TINY = 1e-6


class Load(NamedTuple):
    """What each working head-end of a site must hold and encrypt."""

    tunnels: int
    bps: float


def _applies(case: Case) -> bool:
    return bool(head_ends(case.network)) or bool(case.design.security.remote_accesses)


@rule(
    code="CAP-20",
    name="vpn-heads",
    title="VPN / SD-WAN Headend Scale",
    category=Category.CAPACITY,
    severity=Severity.ERROR,
    applies="designs with tunnels or remote access",
    applicable=_applies,
    flags="A head-end with more tunnels, those of remote users connected at the same time among them, than the planned"
    " share of its type; that must encrypt more at the horizon, with what encryption adds, than the target utilisation"
    " of its type; survivors of which the same holds once one head is lost; one that learns more routes than its"
    " table holds; fewer remote users provided for than were asked for.",
    passes="Head-ends hold and encrypt everything, with one of them lost where a device may fail.",
    remedy="Add a pair of head-ends, take a larger type, or spread spokes over regional hubs.",
    references=("NIST SP 800-77 Rev. 1",),
    reading="The loss of a head is asked of redundancy levels that name devices among the failures to survive, at sites"
    " of the first tier and where remote users come in: a small spoke has one router.",
)
def vpn_heads(case: Case) -> Iterator[Said]:
    """Compares what each head-end holds and encrypts with its type, all working and with one lost."""
    level = case.parameters.redundancy[case.requirements.redundancy]
    for heads in head_ends(case.network):
        if not heads.members:
            yield Finding(message=f"no device in service ends the tunnels of {heads.site}", elements=(heads.site,))
            continue
        yield from _weigh(case, heads, heads.active, level.max_utilisation, lost=False)
        if "node" in level.failure_set and (heads.people or _tier(case, heads.site) == 1):
            left = tuple(at for at in heads.members if at != heads.active[0])
            allowed = level.max_utilisation_failed or level.max_utilisation
            yield from _weigh(case, heads, left, allowed, lost=True)
        yield from _routes(case, heads)
    yield from _left_out(case)
    yield Measure(name="sites with head-ends", value=len(head_ends(case.network)))


def _tier(case: Case, site: str) -> int | None:
    tiers = {one.id: one.tier for one in case.design.inventory.sites}
    return (tiers | {one.id: one.tier for one in case.requirements.sites}).get(site)


def _load(case: Case, heads: Heads, working: tuple[int, ...], place: int) -> Load:
    """The tunnels of a head and its part of the rest; a spoke whose head is lost comes to one that works."""
    capacity, growth = case.parameters.capacity, growth_of(case.requirements)
    sessions = heads.people * capacity.vpn_concurrency
    lost = sum(count for at, count in heads.tunnels.items() if at not in working)
    own = min(heads.tunnels.get(place, 0) + lost / len(working), max(len(heads.peers), heads.tunnels.get(place, 0)))
    bps = heads.bps + sessions * capacity.vpn_user_bps
    grown = growth * (1 + capacity.ipsec_overhead) * bps / len(working)
    return Load(ceil((own + sessions / len(working)) * growth - TINY), grown)


def _weigh(
    case: Case, heads: Heads, working: tuple[int, ...], allowed: float, *, lost: bool
) -> Iterator[Finding | Gap]:
    """Each working head against its type."""
    if not working:
        yield Finding(
            message=f"nothing ends the tunnels of {heads.site} once {case.network.devices[heads.active[0]].id} is lost",
            elements=tuple(case.network.devices[at].id for at in heads.members),
            witness={"site": heads.site, "heads": len(heads.members), "head_lost": lost},
        )
    share = case.parameters.capacity.tunnel_share
    for place in working:
        device, kind = case.network.devices[place], case.network.device_types[place]
        rates, load = kind.firewall if kind is not None else None, _load(case, heads, working, place)
        if rates is None or rates.tunnels is None or rates.ipsec_bps is None:
            yield Gap(message=f"nothing says how many tunnels {device.id} holds and encrypts", elements=(device.id,))
            continue
        after = " once another is lost" if lost else ""
        if load.tunnels > rates.tunnels * share + TINY:
            yield _finding(case, place, f"holds {load.tunnels:,} tunnels{after}", load, int(rates.tunnels * share))
        if load.bps > rates.ipsec_bps * allowed * (1 + TINY):
            text = f"encrypts {load.bps / 1e9:,.3f} Gbit/s{after}"
            yield _finding(case, place, text, load, int(rates.ipsec_bps * allowed))


def _finding(case: Case, place: int, text: str, load: Load, most: int) -> Finding:
    device = case.network.devices[place]
    return Finding(
        message=f"{device.id} ({device.sku}) {text}; {most:,} may be",
        elements=(device.id,),
        witness={
            "device": device.id,
            "sku": device.sku,
            "tunnels": load.tunnels,
            "bps": ceil(load.bps),
            "most": most,
        },
    )


def _routes(case: Case, heads: Heads) -> Iterator[Finding]:
    """Heads whose tables do not hold what spokes announce."""
    for place in heads.members:
        kind, counts = case.network.device_types[place], route_counts(case.network)[:, place]
        for name, count in zip(("ipv4_routes", "ipv6_routes"), counts.tolist(), strict=True):
            size = kind.table(name)[0] if kind is not None else None
            if size is not None and count > size:
                device = case.network.devices[place].id
                yield Finding(
                    message=f"{device} learns {count:,} routes; its table holds {size:,}",
                    elements=(device,),
                    witness={"device": device, "table": name, "routes": count, "size": size},
                )


def _left_out(case: Case) -> Iterator[Finding]:
    """Remote users that were asked for and that no head-end expects, where any does."""
    provided = sum(max(0, one.users) for one in case.design.security.remote_accesses)
    asked = case.requirements.remote_users
    if case.design.security.remote_accesses and provided < asked:
        yield Finding(
            message=f"remote access is laid out for {provided:,} of {asked:,} users",
            elements=tuple(one.id for one in case.design.security.remote_accesses),
            witness={"provided": provided, "asked": asked},
        )


def _largest(case: Case) -> int | None:
    """The first head-end of a known size."""
    for heads in head_ends(case.network):
        for place in heads.active:
            kind = case.network.device_types[place]
            if kind is not None and kind.firewall is not None and kind.firewall.tunnels and kind.firewall.ipsec_bps:
                return place
    return None


@vpn_heads.mutant("end more tunnels on one head than its type holds")
def many_spokes(case: Case) -> Patch | None:
    """From spokes that the design does not show."""
    place = _largest(case)
    kind = case.network.device_types[place] if place is not None else None
    if place is None or kind is None or kind.firewall is None:
        return None
    hub, count = case.network.devices[place].id, (kind.firewall.tunnels or 0) + 1
    return tuple(
        Add(
            "tunnels",
            Tunnel(id=f"heads-mutant-{n}", a=hub, b=f"spoke-{n}", kind=TunnelKind.IPSEC, inner_mtu_bytes=1400),
        )
        for n in range(count)
    )


@vpn_heads.mutant("let so many people in that no head encrypts what they send")
def many_people(case: Case) -> Patch | None:
    """Beyond what the type of the first head encrypts at all."""
    place, capacity = _largest(case), case.parameters.capacity
    kind = case.network.device_types[place] if place is not None else None
    rate = kind.firewall.ipsec_bps if kind is not None and kind.firewall is not None else None
    if not rate or not capacity.vpn_concurrency:
        return None
    heads = max(len(one.members) for one in head_ends(case.network))
    users = ceil(rate * heads / capacity.vpn_user_bps / capacity.vpn_concurrency) + 1
    accesses = case.design.security.remote_accesses
    return tuple(Set("remote_accesses", one.id, {"users": users}) for one in accesses) or None


@vpn_heads.mutant("provide for fewer people than were asked for")
def too_few(case: Case) -> Patch | None:
    """Half of them."""
    if not case.requirements.remote_users or not case.design.security.remote_accesses:
        return None
    each = case.requirements.remote_users // 2 // len(case.design.security.remote_accesses)
    return tuple(Set("remote_accesses", one.id, {"users": each}) for one in case.design.security.remote_accesses)


@vpn_heads.mutant("leave a single head-end where a device may fail")
def lonely_head(case: Case) -> Patch | None:
    """Every remote access keeps its first head; None where other tunnels keep more heads at the site."""
    if "node" not in case.parameters.redundancy[case.requirements.redundancy].failure_set:
        return None
    if any(heads.peers for heads in head_ends(case.network)):
        return None
    kept = [replace(one, heads=one.heads[:1]) for one in case.design.security.remote_accesses if one.heads]
    return tuple(Set("remote_accesses", one.id, {"heads": one.heads}) for one in kept) or None
