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
    optics = _optics(plan, site, gates)
    whole = Reserve(ports, OVERLAY | MACSEC, lambda kind: _misfit(kind, optics))
    if plan.macsec:
        yield whole
    yield replace(whole, features=OVERLAY)


def _optics(plan: Plan, site: str, gates: int) -> tuple[tuple[PhyType, int], ...]:
    """The optics of a site's lines, with how many of them one of its border switches takes at the most."""
    counts: dict[PhyType, list[int]] = {}
    for turn, line in enumerate(plan.at(site)):
        counts.setdefault(line.offer.phy, [0] * gates)[turn % gates] += line.offer.links
    return tuple((phy, max(each)) for phy, each in sorted(counts.items(), key=lambda item: item[0].name))


def _misfit(kind: DeviceType, optics: tuple[tuple[PhyType, int], ...]) -> str:
    """Why the optics of lines do not fit a type; empty when they do. A port more is left for what comes before them."""
    for phy, count in optics:
        bank = PortBank(PortTable(kind))
        for _ in range(count + 1):
            port = bank.take(phy.speed_bps, port_use(phy.speed_bps))
            if port is None or port.lanes > 1 or not phy.fits(Cage(port.form_factor)):
                return f"has too few ports for {phy.name}"
    return ""
