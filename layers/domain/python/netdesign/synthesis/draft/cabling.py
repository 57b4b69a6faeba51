"""The cable of a link: the cheapest physical layer that fits both cages and reaches far enough."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from netdesign.catalog.media import Cage, cheapest_phy, media
from netdesign.catalog.ports import FormFactor
from netdesign.errors import CatalogError
from netdesign.model.vocabulary import Medium
from netdesign.synthesis.draft.port_bank import FreePort

BUILDINGS = frozenset({Medium.SMF})
"""What may run between buildings."""

SERVER_CABLE_M = 3.0
"""What joins a server to a switch in its own rack."""

FIBRES = frozenset({Medium.MMF_OM3, Medium.MMF_OM4, Medium.MMF_OM5, Medium.SMF})


@dataclass(frozen=True, slots=True)
class Cable:
    """The physical layer by name, and the medium that carries it."""

    phy: str
    medium: Medium


def cable_between(
    a: FreePort,
    b: FreePort,
    speed_bps: int,
    length_m: float,
    *,
    between_buildings: bool = False,
    plugged: Collection[str] = (),
) -> Cable:
    """The cheapest cable between two ports; raises `CatalogError` when none fits and reaches.

    A split cage takes one module or cable for all of its lanes: that of `plugged` where it serves, else one
    with a fibre for each lane, so that lanes may differ in length.
    """
    mediums = BUILDINGS if between_buildings else None
    for name in plugged:
        phy = media().phys[name]
        allowed = [m for m in phy.mediums(length_m) if mediums is None or m in mediums]
        if allowed and all(phy.fits(Cage(port.form_factor, port.lanes)) for port in (a, b)):
            return Cable(name, Medium(allowed[0].value))
    ends = (speed_bps, length_m, a.form_factor, a.lanes, b.form_factor, b.lanes)
    if mediums is None and max(a.lanes, b.lanes) > 1:
        try:
            return _cable(*ends, FIBRES)
        except CatalogError:
            pass
    return _cable(*ends, mediums)


def endpoint_cable(port: FreePort, speed_bps: int, length_m: float) -> Cable:
    """The cheapest cable from a port to the like port of an endpoint."""
    lane = _NIC.get(speed_bps, port.form_factor) if port.lanes > 1 else port.form_factor
    return _cable(speed_bps, length_m, port.form_factor, port.lanes, lane, 1, None)


_NIC = {
    1_000_000_000: FormFactor.SFP,
    10_000_000_000: FormFactor.SFP_PLUS,
    25_000_000_000: FormFactor.SFP28,
    40_000_000_000: FormFactor.QSFP_PLUS,
    50_000_000_000: FormFactor.SFP56,
    100_000_000_000: FormFactor.QSFP28,
    200_000_000_000: FormFactor.QSFP56,
    400_000_000_000: FormFactor.QSFP_DD,
}


def joinable(a: FreePort, b: FreePort, speed_bps: int, length_m: float) -> bool:
    """Whether any cable joins the two ports at that speed and length."""
    found = cheapest_phy(speed_bps, length_m, a.form_factor, b.form_factor, lanes_a=a.lanes, lanes_b=b.lanes)
    return found is not None


@lru_cache(maxsize=65_536)
def _cable(  # noqa: PLR0917 - a key of the cache
    speed_bps: int,
    length_m: float,
    cage_a: FormFactor,
    lanes_a: int,
    cage_b: FormFactor,
    lanes_b: int,
    mediums: Collection[Medium] | None,
) -> Cable:
    phy = cheapest_phy(speed_bps, length_m, cage_a, cage_b, lanes_a=lanes_a, lanes_b=lanes_b, mediums=mediums)
    if phy is None:
        raise CatalogError(
            f"nothing carries {speed_bps / 1e9:g} Gbit/s over {length_m:g} m"
            f" from {cage_a} (x{lanes_a}) to {cage_b} (x{lanes_b})"
        )
    allowed = [m for m in phy.mediums(length_m) if mediums is None or m in mediums]
    return Cable(phy.name, Medium(allowed[0].value))
