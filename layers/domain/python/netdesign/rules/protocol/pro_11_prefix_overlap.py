"""PRO-11: no address stands for two places."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from netdesign.analysis.addressing.address_scopes import refitted, vrf_scopes
from netdesign.analysis.facts.address_text import parse
from netdesign.analysis.facts.addresses import subnet_prefixes
from netdesign.analysis.facts.nesting import nested
from netdesign.graph.allocation import BuddyAllocator
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import Prefix, parse_prefix, prefix_at, summarise
from netdesign.model.addressing import NatKind, Subnet
from netdesign.model.cloud import (
    CloudAttachment,
    CloudHub,
    CloudNetwork,
)
from netdesign.model.patch import Add, Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

OURS, POOL, RESERVED, CLOUD = "subnet", "pool", "reserved prefix", "cloud network"
Row = tuple[str, str, str]
"""What a prefix is of, its name, and the prefix."""
PRIVATE = tuple(parse_prefix(text) for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))


def has_subnets(case: Case) -> bool:
    """Whether any prefix is in use."""
    return bool(case.design.addressing.subnets or case.design.cloud.cloud_networks)


@rule(
    code="PRO-11",
    name="prefix-overlap",
    title="Prefix overlap",
    category=Category.PROTOCOL,
    severity=Severity.CRITICAL,
    applies="designs with subnets",
    applicable=has_subnets,
    flags="Two subnets that share addresses in one VRF, or in VRFs between which packets are routed; two pools of "
    "VRFs that do; a subnet inside a prefix that belongs to others; a cloud network on a hub that shares addresses "
    "with one of ours, or with another one on the same hub, without a one-to-one translation of both.",
    passes="No two subnets that can reach each other share an address.",
    remedy="Give one of the two a free block.",
    references=("RFC 4632", "RFC 1918"),
    reading="A summary is a pool, never a subnet, so two subnets that overlap are never parent and child. Prefixes "
    "that the requirements reserve stand for those of partners.",
)
def overlapping_prefixes(case: Case) -> Iterator[Said]:
    """A packet for an address that two places have goes to one of them."""
    network = case.network
    subnets = network.design.addressing.subnets
    for pair in _own_overlaps(network):
        yield _finding(*((OURS, subnets[at].id, subnets[at].prefix) for at in pair))
    yield from _pools(network)
    yield from _foreign(case)
    yield Measure(name="subnets compared", value=len(subnets))


@analysis
def _own_overlaps(network: Network) -> tuple[tuple[int, int], ...]:
    scopes = vrf_scopes(network)
    group = np.array([scopes[subnet.vrf] for subnet in network.design.addressing.subnets], np.int64)
    return nested(subnet_prefixes(network), group)


def _pools(network: Network) -> Iterator[Finding]:
    """Pools of VRFs: what is cut from one must not be cut from another."""
    rows = [(POOL, pool.id, pool.prefix) for pool in network.design.addressing.pools if pool.vrf is not None]
    for a, b in nested(parse([prefix for _, _, prefix in rows]), np.zeros(len(rows), np.int64)):
        yield _finding(rows[a], rows[b])


def _foreign(case: Case) -> Iterator[Finding]:
    """Prefixes of others against each other and against ours."""
    joined = [fact for fact in case.design.cloud.cloud_networks if _hubs(case, fact.id)]
    rows = [(RESERVED, text, text) for text in case.requirements.reserved_prefixes]
    rows += [(CLOUD, fact.id, prefix) for fact in joined for prefix in fact.prefixes]
    if not rows:
        return
    rows += [(OURS, subnet.id, subnet.prefix) for subnet in case.design.addressing.subnets]
    for a, b in nested(parse([prefix for _, _, prefix in rows]), np.zeros(len(rows), np.int64)):
        if _clash(case, rows[a], rows[b]):
            yield _finding(rows[a], rows[b])


def _finding(one: Row, two: Row) -> Finding:
    return Finding(
        message=f"{one[0]} {one[1]} ({one[2]}) and {two[0]} {two[1]} ({two[2]}) share addresses",
        elements=tuple(name for kind, name, _ in (one, two) if kind != RESERVED),
        witness={"prefixes": [one[2], two[2]], "kinds": [one[0], two[0]]},
    )


def _clash(case: Case, one: Row, two: Row) -> bool:
    """Whether two prefixes that share addresses can meet untranslated."""
    kinds = {one[0], two[0]}
    if kinds <= {OURS} or kinds <= {RESERVED} or _mapped(case, one[2], two[2]):
        return False
    if kinds == {CLOUD}:
        return one[1] == two[1] or bool(_hubs(case, one[1]) & _hubs(case, two[1]))
    return True


def _hubs(case: Case, cloud: str) -> frozenset[str]:
    return frozenset(fact.hub for fact in case.design.cloud.cloud_attachments if fact.network == cloud)


def _mapped(case: Case, *texts: str) -> bool:
    """Whether one-to-one translations cover every one of some prefixes."""
    static = [text for nat in case.design.addressing.nats if nat.kind is NatKind.STATIC for text in nat.inside]
    covers = [prefix for text in static if (prefix := _read(text)) is not None]
    parsed = [_read(text) for text in texts]
    return all(p is not None and sum(c.covers(p) for c in covers) >= len(texts) for p in parsed)


def _read(text: str) -> Prefix | None:
    parsed = parse([text])
    if not parsed.version[0]:
        return None
    value = (int(parsed.high[0]) << 64) | int(parsed.low[0])
    return prefix_at(int(parsed.version[0]), value, int(parsed.length[0]))


def _routed_together(case: Case, version: int) -> list[Subnet]:
    """Subnets of VLANs with interfaces in them that can all reach each other, by id."""
    scopes, found = vrf_scopes(case.network), dict[int, list[Subnet]]()
    for subnet in sorted(case.design.addressing.subnets, key=lambda one: one.id):
        prefix = _read(subnet.prefix)
        if prefix is not None and prefix.version == version and refitted(case.network, subnet, version) is not None:
            found.setdefault(scopes[subnet.vrf], []).append(subnet)
    return max(found.values(), key=len, default=[])


def _twice(case: Case, version: int) -> Patch | None:
    subnets = _routed_together(case, version)
    return (Set("subnets", subnets[1].id, {"prefix": subnets[0].prefix}),) if len(subnets) > 1 else None


@overlapping_prefixes.mutant("two subnets get one IPv4 prefix")
def same_prefix(case: Case) -> Patch | None:
    """Give the second subnet the prefix of the first."""
    return _twice(case, 4)


@overlapping_prefixes.mutant("two subnets get one IPv6 prefix")
def same_prefix_v6(case: Case) -> Patch | None:
    """Give the second subnet the IPv6 prefix of the first."""
    return _twice(case, 6)


@overlapping_prefixes.mutant("a subnet swallows its neighbour")
def swallowed(case: Case) -> Patch | None:
    """Widen the lower of the two nearest subnets until it covers the other."""
    subnets = sorted(_routed_together(case, 4), key=lambda one: parse_prefix(one.prefix))
    if len(subnets) < 2:
        return None
    wide = parse_prefix(subnets[0].prefix)
    while not wide.covers(parse_prefix(subnets[1].prefix)):
        wide = wide.parent()
    return (Set("subnets", subnets[0].id, {"prefix": str(wide)}),)


@overlapping_prefixes.mutant("a cloud network gets addresses of ours")
def cloud_twin(case: Case) -> Patch | None:
    """Join a cloud network with the prefix of a subnet to a hub."""
    subnets = _routed_together(case, 4)
    if not subnets or "mutant-cloud" in case.network.by_id("cloud_networks"):
        return None
    zones = ("a", "b")
    network = CloudNetwork(
        id="mutant-cloud", provider="cloud", region="r1", prefixes=(subnets[0].prefix,), availability_zones=zones
    )
    hub = CloudHub(id="mutant-hub", provider="cloud", region="r1", asn=64_600)
    joined = CloudAttachment(id="mutant-attachment", network=network.id, hub=hub.id, availability_zones=zones)
    return (
        Add("cloud_networks", network),
        Add("cloud_hubs", hub),
        Add("cloud_attachments", joined),
    )


@overlapping_prefixes.fix("the subnet gets the prefix that its gateways have")
def as_held(case: Case, finding: Finding) -> Patch | None:
    """Follow the interfaces in the VLAN."""
    known = case.network.by_id("subnets")
    for name in reversed(finding.elements):
        prefix = _read(known[name].prefix) if name in known else None
        if prefix is not None:
            right = refitted(case.network, known[name], prefix.version, case.requirements.growth_multiplier)
            if right is not None and right != str(prefix):
                return (Set("subnets", name, {"prefix": right}),)
    return None


@overlapping_prefixes.fix("the cloud network gets a free private block")
def renumbered_cloud(case: Case, finding: Finding) -> Patch | None:
    """Cut the first free block of the same size from private space."""
    clouds = case.network.by_id("cloud_networks")
    name = next((one for one in finding.elements if one in clouds), None)
    wanted = [_read(text) for text in clouds[name].prefixes] if name is not None else []
    if not wanted or any(prefix is None or prefix.version != 4 for prefix in wanted):
        return None
    space = BuddyAllocator(PRIVATE)
    for taken in _taken(case, name or ""):
        space.reserve(taken)
    fresh = tuple(str(space.allocate(prefix.length, dense=True)) for prefix in wanted if prefix is not None)
    return (Set("cloud_networks", name or "", {"prefixes": fresh}),)


def _taken(case: Case, but: str) -> list[Prefix]:
    """Private IPv4 prefixes in use, apart."""
    texts = [fact.prefix for fact in case.design.addressing.subnets]
    texts += [fact.prefix for fact in case.design.addressing.pools]
    texts += case.requirements.reserved_prefixes
    texts += [text for fact in case.design.cloud.cloud_networks if fact.id != but for text in fact.prefixes]
    known = [prefix for text in texts if (prefix := _read(text)) is not None]
    return summarise(prefix for prefix in known if any(block.covers(prefix) for block in PRIVATE))
