import pytest

from netdesign.catalog.parameters import default_parameters
from netdesign.model.vocabulary import Archetype
from netdesign.synthesis.needs.campus_plan import plan_campus, radio_count, terminal_count
from tests.unit.synthesis.campus_samples import asked

PARAMETERS = default_parameters()


def plan(site=None, **fields):
    requirements = asked(site, **fields)
    return plan_campus(requirements, PARAMETERS, requirements.sites[0])


TINY = {"users": 8, "endpoints": 2, "servers": 1, "area_m2": 150, "closets": 1}
BRANCH = {
    "redundancy": "low",
    "security_level": "corporate",
    "bandwidth": {"min": "1Gbps", "max": "1Gbps"},
}


@pytest.mark.parametrize(
    ("site", "fields", "shape"),
    [
        pytest.param(TINY, BRANCH, Archetype.BRANCH, id="a dozen ports in one closet"),
        pytest.param(TINY, BRANCH | {"redundancy": "medium"}, Archetype.COLLAPSED_CORE, id="medium asks for a pair"),
        pytest.param(TINY, {"security_level": "government"}, Archetype.COLLAPSED_CORE, id="management apart"),
        pytest.param(TINY | {"servers": 9}, BRANCH, Archetype.COLLAPSED_CORE, id="a server room"),
        pytest.param(
            TINY, BRANCH | {"topology_preference": "collapsed_core"}, Archetype.COLLAPSED_CORE, id="wished for"
        ),
        pytest.param({}, {}, Archetype.COLLAPSED_CORE, id="one building"),
        pytest.param({}, {"topology_preference": "three_tier"}, Archetype.THREE_TIER, id="three tiers wished for"),
        pytest.param({"buildings": 4, "closets": 4}, {}, Archetype.THREE_TIER, id="four buildings"),
        pytest.param({"users": 2600, "area_m2": 30_000, "closets": 20}, {}, Archetype.THREE_TIER, id="2,600 users"),
    ],
)
def test_shape_by_size(site, fields, shape):
    assert plan(site, **fields).archetype is shape


def test_everyone_has_a_closet():
    made = plan({"users": 1_000, "endpoints": 333, "area_m2": 15_000, "buildings": 3, "closets": 11})

    assert sum(unit.serves.users for unit in made.units) == 1_000
    assert sum(unit.serves.devices for unit in made.units) == 333
    assert {unit.building for unit in made.units} == {1, 2, 3}
    assert len({(unit.building, unit.closet) for unit in made.units}) == 11
    assert len({unit.name for unit in made.units}) == len(made.units)


def test_crowded_closets_get_several_sets_of_vlans():
    made = plan({"users": 900, "area_m2": 9_000, "closets": 2})

    assert len(made.units) == 4
    assert max(unit.serves.users for unit in made.units) * 1.52 <= 400


def test_blocks_hold_one_building_and_no_more_than_36_switches():
    made = plan({"users": 4_000, "area_m2": 60_000, "buildings": 4, "closets": 48}, redundancy="medium")

    for block in range(made.blocks):
        units = made.of_block(block)
        assert len({unit.building for unit in units}) == 1
        assert [unit.index for unit in units] == list(range(1, len(units) + 1))


def test_access_points_cover_and_every_building_has_one():
    requirements = asked({"buildings": 3, "closets": 3})

    assert radio_count(requirements, PARAMETERS, requirements.sites[0]) == 12, "1,800 m2 / 150 m2 with voice"
    few = asked({"users": 4, "area_m2": 100, "buildings": 3, "closets": 3})
    assert radio_count(few, PARAMETERS, few.sites[0]) == 3
    none = asked(requires_wireless=False)
    assert radio_count(none, PARAMETERS, none.sites[0]) == 0


def test_card_terminals_are_counted_by_staff():
    shop = asked(data_classes=["internal", "cardholder data"])
    office = asked(data_classes=["PII"])

    assert terminal_count(shop, shop.sites[0]) == 30
    assert terminal_count(office, office.sites[0]) == 0


def test_servers_with_restricted_data_are_apart():
    made = plan(data_classes=["ePHI"])

    assert (made.general_servers, made.restricted_servers) == (2, 2)
    assert plan().restricted_servers == 0


def test_pairs_from_medium_on():
    assert plan(redundancy="medium").pair == 2
    assert plan(redundancy="low", security_level="corporate").pair == 1
