"""TOP-16: the availability that cuts leave."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.analysis.failure.outages import outages
from netdesign.analysis.failure.unavailability import (
    device_unavailability,
    link_unavailability,
    share,
    sold_availability,
)
from netdesign.catalog.parameters import default_parameters
from netdesign.graph.network import compile_network
from netdesign.model.cabling import Circuit, CircuitKind, Mlag
from netdesign.model.inventory import HaGroup, HaMode, Homing
from netdesign.model.parts import PartKind, PartLine
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import LinkPurpose, Medium, Role, Severity
from netdesign.rules.topology.top_16_availability import availability_target as top_16
from netdesign.rules.topology.top_16_availability import better_circuits, restored
from tests.support.built import built, said, unmended
from tests.support.sketch import case, design, device, link
from tests.unit.rules.topology.shapes import attach, clos, group, messages, verdict

POLICY = default_parameters().availability
FIREWALL = "FPR3105-NGFW-K9"
YEAR = 8766
SOFTWARE = share(POLICY.mtbf_h["software"], POLICY.mttr_h["software"])
SWITCH = share(300_000, 24) + SOFTWARE
WIRE = {"phy": "100G-DAC-3M", "medium": Medium.DAC}


def servers(leaves=("l0", "l1")):
    return [group("g", 4, homing=Homing.ESI, nics=2), *(attach("g", leaf, 4) for leaf in leaves)]


def circuit(n, near, **changes):
    facts: list[Any] = [device(f"isp{n}", Role.PROVIDER, managed=False)]
    facts.append(link(f"{near}:w", f"isp{n}:1", LinkPurpose.CIRCUIT, id=f"w{n}", medium=Medium.VIRTUAL))
    sold = Circuit(id=f"q{n}", link=f"w{n}", kind=CircuitKind.DIA, provider=f"p{n}", site="dc1", rate_down_bps=1,
                   rate_up_bps=1)  # fmt: skip
    return [*facts, replace(sold, **changes)]


def fabric(**changes):
    return [*clos(2, 2, **WIRE, **changes), *servers()]


def test_without_endpoints_or_anything_to_reach_it_does_not_apply():
    assert verdict(top_16, *clos()).status is Status.NOT_APPLICABLE


def test_a_pair_of_circuits_costs_their_product():
    edges = [device("e0", Role.INTERNET_EDGE), device("e1", Role.INTERNET_EDGE)]
    ways = [link(f"e{n}:{m}", f"s{m}:e{n}", LinkPurpose.ATTACHMENT, **WIRE) for n in (0, 1) for m in (0, 1)]
    facts = [*fabric(), *edges, *ways, *circuit(0, "e0", availability=0.99), *circuit(1, "e1", availability=0.98)]

    found = outages(case(design(*facts)).network, POLICY)

    cuts = {cut.elements: cut.share for cut in found[0].cuts}
    assert cuts["w0", "w1"] == pytest.approx(0.01 * 0.02)
    assert found[0].target == "the circuits of dc1"
    assert ("l0", "l1") in cuts
    assert found[0].share == pytest.approx(sum(cuts.values()))


def test_a_single_device_is_down_for_changes_too():
    facts = [*fabric(), device("e0", Role.INTERNET_EDGE, sku=None)]
    facts += [link(f"e0:{m}", f"s{m}:e0", LinkPurpose.ATTACHMENT, **WIRE) for m in (0, 1)]
    facts += circuit(0, "e0", availability=1.0)

    cuts = {cut.elements: cut.share for cut in outages(case(design(*facts)).network, POLICY)[0].cuts}

    assert cuts[("e0",)] == pytest.approx(share(200_000, 24) + SOFTWARE + 1 / YEAR)


def test_shared_risks_and_partners_fail_together():
    facts = [*fabric(), *circuit(0, "s0", availability=0.99), *circuit(1, "s1", availability=0.98)]
    shared = [replace(f, srlgs=("t",)) if getattr(f, "id", "") in ("w0", "w1") else f for f in facts]
    pair = Mlag(id="m", peers=("s0", "s1"), domain_id=1, system_mac="02:00:00:00:00:01")
    q = SWITCH

    together = {cut.elements: cut.share for cut in outages(case(design(*shared, pair)).network, POLICY)[0].cuts}
    apart = {cut.elements: cut.share for cut in outages(case(design(*facts)).network, POLICY)[0].cuts}

    assert together["w0", "w1"] == pytest.approx(0.01)
    assert apart["s0", "s1"] == pytest.approx(q * q, rel=0.02)
    assert together["s0", "s1"] == pytest.approx(POLICY.common_cause * q + q * q, rel=0.02)


def firewalls(mode=HaMode.ACTIVE_STANDBY, both=True):
    names = ("f0", "f1") if both else ("f0",)
    facts: list[Any] = [device(name, Role.FIREWALL, sku=FIREWALL) for name in names]
    facts += [link(f"{name}:{m}", f"l{m}:{name}", LinkPurpose.ATTACHMENT, **WIRE) for name in names for m in (0, 1)]
    return [*facts, HaGroup(id="fw", mode=mode, members=names)]


def test_two_failures_in_series_of_sites_without_anything():
    cut_off = [f for f in fabric() if getattr(f, "id", "")[:2] not in ("l0", "l1") or len(f.id) < 4]

    found = verdict(top_16, *cut_off, availability=0.95)

    assert (found.severity, found.findings[0].witness["availability"]) == (Severity.CRITICAL, 0.0)
    assert "there is no way at all" in messages(found)[0]


def test_unknown_types_leave_it_open_and_targets_are_held():
    facts = [*fabric(), *circuit(0, "s0", availability=0.999)]

    easy, hard = verdict(top_16, *facts, availability=0.99), verdict(top_16, *facts, availability=0.9999)

    assert easy.status is Status.UNKNOWN
    assert "w0" in hard.findings[0].elements
    minutes = hard.findings[0].witness["minutes"]
    assert isinstance(minutes, list)
    assert minutes[0] == pytest.approx(525.6)
    assert hard.severity is Severity.CRITICAL


def test_a_circuit_out_of_service_is_still_wanted():
    facts = [*fabric(), *circuit(0, "s0")]
    down = [replace(f, in_service=False) if getattr(f, "id", "") == "w0" else f for f in facts]

    assert verdict(top_16, *down, availability=0.5).status is Status.FAIL


def test_elements_by_what_they_are():
    line = PartLine(id="p", kind=PartKind.DEVICE, part=FIREWALL, quantity=1, spares=1)
    facts = [*firewalls(both=False), *clos(), *circuit(0, "s0", kind=CircuitKind.LTE), line]
    made = compile_network(design(*facts), case(design()).catalog)
    plain = compile_network(design(*facts[:-1]), case(design()).catalog)

    down, without = device_unavailability(made, POLICY), device_unavailability(plain, POLICY)
    links = link_unavailability(made, POLICY)

    at = made.device_index
    assert down[at["isp0"]] == 0
    assert down[at["l0"]] == pytest.approx(SWITCH)
    assert without[at["f0"]] > 4 * down[at["f0"]]
    assert links[made.link_index["w0"]] == pytest.approx(1 - POLICY.circuit["lte"])
    assert sold_availability(None, POLICY) == POLICY.circuit["dia"]
    far = link("l0:z", "l1:z", between_buildings=True, length_m=2_000)
    longer = compile_network(design(*clos(), far), case(design()).catalog)
    dug = link_unavailability(longer, POLICY)
    assert dug[-1] - dug[0] == pytest.approx(2 * POLICY.fibre_cuts_per_km_year * POLICY.fibre_repair_h / YEAR)


@pytest.mark.parametrize("shape", ["centre", "campus", "tiers", "fabric", "branch"])
def test_mutants_are_seen_and_mended(shape):
    assert unmended(top_16, built(shape), but=tuple(m.title for m in top_16.mutants[1:3])) == []


def test_the_report_names_minutes_and_the_next_thing_to_buy():
    found = verdict_of("campus")
    names = [measure.name for measure in found.measures]

    assert names[:2] == ["availability", "downtime in minutes a year"]
    assert any(name.startswith("minutes a year by ") for name in names)
    assert any(name.startswith("USD a nine by a ") for name in names)


def verdict_of(shape):
    return said(top_16, built(shape))


def test_fixes_without_anything_to_mend():
    made = case(design(*fabric(), *circuit(0, "s0")))

    assert restored(made, Finding(message="")) is None
    assert better_circuits(made, Finding(message="")) is None
