"""Joined data centres: diverse lines between borders, routes of zones alone, flows that arrive, and ways out."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.facts.degraded import degraded
from netdesign.analysis.tables.rib import Rib
from netdesign.catalog.media import media
from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.selection import default_catalog
from netdesign.graph.network import Network
from netdesign.graph.prefixes import parse_prefix
from netdesign.model.cabling import CircuitKind
from netdesign.model.vocabulary import LinkPurpose, Trust
from netdesign.synthesis.feasibility import conflicts
from netdesign.synthesis.synthesize import synthesize
from tests.unit.synthesis.interconnect.samples import asked, document, place
from tests.unit.synthesis.resolving import conflicts_of

NEAR = ("Halle", "Leipzig")
FAR = ("Halle", "Frankfurt")


@cache
def design(*names, **more):
    return synthesize(asked(*names, **more), default_catalog(), default_parameters())


def lines(made):
    """Links between two sites."""
    site = {device.id: device.site for device in made.inventory.devices}
    return [link for link in made.cabling.links if site[link.a.device] != site[link.b.device]]


def found_at(made, cut):
    """The sites whose borders the server zone of the first sends to for servers of the second, some links cut."""
    whole = Network(made, default_catalog())
    network = degraded(whole, frozenset(), frozenset(whole.link_index[name] for name in cut))
    rib, graph = Rib(network), layer3(network)
    rib.prepare()
    table = graph.vertex(network.device_index["halle-leaf01"], "vrf-server")
    (there,) = (pool.prefix for pool in made.addressing.pools if pool.id == "leipzig-server")
    route = rib.entry(table, parse_prefix(there))
    return {network.devices[int(graph.device[via.table])].site for via in route.via} if route else set()


def circuit_of(made, link):
    return next(one for one in made.cabling.circuits if one.link == link.id)


@pytest.mark.parametrize("names", [NEAR, FAR], ids=["near", "far"])
def test_two_lines_share_no_switch_provider_or_route(names):
    made = design(*names)
    one, other = lines(made)

    assert one.purpose is LinkPurpose.CIRCUIT
    assert one.trust is Trust.LEASED
    assert not {one.a.device, one.b.device} & {other.a.device, other.b.device}
    assert circuit_of(made, one).provider != circuit_of(made, other).provider
    assert not set(one.srlgs) & set(other.srlgs)
    assert {risk.id for risk in made.cabling.srlgs} >= {*one.srlgs, *other.srlgs}


def test_waves_serve_what_fibre_does_not_reach():
    made = design(*FAR)

    for link in lines(made):
        assert circuit_of(made, link).kind is CircuitKind.WAVE
        assert link.fibre_km > 300
        assert link.length_m == 100


def test_optics_of_dark_fibre_see_the_whole_route():
    made = synthesize(
        asked(*NEAR, flows=[{"from": "Halle", "to": "Leipzig", "service": "nfs", "up": "50Gbps"}]),
        default_catalog(),
        default_parameters(),
    )
    fibres = [link for link in lines(made) if circuit_of(made, link).kind is CircuitKind.DARK_FIBRE]

    assert fibres
    for link in fibres:
        assert link.length_m == pytest.approx(link.fibre_km * 1000)
        assert media().phys[link.phy].reach_m[link.medium] >= link.length_m


def test_zones_alone_are_told_to_other_data_centres():
    made = design(*NEAR)
    (policy,) = (one for one in made.routing.route_policies if one.id == "to-data-centres")
    processes = {process.id: process.device for process in made.routing.processes}
    borders = {end.device for link in lines(made) for end in (link.a, link.b)}
    abroad = [session for session in made.routing.bgp_neighbors if session.export_policy == policy.id]
    told = [prefix for term in policy.terms for prefix in term.prefixes]

    assert {processes[session.process] for session in abroad} == borders
    assert set(told) <= {pool.prefix for pool in made.addressing.pools}
    assert "0.0.0.0/0" not in told


def test_a_data_centre_is_reached_by_way_of_another():
    made = design("Halle", "Leipzig", "Berlin", topology_preference="ring")
    direct = [link.id for link in lines(made) if "berlin" not in link.a.device + link.b.device]

    assert len(direct) == 1
    assert found_at(made, direct) == {"leipzig"}


def test_a_zone_finds_the_other_data_centre_and_its_own_exit():
    made = design(*NEAR)
    network = Network(made, default_catalog())
    rib, graph = Rib(network), layer3(network)
    rib.prepare()
    table = graph.vertex(network.device_index["halle-leaf01"], "vrf-server")
    (there,) = (p.prefix for p in made.addressing.pools if p.id == "leipzig-server")

    route = rib.entry(table, parse_prefix(there))
    default = rib.entry(table, parse_prefix("0.0.0.0/0"))

    assert route is not None
    assert default is not None
    assert {network.devices[int(graph.device[via.table])].site for via in route.via} == {"leipzig"}
    assert default.source == "static"


def test_nobody_is_found_when_both_lines_are_cut():
    made = design(*NEAR)
    one, other = (link.id for link in lines(made))

    assert found_at(made, [one]) == {"leipzig"}
    assert found_at(made, [one, other]) == set()


def test_copies_are_assumed_where_no_flow_runs_between():
    flows = [flow for flow in asked(*NEAR).flows if flow.assumed and flow.source == "halle"]

    (copy,) = flows
    assert copy.target == "leipzig"
    assert copy.up_bps == pytest.approx(20 * 20e9 * 8 * 0.5 / (8 * 3600), rel=1e-6)


def test_stated_copies_stand_for_themselves():
    stated = [{"from": "Halle", "to": "Leipzig", "service": "sync mirror (tcp/7000)", "up": "1Gbps"}]

    (flow,) = asked(*NEAR, flows=stated).flows
    assert not flow.assumed
    assert flow.latency_ms == default_parameters().latency.sync_replication_rtt_ms


def test_data_centres_of_another_kind_are_joined_where_a_flow_asks():
    base = {"network_type": "enterprise_datacenter"}
    apart = asked(*NEAR, **base)
    flows = [{"from": "Halle", "to": "Leipzig", "service": "backup", "up": "1Gbps"}]

    assert not lines(synthesize(apart, default_catalog(), default_parameters()))
    assert lines(synthesize(asked(*NEAR, **base, flows=flows), default_catalog(), default_parameters()))


def test_the_budget_of_light_is_stated():
    made = synthesize(
        asked(*NEAR, flows=[{"from": "Halle", "to": "Leipzig", "service": "nfs", "up": "50Gbps"}]),
        default_catalog(),
        default_parameters(),
    )
    decisions = [one for one in made.rationale.decisions if one.question.startswith("What is line")]
    names = {entry.name for one in decisions for entry in one.inputs}

    assert {"loss", "budget", "margin", "route", "round trip"} <= names


NEXT_DOOR = [place("Halle"), place("Leipzig", lat=51.49, lon=11.98)]
HURRIED = [{"from": "Halle", "to": "Frankfurt", "service": "mirror (tcp/7000)", "up": "1Gbps", "latency_ms": 4.2}]
REFUSED = [
    ("one", document("Halle"), "interconnect-needs-data-centres"),
    (
        "star",
        document("Halle", "Leipzig", "Berlin", redundancy="critical", topology_preference="star"),
        "star-parts-data-centres",
    ),
    ("near", document(*NEAR, compliance=["ISO 27001"], sites=NEXT_DOOR), "data-centres-too-near"),
    ("slow", document(*FAR, flows=HURRIED), "second-route-too-long"),
]


@pytest.mark.parametrize(("request_", "code"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED])
def test_what_cannot_be_is_refused_with_ways_out(request_, code):
    (found,) = (one for one in conflicts_of(request_) if one.code == code)

    assert found.relaxations
    assert all(way.cost for way in found.relaxations)


def changed(request, way):
    """The request with a way out taken."""
    import yaml

    made: dict[str, Any] = {
        **request,
        "sites": [dict(one) for one in request["sites"]],
        "scale": dict(request["scale"]),
    }
    *path, last = way.field.split("/")
    here: Any = made
    for step in path:
        here = here[int(step)] if isinstance(here, list) else here[step]
    value = yaml.safe_load(way.to_value)
    at = int(last) if isinstance(here, list) else last
    here[at] = {**here[at], **value} if isinstance(value, dict) else value
    return made


@pytest.mark.parametrize(("request_", "code"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED])
def test_every_way_out_ends_the_conflict(request_, code):
    (found,) = (one for one in conflicts_of(request_) if one.code == code)

    for way in found.relaxations:
        assert code not in {one.code for one in conflicts_of(changed(request_, way))}, way.statement


def test_every_example_of_joined_data_centres_has_no_conflict():
    assert conflicts(asked(*FAR), default_catalog(), default_parameters()) == ()
