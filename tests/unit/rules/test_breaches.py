"""Ways to break a design apply where there is something to break, and nowhere else."""

from __future__ import annotations

from netdesign.model.patch import Remove, Set, apply
from netdesign.model.security import Action
from netdesign.rules.breaches import back_door, clear_flow, first_rule, uninspected, without_device
from tests.support.sketch import case, design
from tests.support.stronghold import stronghold


def test_a_back_door_needs_a_switch_and_vlans_with_readable_subnets() -> None:
    held = stronghold()
    patch = back_door(case(held), "dmz", "server")
    assert patch is not None
    made = apply(held, patch)
    added = [one for one in made.addressing.interfaces if one not in held.addressing.interfaces]
    assert [(one.device, one.vlan, one.vrf, one.addresses) for one in added] == [
        ("core1", "dmz", "vrf-dmz", ("10.0.1.254/24",)),
        ("core1", "server", "vrf-dmz", ("10.0.3.254/24",)),
    ]

    assert back_door(case(design()), "dmz", "server") is None
    assert back_door(case(held), "dmz", "nowhere") is None
    unreadable = stronghold(
        Set("subnets", "dmz", {"prefix": "x"}), Set("subnets", "dmz-transit", {"prefix": "10.0.101.0/31"})
    )
    assert back_door(case(unreadable), "dmz", "server") is None
    unplugged = stronghold(*(Set("devices", n, {"in_service": False}) for n in ("core1", "core2", "edge1", "edge2")))
    assert back_door(case(unplugged), "dmz", "server") is None


def test_a_back_door_to_the_internet_is_a_circuit_of_its_own() -> None:
    held = stronghold()
    patch = back_door(case(held), "internet", "server")
    assert patch is not None
    assert len(apply(held, patch).cabling.links) == len(held.cabling.links) + 1


def test_a_first_rule_goes_where_both_zones_are_bound() -> None:
    held = case(stronghold())
    patch = first_rule(held, Action.DENY, "user", "server")

    assert patch is not None
    assert apply(held.design, patch).security.policy_rules[-1].order == 0
    assert first_rule(held, Action.DENY, "user", "nowhere") is None


def test_inspection_and_encryption_are_taken_away_where_they_are() -> None:
    held = stronghold(Set("links", "core1:peer--core2:peer", {"crypto": "mac"}))
    made = apply(held, clear_flow(case(held), "staff-web"))
    assert [one.id for one in made.cabling.links if one.crypto] == []
    assert not next(one for one in made.traffic.flows if one.id == "staff-web").encrypted

    patch = uninspected(case(held))
    assert patch is not None
    assert [one.id for one in apply(held, patch).security.policy_rules if one.inspect] == []
    assert uninspected(case(apply(held, patch))) is None


def test_a_device_leaves_nothing_behind() -> None:
    held = stronghold()
    made = apply(held, without_device(case(held), "fw2"))

    assert made.inventory.ha_groups[0].members == ("fw1",)
    assert made.security.policies[0].devices == ("fw1",)
    assert [one.id for one in made.cabling.links if "fw2" in (one.a.device, one.b.device)] == []
    assert [one.id for one in made.addressing.interfaces if one.device == "fw2"] == []
    assert apply(made, (Remove("devices", "edge1"),)).inventory.devices
