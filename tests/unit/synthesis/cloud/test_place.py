"""Provider, regions and zones by names, law, distance and availability."""

from __future__ import annotations

import pytest

from netdesign.catalog.parameters import default_parameters
from netdesign.errors import InfeasibleError
from netdesign.model.conflict import Conflict
from netdesign.synthesis.edge.cloud_place import choose_place
from tests.unit.synthesis.cloud_samples import asked


def place(**fields):
    return choose_place(asked(**fields), default_parameters())


def at(lat, lon, **more):
    return [{"name": "Here", "users": 200, "lat": lat, "lon": lon, **more}]


ONE = {"scale": {"devices": 60, "users": 200, "sites": 1}}


def test_the_nearest_region_is_chosen():
    assert place(sites=at(52.5, 13.4), **ONE).regions[0].id == "eu-central-1"
    assert place(sites=at(47.3, 8.5), **ONE).regions[0].id == "eu-central-2"
    assert place(sites=at(-33.9, 151.2), **ONE).regions[0].id == "ap-southeast-2"
    assert place(sites=at(53.3, -6.3), **ONE).regions[0].id == "eu-west-1"


def test_zones_and_regions_follow_from_availability():
    assert (place(redundancy="none").zones, len(place(redundancy="none").regions)) == (1, 1)
    assert place(redundancy="low").zones == 2
    assert place(redundancy="high").zones == 3
    assert len(place(redundancy="high", availability_requirement=0.999999).regions) == 2
    critical = place(redundancy="critical")
    assert len({region.id for region in critical.regions}) == 2


def test_regulated_data_stays_under_its_law():
    inside = place(sites=at(48.2, 16.4, jurisdiction="AT"), data_classes=["pii"], compliance=["GDPR"], **ONE)
    assert inside.regions[0].jurisdiction == "DE"
    health = place(sites=at(48.2, 16.4, jurisdiction="US"), data_classes=["phi"], compliance=["HIPAA"], **ONE)
    assert health.regions[0].jurisdiction == "US"
    federal = place(compliance=["FedRAMP"], security_level="government")
    assert all(region.government for region in federal.regions)


def test_no_region_under_the_law_is_a_conflict_with_ways_out():
    with pytest.raises(InfeasibleError) as caught:
        place(sites=at(6.5, 3.4, jurisdiction="NG"), data_classes=["phi"], **ONE)
    (conflict,) = caught.value.conflicts
    assert isinstance(conflict, Conflict)
    fields = {way.field for way in conflict.relaxations}

    assert conflict.code == "no-cloud-region"
    assert {"network_type", "data_classes"} <= fields
    assert place(sites=at(6.5, 3.4, jurisdiction="NG"), data_classes=["internal"], **ONE).regions


def test_a_provider_that_is_not_on_record_is_refused():
    with pytest.raises(InfeasibleError) as caught:
        place(technology_stack=["Azure"])
    (conflict,) = caught.value.conflicts
    assert isinstance(conflict, Conflict)

    assert conflict.code == "cloud-provider-not-on-record"
    assert [way.to_value for way in conflict.relaxations] == ["[aws]"]
    assert place(technology_stack=["aws"]).provider.id == "aws"
