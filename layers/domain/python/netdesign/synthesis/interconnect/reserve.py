"""What a border switch keeps for the lines of its site: ports, features, and cages that the optics fit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from netdesign.catalog.media import Cage, PhyType
from netdesign.catalog.ports import PortUse
from netdesign.catalog.sku import DeviceType
from netdesign.synthesis.draft.port_bank import PortBank, PortTable
from netdesign.synthesis.draft.selection import PortNeed
from netdesign.synthesis.interconnect.plan import CROSS_BPS, CROSS_LINKS, Plan, port_use

OVERLAY = frozenset({"evpn", "vxlan"})
MACSEC = frozenset({"macsec"})


@dataclass(frozen=True, slots=True)
class Reserve:
    """Ports and features of each border switch of a site; `refuse` says why a type does not take the optics."""

    ports: tuple[PortNeed, ...] = ()
    features: frozenset[str] = frozenset()
    refuse: Callable[[DeviceType], str] | None = None


NOTHING = Reserve()


def reserves(plan: Plan | None, site: str, gates: int, *, bare: bool = False) -> Iterator[Reserve]:
    """What to ask of so many border switches, the best first: encryption where it is asked for, then without.

    Switches without a spine above them are joined by routed links too where there are two (`bare`).
    """
    if plan is None:
        yield NOTHING
        return
    ports = plan.ports(site, gates)
    if bare and gates > 1:
        ports = (*ports, PortNeed(CROSS_LINKS, CROSS_BPS, PortUse.UPLINK))
    phys = {(line.offer.speed_bps, line.offer.phy) for line in plan.at(site)}
    whole = Reserve(ports, OVERLAY | MACSEC, lambda kind: _misfit(kind, phys))
    if plan.macsec:
        yield whole
    yield replace(whole, features=OVERLAY)


def _misfit(kind: DeviceType, phys: set[tuple[int, PhyType]]) -> str:
    """Why the optics of lines do not fit a type; empty when they do."""
    for speed, phy in sorted(phys, key=lambda one: (one[0], one[1].name)):
        port = PortBank(PortTable(kind)).take(speed, port_use(speed))
        if port is None or not phy.fits(Cage(port.form_factor, port.lanes)):
            return f"has no port for {phy.name}"
    return ""
