"""What a design costs to buy and to run, each sum with its formula."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from netdesign.catalog.parameters import Parameters
from netdesign.model.cabling import Circuit
from netdesign.model.cloud import CloudCharge
from netdesign.model.parts import CostLine, PartKind, PartLine

HOURS_PER_YEAR: Final = 8_760


@dataclass(frozen=True, slots=True)
class Priced:
    """What the sums are made from."""

    lines: tuple[PartLine, ...]
    circuits: tuple[Circuit, ...]
    years: int
    charges: tuple[CloudCharge, ...] = ()


@dataclass(frozen=True, slots=True)
class Sum:
    """An amount, and how much of it rests on assumed prices."""

    usd: float
    assumed_usd: float

    def times(self, factor: float) -> Sum:
        """A share of the amount."""
        return Sum(self.usd * factor, self.assumed_usd * factor)

    def plus(self, other: Sum) -> Sum:
        """Both together."""
        return Sum(self.usd + other.usd, self.assumed_usd + other.assumed_usd)

    @property
    def share(self) -> float:
        """The assumed share of the amount."""
        return round(self.assumed_usd / self.usd, 4) if self.usd else 0.0


def cost_lines(priced: Priced, parameters: Parameters) -> tuple[CostLine, ...]:
    """Capital cost, yearly cost and the total over the horizon, with what they are made of."""
    cost = parameters.cost
    bought = 1 - cost.discount
    equipment = _total(priced.lines, PartKind.DEVICE, PartKind.POWER_SUPPLY).times(bought)
    optics = _total(priced.lines, PartKind.TRANSCEIVER).times(bought)
    cables = _total(priced.lines, PartKind.CABLE)
    racks = _total(priced.lines, PartKind.RACK)
    hosts = _total(priced.lines, PartKind.SERVER, PartKind.STORAGE).times(bought)
    install = equipment.plus(optics).plus(racks).plus(hosts).times(cost.install_share)
    capital = equipment.plus(optics).plus(cables).plus(racks).plus(hosts).plus(install)
    support = equipment.plus(hosts).times(cost.support_share)
    licences = _total(priced.lines, PartKind.LICENCE)
    circuits = _circuits(priced.circuits)
    power = _power(priced.lines, parameters)
    cloud = _charges(priced.charges)
    yearly = support.plus(licences).plus(circuits).plus(power).plus(cloud)
    total = capital.plus(yearly.times(priced.years))
    discount = f"{cost.discount:g}"
    return (
        _line("01-equipment", "Equipment with spares", equipment, f"sum of devices * (1 - {discount})"),
        _line("02-optics", "Optics with spares", optics, f"sum of transceivers * (1 - {discount})"),
        _line("03-cabling", "Cables, laid", cables, "sum of cables"),
        _line("04-racks", "Racks", racks, f"racks * {cost.rack_usd} USD"),
        _line("04-services", "Hosts and storage of network services", hosts, f"sum of hosts, disks * (1 - {discount})"),
        _line(
            "05-installation",
            "Installation",
            install,
            f"(equipment + optics + racks + services) * {cost.install_share:g}",
        ),
        _line("06-capital", "Capital cost", capital, "equipment + optics + cabling + racks + services + installation"),
        _line("07-support", "Support", support, f"(equipment + services) * {cost.support_share:g}", yearly=True),
        _line("08-licences", "Licences", licences, "sum of yearly licences", yearly=True),
        _line("09-circuits", "Circuits", circuits, "sum of monthly prices * 12", yearly=True),
        _line("10-power", "Power and cooling", power, _power_formula(parameters), yearly=True),
        *(
            (_line("10-provider", "Cloud provider", cloud, "sum of quantities a year * list prices", yearly=True),)
            if priced.charges
            else ()
        ),
        _line("11-yearly", "Yearly cost", yearly, _yearly_formula(priced), yearly=True),
        _line("12-total", "Total cost of ownership", total, f"capital + {priced.years} * yearly"),
    )


def _yearly_formula(priced: Priced) -> str:
    return "support + licences + circuits + power" + (" + cloud provider" if priced.charges else "")


def _charges(charges: Iterable[CloudCharge]) -> Sum:
    chosen = tuple(charges)
    return Sum(
        sum(charge.yearly_usd for charge in chosen),
        sum(charge.yearly_usd for charge in chosen if charge.assumed),
    )


def _total(lines: Iterable[PartLine], *kinds: PartKind) -> Sum:
    chosen = [line for line in lines if line.kind in kinds]
    return Sum(
        sum(line.total_usd or 0.0 for line in chosen),
        sum(line.total_usd or 0.0 for line in chosen if line.price_assumed),
    )


def _circuits(circuits: Iterable[Circuit]) -> Sum:
    chosen = tuple(circuits)
    return Sum(
        12.0 * sum(circuit.monthly_usd or 0 for circuit in chosen),
        12.0 * sum(circuit.monthly_usd or 0 for circuit in chosen if circuit.price_assumed),
    )


def _power(lines: Iterable[PartLine], parameters: Parameters) -> Sum:
    cost = parameters.cost
    watts = sum(line.power_w for line in lines) * cost.typical_power_share
    kwh = watts / 1000 * HOURS_PER_YEAR * cost.power_usage_effectiveness
    return Sum(kwh * cost.tariff_usd_per_kwh, kwh * cost.tariff_usd_per_kwh)


def _power_formula(parameters: Parameters) -> str:
    cost = parameters.cost
    return (
        f"sum of watts * {cost.typical_power_share:g} * 8.76 * {cost.power_usage_effectiveness:g}"
        f" * {cost.tariff_usd_per_kwh:g} USD/kWh"
    )


def _line(identity: str, name: str, amount: Sum, formula: str, *, yearly: bool = False) -> CostLine:
    return CostLine(
        id=identity,
        name=name,
        amount_usd=round(amount.usd, 2),
        yearly=yearly,
        formula=formula,
        assumed_share=amount.share,
    )
