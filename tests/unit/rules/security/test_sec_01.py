"""SEC-01: a way around the firewalls is found wherever it leads."""

from __future__ import annotations

import pytest

from netdesign.model.cabling import Circuit, CircuitKind
from netdesign.model.overlay import Vni, VniKind
from netdesign.model.patch import Add, Remove, Set
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import InterfaceKind, LinkPurpose, Medium, PortMode, Role, SecurityLevel, Trust
from netdesign.rules.security.sec_01_enforcement_cut import firewall_presence
from tests.support.sketch import device, interface, link
from tests.support.stronghold import messages, stronghold, survivors, verdict


def test_firewalls_that_cut_all_zones_apart_pass() -> None:
    judged = verdict(firewall_presence, stronghold())

    assert judged.status is Status.PASS
    assert [(m.name, m.value, m.threshold) for m in judged.measures] == [
        ("zone_pairs_separated", 8, 8),
        ("enforcement_points", 2, None),
    ]


def test_no_mutant_survives() -> None:
    assert survivors(firewall_presence, stronghold()) == []


def test_a_gateway_in_a_foreign_vrf_joins_two_zones() -> None:
    judged = verdict(firewall_presence, stronghold(Set("interfaces", "core1:dmz-svi", {"vrf": "vrf-server"})))

    assert judged.status is Status.FAIL
    path = ["core2", "dmz", "core1"]
    assert [f.witness for f in judged.findings] == [{"from_zone": "dmz", "to_zone": "server", "path": path}]
    assert judged.findings[0].elements == ("dmz", "server", "core2", "dmz", "core1")


def test_a_firewall_that_no_policy_lists_enforces_nothing() -> None:
    found = messages(firewall_presence, stronghold(Set("policies", "inner", {"devices": ("fw1",)})))

    assert len(found) == 8
    assert all("without passing a firewall" in text for text in found)
    assert any("Internet (trust 0) reaches Management (trust 90)" in text for text in found)


@pytest.mark.parametrize("sku", [None, "no-such-part", "DCS-7050SX3-48YC8-F"])
def test_what_the_catalogue_knows_as_no_firewall_enforces_nothing(sku: str | None) -> None:
    made = stronghold(*(Set("devices", name, {"sku": sku}) for name in ("fw1", "fw2")))

    assert len(messages(firewall_presence, made)) == 8


def test_a_firewall_out_of_service_does_not_join_zones() -> None:
    assert messages(firewall_presence, stronghold(Set("devices", "fw2", {"in_service": False}))) == []


def test_an_imported_route_target_leaks_between_vrfs() -> None:
    made = stronghold(
        Set("vrfs", "vrf-user", {"route_targets_import": ("1:9", "1:2")}),
        Set("vrfs", "vrf-dmz", {"route_targets_export": ("1:1",)}),
        Set("vrfs", "vrf-server", {"route_targets_export": ("1:2",), "route_targets_import": ("1:2",)}),
    )

    assert messages(firewall_presence, made) == []  # user and server lie only 15 points apart

    made = stronghold(
        Set("vrfs", "vrf-dmz", {"route_targets_export": ("1:1",)}),
        Set("vrfs", "vrf-server", {"route_targets_import": ("1:1",)}),
    )
    assert messages(firewall_presence, made) == [
        "Dmz (trust 40) reaches Server (trust 65) without passing a firewall, by core1 > vrf-dmz > vrf-server"
    ]


def test_an_overlay_joins_the_tables_of_a_vrf() -> None:
    leaf = [
        Add("devices", device("leaf", Role.LEAF)),
        Add(
            "interfaces", interface("leaf", "vtep", kind=InterfaceKind.VTEP, vrf="default", addresses=("10.9.0.1/32",))
        ),
        Add(
            "interfaces", interface("core1", "vtep", kind=InterfaceKind.VTEP, vrf="default", addresses=("10.9.0.2/32",))
        ),
        Add(
            "interfaces",
            interface(
                "leaf", "dmz-svi", kind=InterfaceKind.SVI, vlan="dmz", vrf="vrf-server", addresses=("10.0.1.9/24",)
            ),
        ),
    ]

    assert messages(firewall_presence, stronghold(*leaf)) != []  # the gateway itself claims both zones
    bare = stronghold(*leaf, Set("vrfs", "vrf-server", {"zone": None}))
    assert messages(firewall_presence, bare) == []
    vni = Vni(id="l3", number=50001, kind=VniKind.L3, vrf="vrf-server")
    joined = stronghold(*leaf, Set("vrfs", "vrf-server", {"zone": None}), Add("vnis", vni))
    assert len(messages(firewall_presence, joined)) == 1


def _circuit(trust: Trust, **port: object) -> list[Add]:
    provider = device("lte", Role.PROVIDER, managed=False)
    spare = link("core1:lte", "lte:1", LinkPurpose.CIRCUIT, medium=Medium.VIRTUAL, trust=trust, phy=None)
    return [Add("devices", provider), Add("links", spare), Add("interfaces", interface("core1", "lte", **port))]


@pytest.mark.parametrize(
    ("port", "low", "high"),
    [
        pytest.param({"vrf": "vrf-user", "addresses": ("100.64.0.1/30",)}, "Internet", "User", id="routed"),
        pytest.param({"mode": PortMode.ACCESS, "vlan": "server"}, "Internet", "Server", id="access port"),
        pytest.param({"mode": PortMode.TRUNK, "vlans": ("dmz", "gone")}, "Internet", "Dmz", id="trunk"),
        pytest.param({"vrf": "vrf-user"}, "Internet", "Management", id="without an address: any table of the device"),
    ],
)
def test_a_circuit_past_the_firewall_joins_the_internet(port: dict[str, object], low: str, high: str) -> None:
    found = messages(firewall_presence, stronghold(*_circuit(Trust.PUBLIC, **port)))

    assert any(text.startswith(f"{low} (trust 0) reaches {high}") for text in found)


def test_a_line_of_our_own_to_a_provider_leads_nowhere() -> None:
    port = {"vrf": "vrf-user", "addresses": ("100.64.0.1/30",)}

    assert messages(firewall_presence, stronghold(*_circuit(Trust.OWNED, **port))) == []


def test_leased_circuits_of_one_provider_join_what_they_end_in() -> None:
    wan = {"vrf": "vrf-server", "addresses": ("100.64.0.1/30",)}
    other = link("core2:mpls", "lte:2", LinkPurpose.CIRCUIT, medium=Medium.VIRTUAL, trust=Trust.LEASED, phy=None)
    sold = [
        Add(
            "circuits",
            Circuit(
                id=name, link=name, kind=CircuitKind.MPLS, provider=carrier, site="dc1", rate_down_bps=1, rate_up_bps=1
            ),
        )
        for name, carrier in (("core1:lte--lte:1", "Carrier A"), (other.id, "Carrier A"))
    ]
    far = Add("interfaces", interface("core2", "mpls", vrf="vrf-dmz", addresses=("100.64.0.5/30",)))
    made = stronghold(*_circuit(Trust.LEASED, **wan), Add("links", other), far, *sold)

    assert [f.witness["path"] for f in verdict(firewall_presence, made).findings] == [
        ["core2", "leased Carrier A", "core1"]
    ]


def test_at_level_basic_only_the_internet_is_fenced_off() -> None:
    change = Set("interfaces", "core1:dmz-svi", {"vrf": "management"})

    assert messages(firewall_presence, stronghold(change)) != []
    assert messages(firewall_presence, stronghold(change, security_level=SecurityLevel.BASIC)) == []
    assert survivors(firewall_presence, stronghold(security_level=SecurityLevel.BASIC)) == [
        "let a VRF import the routes of another"
    ]


def test_zones_of_like_trust_need_no_firewall() -> None:
    made = stronghold(
        *(Set("zones", zone, {"trust": 50}) for zone in ("internet", "dmz", "user", "server", "management"))
    )

    assert verdict(firewall_presence, made).status is Status.NOT_APPLICABLE


def test_a_zone_that_lies_nowhere_is_not_judged() -> None:
    made = stronghold(Remove("interfaces", "edge1:wan"), Remove("links", "edge1:wan--isp1:1"))

    assert verdict(firewall_presence, made).status is Status.PASS
