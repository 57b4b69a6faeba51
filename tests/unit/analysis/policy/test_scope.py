"""Scope: what holds and carries data, what can get to it, and what can without need."""

from __future__ import annotations

from netdesign.analysis.policy.scope import (
    Surplus,
    connected_groups,
    connected_zones,
    data_classes,
    needed,
    scope,
    unneeded_access,
)
from netdesign.catalog.selection import default_catalog
from netdesign.graph.network import Network, compile_network
from netdesign.model.patch import Add, Operation, Set
from netdesign.model.vocabulary import DataClass
from tests.support.stronghold import SQL, permit, stronghold

CARDS = Set("zones", "server", {"data_classes": (DataClass.CHD,)})


def network(*changes: Operation, **requirements: object) -> Network:
    return compile_network(stronghold(*changes, **requirements), default_catalog())


def test_the_scope_follows_the_zone_to_groups_subnets_and_devices() -> None:
    found = scope(network(CARDS, Set("flows", "web-apps", {"data_class": DataClass.CHD})), DataClass.CHD)

    assert found.zones == ("server",)
    assert found.groups == ("apps",)
    assert found.subnets == ("server", "server-transit")
    assert found.devices == ("core1", "core2")
    assert found.flows == ("web-apps",)
    assert found
    assert str(found) == "1 zones, 1 groups, 2 subnets, 2 devices, 1 flows"


def test_a_group_may_hold_data_outside_any_marked_zone() -> None:
    found = scope(network(Set("endpoint_groups", "staff", {"data_classes": (DataClass.CHD,)})), DataClass.CHD)

    assert (found.zones, found.groups, found.devices) == ((), ("staff",), ("core1",))
    assert found


def test_a_subnet_is_in_the_zone_of_its_vlan() -> None:
    assert "server" in scope(network(CARDS, Set("subnets", "server", {"zone": None})), DataClass.CHD).subnets


def test_without_data_or_classes_there_is_no_scope() -> None:
    assert not scope(network(), DataClass.CHD)
    assert not scope(network(CARDS))


def test_data_classes_are_gathered_from_everywhere() -> None:
    group = Set("endpoint_groups", "staff", {"data_classes": (DataClass.PII,)})
    found = data_classes(network(CARDS, group, data_classes=(DataClass.CUI,)))

    assert found == {DataClass.CHD, DataClass.PII, DataClass.CUI, DataClass.CONFIDENTIAL}


def test_connected_zones_are_those_with_a_permit_to_or_from_the_scope() -> None:
    held = network(CARDS)

    assert connected_zones(held, DataClass.CHD) == {"server", "dmz", "user", "management"}
    assert [group.id for group in connected_groups(held, DataClass.CHD)] == ["staff", "web", "apps", "services"]
    assert connected_zones(held) == frozenset()


def test_zones_without_a_filter_between_are_connected() -> None:
    alone = network(CARDS, Set("policies", "inner", {"devices": ()}))

    assert connected_zones(alone, DataClass.CHD) >= {"internet", "server", "user"}


def test_a_permit_that_no_flow_needs_is_surplus() -> None:
    odd = Add("policy_rules", permit("odd", 5, "management", "server", SQL))

    assert unneeded_access(network(CARDS), DataClass.CHD) == ()
    assert unneeded_access(network(CARDS, odd), DataClass.CHD) == (Surplus("inner", "odd", "management", "server"),)


def test_need_has_a_direction() -> None:
    held = network()

    assert needed(held, "dmz", "server")
    assert not needed(held, "server", "dmz")
