"""CAP-14: the circuits of each site carry what its people and flows ask for."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import NamedTuple

from netdesign.analysis.traffic.demand import growth_of, local_users
from netdesign.analysis.traffic.site_exits import Way, largest_lost, together, ways_out
from netdesign.model.patch import Patch, Set, SetRequirement
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, NetworkType, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.circuits import larger_tier

TINY = 1e-6
SPREAD_OUT = frozenset({NetworkType.WAN, NetworkType.HYBRID})


class Access(NamedTuple):
    """A site's circuits, and the peaks at the horizon that they must carry at the target utilisation."""

    site: str
    ways: tuple[Way, ...]
    down_bps: float
    up_bps: float


def _applies(case: Case) -> bool:
    asked = case.requirements
    return asked.network_type in SPREAD_OUT or len(asked.sites) > 1 or len(case.design.inventory.sites) > 1


@rule(
    code="CAP-14",
    name="wan-access",
    title="WAN Access Size per Site",
    category=Category.CAPACITY,
    severity=Severity.ERROR,
    applies="wide-area and hybrid networks, and designs of several sites",
    applicable=_applies,
    flags="A site whose circuits in use, in a direction, come to less than its peak at the horizon over the target"
    " utilisation: what its users' applications ask for or what flows put on its circuits, whichever is more. Or whose"
    " circuits, with the largest lost and those that stood by in use, carry less than the gold share of that.",
    passes="Every site's circuits carry its peak, and its gold share with the largest lost.",
    remedy="Take the next tier of the catalogue, or add a circuit.",
    references=("SOC 2 A1.1",),
    reading="Circuits on devices of an active/standby group that wait do not add up with those in use. The loss of the"
    " largest is asked of the redundancy levels that name a failure to survive: below, one circuit is what was"
    " ordered.",
)
def wan_access(case: Case) -> Iterator[Said]:
    """Adds up the circuits of each site and compares both directions with its demand."""
    survives = bool(case.parameters.redundancy[case.requirements.redundancy].failure_set)
    tightest = float("inf")
    for access in accesses(case):
        up_and_running = tuple(way for way in access.ways if way.active)
        tightest = min(tightest, _ratio(together(up_and_running), access, 1.0))
        if _ratio(together(up_and_running), access, 1.0) < 1 - TINY:
            yield _finding(access, together(up_and_running), 1.0)
        gold = case.parameters.capacity.gold_share_of_wan
        left = together(largest_lost(access.ways))
        if survives and _ratio(left, access, gold) < 1 - TINY:
            yield _finding(access, left, gold, lost=True)
    yield Measure(
        name="least that a site's circuits carry of what they must",
        value=round(tightest, 4) if tightest < float("inf") else None,
        threshold=1.0,
    )


def accesses(case: Case) -> tuple[Access, ...]:
    """Every site that was asked for or has a device, with its circuits and demand."""
    wanted = [site.id for site in case.requirements.sites]
    names = dict.fromkeys([*wanted, *(way.site for way in ways_out(case.network))])
    return tuple(_access(case, name) for name in names)


def _access(case: Case, site: str) -> Access:
    ways = tuple(way for way in ways_out(case.network) if way.site == site)
    level = case.parameters.redundancy[case.requirements.redundancy]
    scale = growth_of(case.requirements) / level.max_utilisation
    down = max(_people_bps(case, site), sum(way.carried_down_bps for way in ways))
    # Applications are counted downwards; what users send is counted by flows.
    up = sum(way.carried_up_bps for way in ways)
    return Access(site, ways, down * scale, up * scale)


def _people_bps(case: Case, site: str) -> float:
    """Peak of the applications of a site's users today, with what encryption adds where all is encrypted."""
    asked, wan = case.requirements, case.parameters.wan
    home = next((one for one in asked.sites if one.id == site), None)
    users = local_users(asked, home) if home is not None else 0
    kinds = ["saas", *(["voice"] if asked.voice else []), *(["video"] if asked.video else [])]
    each = sum(wan.concurrency[kind] * wan.application_bps[kind] for kind in kinds)
    return users * each * (1 + (case.parameters.capacity.ipsec_overhead if asked.requires_encryption else 0.0))


def _ratio(able: tuple[float, float], access: Access, share: float) -> float:
    """How often the scarcer direction holds its share of the demand."""
    pairs = zip(able, (access.down_bps * share, access.up_bps * share), strict=True)
    return min((rate / need for rate, need in pairs if need > 0), default=float("inf"))


def _finding(access: Access, able: tuple[float, float], share: float, *, lost: bool = False) -> Finding:
    when = " with the largest lost" if lost else ""
    return Finding(
        message=f"the circuits of {access.site} carry {able[0] / 1e6:,.1f}/{able[1] / 1e6:,.1f} Mbit/s (down/up){when};"
        f" {access.down_bps * share / 1e6:,.1f}/{access.up_bps * share / 1e6:,.1f} Mbit/s are needed",
        elements=(access.site,),
        witness={
            "site": access.site,
            "circuits": len(access.ways),
            "down_bps": round(able[0]),
            "up_bps": round(able[1]),
            "needed_down_bps": ceil(access.down_bps * share),
            "needed_up_bps": ceil(access.up_bps * share),
            "largest_lost": lost,
        },
    )


def _shrunk(case: Case, access: Access, share: float) -> Patch | None:
    """All circuits of a site at a share of what it needs in all."""
    links = {case.network.links[way.link].id for way in access.ways}
    if not links or not access.down_bps:
        return None
    rate = int(access.down_bps * share / len(links))
    sold = {one.link: one.id for one in case.design.cabling.circuits}
    return tuple(
        Set("circuits", sold[link], {"rate_down_bps": rate, "rate_up_bps": rate})
        if link in sold
        else Set("links", link, {"speed_bps": rate})
        for link in sorted(links)
    )


def _needy(case: Case) -> Access | None:
    found = [access for access in accesses(case) if access.down_bps > 0 and access.ways]
    return max(found, key=lambda access: (access.down_bps, access.site), default=None) if _applies(case) else None


@wan_access.mutant("halve the circuits that the busiest site needs")
def half_circuits(case: Case) -> Patch | None:
    """All of them together come to half its demand."""
    access = _needy(case)
    return _shrunk(case, access, 0.5) if access is not None else None


@wan_access.mutant("cut all circuits of a site but a thin one")
def thin_backup(case: Case) -> Patch | None:
    """The rest go out of service, and what is left is a tenth of the demand."""
    access = _needy(case)
    patch = _shrunk(case, access, 0.1 * len(access.ways)) if access is not None else None
    if access is None or patch is None:
        return None
    gone = [case.network.links[way.link].id for way in access.ways[1:]]
    return (*patch, *(Set("links", link, {"in_service": False}) for link in gone))


@wan_access.mutant("take every circuit of a site out of service")
def no_circuit(case: Case) -> Patch | None:
    """The site is left without a way out."""
    access = _needy(case)
    if access is None or not _people_bps(case, access.site):
        return None
    return tuple(Set("links", case.network.links[way.link].id, {"in_service": False}) for way in access.ways)


@wan_access.mutant("multiply the growth that the circuits are to bear")
def faster_growth(case: Case) -> Patch | None:
    """Until the busiest site needs twice what it has."""
    access = _needy(case)
    if access is None:
        return None
    factor = 2 * max(together(access.ways)[0] / access.down_bps, 1.0)
    return (SetRequirement({"growth_multiplier": growth_of(case.requirements) * factor}),)


@wan_access.fix("order the next larger tier that its port takes")
def next_tier(case: Case, finding: Finding) -> Patch | None:
    """For every circuit of the site, so that the rest carry the demand when the largest is lost."""
    access = next((one for one in accesses(case) if one.site == finding.witness.get("site")), None)
    if access is None or not access.ways:
        return None
    wanted = [finding.witness["needed_down_bps"], finding.witness["needed_up_bps"]]
    share = max(1, sum(way.active for way in access.ways) - bool(finding.witness["largest_lost"]))
    down, up = (rate / share for rate in wanted if isinstance(rate, int))
    patches = [larger_tier(case, case.network.links[way.link].id, down, up) for way in access.ways]
    return tuple(step for patch in patches if patch for step in patch) or None
