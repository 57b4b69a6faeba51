"""A carrier's MPLS network between all sites, and tunnels that take over where a circuit of it fails."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from netdesign.analysis.tables.fib import Fate
from netdesign.model.cabling import CircuitKind
from netdesign.model.vocabulary import Archetype, Role, Trust
from tests.unit.synthesis.wan.walking import way, without
from tests.unit.synthesis.wan_samples import asked, design

MPLS: dict[str, Any] = {"technology_stack": ["MPLS L3VPN"]}
HUBS = {"sites": [{"name": "North", "users": 20, "servers": 3, "tier": 1},
                  {"name": "South", "users": 20, "servers": 2, "tier": 1}]}  # fmt: skip


@pytest.fixture(scope="module")
def six():
    return design(asked(6, 80, **HUBS, **MPLS))


def circuit(made, site):
    return next(one.link for one in made.cabling.circuits if one.kind is CircuitKind.MPLS and one.site == site)


def spokes(made):
    return [site.id for site in made.inventory.sites if site.tier == 3]


def guarded(passed):
    return [one.site for one in passed if one.role is Role.FIREWALL]


def test_every_site_has_a_priced_circuit_to_a_router_of_the_carrier(six):
    links = {link.id: link for link in six.cabling.links}
    role = {device.id: (device.role, device.managed, device.site) for device in six.inventory.devices}
    sold = [one for one in six.cabling.circuits if one.kind is CircuitKind.MPLS]

    assert six.archetype is Archetype.WAN_MPLS
    assert sorted(one.site for one in sold) == sorted(site.id for site in six.inventory.sites)
    assert {one.provider for one in sold} == {"carrier"}
    for one in sold:
        link = links[one.link]
        assert link.trust is Trust.LEASED
        assert role[link.a.device] == (Role.WAN_EDGE, True, one.site)
        assert role[link.b.device] == (Role.PROVIDER, False, one.site)
        assert (one.monthly_usd or 0) > 0


def test_sessions_with_the_carrier_are_external_and_stated_by_both_sides(six):
    asn = {process.id: (process.asn, process.device) for process in six.routing.processes}
    carriers = {link.b.device for link in six.cabling.links if link.id in
                {one.link for one in six.cabling.circuits if one.kind is CircuitKind.MPLS}}  # fmt: skip
    theirs = [one for one in six.routing.bgp_neighbors if asn[one.process][1] in carriers]
    ours = [one for one in six.routing.bgp_neighbors if one.remote_asn == asn[theirs[0].process][0]]

    assert len(theirs) == len(ours) == 2 * len(six.inventory.sites)
    assert all(one.import_policy and one.export_policy and one.bfd for one in ours)
    assert len({asn[one.process][0] for one in ours}) == len(six.inventory.sites)


def test_while_nothing_fails_packets_pass_the_carrier_and_no_other_site(six):
    network, names = without(six), [site.id for site in six.inventory.sites]
    for one, other in permutations(names, 2):
        passed, fate = way(network, one, other)
        assert fate is Fate.DELIVERED
        assert guarded(passed) == [one, other]
        assert Role.PROVIDER in {device.role for device in passed}


@pytest.mark.parametrize("at", [0, 1])
def test_a_spoke_without_its_circuit_goes_by_a_tunnel_and_answers_come_the_same_way(six, at):
    mine, other = spokes(six)[at], spokes(six)[2]
    network = without(six, circuit(six, mine))
    there, fate = way(network, mine, other)
    back, returned = way(network, other, mine)

    assert fate is returned is Fate.DELIVERED
    assert len(guarded(there)) == 3
    assert guarded(there)[1] in {"north", "south"}
    assert {one.id for one in back} == {one.id for one in there}
    assert guarded(back) == guarded(there)[::-1]
    assert there[1].role is Role.FIREWALL


@pytest.mark.parametrize("hub", ["north", "south"])
def test_a_hub_without_its_circuit_is_reached_by_tunnels(six, hub):
    passed, fate = way(without(six, circuit(six, hub)), spokes(six)[0], hub)

    assert fate is Fate.DELIVERED
    assert passed[1].site == hub
    assert Role.WAN_EDGE not in {device.role for device in passed}


def test_without_any_circuit_of_the_carrier_all_go_by_tunnels(six):
    every = [one.link for one in six.cabling.circuits if one.kind is CircuitKind.MPLS]
    passed, fate = way(without(six, *every), spokes(six)[0], spokes(six)[1])

    assert fate is Fate.DELIVERED
    assert guarded(passed)[1] in {"north", "south"}


def test_few_sites_back_each_other_up_without_a_third():
    made = design(asked(3, **MPLS))
    names = [site.id for site in made.inventory.sites]
    network = without(made, circuit(made, names[0]))
    for source, target in ((names[0], names[1]), (names[2], names[0])):
        passed, fate = way(network, source, target)
        assert fate is Fate.DELIVERED
        assert guarded(passed) == [source, target]
        assert Role.WAN_EDGE not in {device.role for device in passed}
