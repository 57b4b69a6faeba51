import pytest

from netdesign.catalog.parameters import default_parameters
from netdesign.model.resolved import Population
from netdesign.model.vocabulary import DataClass, Exposure
from netdesign.synthesis.needs.zones import (
    DATABASE,
    DMZ,
    GUEST,
    INTERNET,
    IOT,
    MANAGEMENT,
    SERVER,
    USER,
    VOICE,
    end_zone,
    make_zones,
    restricted_data,
    restricted_ends,
    zone_names,
)
from tests.unit.synthesis.campus_samples import asked


@pytest.mark.parametrize(
    ("fields", "site", "present", "absent"),
    [
        pytest.param({}, {}, {INTERNET, USER, VOICE, SERVER, GUEST, IOT, MANAGEMENT}, {DMZ, DATABASE}, id="usual"),
        pytest.param({"requires_voip": False, "requires_wireless": False}, {}, {USER}, {VOICE, GUEST}, id="neither"),
        pytest.param({}, {"endpoints": 0}, {USER}, {IOT}, id="no devices"),
        pytest.param({"internet_facing": ["https"]}, {}, {DMZ}, {DATABASE}, id="published"),
        pytest.param({"compliance": ["PCI DSS"]}, {}, {DATABASE}, {DMZ}, id="a framework implies its data"),
        pytest.param({"data_classes": ["ePHI"]}, {}, {DATABASE}, set(), id="sensitive data"),
    ],
)
def test_zones_follow_from_what_there_is(fields, site, present, absent):
    names = set(zone_names(asked(site, **fields)))

    assert present <= names
    assert not absent & names


def test_zones_have_their_trust_exposure_and_data():
    requirements = asked(data_classes=["internal", "ePHI"], compliance=["HIPAA"])
    zones = {
        zone.id: zone for zone in make_zones(zone_names(requirements), requirements, default_parameters().zones.trust)
    }

    assert (zones[INTERNET].trust, zones[INTERNET].exposure) == (0, Exposure.INTERNET)
    assert (zones[DATABASE].trust, zones[DATABASE].exposure) == (80, Exposure.RESTRICTED)
    assert zones[MANAGEMENT].exposure is Exposure.MANAGEMENT
    assert zones[DATABASE].data_classes == (DataClass.EPHI,)
    assert DataClass.EPHI not in zones[USER].data_classes


def test_restricted_data_lies_on_servers_where_there_are_any():
    hospital = asked(data_classes=["ePHI"])
    flow = next(flow for flow in hospital.flows if flow.data_class is DataClass.EPHI)

    assert restricted_data(hospital) == {DataClass.EPHI}
    assert restricted_ends(hospital) == {Population.SERVERS}
    assert end_zone(flow.target, flow, hospital) == DATABASE
    assert end_zone(flow.source, flow, hospital) == USER


def test_without_servers_the_devices_hold_it():
    shop = asked({"servers": 0}, data_classes=["cardholder data"], flows=[
        {"from": "users", "to": "internet", "service": "https", "up": "1Mbps", "down": "5Mbps"}
    ])  # fmt: skip

    assert restricted_ends(shop) == {Population.IOT}
    assert restricted_ends(asked()) == frozenset()
