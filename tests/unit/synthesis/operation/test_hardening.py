"""What is set once everything is joined."""

from typing import Any

from netdesign.model.addressing import VirtualGateway
from netdesign.model.routing import PolicyAction
from netdesign.model.vocabulary import PortMode, Role
from tests.unit.synthesis.campus_samples import asked, design


def test_nothing_can_be_plugged_into_a_port_that_is_not_used():
    made = design(asked())
    profile = next(one for one in made.inventory.port_profiles if one.id == "unused")

    assert (profile.enabled, profile.vlans, profile.native_vlan, profile.mode) == (False, (), None, PortMode.ACCESS)
    for device in made.inventory.devices:
        assert device.unused_port_profile == (None if device.role is Role.PROVIDER else "unused")


def test_access_switches_cannot_become_the_root():
    made = design(asked())
    priority = {tree.device: tree.priority for tree in made.switching.spanning_trees}
    bundles = {one.lag: one for one in made.addressing.interfaces if one.kind.value == "lag"}
    ports = {one.id: one for one in made.addressing.interfaces}
    guarded = 0
    for link in made.cabling.links:
        ends = [end for end in (link.a, link.b) if end.device in priority]
        if len(ends) == 2 and link.purpose.value == "uplink":
            for end in ends:
                port = ports[f"{end.device}:{end.port}"]
                upper = priority[end.device] < 32_768
                assert bundles.get(port.lag, port).root_guard == upper
                guarded += upper
    assert guarded


def test_only_hosts_of_address_servers_may_offer_addresses():
    made = design(asked())
    trusted = {one.id for one in made.inventory.port_profiles if one.snooping_trusted}
    groups = {one.group for one in made.inventory.attachments if one.profile in trusted}

    assert len(trusted) == 1
    assert {one.name for one in made.inventory.endpoint_groups if one.id in groups} == {"services"}


def test_sessions_with_the_next_router_refuse_packets_from_further_away():
    made = design(asked())
    asn = {one.id: one.asn for one in made.routing.processes}
    for session in made.routing.bgp_neighbors:
        assert session.ttl_security == (session.remote_asn != asn[session.process])
    assert any(session.ttl_security for session in made.routing.bgp_neighbors)


def test_calls_and_gold_flows_set_the_timers():
    calls = design(asked(requires_voip=True))
    quiet = design(asked(requires_voip=False))

    for made, bfd, gateway in ((calls, 100, 200), (quiet, 300, 1_000)):
        assert {one.bfd_interval_ms for one in made.routing.bgp_neighbors if one.bfd} == {bfd}
        shared = [one for one in made.addressing.interfaces if one.virtual_gateway is VirtualGateway.VRRP]
        assert {one.virtual_interval_ms for one in shared} == {gateway}


def test_routes_over_circuits_are_watched():
    made = design(asked({"users": 15, "closets": 1, "endpoints": 2, "servers": 0, "area_m2": 300}, redundancy="low"))
    far = {
        address.split("/")[0]
        for one in made.addressing.interfaces
        for address in one.addresses
        if any(device.id == one.device and device.role is Role.PROVIDER for device in made.inventory.devices)
    }

    assert any(route.next_hop in far for route in made.routing.static_routes)
    assert all(route.bfd == (route.next_hop in far) for route in made.routing.static_routes)


def test_providers_give_a_default_route_and_nothing_that_the_internet_does_not_route():
    made = design(asked(addressing={"supernets": ["8.8.0.0/16"], "ipv6": True}))
    policies = {one.id: one for one in made.routing.route_policies}
    providers = {one.id for one in made.inventory.devices if one.role is Role.PROVIDER}
    running = {one.id: one for one in made.routing.processes}
    edge = [one for one in made.routing.bgp_neighbors if one.import_policy is not None]

    assert edge
    for session in edge:
        assert session.import_policy is not None
        assert session.export_policy is not None
        taken = policies[session.import_policy].terms
        told = policies[session.export_policy].terms
        assert running[session.process].device not in providers
        assert session.origin_validation
        assert taken[-1].action is PolicyAction.PERMIT
        assert taken[-1].max_length == 0
        assert [term.action for term in taken[:-1]] == [PolicyAction.DENY] * (len(taken) - 1)
        assert (told[0].prefixes, told[0].max_length) == (("8.8.0.0/16",), 16)
        assert told[-1].action is PolicyAction.DENY
    (origin,) = made.security.route_origins
    assert (origin.prefix, origin.max_length, origin.asn) == ("8.8.0.0/16", 16, 64_512)


def test_both_legs_of_a_segment_have_one_identifier():
    made = design(asked(network_type="sdn_campus"))
    legs: dict[Any, Any] = {}
    for lag in made.cabling.lags:
        if lag.esi is not None:
            legs.setdefault(lag.esi, []).append(lag.device)

    assert legs
    for devices in legs.values():
        assert len(set(devices)) == len(devices) == 2
    assert all(len(esi.split(":")) == 10 for esi in legs)
