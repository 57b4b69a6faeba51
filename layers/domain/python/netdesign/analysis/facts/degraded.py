"""A network with some of its devices and links failed, as one more network that every analysis reads alike."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from netdesign.graph.network import Network, analysis
from netdesign.model.cabling import Link
from netdesign.model.inventory import Device
from netdesign.model.overlay import VniKind
from netdesign.model.vocabulary import InterfaceKind, PortMode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from netdesign.model.addressing import Interface

F = TypeVar("F", Device, Link)


def degraded(network: Network, failed_devices: Iterable[int] = (), failed_links: Iterable[int] = ()) -> Network:
    """The network without these devices and links (by position), interfaces down that nothing carries any more.

    A port goes down with its cable, a bundle with its last member, a sub-interface with its port, and the
    routed interface of a VLAN with the last port of the VLAN on its device.
    """
    devices, links = set(failed_devices), set(failed_links)
    if not devices and not links:
        return network
    gone = set(links)
    for device in devices:
        gone.update(links_at(network).get(device, ()))
    down = _down(network, gone)
    design = network.design
    inventory = replace(design.inventory, devices=_out_of_service(network.devices, devices))
    cabling = replace(design.cabling, links=_out_of_service(network.links, links))
    ports = tuple(replace(port, enabled=False) if at in down else port for at, port in enumerate(network.interfaces))
    addressing = replace(design.addressing, interfaces=ports)
    changed = replace(design, inventory=inventory, cabling=cabling, addressing=addressing)
    return Network(changed, network.catalog)


def _out_of_service(facts: tuple[F, ...], failed: set[int]) -> tuple[F, ...]:
    if not failed:
        return facts
    return tuple(replace(fact, in_service=False) if at in failed else fact for at, fact in enumerate(facts))


@analysis
def links_at(network: Network) -> dict[int, tuple[int, ...]]:
    """The usable links of each device, by position."""
    found: dict[int, list[int]] = defaultdict(list)
    usable = network.usable_links.tolist()
    for end in network.link_ends:
        for link, device in enumerate(end.tolist()):
            if usable[link]:
                found[device].append(link)
    return {device: tuple(links) for device, links in found.items()}


def _down(network: Network, gone: set[int]) -> set[int]:
    """The interfaces that lose the last link that carries them."""
    carriers, carried = _carriers(network), _carried(network)
    touched = {interface for link in gone for interface in carried.get(link, ())}
    return {interface for interface in touched if gone.issuperset(carriers[interface])}


@analysis
def _carried(network: Network) -> dict[int, tuple[int, ...]]:
    found: dict[int, list[int]] = defaultdict(list)
    for interface, links in _carriers(network).items():
        for link in links:
            found[link].append(interface)
    return {link: tuple(some) for link, some in found.items()}


@analysis
def _carriers(network: Network) -> dict[int, frozenset[int]]:
    """The usable links that keep each interface up; interfaces that need none are left out."""
    found: dict[int, frozenset[int]] = {}
    later: list[int] = []
    for at, port in enumerate(network.interfaces):
        if port.kind is InterfaceKind.SVI:
            links = None if _has_endpoints(network, port) else _vlan_links(network).get((port.device, port.vlan or ""))
        elif port.parent is not None:
            later.append(at)
            continue
        else:
            links = _own_links(network, port)
        if links:
            found[at] = frozenset(links)
    for at in later:
        port = network.interfaces[at]
        parent = network.interface_at.get((port.device, port.parent or ""), -1)
        if parent in found:
            found[at] = found[parent]
    return found


def _own_links(network: Network, port: Interface) -> list[int]:
    """The links of a port, or of the members of a bundle."""
    names: tuple[str, ...] = (port.name,)
    if port.kind is InterfaceKind.LAG:
        lag = network.by_id("lags").get(port.lag or "")
        names = lag.members if lag is not None else ()
    at = _link_of_port(network)
    return [at[port.device, name] for name in names if (port.device, name) in at]


@analysis
def _link_of_port(network: Network) -> dict[tuple[str, str], int]:
    usable = network.usable_links.tolist()
    return {
        (end.device, end.port): at for at, link in enumerate(network.links) if usable[at] for end in (link.a, link.b)
    }


@analysis
def _vlan_links(network: Network) -> dict[tuple[str, str], list[int]]:
    """The usable links behind the switch ports of each (device, VLAN)."""
    found: dict[tuple[str, str], list[int]] = defaultdict(list)
    for port in network.interfaces:
        if port.enabled and port.mode in (PortMode.ACCESS, PortMode.TRUNK):
            links = _own_links(network, port)
            for vlan in {port.vlan, port.native_vlan, *port.vlans} if links else ():
                found[port.device, vlan or ""] += links
    return found


def _has_endpoints(network: Network, port: Interface) -> bool:
    """Whether endpoints or an overlay keep a VLAN up on its device, whatever links do."""
    return (port.device, port.vlan or "") in _lively_vlans(network) or port.vlan in _overlaid_vlans(network)


@analysis
def _lively_vlans(network: Network) -> frozenset[tuple[str, str]]:
    profiles = network.by_id("port_profiles")
    found: set[tuple[str, str]] = set()
    for attachment in network.design.inventory.attachments:
        profile = profiles.get(attachment.profile)
        if profile is not None and attachment.ports:
            found.update((attachment.device, vlan) for vlan in (*profile.vlans, profile.native_vlan) if vlan)
    return frozenset(found)


@analysis
def _overlaid_vlans(network: Network) -> frozenset[str]:
    return frozenset(vni.vlan for vni in network.design.overlay.vnis if vni.kind is VniKind.L2 and vni.vlan)
