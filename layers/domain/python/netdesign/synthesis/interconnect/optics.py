"""What a route of fibre loses, and which optics still hear the far end with the margin left."""

from __future__ import annotations

from dataclasses import dataclass

from netdesign.catalog.fibre import route_loss_db
from netdesign.catalog.media import PhyType, media
from netdesign.catalog.policy import Interconnect
from netdesign.model.vocabulary import Medium


@dataclass(frozen=True, slots=True)
class Reach:
    """Optics on a route: what the route loses, what they bear, and what is left of that."""

    phy: PhyType
    loss_db: float
    bears_db: float

    @property
    def margin_db(self) -> float:
        """What is left for ageing and repairs."""
        return self.bears_db - self.loss_db


def optics(km: float, speed_bps: int, policy: Interconnect) -> Reach | None:
    """The cheapest optics of a speed that reach over a route of a fibre pair with the margin; None where none do."""
    loss = route_loss_db(km, policy)
    fit = [
        Reach(phy, loss, phy.span_loss_db)
        for phy in media().by_speed.get(speed_bps, ())
        if phy.span_loss_db is not None
        and phy.reach_m.get(Medium.SMF, 0) >= km * 1000
        and phy.span_loss_db - loss >= policy.margin_db
    ]
    return min(fit, key=lambda one: (one.phy.priced()[0], one.phy.name), default=None)
