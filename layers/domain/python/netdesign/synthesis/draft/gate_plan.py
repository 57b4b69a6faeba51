"""What a site needs at its gate to the other sites."""

from __future__ import annotations

from dataclasses import dataclass

from netdesign.catalog.circuits import Tier
from netdesign.catalog.sku import DeviceType


@dataclass(frozen=True, slots=True)
class GatePlan:
    """Routers of a site toward the others: how many, of which type, and the speed of their links inward.

    `lines` counts the leased lines of the site; `tier` is what each router has of the carrier's network, if anything.
    """

    routers: int
    kind: DeviceType
    port_bps: int
    lines: int = 0
    tier: Tier | None = None
    circuit_bps: int = 0
    """Speed of the port that a circuit of the carrier comes on."""
    crypto: str | None = None
    """The suite that the routers encrypt with, over the whole way to the routers of other sites."""
