"""The catalogue as it ships: consistent, and broad enough for every segment of a network."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from netdesign.catalog import documents
from netdesign.catalog.ports import PoeType, PortUse
from netdesign.catalog.reading import problems
from netdesign.catalog.selection import Catalog, default_catalog
from netdesign.catalog.sku import DATA_USES, DeviceType
from netdesign.catalog.vendors import vendor_slug
from netdesign.errors import CatalogError
from netdesign.model.vocabulary import Role

G = 1_000_000_000
CATALOG = default_catalog()


@pytest.mark.parametrize("device", CATALOG.devices(), ids=lambda device: device.sku)
def test_every_device_is_consistent_and_sourced(device: DeviceType) -> None:
    assert problems(device) == ()
    assert device.roles
    assert device.source
    assert re.fullmatch(r"\d{4}-\d{2}(-\d{2})?", device.as_of)
    assert vendor_slug(device.vendor) == device.vendor
    assert device.rack_units >= (0 if Role.ACCESS_POINT in device.roles else 1)
    assert 0 < device.priced()[0] < 1_000_000
    assert device.switching_bps is None or device.switching_bps > device.max_port_speed_bps


@pytest.mark.parametrize("device", CATALOG.devices(Role.FIREWALL), ids=lambda device: device.sku)
def test_every_firewall_states_what_it_inspects(device: DeviceType) -> None:
    assert device.firewall is not None
    assert device.firewall.ngfw_bps
    assert device.firewall.sessions
    assert {"ips", "ha_active_standby"} <= device.features
    assert device.firewall.l4_bps is None or device.firewall.l4_bps >= device.firewall.ngfw_bps


def test_what_serves_radio_states_its_facts() -> None:
    assert all(device.access_point for device in CATALOG.devices(Role.ACCESS_POINT))
    assert all(device.controller for device in CATALOG.devices(Role.WIRELESS_CONTROLLER))


def count(device: DeviceType, *speeds: int, use: PortUse | None = None, poe: tuple[PoeType, ...] = ()) -> int:
    """Data ports that run unbroken at one of these speeds (Gbit/s), of a use, with a PoE type."""
    return sum(
        group.count
        for group in device.ports
        if group.use in DATA_USES
        and (use is None or group.use is use)
        and any(speed * G in group.speeds_bps for speed in speeds)
        and (not poe or group.poe in poe)
    )


UP, DOWN = PortUse.UPLINK, PortUse.DOWNLINK
AT, BT = (PoeType.AT, PoeType.BT3, PoeType.BT4), (PoeType.BT3, PoeType.BT4)
SEGMENTS: dict[str, tuple[Role, Callable[[DeviceType], bool], set[str]]] = {
    "leaf 48x25G, 6x100G or more": (
        Role.LEAF,
        lambda d: count(d, 25, use=DOWN) >= 48 and count(d, 100, use=UP) >= 6,
        {"arista", "cisco", "juniper", "nokia", "dell", "nvidia", "hpe-aruba"},
    ),
    "leaf 48x25G, 8x100G or more": (
        Role.LEAF,
        lambda d: count(d, 25, use=DOWN) >= 48 and count(d, 100, use=UP) >= 8,
        {"arista", "cisco", "juniper", "nokia", "dell", "nvidia", "hpe-aruba"},
    ),
    "leaf with 10G copper": (
        Role.LEAF,
        lambda d: count(d, 10, use=DOWN) >= 48 and count(d, 100, use=UP) >= 4,
        {"arista", "cisco", "juniper", "hpe-aruba"},
    ),
    "lossless leaf, 64x400G": (
        Role.LEAF,
        lambda d: d.usable_ports(400 * G) >= 32 and "rdma" in d.features,
        {"arista", "cisco", "juniper", "nvidia", "nokia", "hpe-aruba"},
    ),
    "border leaf": (
        Role.BORDER_LEAF,
        lambda d: count(d, 100) >= 6 and {"evpn", "vxlan"} <= d.features,
        {"arista", "cisco", "juniper", "nokia", "dell", "hpe-aruba"},
    ),
    "spine 32x100G": (
        Role.SPINE,
        lambda d: d.usable_ports(100 * G) >= 32,
        {"arista", "cisco", "juniper", "nokia", "dell", "nvidia", "hpe-aruba"},
    ),
    "spine 64x100G": (
        Role.SPINE,
        lambda d: d.usable_ports(100 * G) >= 64,
        {"arista", "cisco", "juniper", "nokia", "dell", "nvidia", "hpe-aruba"},
    ),
    "spine 96x100G": (
        Role.SPINE,
        lambda d: d.usable_ports(100 * G) >= 96,
        {"arista", "cisco", "juniper", "nokia", "dell", "nvidia", "hpe-aruba"},
    ),
    "spine 32x400G": (
        Role.SPINE,
        lambda d: d.usable_ports(400 * G) >= 32,
        {"arista", "cisco", "juniper", "nokia", "dell", "nvidia", "hpe-aruba"},
    ),
    "super-spine 64x400G": (
        Role.SUPER_SPINE,
        lambda d: d.usable_ports(400 * G) >= 64,
        {"arista", "cisco", "juniper", "nokia", "dell", "nvidia"},
    ),
    "super-spine 128x100G": (
        Role.SUPER_SPINE,
        lambda d: d.usable_ports(100 * G) >= 128,
        {"arista", "cisco", "juniper", "nokia", "dell", "nvidia", "hpe-aruba"},
    ),
    "access 48 PoE+, 4x10G": (
        Role.ACCESS,
        lambda d: count(d, 1, use=DOWN, poe=AT) >= 48 and count(d, 10, use=UP) >= 4,
        {"cisco", "hpe-aruba", "juniper", "arista", "fortinet", "extreme"},
    ),
    "access 48 multigigabit 60 W": (
        Role.ACCESS,
        lambda d: count(d, 1, use=DOWN, poe=BT) >= 48 and count(d, 2.5, use=DOWN, poe=BT) >= 16,  # type: ignore[arg-type]
        {"cisco", "hpe-aruba", "juniper"},
    ),
    "access with 2x25G": (
        Role.ACCESS,
        lambda d: count(d, 1, use=DOWN, poe=AT) >= 24 and count(d, 25, use=UP) >= 2,
        {"cisco", "hpe-aruba", "juniper", "arista"},
    ),
    "distribution 24x10G, 2x100G": (
        Role.DISTRIBUTION,
        lambda d: count(d, 10) >= 24 and count(d, 100) >= 2,
        {"cisco", "hpe-aruba", "juniper", "arista", "dell", "fortinet"},
    ),
    "distribution 48x25G, 4x100G": (
        Role.DISTRIBUTION,
        lambda d: count(d, 25) >= 48 and count(d, 100) >= 4,
        {"cisco", "hpe-aruba", "juniper", "arista", "dell"},
    ),
    "core 32x100G": (
        Role.CORE,
        lambda d: d.usable_ports(100 * G) >= 32,
        {"cisco", "hpe-aruba", "juniper", "arista", "dell", "fortinet"},
    ),
    "internet edge 8x10G": (
        Role.INTERNET_EDGE,
        lambda d: d.usable_ports(10 * G) >= 8,
        {"cisco", "juniper", "arista", "hpe-aruba"},
    ),
    "internet edge 2x100G": (
        Role.INTERNET_EDGE,
        lambda d: count(d, 100) >= 2,
        {"cisco", "juniper", "arista", "hpe-aruba"},
    ),
    "WAN edge": (Role.WAN_EDGE, lambda d: count(d, 1) >= 4, {"cisco", "juniper", "hpe-aruba", "fortinet"}),
    "Wi-Fi 6 access point": (
        Role.ACCESS_POINT,
        lambda d: d.access_point is not None and d.access_point.generation == "wifi6",
        {"cisco", "hpe-aruba", "juniper", "ruckus", "extreme", "fortinet", "ubiquiti"},
    ),
    "Wi-Fi 6E access point": (
        Role.ACCESS_POINT,
        lambda d: d.access_point is not None and d.access_point.generation == "wifi6e",
        {"cisco", "hpe-aruba", "juniper", "ruckus", "extreme"},
    ),
    "Wi-Fi 7 access point": (
        Role.ACCESS_POINT,
        lambda d: d.access_point is not None and d.access_point.generation == "wifi7",
        {"cisco", "hpe-aruba", "juniper", "ruckus"},
    ),
    "wireless controller, 2,000 access points": (
        Role.WIRELESS_CONTROLLER,
        lambda d: d.controller is not None and d.controller.access_points >= 2000,
        {"cisco", "hpe-aruba", "ruckus"},
    ),
    "management switch": (
        Role.MANAGEMENT_SWITCH,
        lambda d: count(d, 1, use=DOWN) >= 48 and count(d, 10, use=UP) + count(d, 100, use=UP) >= 4,
        {"arista", "cisco", "juniper", "nokia", "dell", "nvidia", "hpe-aruba"},
    ),
    "console server": (Role.CONSOLE_SERVER, lambda d: True, {"opengear", "vertiv", "lantronix"}),
    "load balancer": (Role.LOAD_BALANCER, lambda d: count(d, 10) >= 4, {"f5", "a10", "netscaler"}),
    "firewall 1 Gbit/s": (Role.FIREWALL, lambda d: inspects(d, 1, 5), {"fortinet", "palo-alto", "cisco", "juniper"}),
    "firewall 3 Gbit/s": (Role.FIREWALL, lambda d: inspects(d, 3, 9), {"fortinet", "palo-alto", "cisco", "juniper"}),
    "firewall 10 Gbit/s": (
        Role.FIREWALL,
        lambda d: inspects(d, 10, 25),
        {"fortinet", "palo-alto", "cisco", "juniper"},
    ),
    "firewall 30 Gbit/s": (
        Role.FIREWALL,
        lambda d: inspects(d, 30, 59),
        {"fortinet", "palo-alto", "cisco", "juniper", "check-point"},
    ),
    "firewall 60 Gbit/s": (Role.FIREWALL, lambda d: inspects(d, 60, 99), {"fortinet", "palo-alto", "cisco"}),
    "firewall 100 Gbit/s": (Role.FIREWALL, lambda d: inspects(d, 100, 999), {"fortinet", "cisco"}),
}


def inspects(device: DeviceType, least: float, most: float) -> bool:
    """Whether the inspected rate lies between two bounds in Gbit/s."""
    rate = device.firewall.ngfw_bps if device.firewall else None
    return rate is not None and least * G <= rate <= most * G


@pytest.mark.parametrize("segment", SEGMENTS)
def test_each_segment_has_something_from_each_vendor(segment: str) -> None:
    role, fits, vendors = SEGMENTS[segment]
    offering = {device.vendor for device in CATALOG.devices(role) if fits(device)}

    assert vendors <= offering


def test_the_catalogue_is_as_large_as_it_says() -> None:
    assert len(CATALOG) >= 200
    assert len(CATALOG.vendors()) == 20
    assert all(len(CATALOG.vendors(role)) >= 3 for role in Role if role is not Role.PROVIDER)


def test_devices_are_found_by_part_number() -> None:
    assert CATALOG.device("N9K-C93180YC-FX3").model == "Nexus 93180YC-FX3"
    assert "N9K-C93180YC-FX3" in CATALOG
    assert "N9K" not in CATALOG
    with pytest.raises(CatalogError, match="no device 'N9K'"):
        CATALOG.device("N9K")


def test_selection_honours_role_vendor_and_feature() -> None:
    found = CATALOG.devices("leaf", vendors=["Arista Networks", "Mellanox"], features=["evpn", "mlag"])

    assert {device.vendor for device in found} == {"arista", "nvidia"}
    assert all(Role.LEAF in device.roles for device in found)
    assert [device.sku for device in found] == sorted(device.sku for device in found)


def test_excluded_vendors_are_left_out_and_unknown_ones_match_nothing() -> None:
    assert "cisco" not in {device.vendor for device in CATALOG.devices("access", excluded=["Cisco Systems, Inc."])}
    assert CATALOG.devices("access", vendors=["Nobody"]) == ()
    assert CATALOG.devices("access", excluded=["Nobody"]) == CATALOG.devices("access")
    assert len(CATALOG.devices()) == len(CATALOG)


def test_physical_layers_and_circuits_are_found_by_name() -> None:
    assert CATALOG.phy("10GBASE-SR").speed_bps == 10 * G
    assert CATALOG.circuit("dia").public
    with pytest.raises(CatalogError, match="no physical layer '10GBASE-XX'"):
        CATALOG.phy("10GBASE-XX")


def test_two_devices_of_one_part_number_are_refused() -> None:
    device = CATALOG.devices()[0]

    with pytest.raises(CatalogError, match="two devices"):
        Catalog([device, device], "1")


def test_the_version_is_a_digest_of_the_data() -> None:
    assert re.fullmatch(r"[0-9a-f]{16}", CATALOG.version)
    assert CATALOG.version == documents.version()
    assert default_catalog() is CATALOG


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Cisco", "cisco"),
        ("Cisco Systems, Inc.", "cisco"),
        ("Palo Alto Networks", "palo-alto"),
        ("PALO_ALTO", "palo-alto"),
        ("HPE Aruba", "hpe-aruba"),
        ("aruba networks", "hpe-aruba"),
        ("Checkpoint", "check-point"),
        ("Mellanox", "nvidia"),
        ("Juniper Networks Inc", "juniper"),
        ("Nobody", None),
        ("", None),
    ],
)
def test_vendors_are_known_by_usual_spellings(text: str, slug: str | None) -> None:
    assert vendor_slug(text) == slug
