"""CAP-29: buying and running the network stays within the budget."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import NamedTuple

from netdesign.analysis.equipment.cages import cage_of
from netdesign.analysis.facts.money import money
from netdesign.catalog.media import cheapest_phy, media
from netdesign.model.patch import Patch, Set, SetRequirement
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

CENT = 0.01
SHOWN = 5


class Saving(NamedTuple):
    """What links of one physical layer save with another that fits the same ports and reaches as far."""

    usd: float
    links: int
    now: str
    instead: str

    def __str__(self) -> str:
        """The saving in words."""
        return f"{self.instead} for {self.now} on {self.links} links: {self.usd:,.0f} USD"


def _applies(case: Case) -> bool:
    return case.requirements.budget_usd is not None


@rule(
    code="CAP-29",
    name="budget",
    title="Budget",
    category=Category.CAPACITY,
    severity=Severity.ERROR,
    applies="requirements with a budget",
    applicable=_applies,
    flags="Capital cost and the yearly cost over the horizon that come to more than the budget: an error where it is"
    " hard, a warning where it is not. The sums are made again from the bill, the circuits and the parameters of cost;"
    " up to five cheaper physical layers that fit the same ports are named.",
    passes="The total cost over the horizon is within the budget.",
    remedy="Take cheaper optics and cables, a smaller device type, or a higher oversubscription.",
    references=("the client's requirement",),
)
def budget(case: Case) -> Iterator[Said]:
    """Compares the total cost with the budget."""
    sums, years = money(case.network, case.parameters.cost), case.requirements.horizon_years
    allowed, total = case.requirements.budget_usd or 0, sums.total(years)
    if total > allowed + CENT:
        names = [str(saving) for saving in savings(case)]
        hint = f"; cheapest changes: {'; '.join(names)}" if names else ""
        yield Finding(
            message=f"the design costs {total:,.0f} USD over {years} years, {total - allowed:,.0f} USD more than the"
            f" budget of {allowed:,} USD{hint}",
            witness={
                "total_usd": ceil(total),
                "capital_usd": ceil(sums.capital),
                "yearly_usd": ceil(sums.yearly),
                "years": years,
                "budget_usd": allowed,
                "savings": list(names),
            },
            severity=None if case.requirements.budget_is_hard else Severity.WARNING,
        )
    elif not (case.design.parts.lines or case.design.cloud.cloud_charges):
        yield Gap(message="the design has no bill, so that nothing says what it costs")
    elif sums.unpriced:
        yield Gap(message=f"nothing says what {', '.join(sums.unpriced[:5])} cost", elements=sums.unpriced[:20])
    yield Measure(name="total cost over the horizon (USD)", value=round(total, 2), threshold=allowed)


def savings(case: Case) -> tuple[Saving, ...]:
    """The five largest savings on physical layers: of the same speed, for the same cages, over the same length."""
    found: dict[tuple[str, str], tuple[float, int]] = {}
    known = media().phys
    for at, link in enumerate(case.network.links):
        cages = [cage_of(case.network, at, end) for end in (0, 1)]
        if link.phy not in known or link.length_m is None or cages[0] is None or cages[1] is None:
            continue
        best = cheapest_phy(
            link.speed_bps,
            link.length_m,
            cages[0].form_factor,
            cages[1].form_factor,
            lanes_a=cages[0].lanes,
            lanes_b=cages[1].lanes,
            mediums=(link.medium,) if link.between_buildings else None,
        )
        if best is None or best.name == link.phy:
            continue
        saved = known[link.phy].link_usd(link.length_m, cages[0], cages[1], link.medium) - best.link_usd(
            link.length_m, cages[0], cages[1]
        )
        usd, links = found.get((link.phy, best.name), (0.0, 0))
        found[link.phy, best.name] = (usd + saved, links + 1)
    ranked = sorted((Saving(usd, links, *names) for names, (usd, links) in found.items() if usd > 0), reverse=True)
    return tuple(ranked[:SHOWN])


def _total(case: Case, years: int | None = None) -> float:
    horizon = case.requirements.horizon_years if years is None else years
    return money(case.network, case.parameters.cost).total(horizon)


@budget.mutant("set a hard budget of half of what the design costs")
def half_budget(case: Case) -> Patch | None:
    """None where it costs nothing."""
    total = _total(case)
    return (SetRequirement({"budget_usd": int(total / 2), "budget_is_hard": True}),) if total > 1 else None


@budget.mutant("wish for a budget of nine tenths of what the design costs")
def tight_budget(case: Case) -> Patch | None:
    """A soft one: a warning."""
    total = _total(case)
    return (SetRequirement({"budget_usd": int(total * 0.9), "budget_is_hard": False}),) if total > 1 else None


@budget.mutant("run the design for longer than its budget lasts")
def longer(case: Case) -> Patch | None:
    """The budget pays for the horizon, which moves away by five years."""
    years = case.requirements.horizon_years
    if _total(case, years + 5) <= _total(case) + 1:
        return None
    return (SetRequirement({"budget_usd": ceil(_total(case)), "budget_is_hard": True, "horizon_years": years + 5}),)


@budget.mutant("raise the price of a part until the budget does not pay for it")
def dearer_part(case: Case) -> Patch | None:
    """The first line that has a price; the budget leaves a tenth."""
    total = _total(case)
    for line in case.design.parts.lines:
        if line.unit_usd and line.quantity > 0:
            unit = line.unit_usd + total
            dearer = {"unit_usd": unit, "total_usd": (line.quantity + line.spares) * unit}
            allowed = {"budget_usd": int(total * 1.1), "budget_is_hard": True}
            return SetRequirement(allowed), Set("lines", line.id, dearer)
    return None


@budget.mutant("pay monthly for circuits what the budget does not hold")
def dear_circuits(case: Case) -> Patch | None:
    """A tenth of the total each month."""
    total = _total(case)
    circuit = next(iter(case.design.cabling.circuits), None)
    if circuit is None or case.requirements.horizon_years < 1 or total < 1:
        return None
    allowed = {"budget_usd": int(total * 1.1), "budget_is_hard": True}
    return SetRequirement(allowed), Set("circuits", circuit.id, {"monthly_usd": ceil(total / 10)})
