"""PRO-25: hosts keep a gateway when one fails, and its halves agree."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from netdesign.analysis.addressing.gateway_groups import (
    Member,
    anycast_addresses,
    endpoints_of_vlans,
    gateway_devices,
    shared_fate,
    single_gateways,
    virtual_members,
)
from netdesign.model.addressing import Interface, VirtualGateway
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.takeover import (
    by_itself,
    called_both_active,
    one_active,
    pairs,
    pinned,
    sent_past,
    side_by_side,
    standby_ahead,
    stands_by,
    to_shared,
)

SHOWN = 5


def _failures(case: Case) -> tuple[str, ...]:
    return case.parameters.redundancy[case.requirements.redundancy].failure_set


def _applies(case: Case) -> bool:
    return bool(gateway_devices(case.network)) and bool(_failures(case) or virtual_members(case.network))


@rule(
    code="PRO-25",
    name="gateway-redundancy",
    title="Gateway redundancy",
    category=Category.PROTOCOL,
    severity=Severity.ERROR,
    applies="VLANs with gateways; an error where single devices may fail (redundancy high and critical), a warning at"
    " medium; below, agreement alone",
    applicable=_applies,
    flags="A VLAN with one gateway whose other switches hold more endpoints than topology.gateway_redundancy_from, or"
    " gold ones; VRRP routers of one group with different addresses or intervals, one address in two groups, or equal"
    " highest priorities; anycast gateways of one VLAN with different addresses; gateways that one shared risk takes"
    " together; an active/standby group whose members are active side by side, one for some networks and one for"
    " others (an error); an active/active one of which a single member is active for everything (an error); static"
    " routes to the own address of a gateway that others would take over, not to the one they share (an error).",
    passes="Every VLAN with enough endpoints has two gateways that agree and share no fate; a standby is active for"
    " nothing while its partner is, and neighbours send to the address that moves.",
    remedy="Add the VRRP address, or the anycast gateway, on the second switch; give the routers distinct priorities,"
    " the same member of an active/standby group the highest; lead static routes to the shared address.",
    references=("RFC 9568 (VRRP)", "RFC 9135 (anycast gateways)"),
    reading="Endpoints that hang on the very device that is their gateway, or on an access point that hangs on it"
    " alone, lose their port with it, so that a second gateway would not help them: they are not counted. Below medium"
    " redundancy nobody asked to survive a failure.",
)
def gateway_redundancy(case: Case) -> Iterator[Said]:
    """Endpoints are counted where they attach; virtual addresses are compared segment by segment."""
    severity = Severity.ERROR if "node" in _failures(case) else Severity.WARNING
    lonely = list(_lonely(case, severity)) if _failures(case) else []
    yield from lonely
    for members in virtual_members(case.network):
        yield from _disagreements(case, members)
    yield from _different_anycast(case)
    yield from side_by_side(case)
    yield from by_itself(case)
    yield from sent_past(case)
    for devices, risk in shared_fate(case.network).items() if _failures(case) else ():
        names = sorted(case.network.devices[at].id for at in devices)
        yield Finding(
            message=f"gateways {' and '.join(names)} fail together with {risk}",
            elements=(*names, risk),
            witness={"risk": risk, "gateways": list(names)},
            severity=severity,
        )
    yield Measure(name="vlans_with_a_gateway", value=len(gateway_devices(case.network)))
    yield Measure(name="vlans_that_lose_their_only_gateway", value=len(lonely), threshold=0)


def _lonely(case: Case, severity: Severity) -> Iterator[Finding]:
    least = case.parameters.topology.gateway_redundancy_from
    for vlan, gateway, endpoints, gold in single_gateways(case.network):
        if endpoints > least or gold:
            name = case.network.devices[gateway].id
            yield Finding(
                message=f"{endpoints} endpoints of {vlan}{', gold ones among them,' if gold else ''} have one gateway,"
                f" {name}",
                elements=(vlan, name),
                witness={"vlan": vlan, "endpoints": endpoints, "gold": gold, "threshold": least},
                severity=severity,
            )


def _disagreements(case: Case, members: tuple[Member, ...]) -> Iterator[Finding]:
    groups: dict[int | None, list[Member]] = defaultdict(list)
    by_address: dict[str, set[int | None]] = defaultdict(set)
    for member in members:
        groups[member.group].append(member)
        for address in member.addresses:
            by_address[address].add(member.group)
    for number, some in sorted(groups.items(), key=str):
        if len({member.addresses for member in some}) > 1:
            yield _of(case, some, f"of VRRP group {number} answer for different addresses", "addresses", number)
        elif len({member.interval_ms for member in some}) > 1:
            yield _of(case, some, f"of VRRP group {number} advertise at different intervals", "intervals", number)
        top = max(member.priority for member in some)
        if sum(member.priority == top for member in some) > 1:
            yield _of(case, some, f"of VRRP group {number} have equal priorities of {top}", "priorities", number)
    for address, numbers in sorted(by_address.items()):
        if len(numbers) > 1:
            some = [member for member in members if address in member.addresses]
            yield _of(case, some, f"answer for {address} in different VRRP groups", "groups", min(numbers, key=str))


def _of(case: Case, members: list[Member], fault: str, kind: str, group: int | None) -> Finding:
    names = sorted(case.network.interfaces[member.interface].id for member in members)
    return Finding(
        message=f"{', '.join(names[:SHOWN])} {fault}",
        elements=tuple(names),
        witness={"fault": kind, "group": group},
    )


def _different_anycast(case: Case) -> Iterator[Finding]:
    for vlan, by_addresses in sorted(anycast_addresses(case.network).items()):
        if len(by_addresses) > 1:
            odd = min(by_addresses.values(), key=lambda some: (len(some), some))
            names = sorted(case.network.interfaces[at].id for at in odd)
            yield Finding(
                message=f"{', '.join(names[:SHOWN])} answer for other addresses than the rest of the gateways of"
                f" {vlan}",
                elements=(*names[:SHOWN], vlan),
                witness={"fault": "anycast", "vlan": vlan},
            )


# --- mutants and repairs


@gateway_redundancy.mutant("the second switch has no virtual address")
def take_virtual_address(case: Case) -> Patch | None:
    """In a VLAN whose endpoints need it."""
    least, counts = case.parameters.topology.gateway_redundancy_from, _needing(case)
    for pair in pairs(case):
        if "node" in _failures(case) and counts.get(pair[0].vlan or "", 0) > least and len(pair) == 2:
            changes = {"virtual_gateway": VirtualGateway.NONE, "virtual_addresses": ()}
            return (Set("interfaces", pair[1].id, changes),)
    return None


def _needing(case: Case) -> dict[str, int]:
    """Endpoints of each VLAN that hang on switches which are no gateway."""
    sets = gateway_devices(case.network)
    return {
        vlan: sum(
            count
            for places in groups.values()
            for at, count in places.items()
            if at not in frozenset().union(*sets.get(vlan, ()))
        )
        for vlan, groups in endpoints_of_vlans(case.network).items()
    }


@gateway_redundancy.mutant("the routers answer for different addresses")
def change_address(case: Case) -> Patch | None:
    """One of them loses one."""
    for pair in pairs(case):
        rest = pair[1].virtual_addresses[1:] or ("192.0.2.1",)
        return (Set("interfaces", pair[1].id, {"virtual_addresses": rest}),)
    return None


@gateway_redundancy.mutant("the routers are in different groups")
def change_group(case: Case) -> Patch | None:
    """For the same address."""
    for pair in pairs(case):
        return (Set("interfaces", pair[1].id, {"virtual_group": (pair[1].virtual_group or 1) % 255 + 1}),)
    return None


@gateway_redundancy.mutant("the routers have equal priorities")
def equal_priorities(case: Case) -> Patch | None:
    """That of the first."""
    for pair in pairs(case):
        return (Set("interfaces", pair[1].id, {"virtual_priority": pair[0].virtual_priority}),)
    return None


@gateway_redundancy.mutant("an anycast gateway answers for another address")
def change_anycast(case: Case) -> Patch | None:
    """Where a VLAN has several."""
    for by_addresses in anycast_addresses(case.network).values():
        for addresses, some in by_addresses.items():
            if len(some) > 1:
                fewer = tuple(sorted(addresses)[1:]) or ("192.0.2.1",)
                return (Set("interfaces", case.network.interfaces[some[0]].id, {"virtual_addresses": fewer}),)
    return None


@gateway_redundancy.mutant("both gateways are fed by one feed")
def one_feed(case: Case) -> Patch | None:
    """In one room."""
    if not _failures(case):
        return None
    for sets in gateway_devices(case.network).values():
        for devices in sets:
            if len(devices) > 1:
                room = case.network.devices[min(devices)].room
                changes = {"power_feeds": ("A",), "room": room}
                return tuple(Set("devices", case.network.devices[at].id, changes) for at in sorted(devices))
    return None


gateway_redundancy.mutant("the standby of a group is active for one network")(standby_ahead)
gateway_redundancy.mutant("neighbours send to the own address of a gateway")(pinned)
gateway_redundancy.mutant("a group is called active/active, and one member leads everything")(called_both_active)
gateway_redundancy.fix("call a group of which one member is active active/standby")(stands_by)
gateway_redundancy.fix("let one member of the group be active for everything")(one_active)
gateway_redundancy.fix("lead the routes to the shared address")(to_shared)


@gateway_redundancy.fix("make the halves agree")
def agree(case: Case, finding: Finding) -> Patch | None:
    """As most of the group have it, then as the first; priorities step down from the highest."""
    known = case.network.by_id("interfaces")
    ports: list[Interface] = [known[name] for name in finding.elements if name in known]
    fault = finding.witness.get("fault")
    if fault == "priorities":
        top = max(port.virtual_priority or 100 for port in ports)
        return tuple(Set("interfaces", port.id, {"virtual_priority": top - 10 * at}) for at, port in enumerate(ports))
    if fault in ("addresses", "intervals") and ports:
        model = max(ports, key=lambda one: (len(one.virtual_addresses), -one.virtual_interval_ms, one.id))
        changes = {"virtual_addresses": model.virtual_addresses, "virtual_interval_ms": model.virtual_interval_ms}
        return tuple(Set("interfaces", port.id, changes) for port in ports)
    if fault == "groups":
        return tuple(Set("interfaces", port.id, {"virtual_group": finding.witness.get("group")}) for port in ports)
    return _copied(case, finding, ports) if fault == "anycast" else None


def _copied(case: Case, finding: Finding, ports: list[Interface]) -> Patch | None:
    """The addresses that most gateways of the VLAN answer for."""
    by_addresses = anycast_addresses(case.network).get(str(finding.witness.get("vlan")), {})
    if not by_addresses:
        return None
    most = max(by_addresses, key=lambda addresses: (len(by_addresses[addresses]), len(addresses), sorted(addresses)))
    model = case.network.interfaces[by_addresses[most][0]].virtual_addresses
    return tuple(Set("interfaces", port.id, {"virtual_addresses": model}) for port in ports)


@gateway_redundancy.fix("add the second half")
def second_half(case: Case, finding: Finding) -> Patch | None:
    """Another switch with an interface in the VLAN takes the address over, one priority below."""
    vlan = finding.witness.get("vlan")
    ports = [one for one in case.network.grouped("interfaces", "vlan").get(vlan, ()) if one.enabled]
    shared = [one for one in ports if one.virtual_gateway is not VirtualGateway.NONE and one.device in finding.elements]
    if len(shared) != 1:
        return None
    changes = {
        "virtual_gateway": shared[0].virtual_gateway,
        "virtual_addresses": shared[0].virtual_addresses,
        "virtual_group": shared[0].virtual_group,
        "virtual_interval_ms": shared[0].virtual_interval_ms,
    }
    roles = case.network.by_id("devices")
    other = [
        one
        for one in ports
        if one.device != shared[0].device
        and one.virtual_gateway is VirtualGateway.NONE
        and one.device in roles
        and shared[0].device in roles
        and roles[one.device].role is roles[shared[0].device].role
    ]
    if not other:
        return None
    priority = (shared[0].virtual_priority or 100) - 10
    if other[0].virtual_priority == shared[0].virtual_priority or other[0].virtual_priority is None:
        changes["virtual_priority"] = max(1, priority)
    return (Set("interfaces", other[0].id, changes),)


@gateway_redundancy.fix("feed the gateways apart")
def feed_apart(case: Case, finding: Finding) -> Patch | None:
    """Both feeds of its rack for a device with two supplies, one feed after the other for those with one."""
    devices, racks = case.network.by_id("devices"), case.network.by_id("racks")
    if "risk" not in finding.witness or finding.witness["risk"] in case.network.by_id("srlgs"):
        return None
    made = []
    for at, name in enumerate(name for name in finding.elements if name in devices):
        feeds = racks[devices[name].rack].feeds if devices[name].rack in racks else ("A", "B")
        kind = case.network.device_types[case.network.device_index[name]]
        double = kind is not None and kind.power_supplies > 1
        made.append(Set("devices", name, {"power_feeds": feeds if double else feeds[at % len(feeds) :][:1]}))
    return tuple(made) or None
