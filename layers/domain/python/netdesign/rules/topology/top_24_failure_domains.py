"""TOP-24: one failure drops no more endpoints than the redundancy level lets it."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.equipment.homing import SERVERS
from netdesign.analysis.facts.tiers import fabrics, uplinks
from netdesign.analysis.failure.failure_domains import DEVICE, FEED, PAIR, Domain, domains, site_endpoints
from netdesign.model.inventory import Attachment, Homing
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Redundancy, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.diversity import refed

SHOWN = 10


def _applies(case: Case) -> bool:
    return bool(site_endpoints(case.network)) and bool(case.design.inventory.attachments)


@rule(
    code="TOP-24",
    name="failure-domain-size",
    title="Failure-domain size",
    category=Category.TOPOLOGY,
    severity=Severity.ERROR,
    applies="designs with wired endpoints",
    applicable=_applies,
    flags="A device (with what hangs behind it alone), the feed of a rack, or an MLAG pair whose failure drops more"
    " endpoints than the redundancy level allows; from medium on, a device or feed that drops more than a set share of"
    " its site.",
    passes="No single failure drops more endpoints than the limit, or a larger share of its site than allowed.",
    remedy="Spread the endpoints over more, smaller switches, or give them a second home.",
    references=("NIST SP 800-53 CP-2", "Cell-based design (blast radius)"),
    reading="Endpoints count that lose all of their ports; those of access points roam to others and do not. The share"
    " is asked from redundancy medium on, not of a pair, and of no failure that drops as few as the strictest level"
    " allows anyway: the only switch of a branch office cannot be less than all of it.",
)
def failure_domain_size(case: Case) -> Iterator[Said]:
    """Counts what each failure drops, and holds it to the limit and to the share of its site."""
    limit = _limit(case)
    worst: Domain | None = None
    for domain in domains(case.network):
        worst = worst or domain
        allowed = _allowed(case, domain)
        if allowed is not None and domain.endpoints > allowed:
            yield _finding(case, domain, allowed)
    yield Measure(name="most endpoints that one failure drops", value=worst.endpoints if worst else 0, threshold=limit)


def _limit(case: Case) -> int | None:
    return case.parameters.redundancy[case.requirements.redundancy].max_single_homed_endpoints


def _allowed(case: Case, domain: Domain) -> int | None:
    """How many endpoints a domain may drop; None without limit."""
    limits = [level.max_single_homed_endpoints for level in case.parameters.redundancy.values()]
    floor = min((limit for limit in limits if limit is not None), default=0)
    limit, whole = _limit(case), site_endpoints(case.network).get(domain.site, 0)
    if domain.kind == PAIR or not case.requirements.redundancy.at_least(Redundancy.MEDIUM):
        return limit
    share = max(floor, int(whole * case.parameters.topology.max_failure_domain_share))
    return share if limit is None else min(limit, share)


def _finding(case: Case, domain: Domain, allowed: int) -> Finding:
    whole = site_endpoints(case.network).get(domain.site, 0)
    others = len(domain.devices) - 1 if domain.kind == DEVICE else 0
    behind = f" with {others} devices behind it" if others else ""
    return Finding(
        message=f"the {domain.kind} {domain.name}{behind} drops {domain.endpoints} of the {whole} endpoints of"
        f" {domain.site}; {allowed} may fall at once",
        elements=domain.devices[:SHOWN] if domain.kind != PAIR else (domain.name, *domain.devices),
        witness={"kind": domain.kind, "name": domain.name, "endpoints": domain.endpoints, "allowed": allowed,
                 "site": whole, "devices": list(domain.devices[:SHOWN])},
    )  # fmt: skip


def _single(case: Case) -> list[Attachment]:
    """Attachments of endpoints that have one port each."""
    groups = case.network.by_id("endpoint_groups")
    return [
        one
        for one in case.design.inventory.attachments
        if one.group in groups and groups[one.group].homing is Homing.SINGLE and groups[one.group].kind not in SERVERS
    ]


def _too_many(case: Case, site: str, endpoints: int) -> bool:
    allowed = _allowed(case, Domain(DEVICE, "", site, (), endpoints))
    return allowed is not None and endpoints > allowed


@failure_domain_size.mutant("plug every user and thing of a site into one large switch")
def one_chassis(case: Case) -> Patch | None:
    """All attachments move to the device of the first."""
    return _gathered(case, _single(case))


@failure_domain_size.mutant("plug a whole population into one switch")
def one_population(case: Case) -> Patch | None:
    """The group with most endpoints that have one port each."""
    groups: dict[str, list[Attachment]] = {}
    for one in _single(case):
        groups.setdefault(one.group, []).append(one)
    most = max(groups.values(), key=lambda held: (sum(one.endpoints for one in held), held[0].group), default=[])
    return _gathered(case, most)


def _gathered(case: Case, held: list[Attachment]) -> Patch | None:
    known = case.network.by_id("devices")
    held = [one for one in held if one.device in known]
    site = known[held[0].device].site if held else ""
    mine = [one for one in held if known[one.device].site == site]
    if not _too_many(case, site, sum(one.endpoints for one in mine)):
        return None
    return tuple(Set("attachments", one.id, {"device": mine[0].device}) for one in mine[1:]) or None


@failure_domain_size.mutant("leave one switch of the top tier")
def one_top(case: Case) -> Patch | None:
    """All endpoints of the site hang behind it."""
    for fabric in fabrics(case.network):
        here = {case.network.devices[place].id for place in fabric.edge.tolist()} if len(fabric.tiers) > 1 else set()
        count = sum(one.endpoints for one in case.design.inventory.attachments if one.device in here)
        if _too_many(case, fabric.site, count // 2) and len(fabric.tiers) > 1 and len(fabric.top) > 1:
            gone = [case.network.devices[place].id for place in fabric.top[1:].tolist()]
            return tuple(Set("devices", name, {"in_service": False}) for name in gone)
    return None


@failure_domain_size.mutant("leave a block one distribution switch")
def one_distribution(case: Case) -> Patch | None:
    """All endpoints of the block hang behind it."""
    network, rising = case.network, uplinks(case.network)
    for fabric in fabrics(network):
        for tier in fabric.tiers[1:-1]:
            for place in tier.tolist():
                below = {network.devices[n].id for n in set(rising.lower[rising.upper == place].tolist())}
                block = network.devices[place].block
                mates = [n for n in tier.tolist() if n != place and network.devices[n].block == block]
                count = sum(one.endpoints for one in _single(case) if one.device in below)
                if mates and _too_many(case, fabric.site, count):
                    return tuple(Set("devices", network.devices[n].id, {"in_service": False}) for n in mates)
    return None


@failure_domain_size.fix("bring the peers of the device back into service")
def restored(case: Case, finding: Finding) -> Patch | None:
    """Those of its role and site that are out of service."""
    me = case.network.by_id("devices").get(str(finding.witness.get("name")))
    peers = [one for one in case.network.devices if me and (one.role, one.site) == (me.role, me.site)]
    return tuple(Set("devices", one.id, {"in_service": True}) for one in peers if not one.in_service) or None


@failure_domain_size.fix("feed every second switch from the other side")
def other_side(case: Case, finding: Finding) -> Patch | None:
    """Or from both, where it has two supplies."""
    names, known = finding.witness.get("devices"), case.network.by_id("devices")
    if finding.witness.get("kind") != FEED or not isinstance(names, list):
        return None
    patches = [refed(case, known[str(name)]) for name in names[1::2] if str(name) in known]
    return tuple(operation for patch in patches if patch for operation in patch) or None


@failure_domain_size.fix("spread the endpoints over switches like it")
def spread(case: Case, finding: Finding) -> Patch | None:
    """Each attachment but the first to a switch of its type that has its VLANs and its ports free."""
    me = case.network.by_id("devices").get(str(finding.witness.get("name")))
    if me is None or finding.witness.get("kind") != DEVICE:
        return None
    held = [one for one in _single(case) if one.device == me.id]
    peers = [one for one in case.network.devices if (one.role, one.site) == (me.role, me.site)]
    others = [one for one in peers if one.in_service and one.id != me.id]
    taken: dict[str, set[str]] = {device.id: set() for device in others}
    for link in case.network.links:
        for end in (link.a, link.b):
            taken.setdefault(end.device, set()).add(end.port)
    for one in case.design.inventory.attachments:
        taken.setdefault(one.device, set()).update(one.ports)
    load = {device.id: 0 for device in others}
    moved: list[Set] = []
    crowd: set[str] = set()
    for one in held:
        clash = bool(crowd & set(one.ports))
        crowd |= set(one.ports)
        fit = [d.id for d in others if taken[d.id].isdisjoint(one.ports) and _carries(case, one, d.id)]
        if fit and (clash or (not one.ports and moved)):
            best = min(fit, key=lambda name: (load[name], name))
            taken[best] |= set(one.ports)
            load[best] += one.endpoints
            moved.append(Set("attachments", one.id, {"device": best}))
    return tuple(moved) or None


def _carries(case: Case, one: Attachment, device: str) -> bool:
    """Whether a device has all VLANs that the ports of an attachment carry."""
    profile, vlans = case.network.by_id("port_profiles").get(one.profile), case.network.by_id("vlans")
    names = (*profile.vlans, *filter(None, (profile.native_vlan,))) if profile is not None else ()
    return all(device in vlans[name].devices for name in names if name in vlans)
