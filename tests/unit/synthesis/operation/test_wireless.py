import pytest

from netdesign.catalog.parameters import default_parameters
from netdesign.model.vocabulary import Role, SecurityLevel
from netdesign.synthesis.needs.zones import GUEST, USER
from netdesign.synthesis.operation.wireless import wireless_networks, wireless_security
from tests.unit.synthesis.campus_samples import asked, design

SECURITY = default_parameters().security


@pytest.mark.parametrize(
    ("zone", "level", "security"),
    [
        (GUEST, SecurityLevel.GOVERNMENT, "owe"),
        (USER, SecurityLevel.BASIC, "wpa3-personal"),
        (USER, SecurityLevel.CORPORATE, "wpa3-enterprise"),
        (USER, SecurityLevel.CRITICAL_INFRASTRUCTURE, "wpa3-enterprise"),
    ],
)
def test_security_by_zone_and_level(zone, level, security):
    assert wireless_security(zone, level, SECURITY[level]) == security


def test_guests_cannot_see_each_other():
    vlans = {USER: ("w1",), GUEST: ("g1",)}
    guest, staff = wireless_networks("s", vlans, SecurityLevel.ENTERPRISE, SECURITY["enterprise"])

    assert (guest.ssid, guest.client_isolation, guest.vlans) == ("guest", True, ("g1",))
    assert (staff.ssid, staff.client_isolation, staff.vlans) == ("staff", False, ("w1",))
    assert staff.protected_management_frames


def test_a_zone_without_vlans_has_no_network():
    assert wireless_networks("s", {USER: ()}, SecurityLevel.BASIC, SECURITY["basic"]) == ()


def test_few_access_points_manage_themselves_and_many_have_two_controllers():
    few = design(asked({"users": 20, "area_m2": 300, "closets": 1, "endpoints": 2}))
    many = design(asked())

    def count(made, role):
        return sum(device.role is role for device in made.inventory.devices)

    assert 0 < count(few, Role.ACCESS_POINT) <= 8
    assert count(few, Role.WIRELESS_CONTROLLER) == 0
    assert count(many, Role.ACCESS_POINT) > 8
    assert count(many, Role.WIRELESS_CONTROLLER) == 2


def test_without_wireless_there_is_none():
    made = design(asked(requires_wireless=False))

    assert made.security.wireless_networks == ()
    assert not any(device.role is Role.ACCESS_POINT for device in made.inventory.devices)
