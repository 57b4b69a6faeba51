"""PRO-14: a link between two routers has two addresses, not a subnet full."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from netdesign.analysis.addressing.layer3 import media_of
from netdesign.analysis.facts.address_text import Parsed
from netdesign.analysis.facts.addresses import addresses, subnet_prefixes
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.analysis.facts.prefix_kinds import LINK_LOCAL, inside
from netdesign.analysis.protocols.readdressing import read
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import prefix_at
from netdesign.model.patch import Operation, Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Severity, SubnetPurpose
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

LENGTHS = {4: 31, 6: 127}
"""The prefix length of a point-to-point link by IP version (RFC 3021, RFC 6164)."""


def has_links(case: Case) -> bool:
    """Whether any link joins two routed ports with addresses, or any subnet is a link's."""
    return bool(_link_rows(case.network)) or bool(_link_subnets(case.network))


@rule(
    code="PRO-14",
    name="link-prefix-length",
    title="P2P prefix length",
    category=Category.PROTOCOL,
    severity=Severity.WARNING,
    applies="designs with routed links",
    applicable=has_links,
    flags="A link between two routed ports whose IPv4 addresses are not a /31, or whose IPv6 addresses are not a /127 "
    "(unnumbered ends and link-local addresses aside); a subnet for such a link of another length.",
    passes="Every routed link has exactly the two addresses that it needs.",
    remedy="Use /31 and /127.",
    references=("RFC 3021", "RFC 6164", "RFC 7404"),
    reading="No platform of the catalogue says that it cannot do /31, so a /30 is flagged as well.",
)
def wide_links(case: Case) -> Iterator[Said]:
    """Addresses that no host has are there to be scanned, and packets for them bounce between the two ends."""
    network, rows = case.network, addresses(case.network)
    links = _link_rows(network)
    for (_, version), members in links.items():
        wrong = [row for row in members if int(rows.length[row]) != LENGTHS[version]]
        if wrong:
            names = tuple(sorted({network.interfaces[int(rows.interface[row])].id for row in wrong}))
            length = int(rows.length[wrong[0]])
            yield Finding(
                message=f"the link at {names[0]} has IPv{version} addresses of a /{length}, not a /{LENGTHS[version]}",
                elements=names,
                witness={"length": length, "version": version},
            )
    for at in _link_subnets(network):
        subnet, version = network.design.addressing.subnets[at], int(subnet_prefixes(network).version[at])
        length = int(subnet_prefixes(network).length[at])
        if length != LENGTHS[version]:
            yield Finding(
                message=f"subnet {subnet.id} of a link is a /{length}, not a /{LENGTHS[version]}",
                elements=(subnet.id,),
                witness={"length": length, "version": version},
            )
    yield Measure(name="routed links with addresses, by IP version", value=len(links))


@analysis
def _link_rows(network: Network) -> dict[tuple[int, int], tuple[int, ...]]:
    """Own rows of `addresses` on wires between routed ports, by (wire, IP version); link-local ones aside."""
    rows, vlans = addresses(network), len(interfaces(network).vlans)
    medium = media_of(network)[rows.interface]
    local = inside(Parsed(rows.version, rows.high, rows.low, rows.length, rows.virtual), LINK_LOCAL)
    kept = np.flatnonzero((medium >= vlans) & ~rows.virtual & ~local & interfaces(network).up[rows.interface])
    found: dict[tuple[int, int], list[int]] = {}
    for row, wire, version in zip(kept.tolist(), medium[kept].tolist(), rows.version[kept].tolist(), strict=True):
        found.setdefault((wire, version), []).append(row)
    return {key: tuple(members) for key, members in found.items()}


@analysis
def _link_subnets(network: Network) -> tuple[int, ...]:
    known = subnet_prefixes(network).version
    purpose = SubnetPurpose.POINT_TO_POINT
    subnets = network.design.addressing.subnets
    return tuple(at for at, fact in enumerate(subnets) if fact.purpose is purpose and known[at])


def _widen(case: Case, version: int, length: int) -> Patch | None:
    """Give the addresses of the first link of an IP version another length."""
    rows = addresses(case.network)
    for (_, found), members in sorted(_link_rows(case.network).items()):
        facts = [case.network.interfaces[int(rows.interface[row])] for row in members]
        if found == version and len(facts) > 1:
            return _with_length(case, tuple(sorted({fact.id for fact in facts})), version, length)
    return None


def _with_length(case: Case, names: tuple[str, ...], version: int, length: int) -> Patch:
    """Interfaces whose addresses of an IP version get a length."""
    patch: list[Operation] = []
    for name in names:
        fact = case.network.by_id("interfaces")[name]
        changed = []
        for text in fact.addresses:
            one = read(text)
            fits = one is not None and one.version == version
            changed.append(str(one._replace(length=length)) if fits and one is not None else text)
        patch.append(Set("interfaces", name, {"addresses": tuple(changed)}))
    return tuple(patch)


@wide_links.mutant("a link gets a /24")
def with_24(case: Case) -> Patch | None:
    """Widen the IPv4 addresses of the first link to /24."""
    return _widen(case, 4, 24)


@wide_links.mutant("a link gets a /30")
def with_30(case: Case) -> Patch | None:
    """Widen the IPv4 addresses of the first link to /30."""
    return _widen(case, 4, 30)


@wide_links.mutant("a link gets an IPv6 /64")
def with_64(case: Case) -> Patch | None:
    """Widen the IPv6 addresses of the first link to /64."""
    return _widen(case, 6, 64)


@wide_links.mutant("the subnet of a link is planned too wide")
def wide_subnet(case: Case) -> Patch | None:
    """Widen the last subnet of a link by two bits."""
    for at in reversed(_link_subnets(case.network)):
        subnet = case.design.addressing.subnets[at]
        one = read(subnet.prefix)
        if one is not None and one.length == LENGTHS[one.version]:
            wide = prefix_at(one.version, one.address, one.length - 2)
            return (Set("subnets", subnet.id, {"prefix": str(wide)}),)
    return None


@wide_links.fix("both ends get a /31 or /127")
def narrowed(case: Case, finding: Finding) -> Patch | None:
    """Keep the addresses where they are the two of one short prefix."""
    known, version = case.network.by_id("interfaces"), int(str(finding.witness.get("version") or 0))
    names = tuple(name for name in finding.elements if name in known)
    if not names or version not in LENGTHS:
        return None
    return _with_length(case, names, version, LENGTHS[version])


@wide_links.fix("the subnet gets the prefix of the addresses in it")
def narrowed_subnet(case: Case, finding: Finding) -> Patch | None:
    """The short prefix of an address that lies in the subnet and in no other one."""
    subnets, rows = case.design.addressing.subnets, addresses(case.network)
    names = {at: subnets[at].id for at in _link_subnets(case.network) if subnets[at].id in finding.elements}
    taken = {subnet.prefix for subnet in subnets}
    for at, name in names.items():
        one = read(subnets[at].prefix)
        for row in range(rows.version.size) if one is not None else ():
            value = (int(rows.high[row]) << 64) | int(rows.low[row])
            if one is not None and rows.version[row] == one.version:
                short = prefix_at(one.version, value, LENGTHS[one.version])
                if one.prefix.covers(short) and str(short) not in taken:
                    return (Set("subnets", name, {"prefix": str(short)}),)
    return None
