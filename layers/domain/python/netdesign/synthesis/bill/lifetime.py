"""What one device, link or server cable costs over the horizon: bought, laid, installed, supported and powered."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from netdesign.catalog.media import Cage, PhyType
from netdesign.catalog.policy import Cost
from netdesign.catalog.sku import DeviceType
from netdesign.synthesis.bill.costs import HOURS_PER_YEAR

FORMULA = (
    "price * (1 - discount) * (1 + installation + years * support) + years * (licence + watts * typical share"
    " * 8.76 * PUE * tariff); optics alike without support; cables as laid"
)


@dataclass(frozen=True)
class Lifetime:
    """The policy's costs over so many years; a part alone, without the spares of all."""

    cost: Cost
    years: int

    def device_usd(self, kind: DeviceType) -> float:
        """A device, its supplies and its yearly licence."""
        bought = kind.priced()[0] * (1 - self.cost.discount)
        kept = 1 + self.cost.install_share + self.years * self.cost.support_share
        return bought * kept + self.years * kind.licence()[0] + kind.power_max_w * self._usd_per_w

    def link_usd(self, phy: PhyType, length_m: float, a: Cage, b: Cage) -> float:
        """A link between two cages: its modules, or its share of a split one, and the cable between."""
        laid = phy.link_usd(length_m, a, b) - phy.end_usd(a) - phy.end_usd(b)
        if phy.per_cable or not phy.fibres:
            return laid + phy.end_usd(a) + phy.end_usd(b)
        modules = (phy.end_usd(a) + phy.end_usd(b)) * (1 - self.cost.discount) * (1 + self.cost.install_share)
        return modules + laid + 2 * phy.power_w * self._usd_per_w

    @cached_property
    def _usd_per_w(self) -> float:
        """Energy of one watt of largest draw over the years, cooling included."""
        yearly = HOURS_PER_YEAR / 1000 * self.cost.power_usage_effectiveness * self.cost.tariff_usd_per_kwh
        return self.years * self.cost.typical_power_share * yearly
