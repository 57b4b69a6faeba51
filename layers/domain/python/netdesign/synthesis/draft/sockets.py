"""Ids and ports of devices: the next of each kind, and those that what stands has already."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from netdesign.catalog.ports import FormFactor, PortUse
from netdesign.catalog.sku import DeviceType
from netdesign.errors import CatalogError
from netdesign.model.cabling import Link
from netdesign.model.inventory import Attachment, Device
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.vocabulary import Role
from netdesign.synthesis.draft.fact_store import FactStore
from netdesign.synthesis.draft.port_bank import FreePort, PortBank, PortTable
from netdesign.synthesis.draft.standing import NOTHING, Standing

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
_PROVIDER_CAGE = FormFactor.SFP_PLUS


class Sockets(FactStore):
    """Numbers devices and links, and hands out their ports; what stands keeps its own."""

    def __init__(self, requirements: ResolvedRequirements, standing: Standing = NOTHING) -> None:
        super().__init__(requirements)
        self.standing = standing
        self._tables: dict[str, PortTable] = {}
        self._banks: dict[str, PortBank] = {}
        self._counts: dict[tuple[str, str], int] = {}
        self._kept: dict[tuple[str, int], list[FreePort]] = {}
        self._releasing = False

    def open_ports(self, device: str, kind: DeviceType) -> None:
        """Ports for a device of a type; those that it uses where it stands are kept from others."""
        bank = self._banks[device] = PortBank(self._tables.setdefault(kind.sku, PortTable(kind)))
        known = self.standing.find(Device, device)
        for port, speed_bps in self.standing.ports(device).items() if known and known.sku == kind.sku else ():
            bank.hold(port, speed_bps)

    def share_ports(self, device: str, other: Sockets, name: str) -> None:
        """Give a device the ports, used and free, of a device of another drawing that it is a copy of."""
        if name in other._banks:
            self._banks[device] = other._banks[name]

    def part_ports(self, device: str) -> None:
        """Let a copy of a device take ports of its own from now on."""
        if device in self._banks:
            self._banks[device] = self._banks[device].copied()

    def next_id(self, site: str, stem: str) -> str:
        """The next unused id `<site>-<stem><nn>`."""
        key = (site, stem)
        self._counts[key] = self._counts.get(key, 0) + 1
        return f"{site}-{stem}{self._counts[key]:02d}"

    def next_known(self, role: Role, site: str, stem: str | None = None) -> Device | None:
        """The device that stands already and that the next one of a role will be; None when that is new."""
        name = stem or STEMS.get(role, role.value)
        return self.standing.find(Device, f"{site}-{name}{self._counts.get((site, name), 0) + 1:02d}")

    def next_link(self, a: Device, b: Device) -> Link | None:
        """The link that stands already and that the next one between two devices will be; None when that is new."""
        return self.standing.find(Link, f"{a.id}--{b.id}-{self._counts.get((a.id, b.id), 0) + 1}")

    def number(self, name: str) -> int:
        """The next number, from 1, of a sequence of that name."""
        self._counts[name, ""] = self._counts.get((name, ""), 0) + 1
        return self._counts[name, ""]

    def link_id(self, a: str, b: str) -> str:
        """The next unused id of a link between two devices."""
        key = (a, b)
        self._counts[key] = self._counts.get(key, 0) + 1
        return f"{a}--{b}-{self._counts[key]}"

    def kind(self, device: Device | str) -> DeviceType:
        """The device type of a device."""
        return self.bank(device).table.kind

    def free_ports(self, device: Device | str, speed_bps: int, use: PortUse | None = None) -> int:
        """How many more links of a speed the device takes."""
        return self.bank(device).free(speed_bps, use)

    def take_port(
        self, device: Device | str, speed_bps: int, use: PortUse | None = None, *, apart: bool = False
    ) -> FreePort:
        """The next free port of a speed, now taken, in a cage of its own where it is to be `apart` and there is one;
        raises `CatalogError` when there is none."""
        identity = device if isinstance(device, str) else device.id
        if self._releasing and self._kept.get((identity, speed_bps)):
            return self._kept[identity, speed_bps].pop(0)
        bank = self._banks.get(identity)
        if bank is None:
            return self._far_port(identity)
        port = bank.take(speed_bps, use, apart=apart)
        if port is None:
            raise CatalogError(f"{identity} ({bank.table.kind.sku}) has no {speed_bps / 1e9:g} Gbit/s port left")
        return port

    def keep_ports(self, device: Device, count: int, speed_bps: int, use: PortUse | None = None) -> None:
        """Keep the next free ports of a device for links that are made later, `releasing` them."""
        kept = self._kept.setdefault((device.id, speed_bps), [])
        kept.extend(self.take_port(device, speed_bps, use) for _ in range(count))

    @contextmanager
    def releasing(self) -> Iterator[None]:
        """Links made meanwhile take the ports that were kept for them."""
        self._releasing = True
        try:
            yield
        finally:
            self._releasing = False

    def _far_port(self, device: str) -> FreePort:
        """The next port of a device that is not ours."""
        while True:
            used = self._counts[device, "port"] = self._counts.get((device, "port"), 0) + 1
            if f"port{used}" not in self.standing.ports(device):
                return FreePort(f"port{used}", f"port{used}", _PROVIDER_CAGE)

    def link_ports(
        self,
        known: Link | None,
        a: Device,
        b: Device,
        speed_bps: int,
        uses: tuple[PortUse | None, PortUse | None],
        *,
        apart: bool = False,
    ) -> tuple[FreePort, FreePort]:
        """The ports of a link: those that it has where it stands, else the next free ones."""
        if known is None:
            first = self.take_port(a, speed_bps, uses[0], apart=apart)
            return first, self.take_port(b, speed_bps, uses[1], apart=apart)
        return self._held(a.id, known.a.port, speed_bps), self._held(b.id, known.b.port, speed_bps)

    def _held(self, device: str, port: str, speed_bps: int) -> FreePort:
        bank = self._banks.get(device)
        return FreePort(port, port, _PROVIDER_CAGE) if bank is None else bank.hold(port, speed_bps)

    def attachment_ports(
        self, identity: str, device: Device, count: int, speed_bps: int, use: PortUse | None = PortUse.DOWNLINK
    ) -> tuple[str, ...]:
        """Names of `count` ports for the attachment of that id: those that it has, then free ones."""
        known = self.standing.find(Attachment, identity)
        kept = known.ports[:count] if known is not None and known.device == device.id else ()
        return (*kept, *self.take_ports(device, count - len(kept), speed_bps, use))

    def take_ports(
        self, device: Device | str, count: int, speed_bps: int, use: PortUse | None = PortUse.DOWNLINK
    ) -> tuple[str, ...]:
        """Names of `count` free ports of a speed, now taken, for an attachment of endpoints."""
        return tuple(self.take_port(device, speed_bps, use).name for _ in range(count))

    def bank(self, device: Device | str) -> PortBank:
        """The ports of a device; raises `CatalogError` for one that is not ours."""
        identity = device if isinstance(device, str) else device.id
        if identity not in self._banks:
            raise CatalogError(f"{identity} has no ports of ours: it has no device type")
        return self._banks[identity]
