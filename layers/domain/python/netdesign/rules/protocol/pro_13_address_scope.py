"""PRO-13: addresses are our own, or set aside for everyone's private use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from netdesign.analysis.addressing.address_scopes import refitted
from netdesign.analysis.facts.address_text import Parsed, parse, written
from netdesign.analysis.facts.addresses import addresses, subnet_prefixes
from netdesign.analysis.facts.prefix_kinds import CONTAINERS, LINK_LOCAL, PRIVATE, SHARED, inside, special_use
from netdesign.analysis.facts.row_codes import among, row_codes
from netdesign.analysis.protocols.readdressing import read, right_address
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import address_text
from netdesign.model.addressing import Subnet
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, InterfaceKind, Role, Severity, SubnetPurpose
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case


class Item(NamedTuple):
    """A prefix in use: the fact that has it, its text, whether hosts live in it, and whether it is a tunnel's."""

    owner: str
    text: str
    hosts: bool
    tunnel: bool


def has_prefixes(case: Case) -> bool:
    """Whether any prefix or address is in use."""
    return bool(_items(case.network))


@rule(
    code="PRO-13",
    name="address-scope",
    title="Address scope validity",
    category=Category.PROTOCOL,
    severity=Severity.ERROR,
    applies="designs with addresses",
    applicable=has_prefixes,
    flags="A subnet, pool or address inside that is neither private, unique local, nor in a public prefix that the "
    "requirements say is ours; one of special-purpose space (documentation, benchmarks, loopback, multicast, "
    "reserved, fc00::/8, link local outside tunnels); a unique local prefix without a random number; shared provider "
    "space for hosts; hosts in the range that container hosts use inside themselves (warning).",
    passes="Every prefix inside is private, unique local with a random number, or our own.",
    remedy="Renumber from the address plan.",
    references=("RFC 1918", "RFC 6598", "RFC 6890", "RFC 5737", "RFC 3849", "RFC 9637", "RFC 4193"),
    reading="Links to providers may have addresses that the providers assign.",
)
def addresses_of_others(case: Case) -> Iterator[Said]:
    """Who uses addresses of others cannot reach those others, and leaks routes that nobody believes."""
    items = _items(case.network)
    prefixes = parse([item.text for item in items])
    special = special_use(prefixes)
    owned = [text for text in (*case.requirements.supernets, case.requirements.ipv6_supernet) if text]
    assigned = _provider_networks(case.network)
    shared, local = inside(prefixes, SHARED), inside(prefixes, LINK_LOCAL)
    ours = inside(prefixes, (*PRIVATE, *owned))
    for at in np.flatnonzero(prefixes.version).tolist():
        item, problem = items[at], special.get(at)
        if problem is not None:
            problem = f"is set aside: {problem}"
        elif shared[at]:
            problem = "is shared space between providers and customers, not for hosts" if item.hosts else None
        elif local[at]:
            problem = None if item.tunnel or prefixes.version[at] == 6 else "is link local"
        elif not ours[at] and _net(prefixes, at) not in assigned:
            problem = "belongs to somebody else"
        if problem is not None:
            yield _finding(item, problem, None)
    for at in np.flatnonzero(inside(prefixes, CONTAINERS)).tolist():
        if items[at].hosts:
            yield _finding(items[at], "is what container hosts use inside themselves", Severity.WARNING)
    yield Measure(name="prefixes and addresses checked", value=len(items))


def _finding(item: Item, problem: str, severity: Severity | None) -> Finding:
    return Finding(
        message=f"{item.text} of {item.owner} {problem}",
        elements=(item.owner,),
        witness={"prefix": item.text},
        severity=severity,
    )


def _net(prefixes: Parsed, at: int) -> tuple[int, int, int]:
    high, low = (int(words[at]) for words in prefixes.networks())
    return int(prefixes.version[at]), (high << 64) | low, int(prefixes.length[at])


@analysis
def _items(network: Network) -> tuple[Item, ...]:
    """Subnets, pools and addresses of ours that lie in no subnet."""
    hosts = SubnetPurpose.HOSTS
    found = [Item(s.id, s.prefix, s.purpose is hosts, False) for s in network.design.addressing.subnets]
    found += [Item(p.id, p.prefix, False, False) for p in network.design.addressing.pools]
    theirs = {device.id for device in network.devices if device.role is Role.PROVIDER}
    rows, prefixes = addresses(network), subnet_prefixes(network)
    known = np.flatnonzero(prefixes.version)
    high, low = prefixes.networks()
    codes = row_codes(
        np.concatenate([rows.version, prefixes.version[known]]),
        np.concatenate([rows.network_high, high[known]]),
        np.concatenate([rows.network_low, low[known]]),
        np.concatenate([rows.length, prefixes.length[known]]),
    )
    count = rows.version.size
    for row in np.flatnonzero(~among(codes[:count], codes[count:])).tolist():
        fact = network.interfaces[int(rows.interface[row])]
        text = written(*(int(words[row]) for words in (rows.version, rows.high, rows.low, rows.length)))
        if fact.device not in theirs and not text.startswith("fe80:"):
            found.append(Item(fact.id, text, False, fact.kind is InterfaceKind.TUNNEL))
    return tuple(found)


@analysis
def _provider_networks(network: Network) -> frozenset[tuple[int, int, int]]:
    """The networks of links to providers."""
    rows = addresses(network)
    theirs = {at for at, device in enumerate(network.devices) if device.role is Role.PROVIDER}
    device = network.interface_devices[rows.interface].tolist()
    at = [row for row, one in enumerate(device) if one in theirs]
    columns = (rows.version, rows.network_high, rows.network_low, rows.length)
    values = zip(*(column[at].tolist() for column in columns), strict=True)
    return frozenset((version, (high << 64) | low, length) for version, high, low, length in values)


def _subnet(case: Case, version: int) -> Subnet | None:
    """The first subnet with hosts whose prefix follows from what stands in its VLAN."""
    for subnet in sorted(case.design.addressing.subnets, key=lambda one: one.id):
        one = read(subnet.prefix)
        if one is not None and one.version == version and subnet.purpose is SubnetPurpose.HOSTS:
            return subnet if refitted(case.network, subnet, version) else None
    return None


def _renumber(case: Case, base: str, version: int = 4) -> Patch | None:
    """Give the first subnet with hosts the prefix of its length at `base`."""
    subnet = _subnet(case, version)
    one, start = read(subnet.prefix) if subnet is not None else None, read(base)
    if subnet is None or one is None or start is None:
        return None
    length = one.length if version == 6 else max(one.length, 26)
    return (Set("subnets", subnet.id, {"prefix": str(start._replace(length=length).prefix)}),)


@addresses_of_others.mutant("hosts live in documentation space")
def documentation(case: Case) -> Patch | None:
    """Renumber a subnet into 203.0.113.0/24."""
    return _renumber(case, "203.0.113.0")


@addresses_of_others.mutant("hosts live in shared provider space")
def shared_space(case: Case) -> Patch | None:
    """Renumber a subnet into 100.64.0.0/10."""
    return _renumber(case, "100.64.0.0")


@addresses_of_others.mutant("hosts live in addresses of somebody else")
def somebody_else(case: Case) -> Patch | None:
    """Renumber a subnet into public space."""
    return _renumber(case, "8.8.8.0")


@addresses_of_others.mutant("a unique local prefix has no random number")
def no_random_number(case: Case) -> Patch | None:
    """Renumber an IPv6 subnet into fd00:0:0::/48."""
    return _renumber(case, "fd00:0:0:7::", 6)


@addresses_of_others.mutant("hosts live where containers do")
def containers(case: Case) -> Patch | None:
    """Renumber a subnet into 172.17.0.0/16."""
    return _renumber(case, "172.17.0.0")


@addresses_of_others.mutant("an interface gets a link-local address")
def link_local(case: Case) -> Patch | None:
    """Give the last loopback an address of 169.254.0.0/16."""
    for fact in reversed(case.network.interfaces):
        if fact.kind is InterfaceKind.LOOPBACK and fact.addresses and ":" not in fact.addresses[0]:
            changed = (f"{address_text(4, 0xA9FE_0909)}/32", *fact.addresses[1:])
            return (Set("interfaces", fact.id, {"addresses": changed}),)
    return None


@addresses_of_others.fix("the subnet gets the prefix that its gateways have")
def as_held(case: Case, finding: Finding) -> Patch | None:
    """Follow the interfaces in the VLAN."""
    known = case.network.by_id("subnets")
    for name in finding.elements:
        one = read(known[name].prefix) if name in known else None
        if one is not None:
            right = refitted(case.network, known[name], one.version, case.requirements.growth_multiplier)
            return (Set("subnets", name, {"prefix": right}),) if right not in (None, str(one)) else None
    return None


@addresses_of_others.fix("the interface gets an address of the plan")
def readdressed(case: Case, finding: Finding) -> Patch | None:
    """Give the interface a free address of the subnet that it belongs to."""
    known, text = case.network.by_id("interfaces"), str(finding.witness.get("prefix", ""))
    for name in finding.elements:
        new = right_address(case.network, name, text) if name in known else None
        if new is not None and text in known[name].addresses:
            changed = tuple(new if one == text else one for one in known[name].addresses)
            return (Set("interfaces", name, {"addresses": changed}),)
    return None
