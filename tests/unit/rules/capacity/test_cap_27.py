"""CAP-27: delays and budgets."""

from __future__ import annotations

from typing import Any

import pytest

from netdesign.analysis.failure.worst_failures import NONE
from netdesign.analysis.traffic.latency import delays, longest_us, slowest_of
from netdesign.analysis.traffic.traffic import stretches
from netdesign.catalog.parameters import default_parameters
from netdesign.model.cabling import Circuit, CircuitKind
from netdesign.model.inventory import EndpointKind, Homing, Site
from netdesign.model.overlay import Tunnel, TunnelKind
from netdesign.model.patch import Set, apply
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import LinkPurpose, Redundancy, Role, Trust
from netdesign.rules.capacity.cap_27_latency import latency_budget as rule
from tests.support.sketch import GBPS, case, design, device, link
from tests.unit.rules.capacity.small import attached, flow, group
from tests.unit.rules.capacity.survivable import fabric, findings, mended, verdict


def budgeted(flow_id: str = "store", latency_ms: float = 1.0, *changes, **requirements):
    return apply(fabric(**requirements), (Set("flows", flow_id, {"latency_ms": latency_ms}), *changes))


def two_sites(kind: EndpointKind = EndpointKind.STORAGE, *more, east: float = 11.5, **span):
    """Two switches at places some 360 km apart, joined by a fibre, with endpoints of a kind and a flow between them."""
    facts: list[Any] = [Site(id="dc1", name="dc1", latitude=50.0, longitude=8.0)]
    facts.append(Site(id="dc2", name="dc2", latitude=52.0, longitude=east))
    facts += [device("a", Role.CORE), device("b", Role.CORE, site="dc2")]
    values = {"length_m": None, "speed_bps": GBPS, **span}
    facts.append(link("a:1", "b:1", LinkPurpose.CIRCUIT, id="span", **values))
    changes = {"kind": kind, "homing": Homing.SINGLE, "nics": 1}
    facts += [group("one", 1, **changes), attached("a", 1, of="one")]
    facts += [group("two", 1, site="dc2", **changes), attached("b", 1, of="two")]
    return design(*facts, flow("f", "one", "two", GBPS // 10), *more)


def test_hops_of_a_fabric_and_packets_on_its_links():
    # Two leaves and a spine at 10 us, two links of 20 m (0.1 us) on which a packet takes 0.12 us.
    found = verdict(rule, budgeted())

    assert found.status is Status.PASS
    assert found.measures[0].value == round((3 * 10 + 2 * (0.1 + 0.12)) / 500, 4)
    assert (found.measures[1].name, found.measures[1].value) == ("flows with a budget", 1)


def test_an_inspected_flow_waits_for_the_firewall():
    (found,) = findings(rule, budgeted("browse", 2.0))

    assert found.message.startswith("browse takes 1.0")
    assert found.message.endswith("1 ms are allowed (round trip of the flow)")
    path = found.witness["path"]
    assert isinstance(path, list)
    assert path[0] == "leaf3"
    assert "fw1" in path
    assert found.elements == ("browse",)


def test_what_takes_over_may_be_farther():
    long = Set("links", "fw2l1", {"fibre_km": 500.0})
    far = Set("links", "fw2l2", {"fibre_km": 500.0})

    (found,) = findings(rule, budgeted("browse", 4.0, long, far))

    assert "when fw1 fails" in found.message
    assert found.witness["failed"] == ["fw1"]
    assert verdict(rule, budgeted("browse", 4.0, long, far, redundancy=Redundancy.LOW)).status is Status.PASS


def test_a_latency_asked_for_is_asked_of_all_that_stays_inside():
    found = verdict(rule, fabric(max_latency_ms=2.0))

    assert {one.witness["flow"] for one in found.findings} == {"browse"}
    assert "round trip asked for" in found.findings[0].message
    assert verdict(rule, fabric()).status is Status.NOT_APPLICABLE


def test_calls_have_a_budget_one_way():
    found = verdict(rule, two_sites(EndpointKind.PHONE))

    assert found.status is Status.PASS
    assert found.measures[0].value == pytest.approx(2.4 / 150, abs=0.002)
    assert verdict(rule, two_sites(EndpointKind.PHONE, fibre_km=40_000.0)).status is Status.FAIL


def test_replication_between_storage_of_two_sites():
    near, far = two_sites(), two_sites(east=20.0)

    assert verdict(rule, near).status is Status.PASS
    (found,) = findings(rule, far)
    assert "2.5 ms are allowed (round trip of replication)" in found.message


def test_a_span_between_unknown_places_leaves_it_open():
    made = apply(two_sites(), (Set("sites", "dc2", {"latitude": None}),))

    found = verdict(rule, made)

    assert (found.status, found.gaps[0].elements) == (Status.UNKNOWN, ("span",))


def test_tunnels_between_sites_take_time():
    made = two_sites(EndpointKind.STORAGE, Tunnel(id="t", a="a", b="b", kind=TunnelKind.IPSEC, inner_mtu_bytes=1400))

    (found,) = findings(rule, made)

    one_way_ms = found.witness["one_way_ms"]
    assert isinstance(one_way_ms, float)
    assert one_way_ms > 4


def test_the_way_through_a_providers_network_is_as_long_as_the_sites_are_apart():
    facts: list[Any] = [Site(id=f"dc{n}", name="", latitude=50.0, longitude=8.0 * n) for n in (1, 2)]
    facts += [device(f"r{n}", Role.WAN_EDGE, site=f"dc{n}") for n in (1, 2)]
    facts += [device(f"p{n}", Role.PROVIDER, site=f"dc{n}", managed=False) for n in (1, 2)]
    facts += [
        link(f"r{n}:1", f"p{n}:1", LinkPurpose.CIRCUIT, id=f"w{n}", trust=Trust.LEASED, speed_bps=GBPS) for n in (1, 2)
    ]
    facts += [
        Circuit(
            id=f"c{n}", link=f"w{n}", kind=CircuitKind.MPLS, provider="p", site="", rate_down_bps=GBPS, rate_up_bps=GBPS
        )
        for n in (1, 2)
    ]
    facts += [group("one", 1), attached("r1", 1, of="one"), group("two", 1, site="dc2"), attached("r2", 1, of="two")]
    network = case(design(*facts, flow("f", "one", "two", GBPS // 10))).network

    (slowest,) = slowest_of(network, default_parameters(), stretches(network), NONE)

    # 572 km apart on the ground, 1.3 times that in fibre.
    assert slowest is not None
    assert slowest.delay_us == pytest.approx(572 * 1.3 * 5 + 4 * 50 + 2 * 12, rel=0.01)


def test_no_path_is_longer_than_the_bound():
    network, parameters = case(fabric()).network, default_parameters()

    found = slowest_of(network, parameters, stretches(network), NONE)

    assert all(one is not None and one.delay_us <= longest_us(network, parameters) for one in found)
    assert delays(network, parameters).unknown == frozenset()


def test_the_slowest_of_equal_paths_counts_and_none_where_there_is_none():
    made = apply(fabric(), (Set("links", "l3s2", {"fibre_km": 100.0}), Set("flows", "store", {"latency_ms": 1.0})))
    path = findings(rule, made)[0].witness["path"]
    assert isinstance(path, list)
    assert "spine2" in path

    cut = apply(fabric(), tuple(Set("links", f"l{m}s{n}", {"in_service": False}) for m in (3, 4) for n in (1, 2)))
    network = case(cut).network
    found = slowest_of(network, default_parameters(), stretches(network), NONE)
    assert [one.flow for one, path in zip(stretches(network), found, strict=True) if path is None] == [
        "store",
        "browse",
    ]


@pytest.mark.parametrize("mutant", [one.title for one in rule.mutants])
def test_every_mutant_is_seen_and_mended(mutant):
    assert mended(rule, fabric(), mutant) in ((True, False) if "crawl" in mutant else (True,))
    assert mended(rule, budgeted("store", 1.0), mutant) is not None


def test_nothing_to_slow_down():
    idle = case(design(device("a", Role.CORE)))

    assert [one.mutate(idle) for one in rule.mutants] == [None] * 3
    assert [fix.propose(idle, Finding(message="")) for fix in rule.fixes] == [None, None]
