"""CAP-24: no subnet is full before the horizon."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

import numpy as np

from netdesign.analysis.traffic.demand import growth_of
from netdesign.analysis.traffic.subnet_fill import subnet_fill
from netdesign.catalog.cloud_quotas import quotas_of
from netdesign.errors import InvalidInputError
from netdesign.graph.prefixes import WIDTH, parse_prefix
from netdesign.model.patch import Patch, Set, SetRequirement
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

TINY = 1e-6


def _applies(case: Case) -> bool:
    return bool(case.design.addressing.subnets or case.design.cloud.cloud_subnets)


@rule(
    code="CAP-24",
    name="subnet-utilisation",
    title="Subnet Utilisation",
    category=Category.CAPACITY,
    severity=Severity.ERROR,
    applies="designs with subnets",
    applicable=_applies,
    flags="A subnet with fewer usable addresses than hosts at the horizon: those planned on it, or those attached to"
    " its VLAN where they are more; one that is fuller than the share that calls for a larger one (a warning). A subnet"
    " at a cloud provider lacks the addresses that the provider keeps.",
    passes="Every subnet has addresses to spare at the horizon.",
    remedy="Take the next shorter prefix from the block of the site.",
    references=("RFC 950", "RFC 3021", "documentation of cloud providers"),
    reading="Hosts grow where the subnet is for hosts; transits and links between devices keep their number.",
)
def subnet_utilisation(case: Case) -> Iterator[Said]:
    """Compares hosts at the horizon with usable addresses."""
    most, growth, fill = 0.0, growth_of(case.requirements), subnet_fill(case.network)
    grown = np.where(fill.growing, np.ceil(fill.hosts * growth - TINY), np.ceil(fill.hosts - TINY))
    with np.errstate(invalid="ignore"):
        share = grown / fill.usable
        share[np.isnan(share)] = 0.0
    warn = case.parameters.capacity.subnet_warning_share
    subnets = case.design.addressing.subnets
    for at in np.flatnonzero(share > warn + TINY).tolist():
        yield _finding(case, subnets[at].id, subnets[at].prefix, int(grown[at]), int(fill.usable[at]))
    for at in np.flatnonzero(np.isnan(fill.usable)).tolist():
        yield Gap(message=f"{subnets[at].prefix!r} of {subnets[at].id} is no prefix", elements=(subnets[at].id,))
    most = float(share.max(initial=0.0))
    for said, fullness in _cloud(case):
        most = max(most, fullness)
        if said is not None:
            yield said
    yield Measure(name="fullest subnet at the horizon", value=round(most, 4), threshold=warn)


def _finding(case: Case, identity: str, prefix: str, hosts: int, usable: int) -> Finding:
    warn = case.parameters.capacity.subnet_warning_share
    full = hosts > usable
    return Finding(
        message=f"{prefix} has {usable:,} addresses for {hosts:,} hosts at the horizon"
        + ("" if full else f"; {warn:.0%} should be in use at most"),
        elements=(identity,),
        witness={"subnet": identity, "prefix": prefix, "hosts": hosts, "usable": usable, "share": warn},
        severity=None if full else Severity.WARNING,
    )


def _cloud(case: Case) -> Iterator[tuple[Finding | Gap | None, float]]:
    """Subnets at cloud providers, with how full they are."""
    networks = case.network.by_id("cloud_networks")
    for subnet in case.design.cloud.cloud_subnets:
        home = networks.get(subnet.network)
        quotas = quotas_of(home.provider) if home is not None else None
        try:
            prefix = parse_prefix(subnet.prefix)
        except InvalidInputError:
            yield Gap(message=f"{subnet.prefix!r} of {subnet.id} is no prefix", elements=(subnet.id,)), 0.0
            continue
        bits = WIDTH[prefix.version] - prefix.length
        usable = max(0, (1 << bits) - (quotas.reserved_addresses if quotas is not None else 2))
        hosts = ceil(max(0, subnet.workloads) * growth_of(case.requirements) - TINY)
        share = hosts / usable if usable else float(hosts > 0) * 2
        full = share > case.parameters.capacity.subnet_warning_share + TINY
        yield (_finding(case, subnet.id, subnet.prefix, hosts, usable) if full else None), share


def _planned(case: Case) -> tuple[int, int] | None:
    """(position, usable addresses) of the smallest subnet that hosts are on."""
    fill = subnet_fill(case.network)
    rows = np.flatnonzero(fill.growing & (fill.hosts > 0) & np.isfinite(fill.usable)).tolist()
    return min(((int(fill.usable[at]), at) for at in rows), default=(0, -1))[::-1] if rows else None


@subnet_utilisation.mutant("plan more hosts on a subnet than it has addresses")
def too_many_hosts(case: Case) -> Patch | None:
    """On the smallest with hosts."""
    found = _planned(case)
    if found is None:
        return None
    return (Set("subnets", case.design.addressing.subnets[found[0]].id, {"planned_hosts": found[1] + 1}),)


@subnet_utilisation.mutant("take a longer prefix for a subnet with hosts")
def longer_prefix(case: Case) -> Patch | None:
    """So long that nothing is left but two addresses."""
    fill = subnet_fill(case.network)
    for at in np.flatnonzero(fill.growing & (fill.hosts > 2) & np.isfinite(fill.usable)).tolist():
        subnet = case.design.addressing.subnets[at]
        prefix = parse_prefix(subnet.prefix)
        if prefix.version == 4:
            changed = prefix._replace(length=WIDTH[4] - 2)
            return (Set("subnets", subnet.id, {"prefix": str(changed)}),)
    return None


@subnet_utilisation.mutant("attach more endpoints to a VLAN than its subnet has addresses")
def crowd(case: Case) -> Patch | None:
    """The planned number stays as it is."""
    fill, subnets = subnet_fill(case.network), case.design.addressing.subnets
    rooms: dict[str, float] = {}
    for at in np.flatnonzero(fill.growing & np.isfinite(fill.usable)).tolist():
        name = subnets[at].vlan
        if name is not None:
            rooms[name] = rooms.get(name, 0.0) + float(fill.usable[at])
    for group in case.design.inventory.endpoint_groups:
        mine = [one for one in case.design.inventory.attachments if one.group == group.id]
        if mine and group.vlans and all(vlan in rooms for vlan in group.vlans):
            many = (int(sum(rooms[vlan] for vlan in group.vlans)) + 1) * (len(group.vlans) + 1)
            patch = [Set("attachments", one.id, {"endpoints": many}) for one in mine]
            return (Set("endpoint_groups", group.id, {"count": many * len(mine)}), *patch)
    return None


@subnet_utilisation.mutant("let hosts grow beyond the subnets made for them")
def more_growth(case: Case) -> Patch | None:
    """By a factor that the fullest subnet does not bear."""
    fill = subnet_fill(case.network)
    rows = np.flatnonzero(fill.growing & (fill.hosts > 0) & np.isfinite(fill.usable))
    if not rows.size:
        return None
    factor = float((fill.usable[rows] / fill.hosts[rows]).min()) + 1
    return (SetRequirement({"growth_multiplier": factor}),)
