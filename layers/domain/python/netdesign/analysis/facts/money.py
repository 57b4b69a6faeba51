"""What a design costs to buy and to run, from its bill, its circuits and the power of its devices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netdesign.model.parts import PartKind

if TYPE_CHECKING:
    from netdesign.catalog.policy import Cost
    from netdesign.graph.network import Network

HOURS_PER_YEAR = 8_760


@dataclass(frozen=True, slots=True)
class Money:
    """USD; `unpriced` lists parts of the bill whose price is not known, so that the sums are too low."""

    capital: float
    support: float
    licences: float
    circuits: float
    power: float
    unpriced: tuple[str, ...] = ()
    provider: float = 0.0
    """What a cloud provider bills."""

    @property
    def yearly(self) -> float:
        """What recurs each year."""
        return self.support + self.licences + self.circuits + self.power + self.provider

    def total(self, years: int) -> float:
        """What it costs over a number of years."""
        return self.capital + years * self.yearly


def money(network: Network, cost: Cost) -> Money:
    """The sums, whatever the design itself says that they are."""
    spent = dict.fromkeys(PartKind, 0.0)
    unpriced = []
    for line in network.design.parts.lines:
        if line.unit_usd is None:
            unpriced.append(line.part)
            continue
        spent[line.kind] += max(0, line.quantity + line.spares) * line.unit_usd
    bought = 1 - cost.discount
    equipment = (spent[PartKind.DEVICE] + spent[PartKind.POWER_SUPPLY]) * bought
    optics = spent[PartKind.TRANSCEIVER] * bought
    hosts = (spent[PartKind.SERVER] + spent[PartKind.STORAGE]) * bought
    install = (equipment + optics + spent[PartKind.RACK] + hosts) * cost.install_share
    return Money(
        capital=equipment + optics + spent[PartKind.CABLE] + spent[PartKind.RACK] + hosts + install,
        support=(equipment + hosts) * cost.support_share,
        licences=spent[PartKind.LICENCE],
        circuits=12.0 * sum(circuit.monthly_usd or 0 for circuit in network.design.cabling.circuits),
        power=_power(network, cost),
        unpriced=tuple(dict.fromkeys(unpriced)),
        provider=sum(max(0.0, charge.yearly_usd) for charge in network.design.cloud.cloud_charges),
    )


def _power(network: Network, cost: Cost) -> float:
    """A year's energy of what devices and optics of the bill draw."""
    watts = sum(line.power_w for line in network.design.parts.lines)
    kilowatt_hours = watts * cost.typical_power_share / 1000 * HOURS_PER_YEAR
    return kilowatt_hours * cost.power_usage_effectiveness * cost.tariff_usd_per_kwh
