"""TOP-23: when production is down, every device is still reached for management."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from netdesign.analysis.facts.tiers import fabrics
from netdesign.analysis.security.management_graph import (
    STATIONS,
    management_switches,
    reached,
    shared_switches,
    sites_without_console,
    stations,
    unreached,
)
from netdesign.model.inventory import Attachment
from netdesign.model.patch import Operation, Patch, Set
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, InterfaceKind, LinkPurpose, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

SHOWN = 20
SEPARATE = "out-of-band"


def _required(case: Case) -> bool:
    return case.parameters.security[case.requirements.security_level].management_plane == SEPARATE


def _applies(case: Case) -> bool:
    return bool(case.network.devices) and (_required(case) or bool(management_switches(case.network).any()))


@rule(
    code="TOP-23",
    name="management-graph",
    title="Management graph reachability",
    category=Category.TOPOLOGY,
    severity=Severity.ERROR,
    applies="security levels that want an out-of-band management network, and designs that have one",
    applicable=_applies,
    flags="A managed device that no management station reaches over management links and management switches alone; a"
    " management switch that production passes; where the network must be out-of-band, a site whose switches have no"
    " console server in it.",
    passes="Every managed device hangs on the management network of its stations, and production stays out of it.",
    remedy="Give the device a management link to a management switch; move production links and endpoints elsewhere.",
    references=("NIST SP 800-53 SC-37, AC-17", "CIS Controls 12.8", "PCI DSS 2.2.7"),
    reading="Stations are the monitors and bastions. Access points are managed through their controller. Where the"
    " level asks for no network of its own, one that was built is held to the same, as a warning, and without console"
    " servers. Firewalls may hang on management switches: they guard the way in.",
)
def management_graph(case: Case) -> Iterator[Said]:
    """Walks from the stations over management links."""
    network, required = case.network, _required(case)
    severity = None if required else Severity.WARNING
    if not stations(network):
        yield Gap(message="nothing says where the monitors and bastions are")
    else:
        lost = [network.devices[place].id for place in unreached(network)]
        for name in lost:
            yield Finding(
                message=f"no management station reaches {name} over the management network",
                elements=(name,),
                witness={"kind": "unreached", "device": name, "unreached": len(lost)},
                severity=severity,
            )
    for shared in shared_switches(network):
        name = network.devices[shared.device].id
        yield Finding(
            message=f"production passes management switch {name}: {', '.join(shared.by[:3])}",
            elements=(name, *shared.by[:SHOWN]),
            witness={"kind": "shared", "device": name, "by": list(shared.by[:SHOWN])},
            severity=severity,
        )
    for site in sites_without_console(network) if required else ():
        yield Finding(
            message=f"no console server at {site} answers when a switch does on nothing else",
            elements=(site,),
            witness={"kind": "console", "site": site},
        )
    yield Measure(name="devices that stations reach", value=int(reached(network).sum()))


def _links_of(case: Case, place: int) -> list[str]:
    name = case.network.devices[place].id
    live = case.network.links_for(LinkPurpose.MANAGEMENT).tolist()
    pairs = zip(case.network.links, live, strict=True)
    return [link.id for link, up in pairs if up and name in (link.a.device, link.b.device)]


@management_graph.mutant("cut the management link of a top switch")
def cut_off(case: Case) -> Patch | None:
    """The first of its tier, or the first device that has one."""
    places = [place for fabric in fabrics(case.network) for place in fabric.top.tolist()]
    for place in places if _applies(case) else ():
        links = _links_of(case, place)
        if links and reached(case.network)[place]:
            return tuple(Set("links", name, {"in_service": False}) for name in links)
    return None


@management_graph.mutant("take the management switches out of service")
def no_switches(case: Case) -> Patch | None:
    """All of them."""
    places = np.flatnonzero(management_switches(case.network)).tolist()
    gone = [case.network.devices[place].id for place in places]
    return tuple(Set("devices", name, {"in_service": False}) for name in gone) or None if _required(case) else None


@management_graph.mutant("plug production servers into a management switch")
def production_servers(case: Case) -> Patch | None:
    """The first attachment elsewhere moves there."""
    places = np.flatnonzero(management_switches(case.network)).tolist()
    inner = {case.network.devices[place].id for place in places}
    zones, groups = case.network.by_id("zones"), case.network.by_id("endpoint_groups")
    for one in case.design.inventory.attachments if inner else ():
        zone = zones.get(groups[one.group].zone) if one.group in groups else None
        if one.device not in inner and zone is not None and zone.exposure != "management":
            return (Set("attachments", one.id, {"device": min(inner)}),)
    return None


@management_graph.mutant("lead production over a management switch")
def production_link(case: Case) -> Patch | None:
    """The management link of a device becomes an uplink."""
    for place in np.flatnonzero(management_switches(case.network)).tolist():
        for name in _links_of(case, place)[:1]:
            return (Set("links", name, {"purpose": LinkPurpose.UPLINK}),)
    return None


@management_graph.mutant("do without console servers")
def no_console(case: Case) -> Patch | None:
    """All are out of service."""
    servers = case.network.with_role(Role.CONSOLE_SERVER).tolist() if _required(case) else []
    return tuple(Set("devices", case.network.devices[p].id, {"in_service": False}) for p in servers) or None


@management_graph.mutant("hang the stations on a production switch")
def stations_in_production(case: Case) -> Patch | None:
    """The first of the top tier."""
    tops = [case.network.devices[place].id for fabric in fabrics(case.network) for place in fabric.top.tolist()]
    if not tops or not _applies(case) or not _elsewhere(case, tops[0]):
        return None
    mine = [one.id for one in case.design.infrastructure.service_instances if one.kind in STATIONS]
    return tuple(Set("service_instances", name, {"attached_to": (tops[0],)}) for name in mine) or None


def _elsewhere(case: Case, name: str) -> bool:
    """Whether anything is managed at all, and by stations elsewhere than at a device."""
    return bool(stations(case.network)) and case.network.device_index[name] not in stations(case.network)


@management_graph.fix("bring what the management network lacks back into service")
def restored(case: Case, finding: Finding) -> Patch | None:
    """Its links, switches and console servers, and links to it that serve another purpose."""
    known, at = case.network.by_id("devices"), case.network.interface_at
    kinds = (Role.MANAGEMENT_SWITCH, Role.CONSOLE_SERVER)
    idle = [one.id for one in known.values() if one.role in kinds and not one.in_service]
    made: list[Operation] = [Set("devices", name, {"in_service": True}) for name in idle]
    for link in case.network.links:
        ends = [known[end.device].role for end in (link.a, link.b) if end.device in known]
        ports = [at.get((end.device, end.port)) for end in (link.a, link.b)]
        managed = any(p is not None and case.network.interfaces[p].kind is InterfaceKind.MANAGEMENT for p in ports)
        inner = ends == [Role.MANAGEMENT_SWITCH] * 2 and link.purpose is LinkPurpose.UPLINK
        if Role.MANAGEMENT_SWITCH in ends and not link.in_service and link.purpose is LinkPurpose.MANAGEMENT:
            made.append(Set("links", link.id, {"in_service": True}))
        elif Role.MANAGEMENT_SWITCH in ends and (managed or inner) and link.purpose is not LinkPurpose.MANAGEMENT:
            made.append(Set("links", link.id, {"purpose": LinkPurpose.MANAGEMENT}))
    return tuple(made) if made and finding.witness.get("kind") in ("unreached", "shared", "console") else None


@management_graph.fix("hang the stations on the management switches")
def stations_back(case: Case, finding: Finding) -> Patch | None:
    """Those that other services or their own hosts hang on."""
    inner = [case.network.devices[p].id for p in np.flatnonzero(management_switches(case.network)).tolist()]
    held = [one.device for one in case.design.inventory.attachments if one.device in inner]
    places = tuple(dict.fromkeys(held))[:2] or tuple(inner[:2])
    mine = [one for one in case.design.infrastructure.service_instances if one.kind in STATIONS]
    stray = [one.id for one in mine if not set(one.attached_to) & set(inner)]
    if finding.witness.get("kind") != "unreached" or not places:
        return None
    return tuple(Set("service_instances", name, {"attached_to": places}) for name in stray) or None


@management_graph.fix("move production endpoints to a switch of their own kind")
def endpoints_back(case: Case, finding: Finding) -> Patch | None:
    """One that has their VLANs, and their ports free."""
    by, known = finding.witness.get("by"), case.network.by_id("attachments")
    held = [known[str(name)] for name in by if str(name) in known] if isinstance(by, list) else []
    made = [(one, _home(case, one)) for one in held]
    return tuple(Set("attachments", one.id, {"device": home}) for one, home in made if home) or None


def _home(case: Case, one: Attachment) -> str | None:
    """The switch with an attachment's ports free that shares most VLANs with it, and most groups with its partners."""
    profile, vlans = case.network.by_id("port_profiles").get(one.profile), case.network.by_id("vlans")
    names = [n for n in (profile.vlans if profile is not None else ()) if n in vlans]
    homes: dict[str, set[str]] = {}
    for other in case.design.inventory.attachments:
        homes.setdefault(other.device, set()).add(other.group)
    mine = {o.device for o in case.network.grouped("attachments", "group").get(one.group, []) if o.id != one.id}
    near = set[str]().union(*(homes[name] for name in mine)) if mine else set()
    taken = {(end.device, end.port) for link in case.network.links for end in (link.a, link.b)}
    taken |= {(o.device, port) for o in case.design.inventory.attachments if o.id != one.id for port in o.ports}
    best: tuple[tuple[int, int], str] | None = None
    for device, kind in zip(case.network.devices, case.network.device_types, strict=True):
        if kind is None or device.id in mine or device.role is Role.MANAGEMENT_SWITCH or not device.in_service:
            continue
        free = all((device.id, p) not in taken and kind.port(p) is not None for p in one.ports)
        score = (sum(device.id in vlans[n].devices for n in names), len(homes.get(device.id, set()) & near))
        if free and score[0] == len(names) and (best is None or score > best[0]):
            best = (score, device.id)
    return best[1] if best is not None else None
