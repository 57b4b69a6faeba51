"""One or two switches that others are dual-homed to, and the bundle that joins a device to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from netdesign.catalog.ports import PortUse
from netdesign.catalog.sku import DeviceType
from netdesign.model.cabling import Lag, Link, Mlag, Srlg, SrlgKind
from netdesign.model.inventory import Device
from netdesign.model.switching import Vlan
from netdesign.model.vocabulary import LinkPurpose, PortMode
from netdesign.synthesis.draft.blueprint import Blueprint


@dataclass(frozen=True, slots=True)
class Pair:
    """The switches, and the MLAG that makes them one; without one, two switches are joined by EVPN multihoming."""

    devices: tuple[Device, ...]
    mlag: Mlag | None = None

    @property
    def double(self) -> bool:
        """Whether there are two."""
        return len(self.devices) > 1


def feeds(kind: DeviceType | None, at: int) -> dict[str, Any]:
    """The power feed of the `at`-th of like devices with one supply each: the other feed for every second one."""
    if kind is None or kind.power_supplies > 1:
        return {}
    return {"power_feeds": ("AB"[at % 2],)}


def trunk(
    blueprint: Blueprint,
    device: Device,
    pair: Pair,
    speed_bps: int,
    purpose: LinkPurpose,
    *,
    per_peer: int = 1,
    use: tuple[PortUse | None, PortUse | None] = (None, PortUse.DOWNLINK),
    srlgs: Sequence[tuple[str, ...]] = (),
    **interface: Any,
) -> str:
    """Name of the interface of `device` that carries VLANs to all of a pair: a bundle, or a port where one link is all.

    `srlgs` gives the shared risks of the links to each member of the pair.
    """
    fields = {"mode": PortMode.TRUNK, **interface}
    if pair.mlag is not None:
        links = blueprint.connect_pair(
            device, pair.mlag, speed_bps, purpose, per_peer=per_peer, use_a=use[0], use_b=use[1], **fields
        )
    elif pair.double:
        links = _multihomed(blueprint, device, pair, speed_bps, purpose, per_peer, use, fields)
    else:
        links = blueprint.connect(
            device,
            pair.devices[0],
            speed_bps,
            purpose,
            count=per_peer,
            use_a=use[0],
            use_b=use[1],
            lag=per_peer > 1,
            **fields,
        )
    _mark(blueprint, links, pair, srlgs)
    port = blueprint.interface(device, links[0].a.port)
    return blueprint.get(Lag, port.lag).interface if port.lag else port.name


def _multihomed(  # noqa: PLR0917 - the same arguments as `trunk`
    blueprint: Blueprint,
    device: Device,
    pair: Pair,
    speed_bps: int,
    purpose: LinkPurpose,
    per_peer: int,
    use: tuple[PortUse | None, PortUse | None],
    fields: dict[str, Any],
) -> tuple[Link, ...]:
    """Links to both members, one bundle at the device and one at each member (an Ethernet segment)."""
    links: list[Link] = []
    segment = ""
    for peer in pair.devices:
        some = blueprint.connect(device, peer, speed_bps, purpose, count=per_peer, use_a=use[0], use_b=use[1])
        leg = blueprint.bundle(peer, [link.b.port for link in some], peer=device.id, **fields)
        segment = segment or _segment_of(blueprint, leg)
        blueprint.change(leg, esi=segment)
        links.extend(some)
    peers = "+".join(peer.id for peer in pair.devices)
    blueprint.bundle(device, [link.a.port for link in links], peer=peers, **fields)
    return tuple(links)


def _segment_of(blueprint: Blueprint, leg: Lag) -> str:
    """The Ethernet segment of a bundle: the one that it has, else the next that none has."""
    known = blueprint.standing.find(Lag, leg.id)
    if known is not None and known.esi is not None:
        return known.esi
    while (segment := _segment(blueprint.number("ethernet-segment"))) in blueprint.standing.segments:
        pass
    return segment


def _segment(number: int) -> str:
    """An Ethernet segment identifier that operators assign: type 0, then nine octets (RFC 7432 section 5)."""
    return ":".join(f"{octet:02x}" for octet in number.to_bytes(10, "big"))


def _mark(blueprint: Blueprint, links: Sequence[Link], pair: Pair, srlgs: Sequence[tuple[str, ...]]) -> None:
    """Write shared risks on the links; the members of the pair take them in turn."""
    place = {peer.id: at for at, peer in enumerate(pair.devices)}
    for link in links if srlgs else ():
        blueprint.change(link, srlgs=srlgs[place[link.b.device] % len(srlgs)])


def conduits(blueprint: Blueprint, site: str, building: str, *, diverse: bool) -> tuple[tuple[str, ...], ...]:
    """The shared risks of the ducts between a building and the main one: two ducts where they must be diverse."""
    names = ("a", "b") if diverse else ("a",)
    found = []
    for name in names:
        identity = f"{site}-{building}-duct-{name}"
        if not blueprint.has(Srlg, identity):
            blueprint.add(Srlg(id=identity, kind=SrlgKind.CONDUIT, name=f"duct {name} to {building} of {site}"))
        found.append((identity,))
    return tuple(found)


def allow_on_peer_link(blueprint: Blueprint, pair: Pair, vlans: tuple[str, ...]) -> None:
    """Let VLANs through the peer links of a pair."""
    if pair.mlag is None:
        return
    link = blueprint.get(Link, pair.mlag.peer_links[0])
    for end in (link.a, link.b):
        bundle = blueprint.get(Lag, blueprint.interface(end.device, end.port).lag or "")
        blueprint.change(blueprint.interface(end.device, bundle.interface), vlans=vlans)


def settle_peer_link(blueprint: Blueprint, pair: Pair) -> None:
    """Let every VLAN that is defined on both of a pair through their peer links."""
    if pair.mlag is None:
        return
    members = {device.id for device in pair.devices}
    shared = (vlan.id for vlan in blueprint.all(Vlan) if members <= set(blueprint.vlan_devices(vlan)))
    allow_on_peer_link(blueprint, pair, tuple(shared))
