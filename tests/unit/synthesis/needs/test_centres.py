"""Which sites are data centres, and what each of them carries on its own."""

from __future__ import annotations

import pytest

from netdesign.model.vocabulary import NetworkType, Redundancy
from netdesign.synthesis.needs.centres import at_centre, centres, crossing, joined
from tests.unit.synthesis.datacenter_samples import G, flow, requirements, site

TWO = (site("dc1", 2, 20), site("dc2", 2, 20))


def test_a_site_without_servers_is_no_data_centre():
    asked = requirements(sites=(*TWO, site("office", 0, 0)))

    assert [one.id for one in centres(asked)] == ["dc1", "dc2"]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, False),
        ({"network_type": NetworkType.DATA_CENTER_INTERCONNECT}, True),
        ({"redundancy": Redundancy.CRITICAL}, True),
        ({"flows": (flow("copy", "dc1", "dc2"),)}, True),
        ({"flows": (flow("copy", "dc1", "servers"),)}, False),
    ],
)
def test_data_centres_are_joined_where_kind_flow_or_redundancy_asks(more, expected):
    assert joined(requirements(sites=TWO, **more)) is expected


def test_one_data_centre_has_nothing_to_be_joined_to():
    assert not joined(requirements(redundancy=Redundancy.CRITICAL))


def test_each_carries_its_own_and_its_share():
    flows = (
        flow("all", "users", "servers", 2 * G, 4 * G),
        flow("own", "internet", "dc1", G, G),
        flow("other", "dc2", "internet", G, G),
        flow("copy", "dc1", "dc2", G, G),
    )
    asked = requirements(sites=TWO, flows=flows)

    local = at_centre(asked, "dc1", 0.5)

    assert [(one.id, one.source, one.target, one.up_bps) for one in local.flows] == [
        ("all", "users", "servers", G),
        ("own", "internet", "servers", G),
    ]
    assert [one.id for one in crossing(asked)] == ["copy"]
