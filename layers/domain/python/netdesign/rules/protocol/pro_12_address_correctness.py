"""PRO-12: every address stands once, in its subnet, where a host may have it."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.addressing.layer3 import media_of
from netdesign.analysis.facts.address_text import written
from netdesign.analysis.facts.addresses import addresses
from netdesign.analysis.protocols.address_faults import Clash, clashes, strays, unequal_masks, unusable, vlan_name
from netdesign.analysis.protocols.readdressing import free_address, read, right_address, wrong_holder
from netdesign.analysis.routing.routed_links import alone
from netdesign.analysis.routing.service_addresses import service_faults
from netdesign.analysis.routing.static_faults import leading_statics, other_hop, reachable, static_faults
from netdesign.graph.network import Network
from netdesign.model.addressing import Interface, VirtualGateway
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, InterfaceKind, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case


def has_addresses(case: Case) -> bool:
    """Whether any interface, service or static route has an address."""
    services, statics = case.design.infrastructure.service_instances, case.design.routing.static_routes
    return bool(services or statics) or any(i.addresses or i.virtual_addresses for i in case.network.interfaces)


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
    "outside every subnet of the VLAN that its port is in; a service outside its subnet; text that is no address; a "
    "static route (error) whose prefix has bits set beyond its mask, or whose prefix or next hop is no address, of "
    "another IP version, an own one, in another VRF, or in no subnet of its VRF and behind no route; one of a VRF "
    "without interfaces there, or of distance 255.",
    passes="Every address stands once, in a subnet of its own link or VLAN, and every static route can be used.",
    remedy="Give the interface a free address of the subnet of its link or VLAN, and the static route a next hop of "
    "its own VRF.",
    references=("RFC 1122", "RFC 3021", "RFC 9568"),
    reading="A management port is in the VLAN of the switch port that it is plugged into. Two kinds of service may "
    "share the address of one host; two instances of one kind may not. A loopback's host route in a pool of its VRF "
    "needs no subnet (the rule on loopbacks judges which pool). IPv4 by an IPv6 next hop (RFC 8950) is for unnumbered "
    "links and learned routes; a static route says it by mistake.",
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
    yield from _static_routes(network)
    yield Measure(name="addresses compared", value=int(addresses(network).version.size))


def _static_routes(network: Network) -> Iterator[Finding]:
    facts = network.design.routing.static_routes
    for wrong in static_faults(network):
        fact = facts[wrong.route]
        yield Finding(
            message=f"static route {fact.id} {wrong.words}",
            elements=(fact.id,),
            witness={"static": wrong.fault.name.lower(), "prefix": fact.prefix, "next_hop": fact.next_hop,
                     "canonical": wrong.canonical},
            severity=Severity.ERROR,
        )  # fmt: skip


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
    for service, address, problem in service_faults(network):
        yield Finding(message=f"{address} of {service} {problem}", elements=(service,), witness={"address": address})


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


def _static(case: Case, **changes: str | int | None) -> Patch | None:
    return next(((Set("static_routes", route.id, changes),) for route in leading_statics(case.network)), None)


@wrong_addresses.mutant("a static route's prefix has bits beyond its mask")
def host_bits(case: Case) -> Patch | None:
    """The first address inside instead of that of the network."""
    for route in leading_statics(case.network):
        one = read(route.prefix)
        if one is not None and one.prefix.size > 1:
            return (Set("static_routes", route.id, {"prefix": str(one._replace(address=one.address + 1))}),)
    return None


@wrong_addresses.mutant("a static route goes to no prefix")
def no_prefix(case: Case) -> Patch | None:
    """A stray character after it."""
    return next((_static(case, prefix=f"{route.prefix};") for route in leading_statics(case.network)), None)


@wrong_addresses.mutant("a static route's next hop is no address")
def no_address(case: Case) -> Patch | None:
    """A word."""
    return _static(case, next_hop="gateway")


@wrong_addresses.mutant("a static route has no next hop")
def no_hop(case: Case) -> Patch | None:
    """And discards nothing."""
    return _static(case, next_hop=None)


@wrong_addresses.mutant("a static route's next hop is of the other IP version")
def other_version(case: Case) -> Patch | None:
    """An IPv4 prefix by an IPv6 address, or the reverse."""
    return _static(
        case, next_hop="fe80::1" if "." in str([r.prefix for r in leading_statics(case.network)][:1]) else "192.0.2.1"
    )


@wrong_addresses.mutant("a static route's next hop is in no subnet")
def far_hop(case: Case) -> Patch | None:
    """One that no route leads to."""
    return _static(
        case,
        next_hop="192.0.2.1" if "." in str([r.prefix for r in leading_statics(case.network)][:1]) else "2001:db8::1",
    )


@wrong_addresses.mutant("a static route is never installed")
def never_installed(case: Case) -> Patch | None:
    """Distance 255."""
    return _static(case, distance=255)


@wrong_addresses.mutant("a static route's VRF is nowhere")
def no_table(case: Case) -> Patch | None:
    """One that the device has no interface in."""
    return _static(case, vrf="nowhere")


@wrong_addresses.mutant("a static route's next hop is the router itself")
def own_hop(case: Case) -> Patch | None:
    """An address of its own in the same VRF."""
    for route in leading_statics(case.network):
        for fact in case.network.grouped("interfaces", "device").get(route.device, ()):
            same = [text for text in fact.addresses if (":" in text) == (":" in route.prefix)]
            if same and fact.enabled and fact.vrf == route.vrf:
                return (Set("static_routes", route.id, {"next_hop": same[0].split("/")[0]}),)
    return None


@wrong_addresses.mutant("a static route's next hop is in another VRF")
def foreign_hop(case: Case) -> Patch | None:
    """The next hop of another table's route on the same device."""
    for route in leading_statics(case.network):
        for other in leading_statics(case.network):
            alike = (":" in other.prefix) == (":" in route.prefix) and other.device == route.device
            if alike and other.vrf != route.vrf and not reachable(case.network, route, other.next_hop or ""):
                return (Set("static_routes", route.id, {"next_hop": other.next_hop}),)
    return None


@wrong_addresses.fix("the static route gets the prefix, or the next hop, that it means")
def static_mended(case: Case, finding: Finding) -> Patch | None:
    """The prefix without bits beyond its mask; the VRF, or the next hop, of routes like it."""
    name, fault = finding.elements[0], finding.witness.get("static")
    fact = case.network.by_id("static_routes").get(name)
    if fact is None or fault is None:
        return None
    if fault == "never":
        return (Set("static_routes", name, {"distance": 1}),)
    if fault in ("host_bits", "prefix"):
        meant = str(finding.witness["canonical"])
        return (Set("static_routes", name, {"prefix": meant}),) if meant else None
    better = other_hop(case.network, fact)
    return (Set("static_routes", name, {"vrf": better.vrf, "next_hop": better.next_hop}),) if better else None


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
