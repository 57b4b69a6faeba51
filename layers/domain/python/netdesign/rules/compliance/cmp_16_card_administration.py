"""CMP-16: whoever administers what is near card data comes by a bastion, with two factors, over encryption."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from netdesign.analysis.policy.card_data import border_pairs, border_rules, card_zones
from netdesign.analysis.policy.needs import packet_text, service_prefixes
from netdesign.analysis.policy.permissions import permitted
from netdesign.analysis.policy.policy import prefix_range
from netdesign.analysis.policy.scope import scope
from netdesign.analysis.policy.zones import legs, zones_exposed
from netdesign.analysis.security.logins import managed_devices, profile_of
from netdesign.graph.headerspace import ANY_ADDRESS, Box, Space, space
from netdesign.model.infrastructure import ServiceKind
from netdesign.model.patch import Patch, Remove, Set
from netdesign.model.security import Action, IpProtocol, ManagementProfile, Service
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, DataClass, Exposure, Framework, Severity
from netdesign.rules.breaches import first_rule
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.frameworks import requested

SHOWN = 10
IN_THE_CLEAR = frozenset({"telnet", "http", "ftp", "tftp", "rlogin", "rsh", "snmp", "snmpv1", "snmpv2", "snmpv2c"})
ADMINISTRATION = ((6, 22), (6, 23), (6, 3389), (6, 5900), (6, 5985), (6, 5986))
"""SSH, Telnet, RDP, VNC and WinRM as (protocol, port)."""
SSH = Service(name="ssh", protocol=IpProtocol.TCP, first_port=22, last_port=22)


def _applies(case: Case) -> bool:
    return requested(case, Framework.PCI_DSS)


@rule(
    code="CMP-16",
    name="card-data-administration",
    title="PCI admin & MFA path",
    category=Category.COMPLIANCE,
    severity=Severity.ERROR,
    applies="requirements that ask for PCI DSS",
    applicable=_applies,
    flags="A device that carries or guards card data whose management is open to a protocol in the clear, needs no"
    " second factor or central login, or names no bastion; administration (SSH, Telnet, RDP, VNC, WinRM) that may enter"
    " a zone with card data from anywhere but a bastion; remote access without a second factor; a rule that lets"
    " partners into card data without an end.",
    passes="All administration near card data is encrypted, by two factors, and by way of a bastion.",
    remedy="Name bastions and a second factor, switch protocols in the clear off, permit administration from bastions.",
    references=("PCI DSS 2.2.7, 8.2.7, 8.4.2, 8.4.3",),
)
def card_administration(case: Case) -> Iterator[Said]:
    """Devices by their profiles, hosts by what may reach them, people from outside by how they come in."""
    devices = _devices(case)
    yield from _profiles(case, devices)
    yield from _hosts(case)
    yield from _remote(case)
    yield Measure(name="devices_near_card_data", value=len(devices))
    yield Measure(name="bastions", value=len(_bastions(case)))


def _bastions(case: Case) -> list[str]:
    services = case.design.infrastructure.service_instances
    return [one.id for one in services if one.kind is ServiceKind.BASTION]


def _devices(case: Case) -> list[int]:
    """What endpoints with card data attach to, and the enforcement points at their border."""
    zones, index = card_zones(case.network), case.network.device_index
    near = {index[name] for name in scope(case.network, DataClass.CHD).devices if name in index}
    near |= {leg.device for leg in legs(case.network) if leg.zone in zones}
    return [at for at in managed_devices(case.network) if at in near]


def _profiles(case: Case, devices: list[int]) -> Iterator[Finding]:
    lacking: dict[tuple[str, str], list[str]] = defaultdict(list)
    for at in devices:
        profile = profile_of(case.network, at)
        for fault in _faults(case, profile):
            lacking[profile.id if profile is not None else "", fault].append(case.network.devices[at].id)
    for (name, fault), names in lacking.items():
        yield Finding(
            message=f"{len(names)} devices near card data {fault}: {', '.join(names[:SHOWN])}",
            elements=tuple(names[:SHOWN]),
            witness={"profile": name or None, "fault": fault, "devices": len(names)},
        )


def _faults(case: Case, profile: ManagementProfile | None) -> Iterator[str]:
    if profile is None:
        yield "have no management profile"
        return
    clear = sorted(IN_THE_CLEAR.intersection(one.lower() for one in profile.protocols))
    if clear:
        yield f"are managed in the clear by {', '.join(clear)}"
    if not (profile.multifactor and profile.central_login):
        yield "ask administrators for one factor only" if profile.central_login else "have logins of their own"
    if not set(profile.bastions) & set(_bastions(case)):
        yield "name no bastion that administrators come by"


def _hosts(case: Case) -> Iterator[Finding]:
    """Administration into zones of card data from addresses that are no bastion's."""
    zones = card_zones(case.network)
    asked = space(
        Box(v, ANY_ADDRESS[v], ANY_ADDRESS[v], (p, p), target_port=(n, n)) for v in (4, 6) for p, n in ADMINISTRATION
    )
    for near, far in border_pairs(case.network, zones):
        packet = (permitted(case.network, near, far) & asked - _from_bastions(case)).witness() if far in zones else None
        if packet is not None:
            yield Finding(
                message=f"hosts of {near} may administer hosts of {far} past any bastion,"
                f" such as {packet_text(packet)}",
                elements=(near, far),
                witness={"from_zone": near, "to_zone": far, "packet": packet_text(packet)},
            )


def _from_bastions(case: Case) -> Space:
    prefixes = [text for name in _bastions(case) for text in service_prefixes(case.network, name)]
    ranges = [(v, ends) for text in prefixes for v in (4, 6) if (ends := prefix_range(text, v)) is not None]
    return space(Box(v, ends, ANY_ADDRESS[v]) for v, ends in ranges)


def _remote(case: Case) -> Iterator[Finding]:
    for one in case.design.security.remote_accesses:
        if not one.multifactor:
            yield Finding(
                message=f"{one.users} people come in by {one.id} with one factor only",
                elements=(one.id,),
                witness={"remote_access": one.id, "multifactor": False},
            )
    partners = {zone.id for zone in zones_exposed(case.network, Exposure.PARTNER)}
    for line in border_rules(case.network, card_zones(case.network)):
        if partners.intersection(line.source_zones) and line.expires is None:
            yield Finding(
                message=f"rule {line.id} lets partners into card data without an end",
                elements=(line.id,),
                witness={"rule": line.id, "expires": None},
            )


def _each(case: Case, **changes: object) -> Patch | None:
    """Change the profiles of all devices near card data."""
    found = {one.id for at in _devices(case) if (one := profile_of(case.network, at)) is not None}
    return tuple(Set("management_profiles", name, changes) for name in sorted(found)) or None


@card_administration.mutant("permit SSH straight into card data")
def direct_ssh(case: Case) -> Patch | None:
    """From the first other zone."""
    zones = card_zones(case.network)
    for near, far in border_pairs(case.network, zones):
        patch = first_rule(case, Action.PERMIT, near, far, services=(SSH,)) if far in zones else None
        if patch is not None:
            return patch
    return None


@card_administration.mutant("let administrators in by one factor")
def one_factor(case: Case) -> Patch | None:
    """On devices near card data."""
    return _each(case, multifactor=False)


@card_administration.mutant("manage devices by telnet, http and SNMP without encryption")
def in_the_clear(case: Case) -> Patch | None:
    """On devices near card data."""
    return _each(case, protocols=("telnet", "http", "snmpv2c"))


@card_administration.mutant("do without bastions")
def no_bastion(case: Case) -> Patch | None:
    """On devices near card data."""
    return _each(case, bastions=())


@card_administration.fix("take away a rule that lets administration in and that no flow needs")
def without_rule(case: Case, finding: Finding) -> Patch | None:
    """The first at the border that concerns the two zones."""
    near, far = finding.witness.get("from_zone"), finding.witness.get("to_zone")
    for line in border_rules(case.network, card_zones(case.network)) if near and far else ():
        concerned = near in (*line.source_zones,) and far in (*line.destination_zones,)
        if not line.flows and concerned:
            return (Remove("policy_rules", line.id),)
    return None


@card_administration.fix("encrypt, ask for two factors, come by bastions")
def harden(case: Case, finding: Finding) -> Patch | None:
    """The profile of the finding."""
    profile: ManagementProfile | None = case.network.by_id("management_profiles").get(
        str(finding.witness.get("profile"))
    )
    if profile is None:
        return None
    kept = tuple(one for one in profile.protocols if one.lower() not in IN_THE_CLEAR)
    changes = {
        "protocols": kept
        if kept == profile.protocols
        else (*kept, *(p for p in ("ssh", "https", "snmpv3") if p not in kept)),
        "multifactor": True,
        "central_login": True,
        "bastions": profile.bastions or tuple(_bastions(case)),
    }
    return (Set("management_profiles", profile.id, changes),)


@card_administration.fix("ask for two factors from outside")
def second_factor(case: Case, finding: Finding) -> Patch | None:
    """The remote access of the finding."""
    name = finding.witness.get("remote_access")
    known = case.network.by_id("remote_accesses")
    return (Set("remote_accesses", str(name), {"multifactor": True}),) if name in known else None
