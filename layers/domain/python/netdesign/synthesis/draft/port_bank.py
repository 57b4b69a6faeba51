"""Which ports of a device are still free, and the next one that suits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from netdesign.catalog.media import Cage, media
from netdesign.catalog.ports import Breakout, FormFactor, Port, PortUse
from netdesign.catalog.sku import DATA_USES, DeviceType
from netdesign.errors import CatalogError


@dataclass(frozen=True, slots=True)
class FreePort:
    """A port, or a lane of a split port, that can run at the speed asked for."""

    name: str
    cage: str
    form_factor: FormFactor
    breakout: Breakout | None = None

    @property
    def lanes(self) -> int:
        """Into how many links the cage is split; 1 when it is whole."""
        return self.breakout.lanes if self.breakout else 1


class PortTable:
    """The ports of one device type in the order in which they are used up, per speed and use."""

    def __init__(self, kind: DeviceType) -> None:
        self.kind = kind

    @cached_property
    def wholes(self) -> dict[str, Port]:
        """Ports that are not split, by name."""
        return {port.name: port for port in self.kind.all_ports()}

    def order(self, speed_bps: int, use: PortUse | None) -> tuple[FreePort, ...]:
        """Ports for links of `speed_bps`: those meant for `use` first, the slowest that suit first."""
        return _order(self.kind, speed_bps, use)


class PortBank:
    """The ports of one device: what is taken stays taken, and a split cage is split one way only."""

    def __init__(self, table: PortTable) -> None:
        self.table = table
        self.taken: dict[str, FreePort] = {}
        self._cages: dict[str, Breakout | None] = {}
        self._cursor: dict[tuple[int, PortUse | None], int] = {}

    def copied(self) -> PortBank:
        """A bank with the same ports taken, of which each may go on by itself."""
        other = PortBank(self.table)
        other.taken, other._cages, other._cursor = dict(self.taken), dict(self._cages), dict(self._cursor)
        return other

    def take(self, speed_bps: int, use: PortUse | None = None, *, apart: bool = False) -> FreePort | None:
        """The next free port that suits, now taken; None when the device has none left.

        With `apart` it is in a cage of its own, where there is one.
        """
        order, key = self.table.order(speed_bps, use), (speed_bps, use)
        own = next((port for port in order if port.cage not in self._cages), None) if apart else None
        if own is not None:
            self._keep(own)
            return own
        for at in range(self._cursor.get(key, 0), len(order)):
            port = order[at]
            if self._suits(port):
                self._cursor[key] = at + 1
                self._keep(port)
                return port
        self._cursor[key] = len(order)
        return None

    def peek(self, speed_bps: int, use: PortUse | None = None) -> FreePort | None:
        """The port that `take` would give."""
        return next((port for port in self.table.order(speed_bps, use) if self._suits(port)), None)

    def take_named(self, name: str) -> FreePort:
        """The port of that name, now taken; raises `CatalogError` when it is no port or not free."""
        port = self.table.kind.port(name)
        if port is None:
            raise CatalogError(f"{self.table.kind.sku} has no port {name!r}")
        free = FreePort(name, port.cage, port.form_factor, port.breakout)
        if not self._suits(free):
            raise CatalogError(f"port {name!r} of a {self.table.kind.sku} is taken")
        self._keep(free)
        return free

    def hold(self, name: str, speed_bps: int) -> FreePort:
        """The port of that name as used at a speed, kept from others; raises `CatalogError` when there is none."""
        port = self.table.kind.port(name)
        if port is None:
            raise CatalogError(f"{self.table.kind.sku} has no port {name!r}")
        known = next((way for way in _ways(self.table.wholes[port.cage], speed_bps) if way.name == name), None)
        free = known or FreePort(name, port.cage, port.form_factor, port.breakout)
        self._keep(free)
        return free

    def free(self, speed_bps: int, use: PortUse | None = None, *, whole: bool = False) -> int:
        """How many more links of `speed_bps` the device can take; in ports that need no split when `whole`."""
        order = self.table.order(speed_bps, use)
        return sum(1 for port in order if not (whole and port.breakout) and self._suits(port))

    def _suits(self, port: FreePort) -> bool:
        if port.name in self.taken:
            return False
        return port.cage not in self._cages or (port.breakout is not None and self._cages[port.cage] == port.breakout)

    def _keep(self, port: FreePort) -> None:
        self.taken[port.name] = port
        self._cages[port.cage] = port.breakout


@lru_cache(maxsize=16_384)
def _order(kind: DeviceType, speed_bps: int, use: PortUse | None) -> tuple[FreePort, ...]:
    """The order of a port table, the same for all devices of a type."""
    ports = [port for port in kind.all_ports() if _rank(port, use) is not None]
    ports.sort(key=lambda port: (_rank(port, use) or 0, port.speed_bps))
    return tuple(free for port in ports for free in _ways(port, speed_bps))


def _pluggable(port: Port, speed_bps: int, lanes: int) -> bool:
    """Whether any optic or cable makes so many links of the speed of a port; jobs off the data path need none."""
    if port.use not in DATA_USES:
        return True
    cage = Cage(port.form_factor, lanes)
    return any(phy.fits(cage) for phy in media().by_speed.get(speed_bps, ()))


def _rank(port: Port, use: PortUse | None) -> int | None:
    """How well a port fits a use (0 is best); None when it must not carry it."""
    if port.use is use:
        return 0
    if use in (PortUse.MANAGEMENT, PortUse.CONSOLE, PortUse.STACK):
        return None
    if port.use not in DATA_USES:
        return None
    return 1 if port.use is PortUse.ANY else 2


def _ways(port: Port, speed_bps: int) -> Iterator[FreePort]:
    """The port whole when it runs at the speed, or else its lanes when it splits into that speed."""
    splits = [way for way in port.breakouts if way.speed_bps == speed_bps and _pluggable(port, speed_bps, way.lanes)]
    whole = speed_bps in port.speeds_bps and _pluggable(port, speed_bps, 1)
    if whole and (port.speed_bps == speed_bps or not splits):
        yield FreePort(port.name, port.name, port.form_factor)
    elif splits:
        split = max(splits, key=lambda way: way.lanes)
        for name in split.names(port.name):
            yield FreePort(name, port.name, port.form_factor, split)
