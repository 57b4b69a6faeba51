"""The fabric that is chosen against every fabric that may be, written straight from the constraints of sizing."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from math import floor

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from netdesign.catalog.media import Cage, media
from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.ports import FormFactor, PortGroup, PortUse
from netdesign.catalog.selection import Catalog
from netdesign.errors import InfeasibleError
from netdesign.model.conflict import Conflict
from netdesign.model.vocabulary import Role
from netdesign.synthesis.datacenter.clos_choice import choose_fabric
from netdesign.synthesis.datacenter.clos_sizing import FabricDemand
from netdesign.synthesis.datacenter.design import fabric_demand
from netdesign.synthesis.draft.blueprint import Blueprint
from tests.unit.synthesis.datacenter_samples import G, blueprint, design, downlinks, kind, requirements, site

QSFP, SFP = Cage(FormFactor.QSFP28), Cage(FormFactor.SFP28)
ASKED = requirements()
TINY = 1e-9


def leaf(sku, down, up, **over):
    """A leaf of `down` ports at 25 Gbit/s and `up` at 40 or 100, none of which splits."""
    return kind(sku, downlinks(down, (25,)), cages(up, down + 1, PortUse.UPLINK), **over)


def upper(sku, count, role, **over):
    return kind(sku, cages(count, 1, PortUse.ANY), roles=(role,), **over)


def cages(count, first, use):
    names = f"Ethernet{first}-{first + count - 1}/1"
    return PortGroup(names, count, FormFactor.QSFP28, (40 * G, 100 * G), use=use)


def usd_of(device):
    """Price, installation, support, licence and energy of a device over the horizon."""
    cost, years = default_parameters().cost, ASKED.horizon_years
    bought = device.price_usd * (1 - cost.discount)
    kwh = device.power_max_w * cost.typical_power_share * 8.76 * cost.power_usage_effectiveness
    yearly = bought * cost.support_share + device.licence()[0] + kwh * cost.tariff_usd_per_kwh
    return bought * (1 + cost.install_share) + years * yearly


def link_usd_of(speed, length_m, cage):
    """The cheapest physical layer between two like cages: of all that fit and reach."""
    cost, years = default_parameters().cost, ASKED.horizon_years
    phys = [p for p in media().phys.values() if p.speed_bps == speed and p.fits(cage) and p.mediums(length_m)]
    phy = min(phys, key=lambda p: (p.link_usd(length_m, cage, cage), p.name))
    whole, modules = phy.link_usd(length_m, cage, cage), 2 * phy.end_usd(cage)
    if phy.per_cable or not phy.fibres:
        return whole
    kwh = 2 * phy.power_w * cost.typical_power_share * 8.76 * cost.power_usage_effectiveness
    return (
        whole
        - modules
        + modules * (1 - cost.discount) * (1 + cost.install_share)
        + years * (kwh * cost.tariff_usd_per_kwh)
    )


def fabrics(wanted, leaves, spines, tops, ratio):
    """The rank of every fabric that keeps every constraint: cost, devices, links, and names."""
    grown = ASKED.growth_multiplier * (1 + default_parameters().redundancy[ASKED.redundancy].spare_share)
    cables = floor(wanted.ports / grown) * link_usd_of(25 * G, 3.0, SFP)
    for low, spine, speed, count in product(leaves, spines, (40 * G, 100 * G), wanted.spine_counts):
        if low.vendor != spine.vendor:
            continue
        link_usd, ports = link_usd_of(speed, 40.0, QSFP), spine.ports[0].count
        for parallel in range(1, low.ports[1].count // count + 1):
            uplinks = count * parallel
            number = leaf_count(wanted, low, speed, (uplinks, parallel))
            if number is None or not wanted.min_uplinks <= uplinks <= wanted.max_ecmp_paths:
                continue
            whole = number + wanted.border_leaves
            usd = whole * (usd_of(low) + uplinks * link_usd) + cables
            if whole * parallel * (1 + wanted.spine_port_reserve) <= ports + TINY:
                devices, names = whole + count, (low.sku, spine.sku, "")
                yield round(usd + count * usd_of(spine), 2), devices, whole * uplinks, *names
            own = [top for top in tops if top.vendor == low.vendor]
            for top, (pods, width, each) in product(own, uppers_of(wanted, number, parallel, ports, ratio)):
                if pods * each * (1 + wanted.spine_port_reserve) > top.ports[0].count + TINY:
                    continue
                links = whole * uplinks + count * pods * width * each
                more = count * (pods * usd_of(spine) + width * usd_of(top) + pods * width * each * link_usd)
                devices, names = whole + count * (pods + width), (low.sku, spine.sku, top.sku)
                yield round(usd + more, 2), devices, links, *names


def leaf_count(wanted, low, speed, up):
    """The least leaves, in whole groups, with ports for all servers; None where a ceiling breaks."""
    uplinks, parallel = up
    usable = 0
    for down in range(1, low.ports[0].count + 1):
        full = down * wanted.port_bps / (uplinks * speed)
        failed = down * wanted.port_bps / ((uplinks - parallel) * speed)
        ceiling = wanted.oversubscription
        if full <= ceiling + TINY and failed <= wanted.failed_factor * ceiling + TINY:
            usable = down // wanted.step * wanted.step
    if not usable:
        return None
    number = wanted.group
    while number * usable < wanted.ports or number < wanted.min_leaves:
        number += wanted.group
    carried = number * (uplinks - parallel) * speed * wanted.max_utilisation_failed
    return number if carried >= wanted.east_west_bps else None


def uppers_of(wanted, number, parallel, ports, ratio):
    """Pods, width of planes, and links from a spine to each super-spine."""
    groups = number // wanted.group
    for pods in range(2, groups + 1):
        largest = max(len(range(at, groups, pods)) for at in range(pods)) * wanted.group + wanted.border_leaves
        down = largest * parallel
        for width, each in product(range(2, ports + 1), range(1, ports + 1)):
            up = width * each
            if up * ratio + TINY < down or up < wanted.min_uplinks or up > wanted.max_ecmp_paths:
                continue
            if down * (1 + wanted.spine_port_reserve) + up <= ports + TINY:
                yield pods, width, each


vendors = st.sampled_from(["arista", "cisco"])
prices = st.integers(1, 60).map(lambda hundreds: hundreds * 500)
watts = st.sampled_from([150, 300, 900])


@st.composite
def markets(draw):
    """Two to four leaf types, two to four spine types, and up to two super-spine types."""

    def few(least, most, make):
        return [make(at) for at in range(draw(st.integers(least, most)))]

    def facts():
        return {"price": draw(prices), "vendor": draw(vendors), "power_max_w": draw(watts)}

    def spine(role):
        sizes = st.sampled_from([8, 12, 16, 32])
        return lambda at: upper(f"{role.value}{at}", draw(sizes), role, **facts())

    leaves = few(
        2, 4, lambda at: leaf(f"leaf{at}", draw(st.sampled_from([8, 16, 24, 48])), draw(st.integers(2, 8)), **facts())
    )
    return leaves, few(2, 4, spine(Role.SPINE)), few(0, 2, spine(Role.SUPER_SPINE))


demands = st.builds(
    FabricDemand,
    ports=st.integers(1, 400),
    port_bps=st.just(25 * G),
    oversubscription=st.sampled_from([1.0, 2.0, 3.0, 4.0]),
    group=st.sampled_from([1, 2, 4]),
    step=st.sampled_from([1, 2]),
    min_uplinks=st.sampled_from([2, 3]),
    border_leaves=st.sampled_from([2, 4]),
    east_west_bps=st.sampled_from([0, 800 * G, 4000 * G]),
    max_utilisation_failed=st.sampled_from([0.8, 1.0]),
    spine_counts=st.sampled_from([(2, 4), (2, 4, 6), (4,)]),
    min_leaves=st.sampled_from([1, 5]),
)


@settings(max_examples=150)
@given(markets(), demands)
def test_no_fabric_that_keeps_the_constraints_ranks_before_the_chosen_one(market, wanted):
    leaves, spines, tops = market
    where = Blueprint(ASKED, Catalog([*leaves, *spines, *tops], "toy"), default_parameters())
    ratio = min(default_parameters().oversubscription.spine, max(1.0, wanted.oversubscription))
    best = min(fabrics(wanted, leaves, spines, tops, ratio), default=None)

    if best is None:
        with pytest.raises(InfeasibleError):
            choose_fabric(where, wanted)
        return
    plan = choose_fabric(where, wanted)
    size, top = plan.size, plan.super_spine.sku if plan.super_spine else ""
    devices = size.leaves + size.border_leaves + size.spine_count + size.super_spines
    assert plan.cost_usd == pytest.approx(best[0], abs=0.02)
    assert (devices, size.links, plan.leaf.sku, plan.spine.sku, top) == best[1:]
    assert plan.compared > 0
    event("five" if size.pods > 1 else "three")


def test_the_worked_check_of_forty_racks():
    """40 racks x 40 servers x 2 x 25G, 48 x 25G + 8 x 100G leaves, 20 % spare: 80 leaves, 4 spines of 96 ports."""
    asked = requirements(40, 40, growth=1.0)
    toys = [leaf("leaf", 48, 8), upper("spine", 128, Role.SPINE, price=20_000)]
    where = Blueprint(asked, Catalog(toys, "toy"), default_parameters())
    demand = replace(fabric_demand(where, asked.sites[0]), ports=3840, east_west_bps=0)
    size = choose_fabric(where, demand).size

    assert (size.leaves, size.uplinks, size.spines, size.parallel) == (80, 4, 4, 1)
    assert (size.oversubscription, size.failed_oversubscription) == (3.0, 4.0)
    assert size.failed_oversubscription <= 4.5


def test_a_border_that_no_type_makes_rules_a_fabric_out_and_its_cost_counts():
    demand = FabricDemand(ports=480, port_bps=25 * G, oversubscription=3.0)
    free = choose_fabric(blueprint(), demand)

    def border(plan):
        if plan.leaf is free.leaf:
            raise InfeasibleError(
                (Conflict(code="none", requirements=("a", "b"), statement="none", numbers=(), relaxations=()),)
            )
        return plan.leaf

    assert choose_fabric(blueprint(), demand, None, border).leaf is not free.leaf


def test_the_decision_names_the_bound_and_that_nothing_is_left_to_gain():
    found = design(requirements(12, 21))
    (said,) = (
        one for one in found.rationale.decisions if one.question == f"Is there a cheaper fabric for {site().id}?"
    )
    inputs = {one.name: one.value for one in said.inputs}

    assert inputs["lower bound"] == said.result
    assert inputs["gap"].startswith("0 %")
    assert int(inputs["fabrics compared"]) > 100
    assert said.alternatives
