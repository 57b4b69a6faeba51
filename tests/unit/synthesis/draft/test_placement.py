import pytest

from netdesign.catalog.parameters import default_parameters
from netdesign.errors import ConflictError
from netdesign.model.inventory import Rack, Room, RoomKind
from netdesign.synthesis.draft.placement import BUILDING_RUN_M, Floor
from tests.unit.synthesis.datacenter_samples import kind


def floor(*rooms):
    built = Floor(default_parameters().fabric)
    for name, building, riser in rooms or (("hall", "main", 0.0),):
        built.room(Room(id=name, name=name, site="s", building=building, kind=RoomKind.DATA_HALL, riser_m=riser))
    return built


def rack(built, name, row=0, position=0, room="hall", units=42, breaker=5000):
    return built.rack(Rack(id=name, room=room, row=row, position=position, usable_units=units, breaker_w=breaker)).id


def test_cables_in_a_room_run_along_rows_with_slack():
    built = floor()
    a, b = rack(built, "a", 0, 0), rack(built, "b", 2, 10)

    assert built.length_m(a, b, "hall", "hall") == round((10 * 0.6 + 2 * 3.0) * 1.3 + 6, 1)
    assert built.length_m(a, b, "hall", "hall") == built.length_m(b, a, "hall", "hall")


def test_cables_in_a_rack_are_short():
    built = floor()
    assert built.length_m(rack(built, "a"), "a", "hall", "hall") == 2.0


def test_cables_between_rooms_and_buildings_take_risers_and_ducts():
    built = floor(("hall", "main", 0.0), ("closet", "main", 20.0), ("far", "annex", 30.0))
    a = rack(built, "a")
    c, f = rack(built, "c", room="closet"), rack(built, "f", room="far")

    assert built.length_m(a, c, "hall", "closet") == 6 + 20
    assert built.length_m(a, f, "hall", "far") == 6 + 30 + BUILDING_RUN_M
    assert built.between_buildings("hall", "far")
    assert not built.between_buildings("hall", "closet")


def test_places_without_a_rack_count_slack_alone():
    built = floor(("hall", "main", 0.0), ("closet", "main", 20.0))

    assert built.length_m(None, rack(built, "a"), "hall", "hall") == 6.0
    assert built.length_m(None, None, "hall", "closet") == 6 + 20


def test_devices_fill_a_rack_from_the_top_on_both_feeds():
    built = floor()
    a = rack(built, "a")
    first, second = built.mount(a, "one", kind(rack_units=2)), built.mount(a, "two", kind())

    assert (first.rack_unit, second.rack_unit) == (41, 40)
    assert first.feeds == second.feeds == ("A", "B")


def test_single_supplies_take_turns_on_the_feeds():
    built = floor()
    a = rack(built, "a")
    feeds = [built.mount(a, name, kind(power_supplies=1)).feeds for name in ("one", "two", "three")]

    assert feeds == [("A",), ("B",), ("A",)]


@pytest.mark.parametrize("full", [{"units": 1}, {"breaker": 700}], ids=["no units", "no watts"])
def test_a_full_rack_is_refused(full):
    built = floor()
    a = rack(built, "a", **full)
    built.mount(a, "one", kind())

    assert not built.fits(a, kind())
    with pytest.raises(ConflictError, match="rack a has no units or watts left for a toy"):
        built.mount(a, "two", kind())
