from math import ceil

from netdesign.catalog.parameters import default_parameters
from netdesign.model.addressing import NatKind
from netdesign.model.vocabulary import Role
from netdesign.synthesis.edge.sizing import firewall_demand
from tests.unit.synthesis.campus_samples import asked, design

PARAMETERS = default_parameters()
PUBLIC = {"supernets": ["8.8.0.0/16", "2a0c:8000::/32"], "ipv6": True}
PRIVATE = {"supernets": ["10.0.0.0/8"], "ipv6": True}


def made(**changes):
    return design(asked(**changes))


def nats(found, kind):
    return [nat for nat in found.addressing.nats if nat.kind is kind]


def devices(found, role):
    return tuple(sorted(device.id for device in found.inventory.devices if device.role is role))


def test_private_hosts_share_addresses_of_each_provider():
    found = made(addressing=PRIVATE)
    sources = nats(found, NatKind.SOURCE_PORT)
    block = next(pool.prefix for pool in found.addressing.pools if pool.purpose == "site" and ":" not in pool.prefix)

    assert sorted(nat.provider for nat in sources) == list(devices(found, Role.PROVIDER))
    for nat in sources:
        assert nat.devices == devices(found, Role.FIREWALL)
        assert nat.state_shared == (len(nat.devices) > 1)
        assert (nat.inside, nat.outside) == ((block,), ())


def test_addresses_are_counted_from_sessions():
    requirements = asked(
        {"users": 1200, "closets": 12, "area_m2": 12_000}, addressing=PRIVATE, internet_facing=["https"]
    )
    sessions = firewall_demand(requirements, PARAMETERS).sessions
    (count,) = {nat.addresses for nat in nats(design(requirements), NatKind.SOURCE_PORT)}

    assert count == ceil(sessions / 64_512)
    assert count > 1


def test_unique_local_prefixes_are_mapped_one_to_one():
    found = made(addressing=PRIVATE)
    mapped = nats(found, NatKind.STATIC)

    assert len(mapped) == len(devices(found, Role.PROVIDER))
    assert {prefix[:2] + prefix[-5:] for nat in mapped for prefix in nat.inside} == {"fd::/48"}
    assert {nat.addresses for nat in mapped} == {0}
    assert not any(nat.state_shared for nat in mapped), "NPTv6 holds no state"


def test_a_public_supernet_needs_no_translation():
    found = made(addressing=PUBLIC, internet_facing=["https"])

    assert found.addressing.nats == ()
    assert not any("reach the Internet" in decision.question for decision in found.rationale.decisions)


def test_published_services_have_an_address_at_each_provider():
    found = made(addressing=PRIVATE, internet_facing=["https"])
    inward = nats(found, NatKind.DESTINATION)
    vlans = {vlan for group in found.inventory.endpoint_groups if group.zone == "dmz" for vlan in group.vlans}
    hosts = {subnet.prefix for subnet in found.addressing.subnets if subnet.vlan in vlans and ":" not in subnet.prefix}

    assert len(inward) == len(devices(found, Role.PROVIDER)) * len(found.security.published_services)
    assert all(set(nat.inside) <= hosts and nat.addresses == 1 for nat in inward)
    asked_for = "At which IPv4 addresses does the Internet find the services"
    (decision,) = [one for one in found.rationale.decisions if one.question.startswith(asked_for)]
    assert decision.result == str(len(inward))


def test_the_reasons_name_what_they_were_computed_from():
    found = made(addressing=PRIVATE)
    (decision,) = [one for one in found.rationale.decisions if "private IPv4 addresses" in one.question]
    inputs = {item.name: int(item.value) for item in decision.inputs}

    assert int(decision.result) == ceil(inputs["sessions"] / inputs["sessions_per_address"])
    assert "users" in decision.requirement_fields
