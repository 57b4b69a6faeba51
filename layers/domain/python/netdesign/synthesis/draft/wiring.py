"""Devices with their ports, and the links, bundles and interfaces between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from netdesign.catalog.ports import PortUse
from netdesign.catalog.sku import DeviceType
from netdesign.model.addressing import Interface
from netdesign.model.cabling import Lag, LagMode, Link, Mlag, PortRef
from netdesign.model.inventory import Device
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.vocabulary import (
    InterfaceKind,
    LinkPurpose,
    Medium,
    PortMode,
    Redundancy,
    Role,
    ServiceClass,
    Trust,
)
from netdesign.synthesis.draft.cabling import Cable, cable_between, joinable
from netdesign.synthesis.draft.interface_names import lag_name
from netdesign.synthesis.draft.placement import Floor
from netdesign.synthesis.draft.port_bank import FreePort
from netdesign.synthesis.draft.sockets import STEMS, Sockets
from netdesign.synthesis.draft.standing import NOTHING, Standing


class Wiring(Sockets):
    """Adds devices and joins them; no port is ever used twice, and what stands keeps its place and its ports."""

    def __init__(self, requirements: ResolvedRequirements, floor: Floor, standing: Standing = NOTHING) -> None:
        super().__init__(requirements, standing)
        self.floor = floor
        self._plugged: dict[tuple[str, str], str] = {}
        self._by_role: dict[tuple[Role, str], list[str]] = {}

    def device(
        self,
        role: Role,
        site: str,
        kind: DeviceType | None,
        *,
        rack: str | None = None,
        room: str | None = None,
        stem: str | None = None,
        **fields: Any,
    ) -> Device:
        """A new device `<site>-<stem><nn>`, mounted in `rack` when one is given; `fields` go to `Device`."""
        identity = self.next_id(site, stem or STEMS.get(role, role.value))
        known = self.standing.find(Device, identity)
        if known is not None and kind is not None and known.sku == kind.sku:
            rack, room = known.rack, known.room
            fields = {"rack_unit": known.rack_unit, "power_feeds": known.power_feeds} | fields
        elif kind is not None and rack is not None:
            mounting = self.floor.mount(rack, identity, kind)
            fields = {"rack_unit": mounting.rack_unit, "power_feeds": mounting.feeds} | fields
            room = self.floor.racks[rack].rack.room
        if kind is not None:
            self.open_ports(identity, kind)
        fields.setdefault("owner", None if role is Role.PROVIDER else "network-operations")
        fields.setdefault("criticality", ServiceClass.SILVER)
        self._by_role.setdefault((role, site), []).append(identity)
        return self.add(
            Device(
                id=identity,
                hostname=identity,
                role=role,
                site=site,
                sku=kind.sku if kind else None,
                rack=rack,
                room=room,
                managed=role is not Role.PROVIDER,
                **fields,
            )
        )

    def devices(self, role: Role, site: str | None = None) -> tuple[Device, ...]:
        """Devices of a role, of one site or of all, as they are now."""
        if site is not None:
            return tuple(self.get(Device, identity) for identity in self._by_role.get((role, site), ()))
        found = [ids for (r, _), ids in self._by_role.items() if r is role]
        return tuple(self.get(Device, identity) for ids in found for identity in ids)

    def adopt(self, identity: str, other: Wiring, name: str) -> None:
        """Take note of a device that was added as a copy of a device (by id) of another drawing."""
        device = self.get(Device, identity)
        self._by_role.setdefault((device.role, device.site), []).append(identity)
        self.share_ports(identity, other, name)

    def can_connect(self, a: Device, b: Device, speed_bps: int, use_b: PortUse | None = PortUse.DOWNLINK) -> bool:
        """Whether a cable joins the next free ports of two devices at a speed."""
        here, there = self.bank(a).peek(speed_bps), self.bank(b).peek(speed_bps, use_b)
        return here is not None and there is not None and joinable(here, there, speed_bps, self.distance_m(a, b))

    def distance_m(self, a: Device, b: Device) -> float:
        """Length of a cable between two devices."""
        return self.floor.length_m(a.rack, b.rack, a.room, b.room)

    def connect(
        self,
        a: Device,
        b: Device,
        speed_bps: int,
        purpose: LinkPurpose,
        *,
        count: int = 1,
        use_a: PortUse | None = None,
        use_b: PortUse | None = None,
        length_m: float | None = None,
        medium: Medium | None = None,
        lag: bool = False,
        srlgs: tuple[str, ...] = (),
        trust: Trust = Trust.OWNED,
        crypto: str | None = None,
        addresses: Callable[[str], Sequence[tuple[str, ...]]] | None = None,
        **interface: Any,
    ) -> tuple[Link, ...]:
        """`count` links between the next free ports, each end with an interface unless it is a provider's.

        `medium` makes links without a cable of ours (`Medium.VIRTUAL`). `interface` fields (mode, vrf,
        mtu_bytes, vlans, zone ...) go to both ends, or to the bundles when `lag` bundles the links.
        `addresses` gives those of the two ends of a link by its id.
        """
        length = self.distance_m(a, b) if length_m is None else length_m
        apart = self.floor.between_buildings(a.room, b.room)
        fixed: dict[str, Any] = {
            "srlgs": srlgs,
            "trust": trust,
            "crypto": crypto,
            "between_buildings": apart,
            "length_m": None if medium else length,
        }
        on_port = {} if lag else interface
        made = []
        for _ in range(count):
            identity = self.link_id(a.id, b.id)
            known = self.standing.link(identity, a.id, b.id, speed_bps)
            single = lag and purpose is LinkPurpose.PEER
            port_a, port_b = self.link_ports(known, a, b, speed_bps, (use_a, use_b), apart=single)
            plugs = ((a.id, port_a), (b.id, port_b))
            cable = _cable(medium) or self._cable(plugs, speed_bps, length, apart, known)
            refs = PortRef(device=a.id, port=port_a.name), PortRef(device=b.id, port=port_b.name)
            values = {**fixed, "length_m": known.length_m} if known is not None else fixed
            link = self._link(identity, refs, cable, speed_bps=speed_bps, purpose=purpose, **values)
            made.append(link)
            ends = [{"addresses": own, **on_port} for own in addresses(link.id)] if addresses else (on_port, on_port)
            self._port_interface(a, port_a.name, b.id, port_b.name, speed_bps, purpose, ends[0])
            self._port_interface(b, port_b.name, a.id, port_a.name, speed_bps, purpose, ends[1])
        if lag:
            self.bundle(a, [link.a.port for link in made], peer=b.id, **interface)
            self.bundle(b, [link.b.port for link in made], peer=a.id, **interface)
        return tuple(made)

    def _cable(
        self, ends: Sequence[tuple[str, FreePort]], speed_bps: int, length_m: float, apart: bool, known: Link | None
    ) -> Cable:
        """The cable between two ports; what serves one lane of a split cage serves them all, what lies stays."""
        cages = [(device, port.cage) for device, port in ends if port.lanes > 1]
        plugged = [self._plugged[cage] for cage in cages if cage in self._plugged]
        (_, a), (_, b) = ends
        if known is not None and known.phy is not None:
            cable = Cable(known.phy, known.medium)
        else:
            cable = cable_between(a, b, speed_bps, length_m, between_buildings=apart, plugged=plugged)
        for cage in cages:
            self._plugged.setdefault(cage, cable.phy)
        return cable

    def connect_pair(
        self,
        device: Device,
        mlag: Mlag,
        speed_bps: int,
        purpose: LinkPurpose,
        *,
        per_peer: int = 1,
        use_a: PortUse | None = None,
        use_b: PortUse | None = None,
        **interface: Any,
    ) -> tuple[Link, ...]:
        """Links from a device to both members of an MLAG pair, bundled as one at either side."""
        peers = [self._device(peer) for peer in mlag.peers]
        joined = [
            self.connect(device, peer, speed_bps, purpose, count=per_peer, use_a=use_a, use_b=use_b) for peer in peers
        ]
        number = self._bundle_number(mlag, [link.b for some in joined for link in some])
        for peer, some in zip(peers, joined, strict=True):
            ports = [link.b.port for link in some]
            self.bundle(peer, ports, peer=device.id, mlag=mlag.id, mlag_number=number, **interface)
        links = [link for some in joined for link in some]
        self.bundle(device, [link.a.port for link in links], peer="+".join(mlag.peers), **interface)
        return tuple(links)

    def _bundle_number(self, mlag: Mlag, ends: Iterable[PortRef]) -> int:
        """The number of a bundle of a pair: the one that it has, else the next that no bundle of the pair has."""
        known = (self.standing.bundle(end.device, [end.port]) for end in ends)
        found = next((lag.mlag_number for lag in known if lag is not None and lag.mlag == mlag.id), None)
        taken = self.standing.bundle_numbers.get(mlag.id, frozenset())
        while found is None:
            number = self._counts[mlag.id, "bundle"] = self._counts.get((mlag.id, "bundle"), 0) + 1
            found = number if number not in taken else None
        return found

    def _bundle_name(self, device: Device, ports: Iterable[str]) -> str:
        """The name of a bundle of these ports: the one that it has, else the next that is free."""
        known = self.standing.bundle(device.id, ports)
        if known is not None:
            return known.interface
        while True:
            number = self._counts[device.id, "lag"] = self._counts.get((device.id, "lag"), 0) + 1
            name = lag_name(self.kind(device), number)
            if name not in self.standing.names(device.id):
                return name

    def bundle(
        self,
        device: Device,
        members: Iterable[str],
        *,
        peer: str,
        mlag: str | None = None,
        mlag_number: int | None = None,
        **interface: Any,
    ) -> Lag:
        """A LACP bundle of linked ports, with its interface; the members lose their own mode."""
        ports = tuple(members)
        name = self._bundle_name(device, ports)
        identity = f"{device.id}:{name}"
        speed = 0
        for port in ports:
            member = self.get(Interface, f"{device.id}:{port}")
            speed += member.speed_bps or 0
            mtu = interface.get("mtu_bytes", member.mtu_bytes)
            self.change(member, mode=PortMode.NONE, lag=identity, vrf=None, mtu_bytes=mtu, vlans=(), addresses=())
        spare = self.requirements.redundancy is Redundancy.CRITICAL  # one side may be lost, and a link of the other
        least = max(1, len(ports) // 2 - spare) if len(ports) >= 4 else 1
        lag = Lag(
            id=identity,
            device=device.id,
            interface=name,
            members=ports,
            mode=LagMode.LACP,
            min_links=least,
            mlag=mlag,
            mlag_number=mlag_number,
        )
        fields = {"mode": PortMode.TRUNK, "description": f"to:{peer}"} | interface
        self.add(
            Interface(
                id=identity,
                device=device.id,
                name=name,
                kind=InterfaceKind.LAG,
                speed_bps=speed,
                lag=identity,
                **fields,
            )
        )
        return self.add(lag)

    def interface(self, device: Device | str, name: str) -> Interface:
        """The interface of a device by name; raises `NotFoundError`."""
        return self.get(Interface, f"{device if isinstance(device, str) else device.id}:{name}")

    def _port_interface(  # noqa: PLR0917
        self,
        end: Device,
        port: str,
        peer: str,
        peer_port: str,
        speed_bps: int,
        purpose: LinkPurpose,
        fields: Any,
    ) -> None:
        if end.role is Role.PROVIDER:
            return
        kind = InterfaceKind.PHYSICAL
        if purpose is LinkPurpose.MANAGEMENT and end.role is not Role.MANAGEMENT_SWITCH:
            kind = InterfaceKind.MANAGEMENT
        values = {"mode": PortMode.NONE, "description": f"to:{peer}:{peer_port}"} | fields
        self.add(Interface(id=f"{end.id}:{port}", device=end.id, name=port, kind=kind, speed_bps=speed_bps, **values))

    def _link(self, identity: str, ends: tuple[PortRef, PortRef], cable: Cable, **fields: Any) -> Link:
        """A link between two ports over a cable."""
        a, b = ends
        return self.add(Link(id=identity, a=a, b=b, medium=cable.medium, phy=cable.phy or None, **fields))

    def _device(self, identity: str) -> Device:
        return self.get(Device, identity)


def _cable(medium: Medium | None) -> Cable | None:
    return Cable("", medium) if medium is not None else None
