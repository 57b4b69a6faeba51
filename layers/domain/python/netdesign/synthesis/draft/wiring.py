"""Devices with their ports, and the links, bundles and interfaces between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from netdesign.catalog.ports import FormFactor, PortUse
from netdesign.catalog.sku import DeviceType
from netdesign.errors import CatalogError
from netdesign.model.addressing import Interface
from netdesign.model.cabling import Lag, LagMode, Link, Mlag, PortRef
from netdesign.model.inventory import Device
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.vocabulary import (
    InterfaceKind,
    LinkPurpose,
    Medium,
    PortMode,
    Role,
    ServiceClass,
    Trust,
)
from netdesign.synthesis.draft.cabling import Cable, cable_between, joinable
from netdesign.synthesis.draft.fact_store import FactStore
from netdesign.synthesis.draft.interface_names import lag_name
from netdesign.synthesis.draft.placement import Floor
from netdesign.synthesis.draft.port_bank import FreePort, PortBank, PortTable

STEMS = {
    Role.SUPER_SPINE: "superspine",
    Role.BORDER_LEAF: "border",
    Role.DISTRIBUTION: "dist",
    Role.ACCESS: "acc",
    Role.WAN_EDGE: "wan",
    Role.INTERNET_EDGE: "edge",
    Role.FIREWALL: "fw",
    Role.LOAD_BALANCER: "lb",
    Role.WIRELESS_CONTROLLER: "wlc",
    Role.ACCESS_POINT: "ap",
    Role.MANAGEMENT_SWITCH: "mgmt",
    Role.CONSOLE_SERVER: "con",
    Role.PROVIDER: "isp",
}


class Wiring(FactStore):
    """Adds devices and joins them; no port is ever used twice."""

    def __init__(self, requirements: ResolvedRequirements, floor: Floor) -> None:
        super().__init__(requirements)
        self.floor = floor
        self._tables: dict[str, PortTable] = {}
        self._banks: dict[str, PortBank] = {}
        self._counts: dict[tuple[str, str], int] = {}
        self._plugged: dict[tuple[str, str], str] = {}
        self._held: dict[tuple[str, int], list[FreePort]] = {}
        self._releasing = False
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
        if kind is not None and rack is not None:
            mounting = self.floor.mount(rack, identity, kind)
            fields = {"rack_unit": mounting.rack_unit, "power_feeds": mounting.feeds} | fields
            room = self.floor.racks[rack].rack.room
        if kind is not None:
            table = self._tables.setdefault(kind.sku, PortTable(kind))
            self._banks[identity] = PortBank(table)
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

    def next_id(self, site: str, stem: str) -> str:
        """The next unused id `<site>-<stem><nn>`."""
        key = (site, stem)
        self._counts[key] = self._counts.get(key, 0) + 1
        return f"{site}-{stem}{self._counts[key]:02d}"

    def number(self, name: str) -> int:
        """The next number, from 1, of a sequence of that name."""
        self._counts[name, ""] = self._counts.get((name, ""), 0) + 1
        return self._counts[name, ""]

    def devices(self, role: Role, site: str | None = None) -> tuple[Device, ...]:
        """Devices of a role, of one site or of all, as they are now."""
        found = [ids for (r, s), ids in self._by_role.items() if r is role and site in (None, s)]
        return tuple(self.get(Device, identity) for ids in found for identity in ids)

    def kind(self, device: Device | str) -> DeviceType:
        """The device type of a device."""
        return self._bank(device).table.kind

    def free_ports(self, device: Device | str, speed_bps: int, use: PortUse | None = None) -> int:
        """How many more links of a speed the device takes."""
        return self._bank(device).free(speed_bps, use)

    def can_connect(self, a: Device, b: Device, speed_bps: int, use_b: PortUse | None = PortUse.DOWNLINK) -> bool:
        """Whether a cable joins the next free ports of two devices at a speed."""
        here, there = self._bank(a).peek(speed_bps), self._bank(b).peek(speed_bps, use_b)
        return here is not None and there is not None and joinable(here, there, speed_bps, self.distance_m(a, b))

    def take_port(self, device: Device | str, speed_bps: int, use: PortUse | None = None) -> FreePort:
        """The next free port of a speed, now taken; raises `CatalogError` when there is none."""
        identity = device if isinstance(device, str) else device.id
        if self._releasing and self._held.get((identity, speed_bps)):
            return self._held[identity, speed_bps].pop(0)
        bank = self._banks.get(identity)
        if bank is None:
            used = self._counts[identity, "port"] = self._counts.get((identity, "port"), 0) + 1
            return FreePort(f"port{used}", f"port{used}", _PROVIDER_CAGE)
        port = bank.take(speed_bps, use)
        if port is None:
            raise CatalogError(f"{identity} ({bank.table.kind.sku}) has no {speed_bps / 1e9:g} Gbit/s port left")
        return port

    def hold(self, device: Device, count: int, speed_bps: int, use: PortUse | None = None) -> None:
        """Keep the next free ports of a device for links that are made later, `releasing` them."""
        kept = self._held.setdefault((device.id, speed_bps), [])
        kept.extend(self.take_port(device, speed_bps, use) for _ in range(count))

    @contextmanager
    def releasing(self) -> Iterator[None]:
        """Links made meanwhile take the ports that were held for them."""
        self._releasing = True
        try:
            yield
        finally:
            self._releasing = False

    def take_ports(
        self, device: Device | str, count: int, speed_bps: int, use: PortUse | None = PortUse.DOWNLINK
    ) -> tuple[str, ...]:
        """Names of `count` free ports of a speed, now taken, for an attachment of endpoints."""
        return tuple(self.take_port(device, speed_bps, use).name for _ in range(count))

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
            port_a, port_b = self.take_port(a, speed_bps, use_a), self.take_port(b, speed_bps, use_b)
            plugs = ((a.id, port_a), (b.id, port_b))
            cable = _cable(medium) or self._cable(plugs, speed_bps, length, apart)
            refs = PortRef(device=a.id, port=port_a.name), PortRef(device=b.id, port=port_b.name)
            link = self._link(refs, cable, speed_bps=speed_bps, purpose=purpose, **fixed)
            made.append(link)
            ends = [{"addresses": own, **on_port} for own in addresses(link.id)] if addresses else (on_port, on_port)
            self._port_interface(a, port_a.name, b.id, port_b.name, speed_bps, purpose, ends[0])
            self._port_interface(b, port_b.name, a.id, port_a.name, speed_bps, purpose, ends[1])
        if lag:
            self.bundle(a, [link.a.port for link in made], peer=b.id, **interface)
            self.bundle(b, [link.b.port for link in made], peer=a.id, **interface)
        return tuple(made)

    def _cable(self, ends: Sequence[tuple[str, FreePort]], speed_bps: int, length_m: float, apart: bool) -> Cable:
        """The cable between two ports; what serves one lane of a split cage serves them all."""
        cages = [(device, port.cage) for device, port in ends if port.lanes > 1]
        plugged = [self._plugged[cage] for cage in cages if cage in self._plugged]
        (_, a), (_, b) = ends
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
        number = self._counts[mlag.id, "bundle"] = self._counts.get((mlag.id, "bundle"), 0) + 1
        links: list[Link] = []
        for peer in map(self._device, mlag.peers):
            some = self.connect(device, peer, speed_bps, purpose, count=per_peer, use_a=use_a, use_b=use_b)
            ports = [link.b.port for link in some]
            self.bundle(peer, ports, peer=device.id, mlag=mlag.id, mlag_number=number, **interface)
            links.extend(some)
        self.bundle(device, [link.a.port for link in links], peer="+".join(mlag.peers), **interface)
        return tuple(links)

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
        number = self._counts[device.id, "lag"] = self._counts.get((device.id, "lag"), 0) + 1
        name = lag_name(self.kind(device), number)
        identity = f"{device.id}:{name}"
        speed = 0
        for port in ports:
            member = self.get(Interface, f"{device.id}:{port}")
            speed += member.speed_bps or 0
            mtu = interface.get("mtu_bytes", member.mtu_bytes)
            self.change(member, mode=PortMode.NONE, lag=identity, vrf=None, mtu_bytes=mtu, vlans=(), addresses=())
        least = 1 if len(ports) < 4 else len(ports) // 2
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

    def _link(self, ends: tuple[PortRef, PortRef], cable: Cable, **fields: Any) -> Link:
        """A link between two ports over a cable, numbered among those of the two devices."""
        a, b = ends
        identity = self._link_id(a.device, b.device)
        return self.add(Link(id=identity, a=a, b=b, medium=cable.medium, phy=cable.phy or None, **fields))

    def _link_id(self, a: str, b: str) -> str:
        key = (a, b)
        self._counts[key] = self._counts.get(key, 0) + 1
        return f"{a}--{b}-{self._counts[key]}"

    def _bank(self, device: Device | str) -> PortBank:
        identity = device if isinstance(device, str) else device.id
        if identity not in self._banks:
            raise CatalogError(f"{identity} has no ports of ours: it has no device type")
        return self._banks[identity]

    def _device(self, identity: str) -> Device:
        return self.get(Device, identity)


_PROVIDER_CAGE = FormFactor.SFP_PLUS


def _cable(medium: Medium | None) -> Cable | None:
    return Cable("", medium) if medium is not None else None
