"""CAP-25: the first year in which something runs out."""

from __future__ import annotations

from typing import Any

from netdesign.model.inventory import Homing
from netdesign.model.patch import Set
from netdesign.model.resolved import ServerPopulation
from netdesign.model.security import Zone
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Exposure, Role
from netdesign.rules.capacity.cap_25_growth import growth_exhaustion as rule
from tests.support.sketch import GBPS, design, device, interface, site
from tests.unit.rules.capacity.small import (
    attached,
    changed,
    circuit,
    clos,
    firewall,
    flow,
    group,
    judged,
    kills,
    only_finding,
)
from tests.unit.rules.capacity.test_cap_24 import floor, subnet

NOBODY = {
    "sites": (site(),),
    "servers": ServerPopulation(count=0, nics_per_server=2, nic_speed_bps=10 * GBPS, racks=0),
}
"""Requirements that ask for no port and no address, so that CAP-04 has nothing to grow."""
GROWTH: dict[str, Any] = {"growth_rate": 0.5, "horizon_years": 3, "growth_multiplier": 1.5**3} | NOBODY


def loaded(bps: int, **requirements):
    """The small fabric with a flow from one leaf to the other: half on each of two uplinks of 100 Gbit/s."""
    ends: list[Any] = [group("web", 1, homing=Homing.SINGLE, nics=1), group("db", 1, homing=Homing.SINGLE, nics=1)]
    ends += [attached("leaf1", 1, of="web", first=40), attached("leaf2", 1, of="db", first=40)]
    return changed(clos(**(GROWTH | requirements)), *ends, flow("work", "web", "db", bps))


def test_everything_lasts():
    verdict = judged(rule, loaded(GBPS))
    assert verdict.status is Status.PASS
    assert (verdict.measures[0].value, verdict.measures[0].threshold) == (3, 3)
    assert judged(rule, clos()).status is Status.NOT_APPLICABLE
    assert judged(rule, clos(growth_rate=0.5, horizon_years=0)).status is Status.NOT_APPLICABLE


def test_a_link_that_fills_up():
    verdict = judged(rule, loaded(100 * GBPS))
    assert verdict.measures[0].value == 1
    found = verdict.findings[0]
    assert found.message.startswith("in year 1 of 3, leaf")
    assert found.message.endswith("of what it can; 70% is allowed")
    assert found.witness["rule"] == "CAP-03"
    assert found.witness["growth"] == 1.5
    now = judged(rule, loaded(400 * GBPS))
    assert now.measures[0].value == 0


def test_a_switch_that_becomes_oversubscribed():
    # 200 Gbit/s of endpoints on 200 Gbit/s of uplinks, 3:1 at most: 1.9^2 is too much
    found = only_finding(rule, clos(**(NOBODY | {"growth_rate": 0.9, "horizon_years": 3, "growth_multiplier": 1.9})))
    assert found.message == "in year 2 of 3, leaf1 is oversubscribed 3.61:1; 3:1 is allowed"
    assert found.elements == ("leaf1",)


def test_a_firewall_that_inspects_too_much():
    facts = [
        firewall(1),
        group("servers", 4),
        attached("fw1", 4),
        circuit(),
        *_zones(),
        flow("web", "servers", "isp", 900_000_000),
    ]
    made = design(*facts, **GROWTH)
    made = changed(made, Set("links", "fw1:wan1--isp:1", {"speed_bps": 100 * GBPS}))
    found = only_finding(rule, made)
    assert found.message == "in year 1 of 3, fw1 inspects 1.350 Gbit/s of 1.120 allowed"


def _zones():
    return [
        device("isp", Role.PROVIDER, managed=False),
        device("core1", Role.CORE),
        Zone(id="internet", name="internet", trust=0, exposure=Exposure.INTERNET),
        *(interface("fw1", f"zone-{zone}", zone=zone) for zone in ("server", "internet")),
    ]


def test_addresses_that_run_out():
    found = only_finding(rule, floor(subnet(planned=150), **GROWTH))
    assert found.message == "in year 2 of 3, 10.0.0.0/24 has 254 addresses for 338 hosts at the horizon"
    assert found.witness["rule"] == "CAP-24"
    nearly = floor(subnet(planned=100), growth_rate=0.5, horizon_years=3, growth_multiplier=1.5)
    assert judged(rule, nearly).status is Status.PASS


def test_mutants():
    sound = changed(loaded(GBPS, users=10), subnet(planned=10))
    assert judged(rule, sound).status is Status.PASS
    assert kills(rule, sound) == [True, True, True, None]
    assert kills(rule, design(**GROWTH)) == [None] * 4
    assert kills(rule, clos()) == [True, None, None, None]
    guarded = [firewall(1), group("servers", 4), attached("fw1", 4), circuit(), *_zones()]
    web = flow("web", "servers", "isp", GBPS // 1000)
    made = design(*guarded, web, **GROWTH)
    assert kills(rule, made)[3] is True
