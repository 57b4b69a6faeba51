"""PRO-12: every address stands once, in its subnet, where a host may have it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from netdesign.analysis.address_faults import Clash, clashes, strays, unequal_masks, unusable, vlan_name
from netdesign.analysis.address_text import parse, written
from netdesign.analysis.addresses import addresses
from netdesign.analysis.layer3 import media_of
from netdesign.analysis.readdressing import free_address, read, right_address, wrong_holder
from netdesign.analysis.routed_links import alone
from netdesign.analysis.row_codes import among, row_codes
from netdesign.graph.network import Network
from netdesign.model.addressing import Interface, VirtualGateway
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, InterfaceKind, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case


def has_addresses(case: Case) -> bool:
    """Whether any interface or service has an address."""
    services = case.design.infrastructure.service_instances
    return bool(services) or any(i.addresses or i.virtual_addresses for i in case.network.interfaces)


@rule(
    code="PRO-12",
    name="address-correctness",
    title="Address correctness",
    category=Category.PROTOCOL,
    severity=Severity.CRITICAL,
    applies="designs with addresses",
    applicable=has_addresses,
    flags="An address that two interfaces (or services) hold where packets are routed between them, gateways that "
    "share a virtual one aside; a virtual address that is an interface's own, without VRRP priority 255; ends of a "
    "link in different subnets, or with different masks; the address of the network itself or of all its hosts; one "
    "outside every subnet of the VLAN that its port is in; a service outside its subnet; text that is no address.",
    passes="Every address stands once, in a subnet of its own link or VLAN.",
    remedy="Give the interface a free address of the subnet of its link or VLAN.",
    references=("RFC 1122", "RFC 3021", "RFC 9568"),
    reading="A management port is in the VLAN of the switch port that it is plugged into. Two kinds of service may "
    "share the address of one host; two instances of one kind may not.",
)
def wrong_addresses(case: Case) -> Iterator[Said]:
    """Two holders of one address get each other's packets; an address of no subnet gets none."""
    network = case.network
    for at, text in addresses(network).malformed:
        yield _about(network.interfaces[at], text, "is no address")
    yield from (_twice(network, clash) for clash in clashes(network))
    for row in unusable(network):
        yield _about(*_row(network, row), "is no host's: it stands for the network or for all its hosts")
    for row in strays(network):
        vlan = vlan_name(network, int(addresses(network).interface[row]))
        yield _about(*_row(network, row), f"lies in no subnet of VLAN {vlan}" if vlan else "lies in no subnet")
    for clash in unequal_masks(network):
        one, two = _row(network, clash.first), _row(network, clash.second)
        yield _about(*two, f"and {one[1]} of {one[0].id} disagree about their subnet", one[0])
    for _, at in alone(network):
        fact = network.interfaces[at]
        yield _about(fact, ", ".join(fact.addresses), "shares no subnet with the other end of its link")
    yield from _services(network)
    yield Measure(name="addresses compared", value=int(addresses(network).version.size))


def _row(network: Network, row: int) -> tuple[Interface, str]:
    rows = addresses(network)
    text = written(int(rows.version[row]), int(rows.high[row]), int(rows.low[row]), int(rows.length[row]))
    return network.interfaces[int(rows.interface[row])], text


def _about(fact: Interface, text: str, problem: str, *others: Interface) -> Finding:
    return Finding(
        message=f"{text} of {fact.id} {problem}",
        elements=(fact.id, *(other.id for other in others)),
        witness={"address": text},
    )


def _twice(network: Network, clash: Clash) -> Finding:
    (one, text), (two, _) = _row(network, clash.first), _row(network, clash.second)
    virtual = addresses(network).virtual[[clash.first, clash.second]].any()
    problem = f"is held by {two.id} as well"
    if virtual:
        problem = f"is a virtual address as well, of {two.id}"
    return _about(one, text, problem, *(() if one.id == two.id else (two,)))


def _services(network: Network) -> Iterator[Finding]:
    subnets, seen, taken = network.by_id("subnets"), dict[tuple[str, int, int], str](), _taken(network)
    for service in network.design.infrastructure.service_instances:
        one, subnet = read(service.address), subnets.get(service.subnet)
        around = read(subnet.prefix) if subnet is not None else None
        problem = "is no address"
        if one is not None:
            key = service.kind.value, one.version, one.address
            holders = taken.get((one.version, one.address), set())
            others = [name for name in (seen.setdefault(key, service.id), *sorted(holders)) if name != service.id]
            problem = f"is held by {others[0]} as well" if others else ""
            if around is not None and not around.prefix.covers(one._replace(length=_width(one.version)).prefix):
                problem = f"lies outside its subnet {service.subnet}"
        if problem:
            yield Finding(
                message=f"{service.address} of {service.id} {problem}",
                elements=(service.id,),
                witness={"address": service.address},
            )


def _taken(network: Network) -> dict[tuple[int, int], set[str]]:
    """The interfaces that hold each address of a service."""
    rows = addresses(network)
    parsed = parse([service.address for service in network.design.infrastructure.service_instances])
    count, found = parsed.version.size, dict[tuple[int, int], set[str]]()
    pairs = ((parsed.version, rows.version), (parsed.high, rows.high), (parsed.low, rows.low))
    codes = row_codes(*(np.concatenate(pair) for pair in pairs))
    for row in np.flatnonzero(among(codes[count:], codes[:count])).tolist():
        key = int(rows.version[row]), (int(rows.high[row]) << 64) | int(rows.low[row])
        found.setdefault(key, set()).add(network.interfaces[int(rows.interface[row])].id)
    return found


def _width(version: int) -> int:
    return 32 if version == 4 else 128


def _numbered(case: Case, *kinds: InterfaceKind) -> list[Interface]:
    """Interfaces of ours with an own IPv4 address, first those of a VLAN."""
    ours = {device.id for device in case.network.devices if device.sku and device.in_service}
    facts = [i for i in case.network.interfaces if i.enabled and i.device in ours and _four(i) is not None]
    return [fact for fact in facts if not kinds or fact.kind in kinds]


def _four(fact: Interface) -> int | None:
    return next((at for at, text in enumerate(fact.addresses) if "." in text), None)


def _with(fact: Interface, text: str) -> Patch:
    """The interface with its first IPv4 address replaced."""
    at = _four(fact)
    changed = tuple(text if place == at else old for place, old in enumerate(fact.addresses))
    return (Set("interfaces", fact.id, {"addresses": changed}),)


@wrong_addresses.mutant("two interfaces get one address")
def held_twice(case: Case) -> Patch | None:
    """Give the last loopback (or else interface) the address of the first."""
    facts = _numbered(case, InterfaceKind.LOOPBACK)
    facts = facts if len(facts) > 1 else _numbered(case)
    first = facts[0].addresses[_four(facts[0]) or 0] if facts else ""
    return _with(facts[-1], first) if len(facts) > 1 else None


@wrong_addresses.mutant("both ends of a link get one address")
def mirrored(case: Case) -> Patch | None:
    """Give the b end of the first numbered link the address of its a end."""
    known = case.network.interfaces
    ours = {fact.id for fact in _numbered(case)}
    for a, b in zip(*(side.tolist() for side in case.network.link_interfaces), strict=True):
        if min(a, b) >= 0 and {known[a].id, known[b].id} <= ours and int(media_of(case.network)[a]) >= 0:
            return _with(known[b], known[a].addresses[_four(known[a]) or 0])
    return None


def _in_vlans(case: Case) -> list[tuple[Interface, str]]:
    """Own IPv4 addresses on VLANs with hosts' masks, with the VLAN."""
    found = []
    for fact in _numbered(case):
        vlan, one = (
            vlan_name(case.network, case.network.interface_index[fact.id]),
            read(fact.addresses[_four(fact) or 0]),
        )
        if vlan is not None and one is not None and one.length <= 30:
            found.append((fact, vlan))
    return found


@wrong_addresses.mutant("a port gets an address of another VLAN")
def moved(case: Case) -> Patch | None:
    """Give an interface in one VLAN a free address of another VLAN's subnet."""
    facts = _in_vlans(case)
    others = [s for s in case.design.addressing.subnets if facts and s.vlan not in (None, facts[-1][1])]
    for subnet in others:
        prefix = read(subnet.prefix)
        free = free_address(case.network, prefix.prefix, "") if prefix is not None and prefix.version == 4 else None
        if prefix is not None and free is not None and prefix.length <= 30:
            return _with(facts[-1][0], str(prefix._replace(address=free)))
    return None


@wrong_addresses.mutant("an interface gets the broadcast address")
def broadcast(case: Case) -> Patch | None:
    """Give the first interface in a VLAN the last address of its subnet."""
    for fact, _ in _in_vlans(case)[:1]:
        one = read(fact.addresses[_four(fact) or 0])
        if one is not None:
            return _with(fact, str(one._replace(address=one.prefix.last)))
    return None


@wrong_addresses.mutant("a gateway gets the virtual address as its own")
def virtual_as_own(case: Case) -> Patch | None:
    """Give the last gateway of a VRRP group its virtual address."""
    for fact, _ in reversed(_in_vlans(case)):
        one = read(fact.addresses[_four(fact) or 0])
        shared = [text for text in fact.virtual_addresses if "." in text]
        if fact.virtual_gateway is VirtualGateway.VRRP and shared and one is not None:
            return _with(fact, f"{shared[0].split('/')[0]}/{one.length}")
    return None


@wrong_addresses.mutant("neighbours disagree about their mask")
def longer_mask(case: Case) -> Patch | None:
    """Lengthen the mask of the first interface in a VLAN by one bit."""
    for fact, _ in _in_vlans(case)[:1]:
        one = read(fact.addresses[_four(fact) or 0])
        if one is not None:
            return _with(fact, str(one._replace(length=one.length + 1)))
    return None


@wrong_addresses.mutant("two instances of a service get one address")
def twin_service(case: Case) -> Patch | None:
    """Give the second of two instances of one kind the address of the first."""
    seen = dict[object, str]()
    for service in case.design.infrastructure.service_instances:
        first = seen.setdefault(service.kind, service.address)
        if first != service.address:
            return (Set("service_instances", service.id, {"address": first}),)
    return None


@wrong_addresses.fix("the interface gets a free address of its link or VLAN")
def readdressed(case: Case, finding: Finding) -> Patch | None:
    """Replace the wrong address of the interface that should not have it."""
    text = str(finding.witness.get("address", ""))
    known = [name for name in finding.elements if name in case.network.interface_index]
    bare = text.split("/", maxsplit=1)[0]
    own = [n for n in known if any(t.split("/")[0] == bare for t in case.network.by_id("interfaces")[n].addresses)]
    if not own:
        return None
    name = wrong_holder(case.network, text, tuple(own))
    fact: Interface = case.network.by_id("interfaces")[name]
    old = next(one for one in fact.addresses if one.split("/")[0] == bare)
    new = right_address(case.network, name, old)
    if new is None or new == old:
        return None
    return (Set("interfaces", name, {"addresses": tuple(new if one == old else one for one in fact.addresses)}),)


@wrong_addresses.fix("the service gets a free address of its subnet")
def service_readdressed(case: Case, finding: Finding) -> Patch | None:
    """Give the instance an address that rules already permit, or else any that is free."""
    services, subnets = case.network.by_id("service_instances"), case.network.by_id("subnets")
    for name in finding.elements:
        subnet = subnets.get(services[name].subnet) if name in services else None
        around = read(subnet.prefix) if subnet is not None else None
        free = free_address(case.network, around.prefix, name) if around is not None else None
        if around is not None and free is not None:
            return (Set("service_instances", name, {"address": str(around._replace(address=free)).split("/")[0]}),)
    return None
