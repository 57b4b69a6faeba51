import pytest

from netdesign.catalog.ports import FormFactor, PortGroup, PortUse
from netdesign.errors import CatalogError
from netdesign.synthesis.draft.port_bank import PortBank, PortTable
from tests.unit.synthesis.datacenter_samples import G, downlinks, kind, uplinks


def bank(*ports):
    return PortBank(PortTable(kind("toy", *ports)))


def names(ports, speed, use, count):
    return [ports.take(speed, use).name for _ in range(count)]


def test_downlinks_are_used_before_uplinks():
    ports = bank(downlinks(2), uplinks(1, first=3))

    assert names(ports, 25 * G, PortUse.DOWNLINK, 4) == ["Ethernet1", "Ethernet2", "Ethernet3/1", "Ethernet3/2"]


def test_uplinks_are_used_first_for_uplinks_even_when_split():
    ports = bank(downlinks(2), uplinks(1, first=3))

    assert names(ports, 25 * G, PortUse.UPLINK, 5) == [
        "Ethernet3/1",
        "Ethernet3/2",
        "Ethernet3/3",
        "Ethernet3/4",
        "Ethernet1",
    ]


def test_a_cage_that_is_split_is_no_longer_whole():
    ports = bank(uplinks(2, first=1))
    ports.take(25 * G, PortUse.UPLINK)

    assert ports.take(100 * G, PortUse.UPLINK).name == "Ethernet2/1"
    assert ports.take(100 * G, PortUse.UPLINK) is None


def test_a_whole_cage_is_not_split():
    ports = bank(uplinks(1, first=1))
    ports.take(100 * G)

    assert ports.free(25 * G) == 0


def test_free_counts_lanes_unless_whole_ports_are_wanted():
    ports = bank(downlinks(3), uplinks(2, first=4))

    assert ports.free(25 * G, PortUse.DOWNLINK) == 3 + 2 * 4
    assert ports.free(25 * G, PortUse.DOWNLINK, whole=True) == 3


def test_ports_that_no_optic_fits_are_not_offered():
    odd = PortGroup("Ethernet1-4", 4, FormFactor.QSFP_DD, (10 * G, 400 * G))

    assert bank(odd).take(10 * G) is None


def test_management_traffic_keeps_to_management_ports():
    port = PortGroup("Management1", 1, FormFactor.RJ45, (G,), use=PortUse.MANAGEMENT)
    ports = bank(downlinks(2, speeds=(1, 10)), port)

    assert ports.take(G, PortUse.MANAGEMENT).name == "Management1"
    assert ports.take(G, PortUse.MANAGEMENT) is None
    assert ports.take(G).name == "Ethernet1"


def test_heartbeats_fall_back_to_data_ports():
    assert bank(downlinks(2)).take(10 * G, PortUse.HA).name == "Ethernet1"


def test_a_named_port_is_taken_once():
    ports = bank(downlinks(2))
    ports.take_named("Ethernet2")

    assert ports.take(25 * G).name == "Ethernet1"
    with pytest.raises(CatalogError, match="is taken"):
        ports.take_named("Ethernet2")
    with pytest.raises(CatalogError, match="no port 'Ethernet9'"):
        ports.take_named("Ethernet9")
