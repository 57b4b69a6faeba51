from collections import Counter, defaultdict
from math import exp, factorial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdesign.catalog.media import media
from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.selection import default_catalog
from netdesign.model.inventory import Homing
from netdesign.model.parts import PartKind
from netdesign.synthesis.bill.parts import add_parts, poisson_spares
from tests.unit.synthesis.campus_samples import asked, blueprint, design

PARAMETERS = default_parameters()
SMALL = asked()
NONE = asked(redundancy="none", security_level="corporate")


def lines(made, kind):
    return {line.part: line for line in made.parts.lines if line.kind is kind}


def costs(made):
    return {line.id.partition("-")[2]: line for line in made.parts.costs}


@given(st.floats(0, 40), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_spares_are_the_fewest_that_reach_the_fill_rate(mean, rate):
    def reached(spares):
        return sum(exp(-mean) * mean**k / factorial(k) for k in range(spares + 1))

    found = poisson_spares(mean, rate)

    assert reached(found) >= rate - 1e-9
    assert found == 0 or reached(found - 1) < rate + 1e-9


def test_spares_of_very_many_parts_come_from_the_normal_approximation():
    assert poisson_spares(0, 0.95) == 0
    assert 900 + 1.6 * 30 < poisson_spares(900, 0.95) < 900 + 1.8 * 30 + 1


@pytest.mark.parametrize("requirements", [SMALL, NONE], ids=["high", "none"])
def test_lines_count_what_was_drawn(requirements):
    made = design(requirements)
    devices = Counter(device.sku for device in made.inventory.devices if device.sku)
    groups = {group.id: group for group in made.inventory.endpoint_groups}
    phys = media().phys
    fibres, copper = Counter[str](), Counter[str]()
    for link in made.cabling.links:
        if link.phy and phys[link.phy].fibres and not phys[link.phy].per_cable:
            fibres[link.phy] += 2
        elif link.phy:
            copper[link.phy] += 1
    ports = sum(len(one.ports) for one in made.inventory.attachments if groups[one.group].homing is not Homing.WIRELESS)
    counted = lines(made, PartKind.CABLE)

    assert {part: line.quantity for part, line in lines(made, PartKind.DEVICE).items()} == devices
    assert lines(made, PartKind.RACK)["rack"].quantity == len(made.inventory.racks)
    assert {part: line.quantity for part, line in lines(made, PartKind.TRANSCEIVER).items()} == fibres
    assert sum(line.quantity for part, line in counted.items() if part in phys) == sum(copper.values()) + ports
    assert all(counted[part].quantity >= count for part, count in copper.items())


def test_every_line_adds_up_and_money_is_never_negative():
    for line in design(SMALL).parts.lines:
        assert line.unit_usd is not None
        assert line.total_usd == pytest.approx((line.quantity + line.spares) * line.unit_usd)
        assert line.unit_usd >= 0
        assert line.quantity > 0


def test_sums_follow_their_formulas():
    made, cost = design(SMALL), PARAMETERS.cost
    sums = costs(made)
    by_kind: defaultdict[PartKind, float] = defaultdict(float)
    for line in made.parts.lines:
        assert line.total_usd is not None
        by_kind[line.kind] += line.total_usd
    watts = sum(line.power_w for line in made.parts.lines)
    capital = ("equipment", "optics", "cabling", "racks", "services", "installation")
    hosts = by_kind[PartKind.SERVER] + by_kind[PartKind.STORAGE]

    assert sums["equipment"].amount_usd == pytest.approx(by_kind[PartKind.DEVICE], abs=0.01)
    assert sums["capital"].amount_usd == pytest.approx(sum(sums[name].amount_usd for name in capital), abs=0.05)
    assert sums["support"].amount_usd == pytest.approx(
        (by_kind[PartKind.DEVICE] + hosts) * cost.support_share, abs=0.01
    )
    assert sums["services"].amount_usd == pytest.approx(hosts, abs=0.01)
    assert sums["circuits"].amount_usd == 12 * sum(one.monthly_usd or 0 for one in made.cabling.circuits)
    assert sums["power"].amount_usd == pytest.approx(watts * 0.6 * 8.76 * 1.5 * 0.12, rel=1e-6)
    assert sums["total"].amount_usd == pytest.approx(
        sums["capital"].amount_usd + made.requirements.horizon_years * sums["yearly"].amount_usd, abs=0.1
    )
    assert {name for name, line in sums.items() if line.yearly} == {
        "support",
        "licences",
        "circuits",
        "power",
        "yearly",
    }
    assert all(0 <= line.assumed_share <= 1 for line in sums.values())


def test_many_like_parts_have_a_share_of_spares_at_high_redundancy():
    for kind in (PartKind.DEVICE, PartKind.TRANSCEIVER):
        for line in lines(design(SMALL), kind).values():
            assert line.spares >= (line.quantity / 20 if line.quantity >= 10 else 0)


def test_nothing_is_kept_where_failures_may_wait():
    assert {line.spares for line in design(NONE).parts.lines} == {0}


def test_licences_are_yearly_and_outside_capital():
    made = design(SMALL)
    catalog = default_catalog()

    for sku, line in lines(made, PartKind.LICENCE).items():
        assert line.unit_usd == catalog.device(sku).licence()[0]
    assert costs(made)["licences"].yearly


def test_an_empty_blueprint_costs_nothing():
    parts = add_parts(blueprint())

    assert parts.lines == ()
    assert {line.amount_usd for line in parts.costs} == {0}


def test_a_server_reaches_the_switch_in_the_other_rack():
    """Two switches in racks apart: the second cable of each server is longer than three metres."""
    made = design(SMALL)
    cables = lines(made, PartKind.CABLE)
    switches = {one.device for one in made.inventory.attachments if one.group == "site-servers"}
    racks = {device.rack for device in made.inventory.devices if device.id in switches}

    assert len(racks) == 2
    assert {part for part in cables if part.startswith("10G-DAC-3M")}
    assert {part for part in cables if part.startswith("10G-AOC")}
