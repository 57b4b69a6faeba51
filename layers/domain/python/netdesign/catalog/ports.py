"""Ports of a device type: cages, speeds, breakouts, power over Ethernet, and the names they expand to."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum

from netdesign.errors import CatalogError

_RANGE = re.compile(r"(?P<first>\d+)-(?P<last>\d+)(?=\D*(?:/\d+|\.\d+)?$)")


class FormFactor(StrEnum):
    """The cage or jack of a port."""

    RJ45 = "rj45"
    SFP = "sfp"
    SFP_PLUS = "sfp+"
    SFP28 = "sfp28"
    SFP56 = "sfp56"
    QSFP_PLUS = "qsfp+"
    QSFP28 = "qsfp28"
    QSFP56 = "qsfp56"
    QSFP_DD = "qsfp-dd"
    OSFP = "osfp"
    CFP2 = "cfp2"


class PoeType(StrEnum):
    """What a port can feed, after IEEE 802.3."""

    AF = "802.3af"
    AT = "802.3at"
    BT3 = "802.3bt-3"
    BT4 = "802.3bt-4"

    @property
    def pse_w(self) -> float:
        """Watts that the port allocates at most."""
        return _PSE_W[self]


_PSE_W = {PoeType.AF: 15.4, PoeType.AT: 30.0, PoeType.BT3: 60.0, PoeType.BT4: 90.0}

_CLASS_W = {0: 15.4, 1: 4.0, 2: 7.0, 3: 15.4, 4: 30.0, 5: 45.0, 6: 60.0, 7: 75.0, 8: 90.0}


def allocated_w(poe_class: int) -> float:
    """Watts that a port sets aside for a powered device of a class (IEEE 802.3bt); the most for one that is none."""
    return _CLASS_W.get(poe_class, _CLASS_W[8])


class PortUse(StrEnum):
    """What the maker, or the reference architecture, meant a run of ports for."""

    DOWNLINK = "downlink"
    UPLINK = "uplink"
    ANY = "any"
    MANAGEMENT = "management"
    STACK = "stack"
    HA = "ha"
    CONSOLE = "console"


@dataclass(frozen=True, slots=True)
class Breakout:
    """One way to split a port: `lanes` ports of `speed_bps`, named by `suffix` in place of `replaces`."""

    lanes: int
    speed_bps: int
    suffix: str = "/{n}"
    replaces: str = ""
    first: int = 1
    step: int = 1

    def names(self, port: str) -> tuple[str, ...]:
        """Names of the lanes of `port`, in order."""
        stem = port.removesuffix(self.replaces) if self.replaces else port
        numbers = range(self.first, self.first + self.lanes * self.step, self.step)
        return tuple(stem + self.suffix.format(n=number) for number in numbers)


@dataclass(frozen=True, slots=True)
class PortGroup:
    """A run of like ports on the device; `names` is a pattern for `expand_port_names`."""

    names: str
    count: int
    form_factor: FormFactor
    speeds_bps: tuple[int, ...]
    breakouts: tuple[Breakout, ...] = ()
    poe: PoeType | None = None
    use: PortUse = PortUse.ANY

    @property
    def speed_bps(self) -> int:
        """The fastest unbroken speed."""
        return self.speeds_bps[-1]


@dataclass(frozen=True, slots=True)
class Port:
    """One port, or one lane of a port that is split (`parent` and `breakout` are then set)."""

    name: str
    form_factor: FormFactor
    speeds_bps: tuple[int, ...]
    use: PortUse
    poe: PoeType | None = None
    breakouts: tuple[Breakout, ...] = ()
    parent: str | None = None
    breakout: Breakout | None = None

    @property
    def speed_bps(self) -> int:
        """The fastest speed."""
        return self.speeds_bps[-1]

    @property
    def cage(self) -> str:
        """Name of the physical cage, which all lanes of a split port share."""
        return self.parent or self.name

    def split(self, speed_bps: int) -> tuple[str, ...]:
        """Names of the most links of `speed_bps` that the port carries; empty when it has not that speed."""
        ways = [breakout for breakout in self.breakouts if breakout.speed_bps == speed_bps]
        if ways:
            return max(ways, key=lambda way: way.lanes).names(self.name)
        return (self.name,) if speed_bps in self.speeds_bps else ()


def expand_port_names(pattern: str) -> tuple[str, ...]:
    """Every name of a pattern: comma-separated runs like `Ethernet1/1-48`, `Ethernet49-56/1` or `mgmt0`.

    The last `first-last` of a run is the range; what follows it is kept. A run that starts with `=` is one
    name. Raises `CatalogError` on an empty range.
    """
    names: list[str] = []
    for run in pattern.split(","):
        found = None if run.startswith("=") else _RANGE.search(run)
        if found is None:
            names.append(run.removeprefix("="))
            continue
        first, last = int(found["first"]), int(found["last"])
        if last < first:
            raise CatalogError(f"port pattern {pattern!r} counts down from {first} to {last}")
        head, tail = run[: found.start()], run[found.end() :]
        names.extend(f"{head}{number}{tail}" for number in range(first, last + 1))
    return tuple(names)


def group_ports(group: PortGroup) -> tuple[Port, ...]:
    """The unbroken ports of a group, in order."""
    return tuple(
        Port(name, group.form_factor, group.speeds_bps, group.use, group.poe, group.breakouts)
        for name in expand_port_names(group.names)
    )


def lane_ports(port: Port) -> dict[str, Port]:
    """Each legal lane of a port by name, with every speed that some breakout gives it.

    Some makers call the first lane like the unbroken port: it then keeps the speeds of the port too.
    """
    speeds: dict[str, set[int]] = {}
    ways: dict[str, Breakout] = {}
    for breakout in port.breakouts:
        for name in breakout.names(port.name):
            speeds.setdefault(name, set()).add(breakout.speed_bps)
            ways.setdefault(name, breakout)
    return {
        name: replace(port, speeds_bps=tuple(sorted(found | set(port.speeds_bps))))
        if name == port.name
        else Port(name, port.form_factor, tuple(sorted(found)), port.use, parent=port.name, breakout=ways[name])
        for name, found in speeds.items()
    }
