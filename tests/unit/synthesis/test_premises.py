"""Premises at several sites that cannot be, and the ways out of them."""

from __future__ import annotations

from typing import Any

import pytest

from netdesign.model.edits import edited
from tests.unit.model.requests import CAMPUS, request
from tests.unit.synthesis.resolving import conflicts_of

SIP = [{"from": "voice", "to": "internet", "service": "sip", "up": "2Mbps", "down": "2Mbps"}]
HALLS: dict[str, Any] = {
    "network_type": "hybrid",
    "scale": {"devices": 40, "users": 0, "sites": 2},
    "servers": {"count": 40, "nics": 2, "nic_speed": "10Gbps"},
    "redundancy": "high",
}
OFFICES: dict[str, Any] = {"scale": {"devices": 100, "users": 100, "sites": 2}, "redundancy": "high"}
REFUSED = [
    ("ring of halls", request(**HALLS, topology_preference="ring"), "shape-not-for-switches"),
    ("three tiers of servers", request(**HALLS, topology_preference="three_tier"), "shape-not-for-switches"),
    (
        "fabric for people",
        request(CAMPUS, **OFFICES, network_type="hybrid", topology_preference="spine_leaf"),
        "shape-not-for-switches",
    ),
    (
        "a hall without servers",
        request(**HALLS | {"scale": {"devices": 40, "users": 0, "sites": 3}, "servers": {"count": 2}}),
        "data-centre-without-servers",
    ),
    (
        "a hall with one server, as its site states",
        request(**HALLS, sites=[{"name": "A", "servers": 39}, {"name": "B", "servers": 1}]),
        "data-centre-without-servers",
    ),
    ("calls in the clear", request(CAMPUS, **OFFICES, requires_voip=True, flows=SIP), "calls-through-translation"),
    (
        "two losses at offices with calls",
        request(CAMPUS, **OFFICES | {"redundancy": "critical"}, requires_voip=True),
        "premises-not-tripled",
    ),
    (
        "three halls of which one is lost",
        request(**HALLS | {"scale": {"devices": 40, "users": 0, "sites": 3}, "redundancy": "critical"}),
        "premises-not-tripled",
    ),
]
BUILT = [
    ("star of halls", request(**HALLS, topology_preference="star")),
    ("three tiers of people", request(CAMPUS, **OFFICES, network_type="hybrid", topology_preference="three_tier")),
    ("two halls at critical redundancy", request(**HALLS | {"redundancy": "critical"})),
    (
        "calls with TLS",
        request(CAMPUS, **OFFICES, requires_voip=True, flows=[SIP[0] | {"service": "sips"}]),
    ),
]


@pytest.mark.parametrize(("document", "code"), [one[1:] for one in REFUSED], ids=[one[0] for one in REFUSED])
def test_what_cannot_be_is_refused_and_every_way_out_ends_it(document, code):
    (conflict,) = [one for one in conflicts_of(document) if one.code == code]

    assert conflict.relaxations
    for way in conflict.relaxations:
        left = {one.code for one in conflicts_of(edited(document, way.edits))}
        assert code not in left, way.statement


@pytest.mark.parametrize("document", [one[1] for one in BUILT], ids=[one[0] for one in BUILT])
def test_what_can_be_is_not_refused(document):
    assert conflicts_of(document) == ()
