"""CAP-29: the budget."""

from __future__ import annotations

from netdesign.model.cabling import Circuit, CircuitKind
from netdesign.model.parts import PartKind, PartLine
from netdesign.model.patch import Remove, Set
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Severity
from netdesign.rules.capacity.cap_29_budget import budget as rule
from netdesign.rules.capacity.cap_29_budget import savings
from tests.support.sketch import case, design
from tests.unit.rules.capacity.small import changed, clos, judged, kills, only_finding, uplink


def line(kind: PartKind, quantity: int, unit: float | None, spares: int = 0, **more) -> PartLine:
    """A line of the bill."""
    return PartLine(id=kind.value, kind=kind, part=kind.value, quantity=quantity, spares=spares, unit_usd=unit, **more)


def priced(**requirements):
    """Equipment 1,100, optics 100, cables 50, racks 200, licences 30 a year, circuits 12 * 100, 1 kW."""
    lines = [
        line(PartKind.DEVICE, 10, 100.0, spares=1, power_w=1000),
        line(PartKind.TRANSCEIVER, 10, 10.0),
        line(PartKind.CABLE, 5, 10.0),
        line(PartKind.RACK, 1, 200.0),
        line(PartKind.LICENCE, 3, 10.0),
    ]
    sold = Circuit(
        id="c",
        link="l",
        kind=CircuitKind.DIA,
        provider="p",
        site="dc1",
        rate_down_bps=1,
        rate_up_bps=1,
        monthly_usd=100,
    )
    return design(*lines, sold, **requirements)


CAPITAL = 1100 + 100 + 50 + 200 + 0.12 * 1400
YEARLY = 0.15 * 1100 + 30 + 1200 + 0.6 * 8760 * 1.5 * 0.12


def test_the_total_over_the_horizon():
    years = 3
    total = CAPITAL + years * YEARLY
    sound = judged(rule, priced(budget_usd=int(total) + 1, horizon_years=years))
    assert sound.status is Status.PASS
    assert sound.measures[0].value == round(total, 2)
    short = only_finding(rule, priced(budget_usd=int(total), budget_is_hard=True, horizon_years=years))
    assert short.message.startswith(f"the design costs {total:,.0f} USD over 3 years, ")
    assert short.witness["budget_usd"] == int(total)
    assert short.severity is None


def test_a_wish_is_a_warning():
    assert only_finding(rule, priced(budget_usd=1, budget_is_hard=False)).severity is Severity.WARNING


def test_what_is_not_priced():
    unknown = changed(priced(budget_usd=10**6), Set("lines", "cable", {"unit_usd": None}))
    assert judged(rule, unknown).gaps[0].message == "nothing says what cable cost"
    assert judged(rule, design(budget_usd=10)).gaps[0].message.startswith("the design has no bill")
    assert judged(rule, design()).status is Status.NOT_APPLICABLE


def test_cheaper_layers_are_named():
    dear = changed(
        clos(budget_usd=1, budget_is_hard=True),
        *(Set("links", uplink(leaf, 1).id, {"length_m": 2.0}) for leaf in (1, 2)),
        Set("links", uplink(1, 2).id, {"length_m": None}),
        line(PartKind.DEVICE, 1, 100.0),
    )
    found = savings(case(dear))
    assert [(one.now, one.instead, one.links) for one in found] == [
        ("100GBASE-SR4", "100G-DAC-2M", 2),
        ("100GBASE-SR4", "100G-AOC-20M", 1),
    ]
    assert found[0].usd > found[1].usd > 0
    said = only_finding(rule, dear)
    assert f"; cheapest changes: 100G-DAC-2M for 100GBASE-SR4 on 2 links: {found[0].usd:,.0f} USD; " in said.message
    assert said.witness["savings"] == [str(one) for one in found]
    outside = changed(dear, *(Set("devices", f"leaf{n}", {"sku": None}) for n in (1, 2)))
    assert savings(case(outside)) == ()


def test_mutants():
    assert kills(rule, priced()) == [True] * 5
    assert kills(rule, design()) == [None] * 5
    bare = changed(priced(), Remove("circuits", "c"), *(Remove("lines", kind) for kind in ("device", "licence")))
    assert kills(rule, bare) == [True, True, None, True, None]
    held = [one.id for one in priced().parts.lines]
    unpriced = changed(priced(), *(Set("lines", name, {"unit_usd": None}) for name in held))
    assert kills(rule, unpriced)[3] is None
