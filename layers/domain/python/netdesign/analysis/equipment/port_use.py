"""Who takes which port, and what is wrong with that."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.equipment.port_matching import port_uses, seat_of
from netdesign.errors import InvalidInputError
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import parse_interface
from netdesign.model.inventory import Homing
from netdesign.model.vocabulary import InterfaceKind

if TYPE_CHECKING:
    from collections.abc import Iterator

SHARED, NO_PORT, SHUT, SPEED = "shared", "no port", "shut", "speed"
PORTS = frozenset({InterfaceKind.PHYSICAL, InterfaceKind.MANAGEMENT})


class Misuse(NamedTuple):
    """A port that cannot serve those who take it (ids of links and attachments), and why."""

    reason: str
    device: str
    port: str
    users: tuple[str, ...]


@analysis
def misuses(network: Network) -> tuple[Misuse, ...]:
    """Every port that is shared, unknown, shut, or at another speed."""
    found = [*_shared(network), *_unknown(network), *_shut(network), *_unequal(network)]
    return tuple(dict.fromkeys(found))


@analysis
def _takers(network: Network) -> dict[tuple[str, str], tuple[str, ...]]:
    """Who takes each port, by device and name, where that is more than one."""
    once: set[tuple[str, str]] = set()
    more: set[tuple[str, str]] = set()
    for key in _taken(network):
        if key in once:
            more.add(key)
        else:
            once.add(key)
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    if more:
        for key, user in zip(_taken(network), _users(network), strict=True):
            if key in more:
                found[key].append(user)
    return {key: tuple(users) for key, users in found.items()}


def _taken(network: Network) -> Iterator[tuple[str, str]]:
    for link in network.links:
        yield link.a.device, link.a.port
        yield link.b.device, link.b.port
    for one in _wired(network):
        for port in one.ports:
            yield one.device, port


def _users(network: Network) -> Iterator[str]:
    for link in network.links:
        yield link.id
        yield link.id
    for one in _wired(network):
        for _ in one.ports:
            yield one.id


def _wired(network: Network) -> Iterator[Attachment]:
    """Attachments with a cable: radios are shared by nature."""
    groups = network.by_id("endpoint_groups")
    for one in network.design.inventory.attachments:
        group = groups.get(one.group)
        if group is None or group.homing is not Homing.WIRELESS:
            yield one


def _shared(network: Network) -> Iterator[Misuse]:
    for (device, port), users in sorted(_takers(network).items()):
        yield Misuse(SHARED, device, port, users)


def _unknown(network: Network) -> Iterator[Misuse]:
    """Ports that the device type lacks, or that do not run at the speed of their link."""
    uses = port_uses(network)
    wrong = np.array(
        [bool(fault) and (" no port " in fault or "does not run" in fault) for fault in uses.faults], np.bool_
    )
    lacking = np.array([" no port " in fault for fault in uses.faults], np.bool_)
    for row in np.flatnonzero(wrong[uses.fault]).tolist():
        at, held = int(uses.link[row]), int(uses.attachment[row])
        user = network.links[at].id if at >= 0 else network.design.inventory.attachments[held].id
        device = network.devices[int(uses.device[row])].id
        reason = NO_PORT if lacking[uses.fault[row]] else SPEED
        yield Misuse(reason, device, uses.names[int(uses.port[row])], (user,))


def _shut(network: Network) -> Iterator[Misuse]:
    """Ports that are off under a link in service, or under endpoints that a flow comes from or goes to."""
    off = {(one.device, one.name) for one in network.interfaces if not one.enabled and one.kind in PORTS}
    for link in network.links if off else ():
        for end in (link.a, link.b):
            if link.in_service and (end.device, end.port) in off:
                yield Misuse(SHUT, end.device, end.port, (link.id,))
    closed = {one.id for one in network.design.inventory.port_profiles if not one.enabled}
    flowing = {name for flow in network.design.traffic.flows for name in (*flow.sources, *flow.targets)}
    for one in network.design.inventory.attachments if closed or off else ():
        shut = [port for port in one.ports if one.profile in closed or (one.device, port) in off]
        if shut and one.group in flowing:
            yield Misuse(SHUT, one.device, shut[0], (one.id,))


def _unequal(network: Network) -> Iterator[Misuse]:
    """Interfaces that are set to another speed than the link on their port."""
    speeds = np.fromiter((one.speed_bps or 0 for one in network.interfaces), np.int64, len(network.interfaces))
    speeds = np.append(speeds, 0)
    live = np.fromiter((link.in_service for link in network.links), np.bool_, len(network.links))
    for side, at in zip("ab", network.link_interfaces, strict=True):
        for place in np.flatnonzero(live & (speeds[at] > 0) & (speeds[at] != network.link_speed_bps)).tolist():
            link = network.links[place]
            end = link.a if side == "a" else link.b
            yield Misuse(SPEED, end.device, end.port, (link.id,))


@analysis
def orphans(network: Network) -> tuple[Interface, ...]:
    """Interfaces of ports that nothing is plugged into."""
    taken = set(_taken(network))
    return tuple(one for one in network.interfaces if one.kind in PORTS and (one.device, one.name) not in taken)


def orphan_for(network: Network, link: Link, near: PortRef | None, device: str | None = None) -> Interface | None:
    """The port without a cable (of one device, if given) that a link to `near` was most likely set up for.

    Of those that its speed and part fit, one that shares a subnet with the port there, or a bundle's like.
    """
    at = network.interface_at.get((near.device, near.port)) if near is not None else None
    own = network.interfaces[at] if at is not None else None
    best: tuple[tuple[bool, bool, bool], Interface] | None = None
    for one in orphans(network):
        place = network.device_index.get(one.device)
        kind = network.device_types[place] if place is not None else None
        fits = kind is not None and not seat_of(kind, one.name, link.speed_bps, link.phy).fault
        elsewhere = device in (None, one.device) and (near is None or one.device != near.device)
        if not fits or not elsewhere or one.speed_bps not in (None, link.speed_bps):
            continue
        alike = own is not None and (one.lag is None, one.mode, one.vlans) == (own.lag is None, own.mode, own.vlans)
        score = (own is not None and bool(_nets(one) & _nets(own)), alike, one.kind is InterfaceKind.PHYSICAL)
        if best is None or score > best[0]:
            best = (score, one)
    return best[1] if best is not None else None


def meets(network: Network, one: Interface, far: PortRef) -> bool:
    """Whether an interface shares a subnet with that of a port."""
    at = network.interface_at.get((far.device, far.port))
    return at is not None and bool(_nets(one) & _nets(network.interfaces[at]))


def _nets(interface: Interface) -> set[str]:
    found = set()
    for text in interface.addresses:
        try:
            found.add(str(parse_interface(text).prefix))
        except InvalidInputError:
            continue
    return found


def free_port(network: Network, device: str, speed_bps: int, phy: str | None, like: tuple[str, ...] = ()) -> str | None:
    """The first port of a device that nothing takes and that runs at a speed, in form like some others if given."""
    at = network.device_index.get(device)
    kind = network.device_types[at] if at is not None else None
    if kind is None:
        return None
    taken = {port for where, port in _taken(network) if where == device}
    forms = {port.form_factor for name in like if (port := kind.port(name)) is not None}
    for port in kind.all_ports():
        open_port = port.name not in taken and (not forms or port.form_factor in forms)
        if open_port and not seat_of(kind, port.name, speed_bps, phy).fault:
            return port.name
    return None


if TYPE_CHECKING:
    from netdesign.model.addressing import Interface
    from netdesign.model.cabling import Link, PortRef
    from netdesign.model.inventory import Attachment
