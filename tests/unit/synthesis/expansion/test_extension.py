"""An extension adds to what stands: nothing of it moves, and what cannot grow is refused with the number that can."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.catalog.selection import Catalog
from netdesign.errors import InfeasibleError
from netdesign.model.design import Design
from netdesign.model.difference import difference
from netdesign.model.expansion import AlterationKind
from netdesign.model.inventory import Attachment, EndpointGroup, EndpointKind, Homing
from netdesign.model.patch import Add, Set, apply
from netdesign.model.references import faults_in
from netdesign.model.security import Action, PolicyRule
from netdesign.model.vocabulary import NetworkType, Role
from netdesign.synthesis.expansion.extension import extend
from tests.golden.conftest import analysed, synthesized
from tests.support.growing import BENCH, broken_promises, grown, larger, overlapping, resolved, shared_ports

CENTRES = ("dc-2-racks", "dc-12-racks", "datacenter", "dc-ai-fabric", "dc-storage-fabric")


def counted(design: Design, role: Role) -> int:
    return sum(device.role is role for device in design.inventory.devices)


def codes(error: InfeasibleError) -> list[str]:
    return [conflict.code for conflict in error.conflicts]  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", CENTRES)
def test_unchanged_requirements_change_nothing_but_the_reasons(name):
    existing = synthesized(name).design

    made = extend(existing, analysed(name).requirements, BENCH.catalog, BENCH.parameters)

    changed = {getattr(operation, "collection", "") for operation in difference(existing, made.design)}
    assert changed <= {"decisions"}
    assert made.alterations == ()


def test_forty_racks_grow_to_sixty_and_nothing_that_stands_moves():
    existing, made = synthesized("datacenter").design, grown("datacenter", 60, 1200)

    assert list(broken_promises(existing, made.design)) == []
    assert {change.kind for change in made.alterations} == {AlterationKind.GROWN}
    assert all(change.reason for change in made.alterations)
    assert sum(group.count for group in made.design.inventory.endpoint_groups if group.zone != "management") == 1200
    assert len(made.design.inventory.racks) - len(existing.inventory.racks) == 20
    assert counted(made.design, Role.LEAF) == 48
    for role in (Role.SPINE, Role.BORDER_LEAF, Role.FIREWALL, Role.INTERNET_EDGE):
        assert counted(made.design, role) == counted(existing, role)


def test_every_new_leaf_has_the_uplinks_of_the_old_ones():
    existing, design = synthesized("datacenter").design, grown("datacenter", 60, 1200).design
    roles = {device.id: device.role for device in design.inventory.devices}

    def spines(leaf: str) -> list[str]:
        return sorted(
            link.b.device
            for link in design.cabling.links
            if link.a.device == leaf and roles[link.b.device] is Role.SPINE
        )

    leaves = [device.id for device in design.inventory.devices if device.role is Role.LEAF]
    old = {device.id for device in existing.inventory.devices}
    assert {tuple(spines(leaf)) for leaf in leaves if leaf not in old} == {tuple(spines(leaves[0]))}


def test_what_is_added_shares_no_port_and_no_address_with_what_stands():
    design = grown("datacenter", 60, 1200).design

    assert shared_ports(design) == []
    assert overlapping(design) == []
    assert list(faults_in(design)) == []
    numbers = [vni.number for vni in design.overlay.vnis]
    asns = {p.device: p.asn for p in design.routing.processes if p.vrf == "default" and p.asn}
    leaves = [device.id for device in design.inventory.devices if device.role is Role.LEAF]
    assert len(numbers) == len(set(numbers))
    assert len({asns[leaf] for leaf in leaves}) == len(leaves)


@settings(max_examples=5, deadline=None)
@given(racks=st.integers(12, 18), more=st.integers(0, 120))
def test_whatever_is_added_leaves_what_stands_alone(racks, more):
    existing = synthesized("dc-12-racks").design
    wanted = resolved(larger("dc-12-racks", racks, 240 + more))
    made = extend(existing, wanted, BENCH.catalog, BENCH.parameters)

    assert list(broken_promises(existing, made.design)) == []
    assert shared_ports(made.design) == []
    assert overlapping(made.design) == []
    assert (
        sum(group.count for group in made.design.inventory.endpoint_groups if group.zone != "management") == 240 + more
    )


def hand_made(design: Design) -> Design:
    """The design with a name that somebody chose, a rule that somebody wrote, and servers that somebody attached."""
    leaf = next(device for device in design.inventory.devices if device.role is Role.LEAF)
    policy = design.security.policies[0]
    vlan = next(vlan for vlan in design.switching.vlans if leaf.id in vlan.devices and vlan.zone == "server")
    profile = next(one for one in design.inventory.port_profiles if vlan.id in one.vlans)
    taken = {port for one in design.inventory.attachments if one.device == leaf.id for port in one.ports}
    kind = BENCH.catalog.device(leaf.sku or "")
    port = next(one.name for one in kind.all_ports() if 25_000_000_000 in one.speeds_bps and one.name not in taken)
    rule = PolicyRule(
        id="written-by-hand", policy=policy.id, order=5, action=Action.DENY, log=True, sources=("192.0.2.0/24",)
    )
    group = EndpointGroup(
        id="hand-made",
        name="a test rig",
        site=leaf.site,
        kind=EndpointKind.SERVER,
        count=1,
        zone="server",
        vlans=(vlan.id,),
        nics=1,
        nic_speed_bps=25_000_000_000,
        homing=Homing.SINGLE,
    )
    rig = Attachment(id="rig", group="hand-made", device=leaf.id, endpoints=1, ports=(port,), profile=profile.id)
    return apply(
        design,
        (
            Set("devices", leaf.id, {"hostname": "old-faithful", "owner": "somebody"}),
            Add("policy_rules", rule),
            Add("endpoint_groups", group),
            Add("attachments", rig),
        ),
    )


def test_what_people_made_by_hand_stays():
    existing = hand_made(synthesized("dc-12-racks").design)

    made = extend(existing, resolved(larger("dc-12-racks", 14, 280)), BENCH.catalog, BENCH.parameters).design

    assert list(broken_promises(existing, made)) == []
    assert shared_ports(made) == []
    assert next(one for one in made.inventory.devices if one.hostname == "old-faithful").owner == "somebody"
    assert next(one for one in made.security.policy_rules if one.id == "written-by-hand").order == 5
    assert next(one for one in made.inventory.attachments if one.id == "rig").ports


def refused(existing, wanted, catalog: Catalog | None = None) -> InfeasibleError:
    with pytest.raises(InfeasibleError) as caught:
        extend(existing, wanted, catalog or BENCH.catalog, BENCH.parameters)
    return caught.value


def test_a_full_fabric_says_how_many_servers_it_has_room_for():
    existing = synthesized("dc-ai-fabric").design
    wanted = larger("dc-ai-fabric", 24, 96)

    error = refused(existing, resolved(wanted))

    assert codes(error) == ["spines-full"]
    way = error.conflicts[0].relaxations[0]  # type: ignore[attr-defined]
    fitting = int(way.to_value)
    made = extend(existing, resolved(larger("dc-ai-fabric", 24, fitting)), BENCH.catalog, BENCH.parameters)
    assert list(broken_promises(existing, made.design)) == []
    assert codes(refused(existing, resolved(larger("dc-ai-fabric", 24, fitting + 1)))) == ["spines-full"]


def test_a_full_pair_says_how_many_servers_it_has_room_for():
    existing = synthesized("dc-2-racks").design

    error = refused(existing, resolved(larger("dc-2-racks", 3, 45)))

    assert codes(error) == ["pair-full"]
    fitting = int(error.conflicts[0].relaxations[0].to_value)  # type: ignore[attr-defined]
    made = extend(existing, resolved(larger("dc-2-racks", 2, fitting)), BENCH.catalog, BENCH.parameters)
    assert list(broken_promises(existing, made.design)) == []


def test_what_stands_and_is_not_asked_for_is_named():
    existing, asked = synthesized("dc-12-racks").design, resolved(larger("dc-12-racks", 14, 280))
    site = asked.sites[0]

    others = {
        "other-network-type": replace(asked, network_type=NetworkType.LEGACY_CAMPUS),
        "site-left-out": replace(asked, sites=(replace(site, id="elsewhere", name="Elsewhere"),)),
        "smaller-than-what-stands": replace(asked, sites=(replace(site, racks=2),)),
        "other-server-ports": replace(asked, servers=replace(asked.servers, nics_per_server=4)),
        "addresses-outside": replace(asked, supernets=("192.168.0.0/16",)),
    }

    for code, wanted in others.items():
        error = refused(existing, wanted)
        assert code in codes(error)
        assert all(conflict.relaxations for conflict in error.conflicts)  # type: ignore[attr-defined]


def test_a_type_that_is_no_longer_supported_is_not_bought_again():
    existing, asked = synthesized("dc-12-racks").design, resolved(larger("dc-12-racks", 18, 360))
    leaf = next(device.sku for device in existing.inventory.devices if device.role is Role.LEAF)
    old = [replace(kind, end_of_support="2020-01-01") if kind.sku == leaf else kind for kind in BENCH.catalog.devices()]

    error = refused(existing, asked, Catalog(old, "aged"))

    assert any(str(leaf) in str(conflict) or "support" in str(conflict) for conflict in error.conflicts)


def test_a_type_that_the_catalogue_lacks_is_named():
    existing, asked = synthesized("dc-12-racks").design, resolved(larger("dc-12-racks", 18, 360))
    leaf = next(device.sku for device in existing.inventory.devices if device.role is Role.LEAF)

    error = refused(existing, asked, Catalog([k for k in BENCH.catalog.devices() if k.sku != leaf], "without"))

    assert codes(error) == ["unknown-type"]
    assert leaf is not None
    assert leaf in str(error)
