import pytest

from netdesign.model.addressing import VirtualGateway
from netdesign.model.cabling import Srlg, SrlgKind
from netdesign.model.patch import Add, Set, SetRequirement
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import Redundancy, ServiceClass, Severity
from netdesign.rules.protocol.pro_25_gateway_redundancy import agree, feed_apart, gateway_redundancy, second_half
from tests.support.built import built, found, said, unmended
from tests.support.sketch import case, design

ANYCAST = ("an anycast gateway answers for another address",)
SECOND = ("the second switch has no virtual address",)


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


def test_no_gateways_no_rule_and_nothing_to_mend():
    bare, nothing = case(design()), Finding(message="")

    assert said(gateway_redundancy, design()).status is Status.NOT_APPLICABLE
    assert all(mutant.mutate(bare) is None for mutant in gateway_redundancy.mutants)
    assert [agree(bare, nothing), second_half(bare, nothing), feed_apart(bare, nothing)] == [None, None, None]
    assert agree(bare, Finding(message="", witness={"fault": "anycast", "vlan": "none"})) is None
