"""SEC-06: devices that log in alone, servers out of reach and open edge ports are found."""

from __future__ import annotations

import pytest

from netdesign.model.patch import Add, Operation, Remove, Set, apply
from netdesign.model.security import IpProtocol, Service, WirelessNetwork
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import InterfaceKind, Redundancy, Role, SecurityLevel
from netdesign.rules.security.sec_06_authentication import authentication
from tests.support.sketch import case, device, interface
from tests.support.stronghold import messages, permit, stronghold, survivors, verdict


def test_reached_servers_and_a_closed_edge_pass() -> None:
    judged = verdict(authentication, stronghold())

    assert judged.status is Status.PASS
    assert [(m.name, m.value, m.threshold) for m in judged.measures] == [
        ("authentication_servers", 2, 2),
        ("least_servers_that_a_device_reaches", 2, 2),
        ("edge_ports_with_802.1x_share", 1.0, 0.95),
    ]


def test_no_mutant_survives() -> None:
    assert survivors(authentication, stronghold()) == []


def test_too_few_servers() -> None:
    found = messages(authentication, stronghold(Remove("service_instances", "aaa2")))

    assert found[0] == "1 authentication servers; the security level asks for 2"
    assert found[1].startswith("6 managed devices get to 1 of the 2 authentication servers needed: fw1, fw2, core1")


def test_servers_at_one_of_two_sites_at_high_redundancy() -> None:
    far = Add("devices", device("far", Role.ACCESS_POINT, site="b1", management_profile="managed"))

    assert messages(authentication, stronghold(far, redundancy=Redundancy.HIGH)) == [
        "all authentication servers stand at dc1, one of 2 sites"
    ]
    assert messages(authentication, stronghold(far)) == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param(
            [Set("management_profiles", "managed", {"central_login": False})],
            "6 managed devices log in locally only: fw1, fw2, core1, core2, edge1, edge2",
            id="local login",
        ),
        pytest.param(
            [Set("devices", "edge1", {"management_profile": None})],
            "1 managed devices log in locally only: edge1",
            id="no profile",
        ),
        pytest.param(
            [Set("management_profiles", "managed", {"multifactor": False})],
            "6 managed devices let administrators in without a second factor: fw1, fw2, core1, core2, edge1, edge2",
            id="one factor",
        ),
        pytest.param(
            [Set("interfaces", "edge1:management-svi", {"enabled": False})],
            "1 managed devices get to 0 of the 2 authentication servers needed: edge1",
            id="no management address",
        ),
        pytest.param(
            [Set("management_profiles", "managed", {"vrf": "gone"})],
            "6 managed devices get to 0 of the 2 authentication servers needed: fw1, fw2, core1, core2, edge1, edge2",
            id="a VRF that no device has",
        ),
        pytest.param(
            [Set("service_instances", f"aaa{n}", {"address": "10.0.9.1"}) for n in (1, 2)],
            "6 managed devices get to 0 of the 2 authentication servers needed: fw1, fw2, core1, core2, edge1, edge2",
            id="addresses outside their subnet",
        ),
        pytest.param(
            [Set("service_instances", f"aaa{n}", {"address": "fd00::1"}) for n in (1, 2)],
            "6 managed devices get to 0 of the 2 authentication servers needed: fw1, fw2, core1, core2, edge1, edge2",
            id="addresses of the other family",
        ),
        pytest.param(
            [Set("service_instances", f"aaa{n}", {"address": "nonsense"}) for n in (1, 2)],
            "6 managed devices get to 0 of the 2 authentication servers needed: fw1, fw2, core1, core2, edge1, edge2",
            id="addresses that are none",
        ),
    ],
)
def test_devices_that_do_not_get_to_servers(changes: list[Set], message: str) -> None:
    assert messages(authentication, stronghold(*changes)) == [message]


def test_servers_on_dead_switches_are_out_of_reach() -> None:
    found = messages(authentication, stronghold(*(Set("devices", f"core{n}", {"in_service": False}) for n in (1, 2))))

    assert any("get to 0 of the 2" in text for text in found)


def _moved() -> list[Set]:
    """AAA moved into the server zone, so that devices in management have to pass the firewalls."""
    return [
        Set("service_instances", f"aaa{n}", {"zone": "server", "subnet": "server", "address": f"10.0.3.{100 + n}"})
        for n in (1, 2)
    ]


def _login(transport: str, port: int, protocol: str = "tcp") -> list[Operation]:
    service = Service(name="login", protocol=IpProtocol(protocol), first_port=port, last_port=port)
    rule = permit("login", 5, "management", "server", service, sources=("10.0.4.0/24",), destinations=("10.0.3.0/24",))
    transports = [Set("service_instances", f"aaa{n}", {"transport": transport}) for n in (1, 2)]
    return [Add("policy_rules", rule), *transports]


@pytest.mark.parametrize(
    ("transport", "port", "protocol", "reached"),
    [
        ("tcp", 49, "tcp", True),
        ("tls", 2083, "tcp", True),
        ("udp", 1812, "udp", True),
        ("udp", 49, "tcp", False),
        ("pigeon", 49, "tcp", True),
    ],
)
def test_the_firewall_has_to_permit_logins(transport: str, port: int, protocol: str, reached: bool) -> None:
    made = stronghold(*_moved(), *_login(transport, port, protocol))
    found = [text for text in messages(authentication, made) if "servers needed" in text]

    assert (found == []) is reached


def test_one_firewall_alone_on_the_way_is_not_enough() -> None:
    lone = [Set("policies", "inner", {"devices": ("fw1",)}), Set("devices", "fw2", {"in_service": False})]
    found = messages(authentication, stronghold(*_moved(), *_login("tcp", 49), *lone))

    assert (
        "4 managed devices get to no authentication server once a firewall has failed: core1, core2, edge1, edge2"
        in found
    )


def test_access_points_are_spoken_for_by_their_controller() -> None:
    there = Add("devices", device("ap", Role.ACCESS_POINT, management_profile="managed"))

    assert messages(authentication, stronghold(there)) == []


def test_a_profile_without_a_vrf_takes_any_address() -> None:
    made = stronghold(
        Set("management_profiles", "managed", {"vrf": None}),
        Add(
            "interfaces",
            interface("edge1", "lo", kind=InterfaceKind.LOOPBACK, vrf="default", addresses=("10.8.0.1/32",)),
        ),
    )

    assert verdict(authentication, made).status is Status.PASS


def test_open_edge_ports() -> None:
    found = messages(authentication, stronghold(Set("port_profiles", "desk", {"dot1x": False, "mac_bypass": True})))

    assert found == [
        "0 of 100 edge ports use 802.1X (0.0%); the level asks for 95.0%; profiles without it: desk",
        "100.0% of edge ports know endpoints by MAC address alone; 10.0% may",
    ]


def test_ports_without_a_known_profile_are_open() -> None:
    found = messages(authentication, stronghold(Remove("port_profiles", "desk")))

    assert found == ["0 of 100 edge ports use 802.1X (0.0%); the level asks for 95.0%; profiles without it: desk"]


def test_corporate_wlans_authenticate() -> None:
    shared = WirelessNetwork(id="old", ssid="old", zone="user", vlans=("user",), security="wpa3-personal")
    guests = WirelessNetwork(id="guests", ssid="guests", zone="dmz", vlans=("dmz",), security="owe")
    made = stronghold(Add("wireless_networks", shared), Add("wireless_networks", guests))

    assert messages(authentication, made) == ["corporate WLANs without 802.1X: old"]


def test_basic_is_left_alone() -> None:
    assert verdict(authentication, stronghold(security_level=SecurityLevel.BASIC)).status is Status.NOT_APPLICABLE


def test_mutants_need_profiles_and_edge_ports() -> None:
    bare = case(stronghold(Remove("management_profiles", "managed"), Remove("attachments", "staff-core1")))

    titles = [mutant.title for mutant in authentication.mutants if mutant.mutate(bare) is not None]
    assert titles == ["believe any authentication server"]


def test_servers_prove_who_they_are() -> None:
    broken = stronghold(Set("service_instances", "aaa2", {"authenticated": False}))
    (finding,) = verdict(authentication, broken).findings

    assert finding.message == "authentication servers that do not prove who they are: aaa2"
    patches = [fix.propose(case(broken), finding) for fix in authentication.fixes]
    assert messages(authentication, apply(broken, next(patch for patch in patches if patch))) == []
