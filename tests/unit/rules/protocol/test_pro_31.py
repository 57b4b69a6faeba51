import pytest

from netdesign.model.patch import Remove, Set, SetRequirement
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import Redundancy
from netdesign.rules.protocol.pro_31_services import add_second, infrastructure_services, name_all, readdress, relay
from tests.support.built import built, found, said, unmended
from tests.support.sketch import case, design

LEASES = ("a subnet has no relay", "a relay leads to something else", "nobody hands out addresses to people")


@pytest.mark.parametrize(("shape", "but"), [("fabric", ()), ("centre", LEASES)])
def test_every_mutant_is_seen_and_mended(shape, but):
    assert unmended(infrastructure_services, built(shape), but=but) == []


def test_what_is_reached_is_measured():
    measures = {one.name: (one.value, one.threshold) for one in said(infrastructure_services, built("campus")).measures}

    assert measures["sources_of_time_that_every_device_reaches"] == (4, 4)
    assert measures["resolvers_that_every_group_reaches"] == (2, 2)
    leased_subnets, _ = measures["subnets_with_handed_out_addresses"]
    assert isinstance(leased_subnets, int)
    assert leased_subnets > 0


def leased(made):
    return next(one for one in made.addressing.subnets if one.dhcp and one.dhcp_relays and ":" not in one.prefix)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"dhcp": False}, "nobody hands out addresses"),
        ({"dhcp_relays": ()}, "get to 0 address servers"),
        ({"dhcp_relays": ("nobody",)}, "lead to nobody, which is none"),
    ],
)
def test_hosts_without_addresses(changes, words):
    made = built("campus")
    messages = found(infrastructure_services, made, Set("subnets", leased(made).id, changes))

    assert any(words in message for message in messages)


def test_one_relay_does_where_nothing_may_fail():
    made = built("campus")
    subnet = leased(made)
    single = Set("subnets", subnet.id, {"dhcp_relays": subnet.dhcp_relays[:1]})

    assert f"hosts in {subnet.prefix} get to 1 address servers by their relays" in found(
        infrastructure_services, made, single
    )
    assert found(infrastructure_services, made, single, SetRequirement({"redundancy": Redundancy.MEDIUM})) == []


@pytest.mark.parametrize(("field", "kind"), [("ntp", "ntp"), ("aaa", "aaa"), ("logs", "log"), ("monitors", "monitor")])
def test_devices_that_nobody_serves(field, kind):
    made = built("campus")
    messages = found(infrastructure_services, made, Set("management_profiles", "managed", {field: ()}))

    assert any(f"devices get to 0 {kind} servers that they name" in message for message in messages)


def test_a_firewall_that_permits_no_names():
    made = built("campus")
    dns = [one.id for one in made.security.policy_rules if any(s.name == "dns" for s in one.services)]
    messages = found(infrastructure_services, made, *(Remove("policy_rules", name) for name in dns))

    assert any("get to 0 resolvers; 2 are asked for" in message for message in messages)


def test_a_single_instance_at_high_redundancy():
    made = built("campus")
    gone = next(one.id for one in made.infrastructure.service_instances if one.kind.value == "aaa")
    messages = found(infrastructure_services, made, Remove("service_instances", gone))

    assert "1 aaa instance; at redundancy high one may fail" in messages
    calm = SetRequirement({"redundancy": Redundancy.MEDIUM})
    assert found(infrastructure_services, made, Remove("service_instances", gone), calm) == []


def test_nothing_to_serve_and_nothing_to_mend():
    bare, nothing = case(design()), Finding(message="")

    assert said(infrastructure_services, design()).status is Status.NOT_APPLICABLE
    assert all(mutant.mutate(bare) is None for mutant in infrastructure_services.mutants)
    assert [fix(bare, nothing) for fix in (relay, name_all, readdress, add_second)] == [None] * 4
