"""Names of interfaces that are not ports, in the spelling of the device's operating system."""

from __future__ import annotations

from dataclasses import dataclass

from netdesign.catalog.sku import DeviceType


@dataclass(frozen=True, slots=True)
class Spelling:
    """Patterns with `{n}` for the number; a sub-interface has `{parent}` too."""

    lag: str = "Port-Channel{n}"
    svi: str = "Vlan{n}"
    loopback: str = "Loopback{n}"
    vtep: str = "Vxlan{n}"
    subinterface: str = "{parent}.{n}"
    tunnel: str = "Tunnel{n}"


CISCO = Spelling(lag="Port-channel{n}", vtep="nve{n}")
NEXUS = Spelling(lag="port-channel{n}", loopback="loopback{n}", vtep="nve{n}")
JUNOS = Spelling(tunnel="st0.{n}", lag="ae{n}", svi="irb.{n}", loopback="lo{n}", vtep="vtep{n}")
SROS = Spelling(lag="lag{n}", svi="irb0.{n}", loopback="lo{n}", vtep="vxlan{n}")
LINUX = Spelling(lag="bond{n}", svi="vlan{n}", loopback="lo{n}", vtep="vxlan{n}")
PANOS = Spelling(tunnel="tunnel.{n}", lag="ae{n}", svi="vlan.{n}", loopback="loopback.{n}", vtep="tunnel.{n}")
FORTIOS = Spelling(tunnel="tunnel{n}", lag="lag{n}", svi="vlan{n}", loopback="loopback{n}", vtep="vxlan{n}")
SPELLINGS = {
    "juniper": JUNOS,
    "nokia": SROS,
    "nvidia": LINUX,
    "palo-alto": PANOS,
    "fortinet": FORTIOS,
}
USUAL = Spelling()


def spelling(kind: DeviceType) -> Spelling:
    """How the operating system of a device type spells names."""
    if kind.vendor == "cisco":
        nexus = any(group.names.startswith("Ethernet") for group in kind.ports)
        return NEXUS if nexus else CISCO
    return SPELLINGS.get(kind.vendor, USUAL)


def lag_name(kind: DeviceType, number: int) -> str:
    """Name of a bundle."""
    return spelling(kind).lag.format(n=number)


def svi_name(kind: DeviceType, number: int) -> str:
    """Name of the routed interface of a VLAN."""
    return spelling(kind).svi.format(n=number)


def loopback_name(kind: DeviceType, number: int) -> str:
    """Name of a loopback."""
    return spelling(kind).loopback.format(n=number)


def vtep_name(kind: DeviceType, number: int) -> str:
    """Name of a VXLAN tunnel endpoint."""
    return spelling(kind).vtep.format(n=number)


def subinterface_name(kind: DeviceType, parent: str, number: int) -> str:
    """Name of a sub-interface of a port or bundle."""
    return spelling(kind).subinterface.format(parent=parent, n=number)


def tunnel_name(kind: DeviceType, number: int) -> str:
    """Name of the interface of a tunnel between sites."""
    return spelling(kind).tunnel.format(n=number)
