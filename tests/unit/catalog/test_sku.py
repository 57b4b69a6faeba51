"""Questions that a device type answers about itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netdesign.catalog import assumptions
from netdesign.catalog.ports import Breakout, FormFactor, PortGroup, PortUse
from netdesign.catalog.sku import AccessPointFacts, ControllerFacts, DeviceType, FirewallRates, Radio, Tables
from netdesign.model.vocabulary import Role

G = 1_000_000_000
LEAF = DeviceType(
    sku="LEAF-1",
    vendor="acme",
    model="Leaf one",
    roles=frozenset({Role.LEAF}),
    ports=(
        PortGroup("Ethernet1/1-48", 48, FormFactor.SFP28, (10 * G, 25 * G), use=PortUse.DOWNLINK),
        PortGroup(
            "Ethernet1/49-56", 8, FormFactor.QSFP28, (40 * G, 100 * G), (Breakout(4, 25 * G),), use=PortUse.UPLINK
        ),
        PortGroup("mgmt0", 1, FormFactor.RJ45, (G,), use=PortUse.MANAGEMENT),
    ),
    power_max_w=500,
    power_supplies=2,
    rack_units=1,
    interface_grammar=r"Ethernet1/\d+(/\d)?|mgmt0",
    source="Acme leaf sheet",
    as_of="2025-01",
)


def test_ports_and_lanes_are_found_by_name() -> None:
    port, lane = LEAF.port("Ethernet1/49"), LEAF.port("Ethernet1/49/3")

    assert port is not None
    assert port.speeds_bps == (40 * G, 100 * G)
    assert lane is not None
    assert (lane.cage, lane.speeds_bps) == ("Ethernet1/49", (25 * G,))
    assert LEAF.port("eth99") is None
    assert LEAF.port("Ethernet1/1/1") is None


def test_port_names_keep_the_order_of_the_groups() -> None:
    assert LEAF.port_names[:2] == ("Ethernet1/1", "Ethernet1/2")
    assert LEAF.port_names[-1] == "mgmt0"
    assert len(LEAF.all_ports()) == 57


def test_data_ports_leave_out_management_and_other_speeds() -> None:
    assert len(LEAF.data_ports()) == 56
    assert {port.form_factor for port in LEAF.data_ports(speed_bps=100 * G)} == {FormFactor.QSFP28}
    assert len(LEAF.data_ports(form_factor=FormFactor.SFP28)) == 48


@pytest.mark.parametrize(("speed", "links"), [(25, 48 + 32), (100, 8), (10, 48), (1, 0)])
def test_usable_ports_count_links_after_splitting(speed: int, links: int) -> None:
    assert LEAF.usable_ports(speed * G) == links


def test_capacity_sums_data_ports_in_one_direction() -> None:
    assert LEAF.port_capacity_bps == (48 * 25 + 8 * 100) * G
    assert LEAF.max_port_speed_bps == 100 * G
    assert replace(LEAF, ports=LEAF.ports[2:]).max_port_speed_bps == 0


def test_a_stated_fact_is_not_assumed() -> None:
    stated = replace(
        LEAF, price_usd=9000, mtbf_h=250_000, power_typical_w=210, licence_usd_per_year=400, tables=Tables(mac=1000)
    )

    assert stated.priced() == (9000, False)
    assert stated.mtbf() == (250_000, False)
    assert stated.typical_power() == (210, False)
    assert stated.licence() == (400, False)
    assert stated.table("mac") == (1000, False)


def test_an_unknown_fact_is_assumed_by_role_and_size() -> None:
    model = assumptions.default_assumptions().prices["leaf"]

    assert LEAF.priced() == (round((model.base_usd + model.usd_per_gbps * 2000) / 100) * 100, True)
    assert LEAF.mtbf() == (300_000, True)
    assert LEAF.typical_power() == (300, True)
    assert LEAF.licence() == (round(LEAF.priced()[0] * 0.05), True)
    assert LEAF.table("mac") == (96_000, True)


def test_a_table_without_a_default_is_unknown() -> None:
    console = replace(LEAF, roles=frozenset({Role.CONSOLE_SERVER}))

    assert console.table("mac") == (None, True)


def test_a_firewall_is_priced_by_what_it_inspects() -> None:
    small = replace(LEAF, roles=frozenset({Role.FIREWALL}), firewall=FirewallRates(ngfw_bps=G))
    large = replace(small, firewall=FirewallRates(ngfw_bps=10 * G))

    assert large.priced()[0] - small.priced()[0] == 9 * 2400
    assert small.mtbf() == (120_000, True)


def test_a_controller_is_priced_by_what_it_serves() -> None:
    served = replace(LEAF, roles=frozenset({Role.WIRELESS_CONTROLLER}), controller=ControllerFacts(1000, 20_000))

    assert served.priced() == (10_500, True)


def test_an_access_point_lists_the_rate_of_each_radio() -> None:
    facts = AccessPointFacts((Radio("5", 4, 2402_000_000), Radio("6", 4, 4804_000_000)), "wifi6e", 5)

    assert facts.max_phy_bps == (2402_000_000, 4804_000_000)


def test_part_numbers_make_device_types_fit_for_sets() -> None:
    assert len({LEAF, replace(LEAF, model="Leaf one again")}) == 2
    assert hash(LEAF) == hash(replace(LEAF))
    assert replace(LEAF) == LEAF
