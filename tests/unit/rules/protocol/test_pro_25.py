from dataclasses import replace

import pytest

from netdesign.model.addressing import VirtualGateway
from netdesign.model.cabling import Srlg, SrlgKind
from netdesign.model.inventory import HaMode
from netdesign.model.patch import Add, Set, SetRequirement
from netdesign.model.routing import StaticRoute
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import Redundancy, ServiceClass, Severity
from netdesign.rules.protocol.pro_25_gateway_redundancy import agree, feed_apart, gateway_redundancy, second_half
from tests.support.built import built, found, said, unmended
from tests.support.sketch import case, design

ANYCAST = ("an anycast gateway answers for another address",)
SECOND = ("the second switch has no virtual address",)
FIREWALLS = {port.id.split(":")[0] for port in built("campus").addressing.interfaces if port.zone is not None}


@pytest.mark.parametrize(("shape", "but"), [("campus", ANYCAST), ("tiers", ANYCAST), ("centre", SECOND)])
def test_every_mutant_is_seen_and_mended(shape, but):
    assert unmended(gateway_redundancy, built(shape), but=but) == []


def user_vlan(made):
    vlans = {vlan for one in made.inventory.endpoint_groups if one.kind.value == "user" for vlan in one.vlans}
    return min(vlans)


def pair(made, vlan):
    ports = [one for one in made.addressing.interfaces if one.vlan == vlan and one.virtual_addresses]
    return sorted(ports, key=lambda one: one.id)


def alone(made, vlan):
    changes = {"virtual_gateway": VirtualGateway.NONE, "virtual_addresses": ()}
    return Set("interfaces", pair(made, vlan)[1].id, changes)


def test_users_keep_a_gateway():
    made = built("campus")
    vlan = user_vlan(made)
    one = alone(made, vlan)
    verdict = said(gateway_redundancy, made, one)
    (finding,) = verdict.findings

    assert finding.severity is Severity.ERROR
    assert finding.witness["vlan"] == vlan
    assert f"endpoints of {vlan} have one gateway, {pair(made, vlan)[0].device}" in finding.message
    warned = said(gateway_redundancy, made, one, SetRequirement({"redundancy": Redundancy.MEDIUM}))
    assert warned.severity is Severity.WARNING
    assert found(gateway_redundancy, made, one, SetRequirement({"redundancy": Redundancy.LOW})) == []


def test_few_users_do_without_unless_they_are_gold():
    made = built("campus")
    vlan = user_vlan(made)
    groups = [one for one in made.inventory.endpoint_groups if vlan in one.vlans]
    one = alone(made, vlan)
    names = {group.id for group in groups}
    few = [Set("attachments", a.id, {"endpoints": 1}) for a in made.inventory.attachments if a.group in names]
    gold = [Set("endpoint_groups", group.id, {"service_class": ServiceClass.GOLD}) for group in groups]

    assert found(gateway_redundancy, made, one, *few) == []
    assert "gold ones among them" in found(gateway_redundancy, made, one, *few, *gold)[0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"virtual_addresses": ("10.9.9.9",)}, "answer for different addresses"),
        ({"virtual_interval_ms": 900}, "advertise at different intervals"),
        ({"virtual_priority": 110}, "have equal priorities of 110"),
        ({"virtual_group": 254}, "in different VRRP groups"),
    ],
)
def test_halves_that_disagree(changes, words):
    made = built("campus")
    second = pair(made, user_vlan(made))[1]

    assert any(words in message for message in found(gateway_redundancy, made, Set("interfaces", second.id, changes)))


def test_anycast_gateways_answer_alike():
    made = built("fabric")
    ports = [one for one in made.addressing.interfaces if one.virtual_gateway.value == "anycast"]
    vlan = next(one.vlan for one in ports if len([p for p in ports if p.vlan == one.vlan]) > 1)
    odd = next(one for one in ports if one.vlan == vlan)
    messages = found(gateway_redundancy, made, Set("interfaces", odd.id, {"virtual_addresses": ("10.9.9.9",)}))

    assert any(f"than the rest of the gateways of {vlan}" in message for message in messages)


def test_cables_that_fail_together():
    made = built("campus")
    cores = {one.id for one in made.inventory.devices if one.role.value == "core"}
    links = [
        one
        for one in made.cabling.links
        if one.purpose.value not in ("peer", "heartbeat", "management") and {one.a.device, one.b.device} & cores
    ]
    risk = Srlg(id="duct", kind=SrlgKind.CONDUIT, name="duct")
    changes = [Set("links", one.id, {"srlgs": ("duct",)}) for one in links]

    messages = found(gateway_redundancy, made, Add("srlgs", risk), *changes)
    assert [message for message in messages if "fail together with duct" in message]


def legs(made, device):
    return [one for one in made.addressing.interfaces if one.device == device and one.zone and one.virtual_addresses]


def test_a_standby_is_active_for_nothing():
    made = built("campus")
    (group,) = [one for one in made.inventory.ha_groups if set(one.members) == FIREWALLS]
    standby = min(group.members, key=lambda name: legs(made, name)[0].virtual_priority)
    (leg,) = legs(made, standby)[:1]
    ahead = Set("interfaces", leg.id, {"virtual_priority": 250})
    (finding,) = said(gateway_redundancy, made, ahead).findings

    assert finding.message.endswith(f"are both active: {standby} for {leg.id}")
    assert finding.severity is None
    assert finding.elements[0] == group.id
    assert leg.id in finding.elements
    both = Set("ha_groups", group.id, {"mode": HaMode.ACTIVE_ACTIVE})
    assert found(gateway_redundancy, made, ahead, both) == []
    active = next(name for name in group.members if name != standby)
    assert found(gateway_redundancy, made, both) == [
        f"{group.id} is active/active, and {active} alone is active for every address that its members share"
    ]
    everything = [Set("interfaces", one.id, {"virtual_priority": 250}) for one in legs(made, standby)]
    assert found(gateway_redundancy, made, *everything) == []


@pytest.mark.parametrize("version", [4, 6])
def test_neighbours_send_to_the_address_that_moves(version):
    made = built("campus")
    leg = next(one for name in sorted(FIREWALLS) for one in legs(made, name))
    at = 0 if version == 4 else 1
    shared, own = leg.virtual_addresses[at], leg.addresses[at].split("/")[0]
    led = [one for one in made.routing.static_routes if one.next_hop == shared and one.device not in FIREWALLS]
    assert led
    pins = [Set("static_routes", one.id, {"next_hop": own}) for one in led]
    (finding,) = [one for one in said(gateway_redundancy, made, *pins).findings if one.witness.get("fault") == "pinned"]

    assert finding.elements == (leg.id, *(one.id for one in led))
    assert f"the own address of {leg.id} instead of {shared}" in finding.message
    beside = [Add("static_routes", replace(one, id=f"{one.id}-too", next_hop=shared)) for one in led]
    assert found(gateway_redundancy, made, *pins, *beside) == []


def test_a_next_hop_that_is_no_address_and_the_partner_itself_are_other_matters():
    made = built("campus")
    legs_of = [legs(made, name)[0] for name in sorted(FIREWALLS)]
    own = legs_of[1].addresses[0].split("/")[0]
    mine = StaticRoute(id="x", device=legs_of[0].device, vrf="default", prefix="192.0.2.0/24", next_hop=own)
    wild = StaticRoute(id="y", device=legs_of[0].device, vrf="default", prefix="192.0.3.0/24", next_hop="there")

    assert found(gateway_redundancy, made, Add("static_routes", mine), Add("static_routes", wild)) == []


def test_no_gateways_no_rule_and_nothing_to_mend():
    bare, nothing = case(design()), Finding(message="")

    assert said(gateway_redundancy, design()).status is Status.NOT_APPLICABLE
    assert all(mutant.mutate(bare) is None for mutant in gateway_redundancy.mutants)
    assert [agree(bare, nothing), second_half(bare, nothing), feed_apart(bare, nothing)] == [None, None, None]
    assert agree(bare, Finding(message="", witness={"fault": "anycast", "vlan": "none"})) is None
