"""Device types from documents: inheritance, units, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from netdesign.catalog import documents
from netdesign.catalog.ports import Breakout, FormFactor, PoeType
from netdesign.catalog.reading import device_types, problems
from netdesign.catalog.sku import DeviceType
from netdesign.errors import CatalogError

G = 1_000_000_000


def document(**changes: Any) -> dict[str, Any]:
    """A vendor's document with one switch, some of its facts changed."""
    entry = {
        "sku": "SW-1",
        "family": "F",
        "model": "Switch one",
        "roles": ["access"],
        "rack_units": 1,
        "power_supplies": 2,
        "power_max_w": 100,
        "switching_gbps": 176,
        "forwarding_mpps": 130.95,
        "tables": {"mac": 500},
        "features": ["poe"],
        "poe_budget_w": 740,
        "ports": [
            {
                "names": "Ethernet1-2",
                "count": 2,
                "form_factor": "rj45",
                "speeds_gbps": [0.1, 1, 2.5],
                "poe": "802.3at",
            },
            {
                "names": "Ethernet3-4/1",
                "count": 2,
                "form_factor": "qsfp-dd",
                "speeds_gbps": [100, 400],
                "breakouts": ["4x100"],
                "use": "uplink",
            },
        ],
    }
    family = {
        "interface_grammar": r"Ethernet\d+(/\d)?",
        "source": "Sheet",
        "as_of": "2025-01",
        "features": ["lacp"],
        "tables": {"mac": 100, "vlan": 4094},
        "breakout": {"suffix": "/{n}", "replaces": "/1", "by_lane": True},
    }
    return {"vendor": "acme", "families": {"F": family}, "devices": [{**entry, **changes}]}


def only(content: dict[str, Any]) -> DeviceType:
    """The one device of a document."""
    (device,) = device_types(content)
    return device


def test_a_device_has_what_its_family_shares_unless_it_says_otherwise() -> None:
    device = only(document())

    assert (device.vendor, device.source, device.as_of) == ("acme", "Sheet", "2025-01")
    assert (device.tables.mac, device.tables.vlan, device.tables.arp) == (500, 4094, None)
    assert device.features == {"lacp", "poe"}
    assert only(document(source="Other sheet")).source == "Other sheet"


def test_rates_become_bits_and_packets_a_second() -> None:
    device = only(document(firewall={"l4_gbps": 10, "ngfw_gbps": 0.65, "sessions": 1000}))

    assert (device.switching_bps, device.forwarding_pps) == (176 * G, 130_950_000)
    assert device.ports[0].speeds_bps == (100_000_000, G, 2_500_000_000)
    assert device.ports[0].poe is PoeType.AT
    assert device.firewall is not None
    assert (device.firewall.l4_bps, device.firewall.ngfw_bps) == (10 * G, 650_000_000)
    assert (device.firewall.sessions, device.firewall.tls_bps) == (1000, None)


def test_lanes_are_counted_electrically_where_the_family_does() -> None:
    device = only(document())

    assert device.ports[1].breakouts == (Breakout(4, 100 * G, "/{n}", "/1", 1, 2),)
    assert device.port("Ethernet3/7") is not None
    assert device.port("Ethernet3/2") is None


def test_access_points_and_controllers_are_read() -> None:
    radio = {"generation": "wifi6", "poe_class": 4, "clients": 200, "radios": [["5", 4, 2402]]}
    device = only(document(access_point=radio, controller={"access_points": 50, "clients": 500}))

    assert device.access_point is not None
    assert device.access_point.max_phy_bps == (2_402_000_000,)
    assert device.controller is not None
    assert device.controller.clients == 500


@pytest.mark.parametrize(
    "change",
    [
        {"family": "missing"},
        {"roles": ["throne"]},
        {"ports": [{"names": "E1", "count": 1, "form_factor": "bnc", "speeds_gbps": [1]}]},
        {"ports": [{"names": "E1", "form_factor": "rj45", "speeds_gbps": [1]}]},
        {"tables": {"colour": 3}},
    ],
    ids=["family", "role", "cage", "count", "table"],
)
def test_an_entry_that_cannot_be_read_is_named(change: dict[str, Any]) -> None:
    with pytest.raises(CatalogError, match="'SW-1' of acme"):
        only(document(**change))


def port(**changes: Any) -> dict[str, Any]:
    """One run of ports."""
    return {"names": "Ethernet1-2", "count": 2, "form_factor": "sfp28", "speeds_gbps": [10, 25], **changes}


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({}, None),
        ({"ports": [port()]}, "PoE ports and PoE budget do not agree"),
        ({"ports": [port(poe="802.3at"), port()]}, "4 ports are stated, 2 have a name of their own"),
        ({"ports": [port(poe="802.3at", count=3)]}, "3 ports are stated, 2 have a name of their own"),
        ({"ports": [port(poe="802.3at", names="eth1-2")]}, "names outside the grammar: eth1, eth2"),
        ({"ports": [port(poe="802.3at", speeds_gbps=[25, 10])]}, "speeds of Ethernet1-2 do not ascend"),
        ({"ports": [port(poe="802.3at", breakouts=["4x25"])]}, "Ethernet1-2 split 4x exceeds its speed"),
        ({"poe_budget_one_supply_w": 800}, "one supply feeds more than all"),
        ({"power_max_w": 0}, "power or supplies are not positive"),
        ({"power_supplies": 0}, "power or supplies are not positive"),
        ({"power_typical_w": 150}, "typical power exceeds the largest"),
    ],
)
def test_contradictions_are_found(change: dict[str, Any], problem: str | None) -> None:
    found = problems(only(document(**change)))

    assert (problem in found) if problem else found == ()


def test_a_single_run_expands_as_its_form_factor_says() -> None:
    assert only(document()).ports[1].form_factor is FormFactor.QSFP_DD


def test_a_data_file_that_is_missing_or_broken_is_named() -> None:
    with pytest.raises(CatalogError, match=r"no data file 'nothing\.json'"):
        documents.content("nothing.json")
    with pytest.raises(CatalogError, match=r"'x\.json' is not JSON"):
        documents.decoded("x.json", b"{")
    with pytest.raises(CatalogError, match=r"'x\.json' is not a JSON object"):
        documents.decoded("x.json", b"[]")
