"""Wide-area networks: spokes that live on two hubs, tunnels over every circuit, routes that no spoke passes on."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from ipaddress import IPv4Network, ip_address, ip_network

import pytest

from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.selection import default_catalog
from netdesign.errors import InfeasibleError
from netdesign.model.vocabulary import Archetype, InterfaceKind, LinkPurpose, Role
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.needs.joined_sites import wan_shape
from netdesign.synthesis.synthesize import synthesize
from netdesign.synthesis.wan.overlay import inner_mtu
from tests.unit.synthesis.wan_samples import asked, design

TWELVE = {"sites": [{"name": "North", "users": 30, "servers": 4, "tier": 1},
                    {"name": "South", "users": 20, "servers": 2, "tier": 1}]}  # fmt: skip


@pytest.fixture(scope="module")
def twelve():
    return design(asked(12, 150, **TWELVE))


def devices_at(made, site):
    return Counter(device.role for device in made.inventory.devices if device.site == site)


def test_a_spoke_is_a_firewall_and_a_switch(twelve):
    spokes = {site.id for site in twelve.inventory.sites} - {"north", "south"}

    assert twelve.archetype is Archetype.WAN_HUB_AND_SPOKE
    for spoke in spokes:
        found = devices_at(twelve, spoke)
        assert (found[Role.FIREWALL], found[Role.ACCESS]) == (1, 1)
        assert set(found) <= {Role.FIREWALL, Role.ACCESS, Role.ACCESS_POINT, Role.PROVIDER}


def test_spokes_use_services_and_servers_of_both_hubs(twelve):
    homes = {service.id: service.site for service in twelve.infrastructure.service_instances}
    groups = {group.id: group.site for group in twelve.inventory.endpoint_groups}
    relays = [s.dhcp_relays for s in twelve.addressing.subnets if s.dhcp and s.site not in ("north", "south")]
    business = [flow for flow in twelve.traffic.flows if "business" in flow.id]

    assert set(homes.values()) == {"north", "south"}
    assert relays
    assert all({homes[one] for one in some} == {"north", "south"} for some in relays)
    assert len(business) == 12
    for flow in business:
        assert {groups[end] for end in flow.targets} <= {"north", "south"}


def test_every_spoke_has_a_tunnel_to_either_hub_over_each_of_its_circuits(twelve):
    site = {device.id: device.site for device in twelve.inventory.devices}
    circuits = {link.id: site[link.a.device] for link in twelve.cabling.links if link.purpose is LinkPurpose.CIRCUIT}
    for spoke in set(site.values()) - {"north", "south"}:
        mine = [one for one in twelve.overlay.tunnels if site[one.a] == spoke]
        for hub in ("north", "south"):
            over = {one.a_link for one in mine if site[one.b] == hub}
            assert over == {link for link, home in circuits.items() if home == spoke}
            assert all(circuits[one.b_link or ""] == hub for one in mine if site[one.b] == hub)


def test_tunnels_carry_what_fits_and_clamp_what_would_not(twelve):
    overhead = default_parameters().protocols.overhead_bytes
    known = {one.id: one for one in twelve.addressing.interfaces}
    for tunnel in twelve.overlay.tunnels:
        assert tunnel.inner_mtu_bytes + overhead["ipsec"] + overhead["nat_traversal"] <= 1500
        assert tunnel.mss_clamp_bytes == tunnel.inner_mtu_bytes - 60
        assert {known[end or ""].mtu_bytes for end in (tunnel.a_interface, tunnel.b_interface)} == {
            tunnel.inner_mtu_bytes
        }
        assert tunnel.crypto in {profile.id for profile in twelve.security.crypto_profiles}
    assert inner_mtu(Blueprint(asked(3), default_catalog(), default_parameters())) == 1400


def test_each_site_is_one_block_and_blocks_do_not_meet(twelve):
    blocks = [ip_network(pool.prefix) for pool in twelve.addressing.pools if pool.purpose == "site"]
    four = [block for block in blocks if block.version == 4]

    assert len(four) == 12
    assert not any(a.overlaps(b) for at, a in enumerate(blocks) for b in blocks[at + 1 :] if a.version == b.version)
    discards = {(route.device, route.prefix) for route in twelve.routing.static_routes if route.discard}
    for process in twelve.routing.processes:
        lone = {name for name in process.networks if ip_network(name).num_addresses == 1}
        assert all((process.device, name) in discards for name in set(process.networks) - lone)


def test_a_spoke_never_tells_what_it_was_told(twelve):
    policies = {policy.id: policy for policy in twelve.routing.route_policies}
    hubs = {"north", "south"}
    site = {device.id: device.site for device in twelve.inventory.devices}
    of = {process.id: site[process.device] for process in twelve.routing.processes}
    told = {policies[one.export_policy or ""].id for one in twelve.routing.bgp_neighbors
            if of[one.process] not in hubs and one.export_policy and one.export_policy.startswith("wan")}  # fmt: skip
    marks = {
        community
        for policy in twelve.routing.route_policies
        if policy.id.startswith("wan-from")
        for term in policy.terms
        for community in term.set_communities
    }

    assert told == {"wan-to-site", "wan-to-site-1"}
    for name in told:
        assert set(policies[name].terms[0].communities) == marks
        assert policies[name].terms[0].action == "deny"
    assert [policies[name].terms[1].prepend for name in sorted(told)] == [0, 1]


def test_sessions_are_stated_by_both_sides_with_detection_and_proof(twelve):
    asn = {process.id: process.asn for process in twelve.routing.processes}
    device = {process.id: process.device for process in twelve.routing.processes}
    addresses = {
        address.split("/")[0]: interface
        for interface in twelve.addressing.interfaces
        if interface.kind is InterfaceKind.TUNNEL
        for address in interface.addresses
    }
    tunnelled = [one for one in twelve.routing.bgp_neighbors if one.peer_address in addresses]

    assert len(tunnelled) == 2 * 2 * len(twelve.overlay.tunnels)
    for one in tunnelled:
        far = addresses[one.peer_address or ""].device
        assert one.remote_asn == asn[f"{far}:bgp"]
        assert device[one.process] != far
        assert one.bfd
        assert one.authentication == "tcp-ao"
        assert one.hold_ms >= 3 * one.bfd_interval_ms
    own = [process.asn for process in twelve.routing.processes if process.device in set(device.values())]
    assert len({process.asn for process in twelve.routing.processes if process.networks}) == len(
        {process.device for process in twelve.routing.processes if process.networks}
    )
    assert own


def test_rules_of_a_hub_name_the_subnets_of_spokes_and_those_of_a_spoke_its_own(twelve):
    blocks = {pool.site: IPv4Network(pool.prefix) for pool in twelve.addressing.pools
              if pool.purpose == "site" and ":" not in pool.prefix}  # fmt: skip
    for rule in twelve.security.policy_rules:
        if (rule.source_zones == ("wan",)) is not (rule.destination_zones == ("wan",)):
            site = rule.policy.removesuffix("-policy")
            ends = (rule.sources, rule.destinations) if rule.source_zones == ("wan",) else (
                rule.destinations, rule.sources)  # fmt: skip
            four = [[IPv4Network(name) for name in end if ":" not in name] for end in ends]
            assert not any(net.subnet_of(blocks[site]) for net in four[0])
            assert all(net.subnet_of(blocks[site]) for net in four[1])
            assert all(net.prefixlen > 8 for net in (*four[0], *four[1]))


def test_copies_are_what_drawing_each_spoke_would_give():
    """Two spokes of one kind differ in names and addresses alone; each refers to its own."""
    made = design(asked(12, 150, **TWELVE))
    sites = sorted({s.id for s in made.inventory.sites if s.users == 10} - {"north", "south"})
    one, other = sites[0], sites[1]
    base = {pool.site: int(ip_network(pool.prefix).network_address) for pool in made.addressing.pools
            if pool.purpose == "site" and ":" not in pool.prefix}  # fmt: skip

    def moved(text: str) -> str:
        if ":" in text or text.count(".") != 3:
            return text
        name, slash, length = text.partition("/")
        number = int(ip_address(name))
        inside = base[one] <= number < base[one] + 4096
        return f"{ip_address(number - base[one] + base[other] if inside else number)}{slash}{length}"

    for collection in ("interfaces", "subnets"):
        facts = getattr(made.addressing, collection)
        mine = {f.id: f for f in facts if f.id.startswith(f"{one}-") and "tunnel" not in f.id}
        theirs = {f.id: f for f in facts if f.id.startswith(f"{other}-") and "tunnel" not in f.id}
        assert {name.replace(one, other) for name in mine} == set(theirs)
        for name, fact in mine.items():
            like = theirs[name.replace(one, other)]
            if collection == "subnets" and ":" not in fact.prefix and "loopback" not in fact.id:
                assert moved(fact.prefix) == like.prefix
            if collection == "interfaces" and fact.kind is not InterfaceKind.LOOPBACK:
                four = [moved(text) for text in fact.addresses if ":" not in text]
                assert four == [text for text in like.addresses if ":" not in text]


def test_the_same_requirements_give_the_same_design():
    wanted = asked(8, 90)
    first, second = (synthesize(wanted, default_catalog(), default_parameters()) for _ in range(2))

    assert first == second


@pytest.mark.parametrize("sites", [1, 2, 3, 6])
def test_small_networks_have_no_site_alone(sites):
    made = design(asked(sites))
    home = {device.id: device.site for device in made.inventory.devices}
    joined = {frozenset((home[one.a], home[one.b])) for one in made.overlay.tunnels}

    assert len(joined) == len(wan_shape(made.requirements, default_parameters()).joins)
    assert (made.security.crypto_profiles != ()) is (sites > 1)


def test_hubs_are_bought_for_the_tunnels_that_they_end():
    made = design(asked(250))
    shape = wan_shape(made.requirements, default_parameters())
    catalog, capacity = default_catalog(), default_parameters().capacity
    growth = made.requirements.growth_multiplier
    for device in made.inventory.devices:
        if device.role is Role.FIREWALL:
            ended = sum(device.id in (one.a, one.b) for one in made.overlay.tunnels)
            rates = catalog.device(device.sku or "").firewall
            assert rates is not None
            assert rates.tunnels is not None
            assert ended * growth <= rates.tunnels * capacity.tunnel_share
            assert ended > 400 if device.site in shape.hubs else ended < 10


def test_without_a_firewall_that_ends_so_many_tunnels_there_is_a_refusal():
    wanted = replace(asked(250), excluded_vendors=("fortinet", "cisco", "juniper"))

    with pytest.raises(InfeasibleError, match="firewall"):
        synthesize(wanted, default_catalog(), default_parameters())
