"""Faster links on the same ports, and what fixes of failure rules leave alone."""

from __future__ import annotations

from netdesign.model.cabling import Circuit, CircuitKind
from netdesign.model.patch import Set, apply
from netdesign.model.verdict import Finding
from netdesign.model.vocabulary import LinkPurpose, Medium, Role
from netdesign.rules.failing import parted, thinned, wider
from netdesign.rules.widening import like_links, widened
from tests.support.patches import sets
from tests.support.sketch import GBPS, case, design, device, link
from tests.unit.rules.capacity.small import campus, clos

ACCESS = "access1:TenGigabitEthernet1/1/1--core1:Ethernet1"
UPLINK = "leaf1:Ethernet49/1--spine1:ethernet-1/1"


def slow(made, **changes):
    return case(apply(made, tuple(Set("links", one.id, changes) for one in made.cabling.links)))


def speeds(patch):
    return {one.id: one.changes["speed_bps"] for one in patch}


def test_a_link_runs_as_fast_as_its_optics_again():
    made = slow(campus(), speed_bps=GBPS)

    assert speeds(widened(made, ACCESS, 4 * GBPS, 0.5))[ACCESS] == 10 * GBPS


def test_the_slowest_speed_that_both_ports_run_with_the_cable_that_it_takes():
    made = slow(clos(), speed_bps=40 * GBPS, phy="40GBASE-SR4")

    patch = widened(made, UPLINK, 35 * GBPS, 0.7)

    assert set(speeds(patch).values()) == {100 * GBPS}
    assert {one.id for one in sets(patch)} == {made.network.links[place].id for place in like_links(made, UPLINK)}
    assert all(str(one.changes["phy"]).startswith("100G") for one in sets(patch))


def test_no_faster_than_the_ports():
    assert widened(case(campus()), ACCESS, 20 * GBPS, 0.5) is None
    assert widened(case(clos()), UPLINK, 10**15, 0.5) is None


def test_nothing_where_it_is_fast_enough_or_unknown():
    assert widened(case(campus()), ACCESS, GBPS, 0.5) is None
    assert widened(case(campus()), "none-such", GBPS, 0.5) is None


def bought(**changes):
    """A router with a circuit of 100 Mbit/s to a provider."""
    wan = link("r:1", "isp:1", LinkPurpose.CIRCUIT, id="wan", medium=Medium.VIRTUAL, phy=None, speed_bps=GBPS)
    kind, rate = CircuitKind.DIA, GBPS // 10
    sold = Circuit(id="dia", link="wan", kind=kind, provider="p", site="dc1", rate_down_bps=rate, rate_up_bps=rate)
    return case(design(device("r", Role.INTERNET_EDGE), device("isp", Role.PROVIDER), wan, sold, **changes))


def test_circuits_take_the_next_tier_for_what_has_grown():
    (operation,) = sets(widened(bought(growth_multiplier=2.0), "wan", 0.2 * GBPS, 0.8))

    assert (operation.collection, operation.id) == ("circuits", "dia")
    assert operation.changes["rate_down_bps"] >= 0.5 * GBPS
    assert widened(bought(), "wan", 10 * GBPS, 0.8) is None


def test_links_without_ports_of_the_catalogue_stay():
    made = case(design(device("a", Role.CORE), device("b", Role.CORE), link("a:1", "b:1", id="ab")))
    assert widened(made, "ab", 150 * GBPS, 1.0) is None
    known = case(campus())
    odd = apply(campus(), (Set("links", ACCESS, {"a": known.network.links[0].b}),))
    assert widened(case(odd), ACCESS, 20 * GBPS, 0.5) is None


def test_fixes_leave_findings_of_other_shapes():
    made = case(campus())

    assert wider(made, Finding(message="", witness={"load_bps": 1, "allowed": None})) is None
    assert parted(made, Finding(message="", witness={"failed": [], "kind": "srlg"})) is None
    assert parted(made, Finding(message="", witness={"failed": ["x"], "kind": "srlg"})) is None


def test_no_circuits_nothing_to_thin_out():
    from netdesign.analysis.failure.worst_failures import worst_of

    made = case(campus())
    assert thinned(made, worst_of(made.network, ()), 0.5) is None
