"""Which servers stand where: slices of each zone on each leaf group, their VLANs, gateways and ports."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from netdesign.model.addressing import VirtualGateway
from netdesign.model.inventory import Attachment, Device, EndpointGroup, Homing, PortProfile
from netdesign.model.resolved import FabricWorkload
from netdesign.model.switching import Vlan
from netdesign.model.vocabulary import PortMode
from netdesign.synthesis.datacenter.demand import VLAN_PURPOSES, Tenant
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.needs.zones import STORAGE

FIRST_VLAN = 101
LAST_VLAN = 3900
RESERVED_VLANS = frozenset(range(1002, 1006))
USUAL_MTU = 1500
JUMBO_WORKLOADS = frozenset({FabricWorkload.AI, FabricWorkload.STORAGE})


@dataclass(frozen=True, slots=True)
class Slice:
    """`count` servers of a tenant on the `group`-th leaf group."""

    group: int
    tenant: Tenant
    count: int
    name: str = ""
    """The name of its VLAN where it stands already."""


def slices(tenants: Iterable[Tenant], groups: int, kept: Sequence[Slice] = (), most: int = 0) -> tuple[Slice, ...]:
    """All servers spread evenly over the leaf groups, each zone on as few groups as it can.

    What is `kept` stays; the others go to the groups that have none yet, up to `most` each, then to the emptiest.
    """
    tenants = tuple(tenants)
    there = Counter[str]()
    for part in kept:
        there[part.tenant.zone] += part.count
    left = {tenant.zone: max(0, tenant.count - there[tenant.zone]) for tenant in tenants}
    rooms = _rooms(groups, kept, sum(left.values()), most)
    found = list(kept)
    for tenant in tenants:
        while left[tenant.zone]:
            group = next(group for group, room in rooms.items() if room)
            count = min(left[tenant.zone], rooms[group])
            found.append(Slice(group, tenant, count))
            rooms[group] -= count
            left[tenant.zone] -= count
    return tuple(found)


def _rooms(groups: int, kept: Sequence[Slice], servers: int, most: int) -> dict[int, int]:
    """How many of the servers each leaf group takes, in the order in which they are filled."""
    held = Counter[int]()
    for part in kept:
        held[part.group] += part.count
    empty = [group for group in range(groups) if group not in held]
    rooms = dict(zip(empty, _even(servers, len(empty)), strict=True))
    if not kept:
        return rooms
    rooms = {group: min(count, most) for group, count in rooms.items()}
    for group in sorted(held, key=lambda at: (held[at], at)):
        rooms[group] = min(servers - sum(rooms.values()), max(0, most - held[group]))
    over = empty or list(rooms)
    for group, more in zip(over, _even(servers - sum(rooms.values()), len(over)), strict=True):
        rooms[group] += more
    return rooms


def _even(total: int, parts: int) -> list[int]:
    return [total * (at + 1) // parts - total * at // parts for at in range(parts)]


def subnet_hosts(parts: Iterable[Slice], homing: Homing, rails: int) -> dict[str, list[int]]:
    """Hosts of each subnet to be, by zone: one subnet for each slice, or for each rail of it."""
    found: dict[str, list[int]] = {}
    for part in parts:
        found.setdefault(part.tenant.zone, []).extend([part.count] * (rails if homing is Homing.RAIL else 1))
    return found


def place_servers(
    blueprint: Blueprint,
    site: str,
    groups: Sequence[Sequence[Device]],
    parts: Iterable[Slice],
    homing: Homing,
) -> Iterator[tuple[Vlan, Sequence[Device]]]:
    """Attach every slice to its leaves, with VLANs and subnets; yields each VLAN with the leaves it is on."""
    for part in parts:
        leaves = groups[part.group]
        name = part.name or _next_name(blueprint, site, part.tenant.zone)
        if homing is Homing.RAIL:
            vlans = [_vlan(blueprint, site, f"{name}-rail{at + 1}", part, [leaf]) for at, leaf in enumerate(leaves)]
            yield from ((vlan, (leaf,)) for vlan, leaf in zip(vlans, leaves, strict=True))
        else:
            vlans = [_vlan(blueprint, site, name, part, leaves)]
            yield vlans[0], leaves
        for mark, order, some in _orders(blueprint, leaves, part, homing):
            _attach(blueprint, f"{site}-{name}{mark}", order, vlans, some, homing)


def _next_name(blueprint: Blueprint, site: str, zone: str) -> str:
    """The next name of a VLAN of a zone that none has."""
    while True:
        name = f"{zone}-{blueprint.number(f'{site}-{zone}'):03d}"
        if not any(blueprint.standing.find(EndpointGroup, f"{site}-{name}{mark}") for mark in ("", "a", "b")):
            return name


def _orders(
    blueprint: Blueprint, leaves: Sequence[Device], part: Slice, homing: Homing
) -> Iterator[tuple[str, Sequence[Device], Slice]]:
    """The servers of a slice and the order of their leaves: where ports are odd, half have one more on the second."""
    odd = blueprint.requirements.servers.nics_per_server % 2 == 1
    if homing not in (Homing.ESI, Homing.MLAG) or not odd or part.count < 2:
        yield "", leaves, part
        return
    half = part.count // 2
    yield "a", leaves, replace(part, count=part.count - half)
    yield "b", leaves[::-1], replace(part, count=half)


def host_mtu(blueprint: Blueprint, zones: Collection[str] = ()) -> int:
    """IP MTU of servers: jumbo for AI and storage workloads and where the storage zone is meant, else the usual one."""
    jumbo = blueprint.requirements.fabric_workload in JUMBO_WORKLOADS or STORAGE in zones
    return blueprint.parameters.protocols.storage_mtu_bytes if jumbo else USUAL_MTU


def gateways(
    blueprint: Blueprint, vlan: Vlan, devices: Sequence[Device], kind: VirtualGateway = VirtualGateway.ANYCAST
) -> None:
    """The gateway of a VLAN on its switches: anycast without addresses of their own, VRRP with, or that of one."""
    for at, device in enumerate(devices):
        own = {VirtualGateway.VRRP: at + 2, VirtualGateway.NONE: 1}.get(kind)
        blueprint.svi(
            device,
            vlan,
            gateway=kind,
            host=own,
            priority=110 - 10 * at if kind is VirtualGateway.VRRP else None,
            mtu_bytes=host_mtu(blueprint, (vlan.zone or "",)),
        )


def _vlan(blueprint: Blueprint, site: str, name: str, part: Slice, leaves: Sequence[Device]) -> Vlan:
    """A VLAN with its subnets, and the port profile of its servers."""
    zone = part.tenant.zone
    known = blueprint.standing.find(Vlan, f"{site}-{name}")
    number = known.number if known is not None else vlan_number(blueprint, site)
    vlan = blueprint.vlan(site, number, name, VLAN_PURPOSES[zone], zone, *(leaf.id for leaf in leaves))
    blueprint.host_subnet(vlan, part.count)
    blueprint.add(
        PortProfile(
            id=f"profile-{vlan.id}",
            mode=PortMode.ACCESS,
            vlans=(vlan.id,),
            mtu_bytes=host_mtu(blueprint, (zone,)),
            bpdu_guard=True,
            ra_guard=True,
            storm_control=True,
            trust_dscp=True,
        )
    )
    return vlan


def vlan_number(blueprint: Blueprint, site: str) -> int:
    """The next VLAN number of a site; they start again once used up, as leaf groups bridge on their own."""
    while True:
        count = blueprint.number(f"{site}-vlan") - 1
        number = FIRST_VLAN + count % (LAST_VLAN - FIRST_VLAN + 1)
        free = count > LAST_VLAN - FIRST_VLAN or number not in blueprint.standing.vlan_numbers(site)
        if number not in RESERVED_VLANS and free:
            return number


def _attach(
    blueprint: Blueprint,
    identity: str,
    leaves: Sequence[Device],
    vlans: Sequence[Vlan],
    part: Slice,
    homing: Homing,
) -> None:
    """The endpoint group of a slice and its ports on each leaf."""
    servers = blueprint.requirements.servers
    blueprint.add(
        EndpointGroup(
            id=identity,
            name=f"{part.tenant.zone} servers {identity}",
            site=vlans[0].site,
            kind=part.tenant.kind,
            count=part.count,
            zone=part.tenant.zone,
            vlans=tuple(vlan.id for vlan in vlans),
            nics=servers.nics_per_server,
            nic_speed_bps=servers.nic_speed_bps,
            homing=homing,
            service_class=part.tenant.service_class,
            data_classes=part.tenant.data_classes,
        )
    )
    for at, leaf in enumerate(leaves):
        per_server = -(-(servers.nics_per_server - at) // len(leaves))
        own = f"{identity}--{leaf.id}"
        blueprint.add(
            Attachment(
                id=own,
                group=identity,
                device=leaf.id,
                endpoints=part.count,
                ports=blueprint.attachment_ports(own, leaf, part.count * per_server, servers.nic_speed_bps),
                profile=f"profile-{vlans[at % len(vlans)].id}",
            )
        )
