"""SEC-04: zones that share what should be their own are found."""

from __future__ import annotations

import pytest

from netdesign.model.inventory import EndpointGroup, EndpointKind
from netdesign.model.patch import Add, Operation, Remove, Set
from netdesign.model.security import Action, IpProtocol, Policy, PolicyRule, Service, WirelessNetwork
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import DataClass, Exposure, SecurityLevel, Severity
from netdesign.rules.security.sec_04_segmentation import network_segmentation
from tests.support.sketch import case
from tests.support.stronghold import messages, permit, stronghold, survivors, verdict


def test_zones_with_networks_of_their_own_pass() -> None:
    judged = verdict(network_segmentation, stronghold())

    assert judged.status is Status.PASS
    assert [(m.name, m.value, m.threshold) for m in judged.measures] == [("zones", 5, 5)]


def test_no_mutant_survives() -> None:
    nowhere = "let the table of a trust domain at a provider learn the way to the others"
    assert survivors(network_segmentation, stronghold()) == [nowhere]
    basic = stronghold(security_level=SecurityLevel.BASIC, data_classes=(DataClass.PII,))
    assert survivors(network_segmentation, basic) == ["permit anything between two zones", nowhere]


@pytest.mark.parametrize(
    ("change", "facts"),
    [
        pytest.param(Set("subnets", "user", {"zone": "server"}), ["server", "staff", "user", "vrf-user"], id="subnet"),
        pytest.param(Set("vlans", "user", {"vrf": "vrf-server"}), ["user", "vrf-server", "server"], id="VRF of a VLAN"),
        pytest.param(Set("subnets", "user", {"vrf": "vrf-server"}), ["vrf-server", "server"], id="VRF of a subnet"),
        pytest.param(Set("endpoint_groups", "staff", {"vlans": ("dmz",)}), ["dmz", "web", "staff"], id="endpoints"),
        pytest.param(
            Set("service_instances", "aaa1", {"zone": "user"}), ["management", "services", "aaa1"], id="service"
        ),
        pytest.param(
            Set("interfaces", "fw1:dmz-transit-svi", {"zone": "user"}), ["fw1:dmz-transit-svi"], id="firewall"
        ),
    ],
)
def test_a_segment_of_two_zones_is_found(change: Set, facts: list[str]) -> None:
    found = [f for f in verdict(network_segmentation, stronghold(change)).findings if "one segment" in f.message]

    assert len(found) == 1
    assert set(facts) <= set(found[0].elements)


def test_a_wireless_network_on_a_foreign_vlan_is_found() -> None:
    guest = WirelessNetwork(id="guests", ssid="guests", zone="dmz", vlans=("user", "gone"), security="owe")
    found = messages(network_segmentation, stronghold(Add("wireless_networks", guest)))

    assert any(text.startswith("one segment lies in zones dmz, user") and "guests" in text for text in found)


def test_zones_in_one_vrf_are_joined_unless_an_access_list_filters() -> None:
    moved = Set("interfaces", "core1:dmz-svi", {"vrf": "vrf-server"})
    assert messages(network_segmentation, stronghold(moved)) == [
        "Dmz and Server are joined without a filter, by core2 > dmz > core1"
    ]

    denial = PolicyRule(id="acl-rest", policy="acl", order=1, action=Action.DENY, log=True)
    acl: list[Operation] = [
        Add("policies", Policy(id="acl", name="acl", devices=())),
        Set("interfaces", "core1:dmz-svi", {"access_list": "acl"}),
    ]
    assert messages(network_segmentation, stronghold(moved, *acl, Add("policy_rules", denial))) == []
    assert messages(network_segmentation, stronghold(moved, *acl)) != []
    everything = Add("policy_rules", PolicyRule(id="acl-all", policy="acl", order=1, action=Action.PERMIT))
    open_acl: list[Operation] = [*acl, everything, Set("policies", "acl", {"default_action": Action.PERMIT})]
    assert messages(network_segmentation, stronghold(moved, *open_acl)) != []


@pytest.mark.parametrize(
    ("kind", "zone", "message"),
    [
        (EndpointKind.PHONE, "user", "zone user is shared by users, voice"),
        (EndpointKind.CAMERA, "server", "zone server is shared by devices, servers"),
        (EndpointKind.STORAGE, "user", "zone user is shared by servers, users"),
        (EndpointKind.USER, "management", "zone management is shared by users and management"),
    ],
)
def test_populations_that_share_a_zone_are_found(kind: EndpointKind, zone: str, message: str) -> None:
    group = EndpointGroup(id="more", name="more", site="dc1", kind=kind, count=5, zone=zone, vlans=(zone,))

    assert messages(network_segmentation, stronghold(Add("endpoint_groups", group))) == [message]


def test_guests_among_users_are_found() -> None:
    guest = WirelessNetwork(id="guests", ssid="guests", zone="user", vlans=("user",), security="open")

    assert messages(network_segmentation, stronghold(Add("wireless_networks", guest))) == [
        "zone user is shared by guests, users"
    ]


def test_printers_may_stand_anywhere() -> None:
    group = EndpointGroup(
        id="more", name="more", site="dc1", kind=EndpointKind.PRINTER, count=5, zone="user", vlans=("user",)
    )

    assert messages(network_segmentation, stronghold(Add("endpoint_groups", group))) == []


def test_management_needs_a_zone_from_enterprise_on() -> None:
    plain = Set("zones", "management", {"exposure": Exposure.INTERNAL})

    assert messages(network_segmentation, stronghold(plain)) == ["no zone is set apart for management"]
    assert messages(network_segmentation, stronghold(plain, security_level=SecurityLevel.CORPORATE)) == []


def test_too_few_zones_are_counted_where_they_lie() -> None:
    assert messages(network_segmentation, stronghold(security_level=SecurityLevel.GOVERNMENT)) == [
        "the network has 5 zones; the security level asks for 6"
    ]


@pytest.mark.parametrize(
    ("services", "found"),
    [
        pytest.param((), True, id="any service"),
        pytest.param((Service(name="tcp", protocol=IpProtocol.TCP),), True, id="all of TCP"),
        pytest.param((Service(name="udp", protocol=IpProtocol.UDP, first_port=1024),), True, id="most of UDP"),
        pytest.param(
            (
                Service(name="low", protocol=IpProtocol.TCP, last_port=20000),
                Service(name="high", protocol=IpProtocol.TCP, first_port=19000, last_port=40000),
            ),
            True,
            id="half of TCP in overlapping pieces",
        ),
        pytest.param(
            (Service(name="rtp", protocol=IpProtocol.UDP, first_port=16384, last_port=32767),), False, id="media"
        ),
        pytest.param((Service(name="icmp", protocol=IpProtocol.ICMP),), False, id="diagnosis"),
        pytest.param((Service(name="back", protocol=IpProtocol.TCP, first_port=9, last_port=1),), False, id="reversed"),
    ],
)
def test_a_permit_of_any_service_is_found(services: tuple[Service, ...], found: bool) -> None:
    rule = permit(
        "wide", 6, "user", "management", services[0] if services else Service(name="x", protocol=IpProtocol.TCP)
    )
    texts = messages(
        network_segmentation, stronghold(Add("policy_rules", rule), Set("policy_rules", "wide", {"services": services}))
    )

    assert [text.split(" of a ")[0][:14] for text in texts] == (["inner permits "] if found else [])


def test_card_data_makes_it_critical() -> None:
    moved = Set("interfaces", "core1:dmz-svi", {"vrf": "vrf-server"})

    assert verdict(network_segmentation, stronghold(moved)).severity is Severity.ERROR
    assert verdict(network_segmentation, stronghold(moved, data_classes=(DataClass.CHD,))).severity is Severity.CRITICAL
    held = Set("zones", "server", {"data_classes": (DataClass.EPHI,)})
    assert verdict(network_segmentation, stronghold(moved, held)).severity is Severity.CRITICAL


def test_basic_without_sensitive_data_is_left_alone() -> None:
    assert verdict(network_segmentation, stronghold(security_level=SecurityLevel.BASIC)).status is Status.NOT_APPLICABLE
    held = stronghold(Set("zones", "server", {"data_classes": (DataClass.PII,)}), security_level=SecurityLevel.BASIC)
    assert verdict(network_segmentation, held).status is Status.PASS


def test_mutants_do_not_apply_where_there_is_nothing_to_mix() -> None:
    groups = [Remove("endpoint_groups", name) for name in ("web", "apps", "services")]
    bare = case(
        stronghold(
            *groups,
            *(Remove("vlans", name) for name in ("dmz", "user", "server", "management")),
            Set("policies", "inner", {"devices": ()}),
        )
    )

    titles = [mutant.title for mutant in network_segmentation.mutants[1:] if mutant.mutate(bare) is not None]
    assert titles == [
        "trust a zone of secrets less than people",
        "trust what is open to the outside more than anything inside",
    ]


def test_what_outsiders_get_to_ranks_below_zones_of_secrets() -> None:
    (finding,) = verdict(network_segmentation, stronghold(Set("zones", "dmz", {"trust": 100}))).findings

    assert finding.message.endswith("no more than dmz, which people or outsiders get to, with 100")
    assert finding.elements[:2] == ("management", "dmz")
