"""Shapes that no hub has, and data whose framework nobody asked for."""

from __future__ import annotations

import pytest

from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.selection import default_catalog
from netdesign.synthesis.feasibility import conflicts
from tests.unit.synthesis.cloud_samples import asked


def codes(**fields):
    return [one.code for one in conflicts(asked(**fields), default_catalog(), default_parameters())]


@pytest.mark.parametrize("wish", ["ring", "mesh", "spine_leaf", "three_tier", "collapsed_core"])
def test_a_shape_that_no_hub_has_is_refused_and_a_star_is_offered(wish):
    (conflict,) = conflicts(asked(topology_preference=wish), default_catalog(), default_parameters())

    assert conflict.code == "shape-not-at-provider"
    assert [way.to_value for way in conflict.relaxations] == ["star"]
    assert codes(topology_preference="star") == []


def test_a_mesh_is_what_one_open_table_gives():
    assert codes(topology_preference="mesh", security_level="basic") == []


def test_regulated_data_calls_for_its_framework():
    assert codes(data_classes=["cardholder data"], security_level="enterprise") == ["data-needs-framework"]
    assert codes(data_classes=["cardholder data"], security_level="corporate") == []
    assert codes(data_classes=["cardholder data"], security_level="enterprise", compliance=["PCI DSS"]) == []
    abroad = [{"name": "A", "users": 150, "jurisdiction": "FR"}, {"name": "B", "users": 50}]
    assert codes(data_classes=["pii"], security_level="enterprise", sites=abroad) == ["data-needs-framework"]
    assert codes(data_classes=["pii"], security_level="enterprise", sites=abroad, compliance=["GDPR"]) == []


def test_switches_racks_and_sites_are_no_matter_at_a_provider():
    assert codes(redundancy="critical", scale={"devices": 5_000, "users": 200, "sites": 1}, sites=[]) == []
    assert codes(bandwidth={"min": "200Gbps", "max": "400Gbps"}) == []
