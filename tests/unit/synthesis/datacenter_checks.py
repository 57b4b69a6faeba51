"""What holds of every data centre: ports, cables, addresses, attachments, racks, and the shape of its fabric."""

from __future__ import annotations

from collections import Counter, defaultdict
from ipaddress import ip_interface, ip_network
from itertools import pairwise

from netdesign.catalog.media import Cage, media
from netdesign.catalog.selection import default_catalog
from netdesign.model.inventory import Homing
from netdesign.model.vocabulary import (
    Archetype,
    LinkPurpose,
    Role,
    SubnetPurpose,
)

CATALOG = default_catalog()


def check(design):
    check_ports(design)
    check_cables(design)
    check_addresses(design)
    check_attachments(design)
    check_racks(design)
    check_clos(design)


def kinds(design):
    return {d.id: CATALOG.device(d.sku) for d in design.inventory.devices if d.sku}


def check_ports(design):
    kind = kinds(design)
    used = [(end.device, end.port) for link in design.cabling.links for end in (link.a, link.b)]
    used += [(a.device, port) for a in design.inventory.attachments for port in a.ports]
    assert not [port for port, count in Counter(used).items() if count > 1]
    split = defaultdict(set)
    for device, name in used:
        if device in kind:
            port = kind[device].port(name)
            assert port is not None, (device, name)
            split[device, port.cage].add(port.breakout)
    assert all(len(ways) == 1 for ways in split.values())


def check_cables(design):
    kind = kinds(design)
    for link in design.cabling.links:
        if link.purpose is LinkPurpose.CIRCUIT:
            continue
        phy = media().phys[link.phy]
        assert phy.speed_bps == link.speed_bps
        assert link.length_m <= phy.reach_m[link.medium], link.id
        for end in (link.a, link.b):
            port = kind[end.device].port(end.port)
            lanes = port.breakout.lanes if port.breakout else 1
            assert link.speed_bps in port.speeds_bps
            assert phy.fits(Cage(port.form_factor, lanes)), (link.id, port)


def check_addresses(design):
    nets = sorted(
        (ip_network(s.prefix) for s in design.addressing.subnets),
        key=lambda net: (net.version, int(net.network_address), net.prefixlen),
    )
    for a, b in pairwise(nets):
        assert a.version != b.version or not a.overlaps(b), (a, b)
    known = set(nets)
    for interface in design.addressing.interfaces:
        for address in interface.addresses:
            assert ip_interface(address).network in known, interface.id
    single = [a for i in design.addressing.interfaces for a in i.addresses]
    assert len(set(single)) == len(single)
    six = [net for net in nets if net.version == 6]
    assert bool(six) == design.requirements.ipv6
    if six:
        tunnels = sum(s.purpose is SubnetPurpose.VTEP for s in design.addressing.subnets)
        assert len(six) == (len(nets) - tunnels) / 2


def check_attachments(design):
    groups = {group.id: group for group in design.inventory.endpoint_groups}
    servers = sum(g.count for g in groups.values() if g.zone != "management")
    assert servers == design.requirements.servers.count
    homes = defaultdict(list)
    for attachment in design.inventory.attachments:
        homes[attachment.group].append(attachment)
    for name, group in groups.items():
        ports = sum(len(a.ports) for a in homes[name])
        assert ports == group.count * group.nics, name
        if group.homing in (Homing.ESI, Homing.MLAG):
            assert len({a.device for a in homes[name]}) == 2
        if group.homing is Homing.RAIL:
            assert len({a.device for a in homes[name]}) == group.nics
    vlans = {vlan.id: vlan for vlan in design.switching.vlans}
    profiles = {profile.id: profile for profile in design.inventory.port_profiles}
    for attachment in design.inventory.attachments:
        for vlan in profiles[attachment.profile].vlans:
            assert attachment.device in vlans[vlan].devices
            assert vlans[vlan].zone == groups[attachment.group].zone


def check_racks(design):
    kind, racks = kinds(design), {rack.id: rack for rack in design.inventory.racks}
    watts: Counter[str] = Counter()
    units = set()
    for device in design.inventory.devices:
        if device.rack is None:
            continue
        watts[device.rack] += kind[device.id].power_max_w
        for unit in range(device.rack_unit, device.rack_unit + max(1, kind[device.id].rack_units)):
            assert 1 <= unit <= racks[device.rack].usable_units
            assert (device.rack, unit) not in units
            units.add((device.rack, unit))
        if kind[device.id].power_supplies > 1:
            assert device.power_feeds == ("A", "B")
    assert all(total <= 0.8 * racks[rack].breaker_w for rack, total in watts.items())
    for group in design.inventory.ha_groups:
        members = [d.rack for d in design.inventory.devices if d.id in group.members]
        assert len(set(members)) == len(members)


def check_clos(design):
    if design.archetype not in (Archetype.SPINE_LEAF, Archetype.FIVE_STAGE_CLOS):
        return
    roles = {device.id: device for device in design.inventory.devices}
    joined = Counter(
        (link.a.device, link.b.device) for link in design.cabling.links if link.purpose is LinkPurpose.FABRIC
    )
    uplinks: Counter[str] = Counter()
    leaf_roles = (Role.LEAF, Role.BORDER_LEAF)
    for (lower, upper), count in joined.items():
        assert roles[lower].site == roles[upper].site
        uplinks[lower] += count * 100
        if roles[lower].role in leaf_roles:
            assert roles[upper].role is Role.SPINE
            assert roles[lower].block == roles[upper].block
    for place in design.inventory.sites:
        devices = [d for d in design.inventory.devices if d.site == place.id]
        leaves = [d for d in devices if d.role in leaf_roles]
        spines = [d for d in devices if d.role is Role.SPINE]
        tops = [d for d in devices if d.role is Role.SUPER_SPINE]
        if not spines:
            continue
        meets = {leaf.id: {u for low, u in joined if low == leaf.id} for leaf in leaves}
        assert all(len(meets[leaf.id]) >= 2 for leaf in leaves)
        for leaf in leaves:
            assert meets[leaf.id] == {s.id for s in spines if s.block == leaf.block}
        assert len({joined[leaf.id, spine] for leaf in leaves for spine in meets[leaf.id]}) == 1
        reached = Counter(
            upper for low, upper in joined if roles[low].role is Role.SPINE and roles[low].site == place.id
        )
        assert set(reached) == {top.id for top in tops}
        assert set(reached.values()) <= {len({s.block for s in spines})}


def leaf_ratio(design):
    groups = {group.id: group for group in design.inventory.endpoint_groups}
    leaves = {d.id for d in design.inventory.devices if d.role is Role.LEAF}
    down, up = Counter[str](), Counter[str]()
    for attachment in design.inventory.attachments:
        down[attachment.device] += len(attachment.ports) * groups[attachment.group].nic_speed_bps
    for link in design.cabling.links:
        if link.purpose is LinkPurpose.FABRIC and link.a.device in leaves:
            up[link.a.device] += link.speed_bps
    return max((down[leaf] / up[leaf] for leaf in leaves if up[leaf]), default=0)
