"""PRO-31: hosts get addresses and names, devices get time, logins and somebody to report to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netdesign.analysis.routing.internet_edge import readable
from netdesign.analysis.security.host_services import instances, leased_subnets, resolvers_reached, served_devices
from netdesign.analysis.security.logins import managed_devices
from netdesign.errors import InvalidInputError
from netdesign.graph.prefixes import address_text, parse_interface, parse_prefix
from netdesign.model.infrastructure import ServiceInstance, ServiceKind
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Redundancy, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

SHOWN = 10
FIELDS = {
    ServiceKind.NTP: "ntp",
    ServiceKind.AAA: "aaa",
    ServiceKind.LOG: "logs",
    ServiceKind.MONITOR: "monitors",
}
"""What devices need, and the field of their management profile that names it."""
PAIRED = (ServiceKind.DNS, ServiceKind.DHCP, ServiceKind.NTP, ServiceKind.AAA, ServiceKind.LOG, ServiceKind.MONITOR)


def _applies(case: Case) -> bool:
    return bool(managed_devices(case.network) or case.design.inventory.endpoint_groups)


@rule(
    code="PRO-31",
    name="infrastructure-services",
    title="Infrastructure services",
    category=Category.PROTOCOL,
    severity=Severity.ERROR,
    applies="managed devices and hosts",
    applicable=_applies,
    flags="A subnet of hosts that come and go which hands out no addresses, or none of whose relays leads to an address"
    " server; hosts that get to fewer resolvers than the parameters ask for; a device that names and gets to fewer"
    " sources of time than asked for, or to no server for logins, logs or monitoring; from redundancy high on, a"
    " service with a single instance.",
    passes="Every host and every device gets to what it lives on, and there are two of each where one may fail.",
    remedy="Relay to both address servers, permit DNS, NTP, AAA, syslog and SNMP to the services, and add a second"
    " one.",
    references=("RFC 2131, RFC 8415", "RFC 5905, RFC 8633", "NIST SP 800-53 SC-45, SC-20, SC-21, SC-22"),
    reading="Hosts that ask a provider's resolvers by a flow of theirs, such as guests, need none of ours. Access"
    " points report by their controller. IPv6 hosts make their addresses themselves.",
    by_likeness=True,
)
def infrastructure_services(case: Case) -> Iterator[Said]:
    """What hosts and devices get to is decided by routes and policies alike, as packets would be."""
    high = case.requirements.redundancy.at_least(Redundancy.HIGH)
    yield from _addresses(case, high=high)
    yield from _names(case)
    for kind, field in FIELDS.items():
        yield from _devices(case, kind, field)
    for kind in PAIRED if high else ():
        found = instances(case.network, kind)
        if len(found) < 2:
            yield Finding(
                message=f"{len(found)} {kind.value} instance; at redundancy {case.requirements.redundancy} one may"
                f" fail",
                elements=tuple(one.id for one in found),
                witness={"kind": kind.value, "instances": len(found), "needed": 2},
            )
    least = min((len(names) for names in served_devices(case.network, ServiceKind.NTP)), default=0)
    yield Measure(name="sources_of_time_that_every_device_reaches", value=least, threshold=_sources(case))
    fewest = min((len(names) for names in resolvers_reached(case.network).values()), default=0)
    yield Measure(name="resolvers_that_every_group_reaches", value=fewest, threshold=_resolvers(case))
    yield Measure(name="subnets_with_handed_out_addresses", value=len(leased_subnets(case.network)))


def _sources(case: Case) -> int:
    return case.parameters.protocols.ntp_sources


def _resolvers(case: Case) -> int:
    return case.parameters.protocols.dns_resolvers


def _addresses(case: Case, *, high: bool) -> Iterator[Finding]:
    for leased in leased_subnets(case.network):
        subnet = leased.subnet
        if not subnet.dhcp:
            yield _subnet(subnet.id, f"hosts come and go in {subnet.prefix}, but nobody hands out addresses", "scope")
            continue
        if leased.unknown:
            yield _subnet(
                subnet.id, f"the relays of {subnet.prefix} lead to {leased.unknown[0]}, which is none", "relay"
            )
        if len(leased.reached) < (2 if high else 1):
            words = f"hosts in {subnet.prefix} get to {len(leased.reached)} address servers by their relays"
            yield _subnet(subnet.id, words, "relay")


def _subnet(identity: str, words: str, fault: str) -> Finding:
    return Finding(message=words, elements=(identity,), witness={"fault": fault, "subnet": identity})


def _names(case: Case) -> Iterator[Finding | Gap]:
    reached = resolvers_reached(case.network)
    for group in case.design.inventory.endpoint_groups:
        got = reached.get(group.id)
        if got is not None and len(got) < _resolvers(case):
            yield Finding(
                message=f"{group.count} endpoints of {group.id} get to {len(got)} resolvers; {_resolvers(case)} are"
                f" asked for",
                elements=(group.id,),
                witness={"kind": ServiceKind.DNS.value, "reached": len(got), "needed": _resolvers(case)},
            )


def _devices(case: Case, kind: ServiceKind, field: str) -> Iterator[Finding]:
    needed = _sources(case) if kind is ServiceKind.NTP else 1
    for names, devices in sorted(served_devices(case.network, kind).items()):
        if len(names) < needed:
            ids = sorted(case.network.devices[at].id for at in devices)
            yield Finding(
                message=f"{len(ids)} devices get to {len(names)} {kind.value} servers that they name, {ids[0]} among"
                f" them; {needed} are asked for",
                elements=tuple(ids[:SHOWN]),
                witness={"kind": kind.value, "field": field, "reached": len(names), "needed": needed},
            )


# --- mutants and repairs


@infrastructure_services.mutant("a subnet has no relay")
def drop_relay(case: Case) -> Patch | None:
    """The first that hands out addresses."""
    for leased in leased_subnets(case.network):
        if leased.subnet.dhcp and not any(
            one.subnet == leased.subnet.id for one in instances(case.network, ServiceKind.DHCP)
        ):
            return (Set("subnets", leased.subnet.id, {"dhcp_relays": ()}),)
    return None


@infrastructure_services.mutant("a relay leads to something else")
def misdirect_relay(case: Case) -> Patch | None:
    """Nobody who hands out addresses."""
    for leased in leased_subnets(case.network):
        if leased.subnet.dhcp and leased.subnet.dhcp_relays:
            return (Set("subnets", leased.subnet.id, {"dhcp_relays": ("nobody",)}),)
    return None


@infrastructure_services.mutant("nobody hands out addresses to people")
def drop_scope(case: Case) -> Patch | None:
    """In the first subnet of endpoints that come and go."""
    chosen = next((leased.subnet for leased in leased_subnets(case.network) if leased.roaming), None)
    return (Set("subnets", chosen.id, {"dhcp": False}),) if chosen else None


def _naming(case: Case, kind: ServiceKind, keep: int) -> Patch | None:
    """Every management profile names so few instances of a kind."""
    field = FIELDS[kind]
    profiles = case.design.security.management_profiles
    return tuple(Set("management_profiles", p.id, {field: getattr(p, field)[:keep]}) for p in profiles) or None


@infrastructure_services.mutant("devices name too few sources of time")
def drop_time(case: Case) -> Patch | None:
    """One below what is asked for."""
    return _naming(case, ServiceKind.NTP, _sources(case) - 1)


@infrastructure_services.mutant("devices report to nobody")
def drop_logs(case: Case) -> Patch | None:
    """No collector is named."""
    return _naming(case, ServiceKind.LOG, 0)


@infrastructure_services.mutant("nobody monitors")
def drop_monitors(case: Case) -> Patch | None:
    """No monitoring server is named."""
    return _naming(case, ServiceKind.MONITOR, 0)


@infrastructure_services.mutant("the resolvers have addresses that nobody routes")
def strand_resolvers(case: Case) -> Patch | None:
    """Outside their subnets."""
    found = instances(case.network, ServiceKind.DNS) if resolvers_reached(case.network) else ()
    moved = (Set("service_instances", one.id, {"address": f"192.0.2.{at}"}) for at, one in enumerate(found, start=50))
    return tuple(moved) or None


@infrastructure_services.mutant("a single server monitors")
def leave_one(case: Case) -> Patch | None:
    """Where two are asked for."""
    found = sorted(instances(case.network, ServiceKind.MONITOR), key=lambda one: one.id)
    if not case.requirements.redundancy.at_least(Redundancy.HIGH) or len(found) != 2:
        return None
    kept = {"monitors": (found[0].id,)}
    profiles = [Set("management_profiles", p.id, kept) for p in case.design.security.management_profiles]
    return (Remove("service_instances", found[1].id), *profiles)


@infrastructure_services.fix("relay to the address servers")
def relay(case: Case, finding: Finding) -> Patch | None:
    """To those of the site, or to all where it has none."""
    subnet = case.network.by_id("subnets").get(str(finding.witness.get("subnet")))
    if subnet is None:
        return None
    found = instances(case.network, ServiceKind.DHCP)
    near = tuple(one.id for one in found if one.site == subnet.site) or tuple(one.id for one in found)
    return (Set("subnets", subnet.id, {"dhcp": True, "dhcp_relays": near}),) if near else None


@infrastructure_services.fix("name all servers")
def name_all(case: Case, finding: Finding) -> Patch | None:
    """In the management profiles of the devices."""
    field = finding.witness.get("field")
    kind = next((kind for kind, name in FIELDS.items() if name == field), None)
    devices = case.network.by_id("devices")
    if kind is None:
        return None
    names = tuple(one.id for one in instances(case.network, kind))
    used = sorted({devices[name].management_profile or "" for name in finding.elements if name in devices})
    known = case.network.by_id("management_profiles")
    return tuple(Set("management_profiles", name, {str(field): names}) for name in used if name in known) or None


@infrastructure_services.fix("give the servers addresses of their subnets")
def readdress(case: Case, finding: Finding) -> Patch | None:
    """The first free ones, for instances whose address lies elsewhere."""
    kind = finding.witness.get("kind")
    made, taken = [], set(_taken(case))
    for one in case.design.infrastructure.service_instances:
        address = None if one.kind.value != kind or _inside(case, one) else _free(case, one.subnet, taken)
        if address is not None:
            taken.add(address)
            made.append(Set("service_instances", one.id, {"address": address}))
    return tuple(made) or None


@infrastructure_services.fix("add a second server")
def add_second(case: Case, finding: Finding) -> Patch | None:
    """Beside the first, with the next free address, named wherever the first is."""
    first = case.network.by_id("service_instances").get(finding.elements[0] if finding.elements else "")
    if first is None or "instances" not in finding.witness:
        return None
    address = _free(case, first.subnet, set(_taken(case)))
    made = replace(first, id=f"{first.id}-second", name=f"{first.id}-second", address=address or "")
    if address is None or made.id in case.network.by_id("service_instances"):
        return None
    field = FIELDS.get(first.kind)
    profiles = case.design.security.management_profiles if field else ()
    named = [
        Set("management_profiles", p.id, {str(field): (*getattr(p, str(field)), made.id)})
        for p in profiles
        if first.id in getattr(p, str(field))
    ]
    return (Add("service_instances", made), *named)


def _inside(case: Case, one: ServiceInstance) -> bool:
    subnet = case.network.by_id("subnets").get(one.subnet)
    try:
        address, prefix = parse_interface(one.address), parse_prefix(subnet.prefix if subnet else "")
    except InvalidInputError:
        return subnet is None
    return address.version == prefix.version and prefix.network <= address.address <= prefix.last


def _taken(case: Case) -> Iterator[str]:
    """Addresses in use, without their lengths."""
    for port in case.network.interfaces:
        yield from (text.partition("/")[0] for text in (*port.addresses, *port.virtual_addresses))
    yield from (one.address for one in case.design.infrastructure.service_instances)


def _free(case: Case, subnet: str, taken: set[str]) -> str | None:
    """The first free host address of a subnet: one that rules name already, or any from the sixteenth on."""
    try:
        prefix = parse_prefix(case.network.by_id("subnets")[subnet].prefix)
    except (InvalidInputError, KeyError):
        return None
    named = {text for one in case.design.security.policy_rules for text in one.destinations}
    inside = sorted(host for host in readable(named) if prefix.covers(host) and host.length > prefix.length)
    places = [host.network + at for host in inside for at in range(min(host.size, 64))]
    places += [prefix.network + at for at in range(16, min(prefix.size - 1, 1_000))]
    return next((text for at in places if (text := address_text(prefix.version, at)) not in taken), None)
