import pytest

from netdesign.model.overlay import Tunnel, TunnelKind
from netdesign.model.patch import Add, Set, SetRequirement
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import SecurityLevel, Trust
from netdesign.rules.security.sec_23_wireless import merge, secure, wireless_security
from tests.support.built import built, found, said, unmended
from tests.support.sketch import case, design


def test_every_mutant_is_seen_and_mended():
    assert unmended(wireless_security, built("campus")) == []


def network(made, ssid):
    return next(one for one in made.security.wireless_networks if one.ssid == ssid)


@pytest.mark.parametrize(
    ("ssid", "changes", "words"),
    [
        ("guest", {"security": "open"}, "is secured by open"),
        ("guest", {"security": "wep"}, "is secured by wep"),
        ("guest", {"security": ""}, "is secured by nothing"),
        ("staff", {"security": "wpa2-personal"}, "not by 802.1X"),
        ("staff", {"protected_management_frames": False}, "without protected management frames"),
        ("staff", {"rogue_detection": False}, "rogue access points, which PCI DSS asks for"),
    ],
)
def test_what_is_at_fault(ssid, changes, words):
    made = built("campus")
    messages = found(wireless_security, made, Set("wireless_networks", network(made, ssid).id, changes))

    assert len(messages) == 1
    assert words in messages[0]


@pytest.mark.parametrize(
    ("ssid", "changes"),
    [
        ("guest", {"security": "wpa2-personal"}),
        ("staff", {"security": "wpa2-enterprise", "protected_management_frames": False}),
    ],
)
def test_what_is_not(ssid, changes):
    made = built("campus")

    assert found(wireless_security, made, Set("wireless_networks", network(made, ssid).id, changes)) == []


def test_at_level_basic_staff_may_share_a_password():
    made = built("campus")
    shared = Set("wireless_networks", network(made, "staff").id, {"security": "wpa3-personal"})

    assert found(wireless_security, made, SetRequirement({"security_level": SecurityLevel.BASIC}), shared) == []


def test_data_to_a_controller_elsewhere_is_encrypted():
    made = built("campus")
    point = next(one for one in made.inventory.devices if one.role.value == "access_point")
    heads = [one for one in made.inventory.devices if one.role.value == "wireless_controller"]
    one = network(made, "staff")
    away = [Set("devices", head.id, {"site": "elsewhere"}) for head in heads]
    tunnel = Tunnel(id="capwap", a=point.id, b=heads[0].id, kind=TunnelKind.CAPWAP, inner_mtu_bytes=1400)
    tunnelled = Set("wireless_networks", one.id, {"tunnelled": True})

    assert found(wireless_security, made, tunnelled, Add("tunnels", tunnel)) == []
    messages = found(wireless_security, made, tunnelled, *away, Add("tunnels", tunnel))
    assert messages == [
        f"tunnel capwap carries clients' data between {' and '.join(sorted((point.site, 'elsewhere')))} in the clear"
    ]
    assert "to another site without a tunnel" in found(wireless_security, made, tunnelled, *away)[0]


def test_leased_lines_within_a_site_count_as_outside():
    made = built("campus")
    point = next(one for one in made.inventory.devices if one.role.value == "access_point")
    head = next(one for one in made.inventory.devices if one.role.value == "wireless_controller")
    link = next(one for one in made.cabling.links if one.a.device == point.id)
    tunnel = Tunnel(id="capwap", a=point.id, b=head.id, kind=TunnelKind.CAPWAP, inner_mtu_bytes=1400)
    assert (
        len(found(wireless_security, made, Add("tunnels", tunnel), Set("links", link.id, {"trust": Trust.LEASED}))) == 1
    )


def test_no_wireless_no_rule():
    bare = case(design())

    assert said(wireless_security, design()).status is Status.NOT_APPLICABLE
    assert all(mutant.mutate(bare) is None for mutant in wireless_security.mutants)
    assert secure(bare, Finding(message="")) is merge(bare, Finding(message="")) is None
