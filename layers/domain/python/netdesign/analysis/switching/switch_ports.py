"""What switches leave open: ports that nothing uses, and VLANs on trunks that the other end has no use for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.equipment.port_matching import kind_codes, port_uses
from netdesign.analysis.facts.interfaces import interfaces, wires
from netdesign.analysis.facts.wire_ends import facing_pairs
from netdesign.graph.network import ROLES, Network, analysis
from netdesign.model.vocabulary import InterfaceKind, PortMode, Role, SubnetPurpose

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Longs

SWITCHES = (
    Role.SUPER_SPINE,
    Role.SPINE,
    Role.LEAF,
    Role.BORDER_LEAF,
    Role.CORE,
    Role.DISTRIBUTION,
    Role.ACCESS,
    Role.MANAGEMENT_SWITCH,
)


@analysis
def free_ports(network: Network) -> Longs:
    """How many ports of each device nothing uses; -1 where the device type is unknown."""
    kinds, code = kind_codes(network)
    total = np.array([*(len(kind.all_ports()) for kind in kinds), -1], np.int64)[code]
    uses = port_uses(network)
    cages = int(uses.cage.max(initial=-1)) + 1
    taken = np.unique(uses.device[uses.cage >= 0] * np.int64(max(1, cages)) + uses.cage[uses.cage >= 0])
    used = np.bincount(taken // max(1, cages), minlength=len(network.devices))
    free: Longs = np.where(code >= 0, np.maximum(total - used, 0), -1)
    return free


@analysis
def switches(network: Network) -> tuple[int, ...]:
    """The switches in service, by position."""
    return tuple(network.with_role(*SWITCHES).tolist())


@analysis
def stray_ports(network: Network) -> tuple[int, ...]:
    """Ports of switches (interfaces by position) that bridge, are up, and have neither cable nor endpoint."""
    table = interfaces(network)
    bridging = table.in_mode(PortMode.ACCESS) | table.in_mode(PortMode.TRUNK)
    alone = bridging & table.up & table.of_kind(InterfaceKind.PHYSICAL) & (wires(network).of_interface < 0)
    alone &= np.append(np.isin(network.role_codes, [ROLES.index(role) for role in SWITCHES]), False)[table.device]
    rows = np.flatnonzero(alone).tolist()
    used = {(one.device, port) for one in network.design.inventory.attachments for port in one.ports} if rows else set()
    return tuple(at for at in rows if (network.interfaces[at].device, network.interfaces[at].name) not in used)


@analysis
def vlans_of_hosts(network: Network) -> frozenset[str]:
    """VLANs, by id, that endpoints live in: a group names them, or a subnet of hosts lies in them."""
    found = {vlan for group in network.design.inventory.endpoint_groups for vlan in group.vlans}
    subnets = network.design.addressing.subnets
    return frozenset(found | {s.vlan for s in subnets if s.vlan and s.purpose is SubnetPurpose.HOSTS})


class OpenTrunk(NamedTuple):
    """A trunk that lets VLANs through which the device at its other end has not: interface, far device, ids."""

    interface: int
    far: int
    vlans: tuple[str, ...]


@analysis
def trunk_pairs(network: Network) -> tuple[tuple[int, int], ...]:
    """(interface, interface at the other end) of every trunk on a wire, each way."""
    table = interfaces(network)
    trunk = table.in_mode(PortMode.TRUNK)
    _, a, b = facing_pairs(network)
    near, far = np.concatenate([a, b]), np.concatenate([b, a])
    rows = np.flatnonzero(trunk[near])
    return tuple(zip(near[rows].tolist(), far[rows].tolist(), strict=True))


@analysis
def open_trunks(network: Network) -> tuple[OpenTrunk, ...]:
    """Every trunk of ours that is wider than the other end needs."""
    known, device = vlans_by_device(network), interfaces(network).device
    providers = network.ours
    found: dict[tuple[int, int], set[str]] = {}
    for near, far in trunk_pairs(network):
        if providers[device[near]]:
            needless = set(network.interfaces[near].vlans) - known.get(int(device[far]), frozenset())
            key = (near, int(device[far]))
            found[key] = found.get(key, needless) & needless
    return tuple(OpenTrunk(*key, tuple(sorted(vlans))) for key, vlans in sorted(found.items()) if vlans)


@analysis
def vlans_by_device(network: Network) -> dict[int, frozenset[str]]:
    """The VLANs that each device bridges, or has an interface in."""
    found: dict[int, set[str]] = {}
    for vlan in network.design.switching.vlans:
        for name in vlan.devices:
            if name in network.device_index:
                found.setdefault(network.device_index[name], set()).add(vlan.id)
    table = interfaces(network)
    for at in np.flatnonzero(table.vlan >= 0).tolist():
        found.setdefault(int(table.device[at]), set()).add(network.interfaces[at].vlan or "")
    return {at: frozenset(vlans) for at, vlans in found.items()}
