"""What runs out and when, against numbers that are worked out again from the design by other means."""

from __future__ import annotations

from collections import Counter
from ipaddress import ip_network
from math import ceil

import pytest

from netdesign.graph.network import compile_network
from netdesign.model.vocabulary import Role
from netdesign.services.growth import FARTHEST, growth_report
from netdesign.services.validate_design import validate_design
from tests.golden.conftest import synthesized
from tests.support.growing import BENCH

DESIGN = synthesized("datacenter").design
RATE, HORIZON = DESIGN.requirements.growth_rate, DESIGN.requirements.horizon_years


@pytest.fixture(scope="module")
def report():
    return growth_report(DESIGN, BENCH)


def resource(report, kind, words=""):
    (found,) = [one for one in report.resources if one.kind == kind and words in one.name]
    return found


def first_year(need, limit):
    """By trying each year in turn."""
    return next((year for year in range(FARTHEST + 1) if need((1 + RATE) ** year) > limit * (1 + 1e-6)), None)


def leaves():
    return [device for device in DESIGN.inventory.devices if device.role is Role.LEAF]


def leaf_count(factor):
    """Leaves in pairs that hold the ports of all servers with growth and spare."""
    spare = BENCH.parameters.redundancy[DESIGN.requirements.redundancy].spare_share
    ids = {leaf.id for leaf in leaves()}
    used = sum(len(one.ports) for one in DESIGN.inventory.attachments if one.device in ids)
    each = ports_of_leaf()
    return max(len(ids), 2 * ceil(used * factor * (1 + spare) / each / 2 - 1e-9))


def ports_of_leaf():
    """Ports at 25 Gbit/s of a leaf that no cable to another switch takes, split as they can be."""
    leaf = leaves()[0]
    kind = BENCH.catalog.device(leaf.sku)
    cabled = {end.port for link in DESIGN.cabling.links for end in (link.a, link.b) if end.device == leaf.id}
    free = [
        port for port in kind.all_ports() if port.name not in cabled and port.use.value in ("any", "downlink", "uplink")
    ]
    return sum(len(port.split(25_000_000_000)) for port in free)


def test_ports_for_endpoints_run_out_when_leaves_are_full(report):
    found = resource(report, "endpoint ports")
    spare = BENCH.parameters.redundancy[DESIGN.requirements.redundancy].spare_share
    ids = {leaf.id for leaf in leaves()}
    used = sum(len(one.ports) for one in DESIGN.inventory.attachments if one.device in ids)

    assert found.limit == len(ids) * ports_of_leaf()
    assert found.used == pytest.approx(used * (1 + spare))
    assert found.runs_out == first_year(lambda factor: used * (1 + spare) * factor, found.limit)
    assert found.runs_out > HORIZON


def test_spine_ports_run_out_with_the_leaves_that_demand_asks_for(report):
    found = resource(report, "ports above")
    spine = found.elements[0]
    ids = {leaf.id for leaf in leaves()}
    links = [link for link in DESIGN.cabling.links if link.b.device == spine and link.a.device in ids]
    taken = {end.port for link in DESIGN.cabling.links for end in (link.a, link.b) if end.device == spine}
    kind = BENCH.catalog.device(next(one.sku or "" for one in DESIGN.inventory.devices if one.id == spine))
    lanes: Counter[bool] = Counter()
    for port in kind.all_ports():
        if port.use.value in ("any", "downlink", "uplink"):
            names = port.split(links[0].speed_bps)
            whole = port.name in taken and port.name not in names
            lanes[whole] += 0 if whole else len([name for name in names if name not in taken])

    assert found.limit == len(links) + lanes[False]
    assert found.runs_out == first_year(lambda factor: len(links) / len(ids) * leaf_count(factor), found.limit)


def test_pools_of_addresses_run_out_with_the_switches(report):
    found = resource(report, "addresses of a pool", "point-to-point")
    pool = next(one for one in DESIGN.addressing.pools if one.id == found.elements[0])
    used = sum(
        ip_network(one.prefix).num_addresses
        for one in DESIGN.addressing.subnets
        if one.purpose.value == "point_to_point" and ":" not in one.prefix
    )

    assert found.limit == ip_network(pool.prefix).num_addresses
    assert found.used == used
    assert found.runs_out == first_year(lambda factor: used * leaf_count(factor) / len(leaves()), found.limit)


def test_power_and_rack_units_are_those_of_devices_and_servers(report):
    power, racks = resource(report, "power"), resource(report, "rack units")
    kinds = [BENCH.catalog.device(device.sku) for device in DESIGN.inventory.devices if device.sku]
    servers = sum(one.count for one in DESIGN.inventory.endpoint_groups if one.kind.value == "server")

    assert power.used == pytest.approx(sum(kind.typical_power()[0] for kind in kinds) + 150 * servers)
    assert power.limit == (DESIGN.inventory.sites[0].power_kw or 0) * 1000
    assert racks.used == sum(max(1, kind.rack_units) for kind in kinds) + servers
    assert racks.limit == sum(rack.usable_units for rack in DESIGN.inventory.racks)


def test_firewalls_run_out_when_they_inspect_more_than_they_may(report):
    found = resource(report, "firewall throughput")
    verdict = next(one for one in validate_design(DESIGN, BENCH).verdicts if one.rule == "CAP-16")
    firewall = BENCH.catalog.device(next(d.sku or "" for d in DESIGN.inventory.devices if d.role is Role.FIREWALL))
    level = BENCH.parameters.redundancy[DESIGN.requirements.redundancy]

    rates = firewall.firewall
    assert rates is not None
    assert found.limit == pytest.approx((rates.ngfw_bps or 0) * level.max_utilisation)
    assert found.runs_out == first_year(lambda factor: found.used * factor, found.limit)
    assert found.fill <= 1
    assert verdict.status.value == "pass"


def test_a_sound_design_lasts_until_its_horizon_and_the_first_to_go_is_at_the_front(report):
    years = [one.runs_out if one.runs_out is not None else FARTHEST + 1 for one in report.resources]

    assert years == sorted(years)
    assert report.first is report.resources[0]
    assert report.first.runs_out > HORIZON
    assert [year.run_out for year in report.years] == [()] * (HORIZON + 1)
    assert [year.factor for year in report.years] == [round((1 + RATE) ** year, 4) for year in range(HORIZON + 1)]
    assert [year.servers for year in report.years] == [
        ceil(800 * (1 + RATE) ** year - 1e-6) for year in range(HORIZON + 1)
    ]


def test_faster_growth_runs_out_sooner_and_says_what_is_missing():
    slow, fast = growth_report(DESIGN, BENCH, rate=0.1, years=5), growth_report(DESIGN, BENCH, rate=1.0, years=5)

    by_name = {one.name: one for one in slow.resources}
    for one in fast.resources:
        before = by_name[one.name].runs_out
        assert before is None or (one.runs_out is not None and one.runs_out <= before)
    missing = [one for one in fast.resources if one.short]
    assert resource(fast, "endpoint ports") in missing
    assert all(one.short == ceil(one.needed - one.limit - 1e-6) and (one.runs_out or 0) <= 5 for one in missing)
    assert all(one.reserve >= one.short for one in missing if one.used <= one.limit)


def test_without_growth_nothing_runs_out():
    still = growth_report(DESIGN, BENCH, rate=0.0)

    assert still.first is None
    assert {one.reserve for one in still.resources} == {0}
    assert compile_network(DESIGN, BENCH.catalog).design is DESIGN
