"""Names of interfaces that are not ports, in the spelling of the device's operating system."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spelling:
    """Patterns with `{n}` for the number; a sub-interface has `{parent}` too."""

    lag: str = "Port-Channel{n}"
    svi: str = "Vlan{n}"
    loopback: str = "Loopback{n}"
    vtep: str = "Vxlan{n}"
    subinterface: str = "{parent}.{n}"


CISCO = Spelling(lag="Port-channel{n}", vtep="nve{n}")
NEXUS = Spelling(lag="port-channel{n}", loopback="loopback{n}", vtep="nve{n}")
JUNOS = Spelling(lag="ae{n}", svi="irb.{n}", loopback="lo{n}", vtep="vtep{n}")
SROS = Spelling(lag="lag{n}", svi="irb0.{n}", loopback="lo{n}", vtep="vxlan{n}")
LINUX = Spelling(lag="bond{n}", svi="vlan{n}", loopback="lo{n}", vtep="vxlan{n}")
PANOS = Spelling(lag="ae{n}", svi="vlan.{n}", loopback="loopback.{n}", vtep="tunnel.{n}")
FORTIOS = Spelling(lag="lag{n}", svi="vlan{n}", loopback="loopback{n}", vtep="vxlan{n}")
SPELLINGS = {
    "ios": CISCO,
    "iosxe": CISCO,
    "ios-xe": CISCO,
    "nxos": NEXUS,
    "nx-os": NEXUS,
    "iosxr": Spelling(lag="Bundle-Ether{n}", svi="BVI{n}", vtep="nve{n}"),
    "junos": JUNOS,
    "srlinux": SROS,
    "sros": SROS,
    "panos": PANOS,
    "pan-os": PANOS,
    "fortios": FORTIOS,
    "sonic": Spelling(lag="PortChannel{n}"),
    "cumulus": LINUX,
    "linux": LINUX,
}
USUAL = Spelling()


def spelling(grammar: str) -> Spelling:
    """How the operating system of this interface grammar spells names."""
    return SPELLINGS.get(grammar.lower(), USUAL)


def lag_name(grammar: str, number: int) -> str:
    """Name of a bundle."""
    return spelling(grammar).lag.format(n=number)


def svi_name(grammar: str, number: int) -> str:
    """Name of the routed interface of a VLAN."""
    return spelling(grammar).svi.format(n=number)


def loopback_name(grammar: str, number: int) -> str:
    """Name of a loopback."""
    return spelling(grammar).loopback.format(n=number)


def vtep_name(grammar: str, number: int) -> str:
    """Name of a VXLAN tunnel endpoint."""
    return spelling(grammar).vtep.format(n=number)


def subinterface_name(grammar: str, parent: str, number: int) -> str:
    """Name of a sub-interface of a port or bundle."""
    return spelling(grammar).subinterface.format(parent=parent, n=number)
