"""What hangs off the access layer: users and phones, devices, access points with their clients, servers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil

from netdesign.catalog.ports import PortUse
from netdesign.model.inventory import Attachment, Device, EndpointGroup, EndpointKind, Homing, PortProfile
from netdesign.model.resolved import Population
from netdesign.model.switching import Vlan
from netdesign.model.vocabulary import LinkPurpose, PortMode
from netdesign.synthesis.campus.equipment import CAMERA_CLASS, PHONE_CLASS
from netdesign.synthesis.campus.ground import (
    DEVICES,
    GUESTS,
    GUESTS_PER_USER,
    HORIZONTAL_M,
    MANAGED,
    PHONES,
    PUBLISHED,
    RESTRICTED,
    SERVERS,
    SERVICES,
    TERMINALS,
    USERS,
    WIRELESS,
    Function,
    Ground,
)
from netdesign.synthesis.campus.radios import GBPS
from netdesign.synthesis.needs.campus_plan import Unit, clients_of
from netdesign.synthesis.needs.campus_sizing import shares
from netdesign.synthesis.needs.flows import Ends, group_data
from netdesign.synthesis.needs.zones import CLOUD, DATABASE, DMZ, GUEST, INTERNET, IOT, MANAGEMENT, SERVER, USER, VOICE
from netdesign.synthesis.operation.management import port_profile
from netdesign.synthesis.operation.wireless import wireless_networks


def populate(ground: Ground) -> None:
    """Attach everything of every unit, and make the groups that hold it all."""
    counts: dict[str, int] = {}
    for unit in ground.plan.units:
        for name, count in _attach_unit(ground, unit).items():
            counts[name] = counts.get(name, 0) + count
    for name, count in counts.items():
        if count:
            _group(ground, name, count)
    _wireless(ground)


_GROUPS = {
    "users": (USERS, EndpointKind.USER, Population.USERS, None),
    "phones": (PHONES, EndpointKind.PHONE, Population.VOICE, PHONE_CLASS),
    "printers": (DEVICES, EndpointKind.PRINTER, Population.IOT, None),
    "cameras": (DEVICES, EndpointKind.CAMERA, Population.IOT, CAMERA_CLASS),
    "terminals": (TERMINALS, EndpointKind.SENSOR, Population.IOT, CAMERA_CLASS),
    "staff-wireless": (WIRELESS, EndpointKind.WIRELESS_CLIENT, Population.USERS, None),
    "guests": (GUESTS, EndpointKind.WIRELESS_CLIENT, Population.GUEST, None),
}


def group_id(ground: Ground, name: str) -> str:
    """Id of a group of endpoints of the site."""
    return f"{ground.site}-{name}"


def _group(ground: Ground, name: str, count: int) -> None:
    """The fact of a group over all units."""
    function, kind, population, poe_class = _GROUPS[name]
    wireless = kind is EndpointKind.WIRELESS_CLIENT
    vlans = tuple(vlan.id for (named, _), vlan in ground.vlans.items() if named == function.name)
    ground.groups.append(
        ground.blueprint.add(
            EndpointGroup(
                id=group_id(ground, name),
                name=name,
                site=ground.site,
                kind=kind,
                count=count,
                zone=function.zone,
                vlans=vlans,
                nic_speed_bps=GBPS,
                homing=Homing.WIRELESS if wireless else Homing.SINGLE,
                data_classes=group_data((population.value, function.zone), ground.blueprint.requirements),
                poe_class=poe_class,
            )
        )
    )


def _attach_unit(ground: Ground, unit: Unit) -> dict[str, int]:
    """Attachments of a unit, spread over its switches; endpoints by group."""
    switches, serves = ground.access[unit.name], unit.serves
    _join_points(ground, unit)
    wired = (
        ("users", serves.users, USERS),
        ("printers", unit.printers, DEVICES),
        ("cameras", serves.devices - unit.printers, DEVICES),
        ("terminals", serves.terminals, TERMINALS),
    )
    needed = {function.name: function for _, count, function in wired if count}
    profiles = {name: _profile(ground, function, unit) for name, function in needed.items()}
    found: dict[str, int] = {}
    for name, count, function in wired:
        for switch, share in zip(switches, shares(count, len(switches)), strict=True):
            if share:
                _attach(ground, name, switch, share, GBPS, profiles[function.name])
        found[name] = count
    if ground.plan.voice:
        for switch, share in zip(switches, shares(serves.users, len(switches)), strict=True):
            if share:
                _attach(ground, "phones", switch, share, (), profiles[USERS.name])
        found["phones"] = serves.users
    return found | _clients(ground, unit)


def _profile(ground: Ground, function: Function, unit: Unit) -> str:
    """The port profile of a function in a unit; users have the voice VLAN tagged behind theirs."""
    vlans = [ground.vlans[function.name, unit.name].id]
    voice = function is USERS and (PHONES.name, unit.name) in ground.vlans
    if voice:
        vlans.append(ground.vlans[PHONES.name, unit.name].id)
    identity = f"{ground.site}-{function.name}-{unit.name}"
    blueprint = ground.blueprint
    profile = port_profile(identity, blueprint.posture, vlans=tuple(vlans), voice=voice)
    return blueprint.add(profile).id


def _attach(ground: Ground, group: str, device: Device, count: int, ports: Iterable[str] | int, profile: str) -> None:
    """Attach endpoints by the ports given, or by one port each at a speed."""
    name = group_id(ground, group)
    identity = f"{name}:{device.id}"
    if isinstance(ports, int):
        ports = ground.blueprint.attachment_ports(identity, device, count, ports)
    ground.blueprint.add(
        Attachment(
            id=identity,
            group=name,
            device=device.id,
            endpoints=count,
            ports=tuple(ports),
            profile=profile,
        )
    )


def point_vlan(ground: Ground, unit: str) -> Vlan:
    """The VLAN in which access points talk to their controllers."""
    for function in (MANAGED, DEVICES):
        if (function.name, unit) in ground.vlans:
            return ground.vlans[function.name, unit]
    raise KeyError(unit)


def _join_points(ground: Ground, unit: Unit) -> None:
    """A trunk to each access point, which bridges its clients into the unit's VLANs."""
    if ground.radios is None:
        return
    blueprint, switches = ground.blueprint, ground.access[unit.name]
    tagged = [ground.vlans[f.name, unit.name] for f in (WIRELESS, GUESTS) if (f.name, unit.name) in ground.vlans]
    native = point_vlan(ground, unit.name)
    for at, point in enumerate(ground.access_points[unit.name]):
        blueprint.connect(
            point,
            switches[at % len(switches)],
            ground.radios.uplink_bps,
            LinkPurpose.ATTACHMENT,
            use_a=PortUse.UPLINK,
            use_b=PortUse.DOWNLINK,
            length_m=HORIZONTAL_M,
            mode=PortMode.TRUNK,
            vlans=tuple(vlan.id for vlan in (*tagged, native)),
            native_vlan=native.id,
        )
        for vlan in (*tagged, native):
            blueprint.define_vlan(vlan, point.id)


def _clients(ground: Ground, unit: Unit) -> dict[str, int]:
    """Clients of the unit's access points: the wireless devices of its users, and guests."""
    points = ground.access_points.get(unit.name, ())
    if not points or ground.radios is None:
        return {}
    facts = ground.radios.kind.access_point
    radios = tuple(f"radio{at}" for at in range(len(facts.radios) if facts else 1))
    staff = max(len(points), clients_of(unit.serves.users, ground.blueprint.parameters))
    guests = max(len(points), ceil(unit.serves.users * GUESTS_PER_USER)) if ground.plan.guests else 0
    found = {"staff-wireless": staff, "guests": guests}
    for (name, count), (function, ports) in zip(found.items(), ((WIRELESS, radios), (GUESTS, ())), strict=True):
        if not count:
            continue
        profile = _radio_profile(ground, function, unit)
        for point, share in zip(points, shares(count, len(points)), strict=True):
            _attach(ground, name, point, share, ports, profile)
    return found


def _radio_profile(ground: Ground, function: Function, unit: Unit) -> str:
    blueprint = ground.blueprint
    return blueprint.add(
        PortProfile(
            id=f"{ground.site}-{function.name}-{unit.name}",
            mode=PortMode.ACCESS,
            vlans=(ground.vlans[function.name, unit.name].id,),
            dot1x=function is WIRELESS and blueprint.posture.dot1x_wireless_share > 0,
            edge=True,
            bpdu_guard=True,
            dhcp_snooping=True,
            arp_inspection=True,
            source_guard=True,
            ra_guard=True,
            storm_control=True,
        )
    ).id


def _wireless(ground: Ground) -> None:
    """The SSIDs of the site."""
    if ground.radios is None:
        return
    blueprint = ground.blueprint
    vlans = {
        function.zone: tuple(vlan.id for (name, _), vlan in ground.vlans.items() if name == function.name)
        for function in (WIRELESS, GUESTS)
    }
    blueprint.add_all(wireless_networks(ground.site, vlans, blueprint.requirements.security_level, blueprint.posture))


def attach_servers(ground: Ground, counts: dict[str, int], nic_bps: int) -> None:
    """Servers over all pairs of server switches; published hosts and service hosts on the first."""
    blueprint = ground.blueprint
    pairs = server_pairs(ground)
    for name, count in counts.items():
        if not count or (name, "") not in ground.vlans:
            continue
        vlan = ground.vlans[name, ""]
        profile = port_profile(f"{ground.site}-{name}", blueprint.posture, vlans=(vlan.id,), trusted=True)
        blueprint.add(profile)
        spread = shares(count, len(pairs)) if name in (SERVERS.name, RESTRICTED.name) else (count,)
        for at, (switches, share) in enumerate(zip(pairs, spread, strict=False)):
            if share:
                group = name if at == 0 else f"{name}-{at + 1}"
                _server_group(ground, group, name, share, nic_bps, switches)
                for switch in switches:
                    _attach(ground, group, switch, share, nic_bps, profile.id)


def server_pairs(ground: Ground) -> tuple[tuple[Device, ...], ...]:
    """The server switches, those together that the same servers hang off."""
    size = min(ground.plan.pair, len(ground.server_switches))
    return tuple(ground.server_switches[at : at + size] for at in range(0, len(ground.server_switches), size))


_SERVER_KINDS = {
    SERVERS.name: (SERVERS, Population.SERVERS),
    RESTRICTED.name: (RESTRICTED, Population.SERVERS),
    PUBLISHED.name: (PUBLISHED, Population.DMZ),
    SERVICES.name: (SERVICES, Population.MANAGEMENT),
}


def _server_group(ground: Ground, group: str, name: str, count: int, nic_bps: int, switches: Sequence[Device]) -> None:
    function, population = _SERVER_KINDS[name]
    homing = Homing.SINGLE
    if len(switches) > 1:
        homing = Homing.ESI if ground.fabric else Homing.ACTIVE_STANDBY
    ground.groups.append(
        ground.blueprint.add(
            EndpointGroup(
                id=group_id(ground, group),
                name=group,
                site=ground.site,
                kind=EndpointKind.SERVER,
                count=count,
                zone=function.zone,
                vlans=(ground.vlans[name, ""].id,),
                nics=len(switches),
                nic_speed_bps=nic_bps,
                homing=homing,
                data_classes=group_data((population.value, function.zone), ground.blueprint.requirements),
            )
        )
    )


def flow_ends(ground: Ground, providers: Sequence[Device], doors: Sequence[str] = ()) -> Ends:
    """Where the ends that flows name are at this site."""
    ids = {group.id for group in ground.groups}

    def named(*names: str) -> tuple[str, ...]:
        return tuple(group_id(ground, name) for name in names if group_id(ground, name) in ids)

    def numbered(name: str) -> tuple[str, ...]:
        return named(name, *(f"{name}-{at}" for at in range(2, len(ground.server_switches) + 1)))

    outside = tuple(provider.id for provider in providers)
    found = {
        (Population.USERS.value, USER): named("users", "staff-wireless"),
        (ground.site, USER): named("users", "staff-wireless"),
        (Population.VOICE.value, VOICE): named("phones"),
        (Population.GUEST.value, GUEST): named("guests"),
        (Population.IOT.value, IOT): named("printers", "cameras"),
        (Population.IOT.value, DATABASE): named("terminals"),
        (Population.SERVERS.value, SERVER): numbered("servers"),
        (Population.SERVERS.value, DATABASE): numbered("restricted"),
        (Population.DMZ.value, DMZ): named("published"),
        (Population.REMOTE_USERS.value, DMZ): named("published"),
        (Population.MANAGEMENT.value, MANAGEMENT): named("services"),
        (Population.REMOTE_USERS.value, INTERNET): outside,
        (Population.INTERNET.value, INTERNET): outside,
        (Population.CLOUD.value, CLOUD): tuple(doors),
    }
    return {key: value for key, value in found.items() if value}
