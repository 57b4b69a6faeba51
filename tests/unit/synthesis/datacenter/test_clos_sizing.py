from itertools import pairwise
from math import ceil
from typing import Any, TypeVar

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from netdesign.synthesis.datacenter.clos_sizing import (
    FabricDemand,
    LeafPorts,
    flat_ports,
    leaf_tiers,
    pods_on,
    sized,
    uppers,
)

T = TypeVar("T")
G = 10**9
TOR = LeafPorts(uplinks=8, uplink_bps=100 * G, downlinks=lambda _: 48)


def demand(ports=3840, **over):
    return FabricDemand(**({"ports": ports, "port_bps": 25 * G, "oversubscription": 3.0} | over))


def leaf_tier(wanted, leaf, spines):
    """The tier with the fewest uplinks of those with the fewest leaves; None when there is none."""
    return min(leaf_tiers(wanted, leaf, spines), key=lambda tier: tier.leaves, default=None)


def three_stage(wanted, leaf, spine_ports):
    """The size with the fewest links, then spines; None when there is none."""
    tiers = [tier for spines in wanted.spine_counts for tier in leaf_tiers(wanted, leaf, spines)]
    sizes = [sized(wanted, leaf, tier) for tier in tiers if flat_ports(wanted, tier) <= spine_ports]
    return min(sizes, key=lambda size: (size.leaves, size.links, size.spines), default=None)


def five_stages(wanted, leaf, spine_ports, super_ports):
    """Every size with super-spines."""
    return [
        sized(wanted, leaf, tier, upper)
        for spines in wanted.spine_counts
        for tier in leaf_tiers(wanted, leaf, spines)
        for pods in pods_on(wanted, tier, spine_ports, 2.0)
        for upper in uppers(wanted, pods, spine_ports, super_ports)
    ]


def fitting(found: T | None) -> T:
    """What was found; there must be something."""
    assert found is not None
    return found


def test_forty_racks_of_forty_servers_take_80_leaves_and_4_spines():
    """40 racks x 40 servers x 2 x 25G and 20 % spare: 3,840 ports; 48 x 25G + 8 x 100G leaves; 128-port spines."""
    size = fitting(three_stage(demand(), TOR, 128))

    assert (size.leaves, size.spines, size.uplinks, size.parallel) == (80, 4, 4, 1)
    assert size.oversubscription == 3.0
    assert size.failed_oversubscription == 4.0
    assert size.links == 82 * 4
    assert size.bisection_bps == 82 * 4 * 100 * G // 2
    assert (size.ecmp_width, size.super_spines, size.spine_count) == (4, 0, 4)


def test_smaller_spines_make_it_five_stages():
    assert three_stage(demand(), TOR, 64) is None

    size = min(five_stages(demand(), TOR, 64, 64), key=lambda size: (size.leaves, size.links))

    assert (size.leaves, size.spines) == (80, 4)
    assert size.pods > 1
    assert size.super_spines == size.spines * size.plane_width
    assert size.links == 82 * 4 + size.spine_count * size.plane_width * size.spine_parallel


def test_two_spines_need_more_uplinks_to_survive_one():
    tier = fitting(leaf_tier(demand(), TOR, 2))

    assert tier.uplinks == 6
    assert tier.downlinks * 25 / ((tier.uplinks - tier.parallel) * 100) <= 4.5


def test_a_lossless_fabric_is_not_oversubscribed():
    leaf = LeafPorts(uplinks=64, uplink_bps=400 * G, downlinks=lambda taken: 64 - taken)
    size = fitting(three_stage(demand(512, port_bps=400 * G, oversubscription=1.0, group=8), leaf, 64))

    assert size.oversubscription <= 1
    assert size.leaves % 8 == 0


def test_the_east_west_peak_must_fit_with_one_spine_down():
    calm = fitting(leaf_tier(demand(), TOR, 4))
    busy = fitting(leaf_tier(demand(east_west_bps=80 * 4 * 100 * G), TOR, 4))

    assert (calm.uplinks, busy.uplinks) == (4, 8)


def test_critical_leaves_have_as_many_uplinks_as_disjoint_paths():
    leaf = LeafPorts(uplinks=8, uplink_bps=100 * G, downlinks=lambda _: 12)

    assert [fitting(leaf_tier(demand(24, min_uplinks=least), leaf, 2)).uplinks for least in (2, 3)] == [2, 4]


def test_servers_with_several_ports_on_a_leaf_are_not_torn_apart():
    leaf = LeafPorts(uplinks=8, uplink_bps=100 * G, downlinks=lambda _: 15)
    tier = fitting(leaf_tier(demand(120, step=4), leaf, 2))

    assert tier.leaves == 10


def test_leaves_without_enough_uplinks_serve_fewer_ports():
    leaf = LeafPorts(uplinks=4, uplink_bps=40 * G, downlinks=lambda _: 48)
    tier = fitting(leaf_tier(demand(96), leaf, 4))

    assert tier.downlinks == 19
    assert tier.leaves == 6


def test_no_fabric_without_uplinks_enough_for_the_spines():
    assert leaf_tier(demand(), LeafPorts(uplinks=3, uplink_bps=100 * G, downlinks=lambda _: 48), 4) is None


@pytest.mark.parametrize("ports", [1, 47, 96, 97, 1000])
def test_servers_with_one_port_need_single_leaves(ports):
    size = fitting(three_stage(demand(ports, group=1), TOR, 128))

    assert size.leaves == ceil(ports / 48)


sizes: st.SearchStrategy[dict[str, Any]] = st.builds(
    dict,
    ports=st.integers(1, 6000),
    port_bps=st.sampled_from([10 * G, 25 * G, 100 * G]),
    oversubscription=st.sampled_from([1.0, 2.0, 3.0, 4.0]),
    group=st.sampled_from([1, 2, 4]),
)


def check_leaves(size, wanted, leaf):
    ratio = size.leaf_downlinks * wanted.port_bps / (size.uplinks * size.uplink_bps)
    assert ratio == pytest.approx(size.oversubscription)
    assert size.oversubscription <= wanted.oversubscription + 1e-9
    assert size.failed_oversubscription <= 1.5 * wanted.oversubscription + 1e-9
    assert size.uplinks == size.parallel * size.spines <= leaf.uplinks
    assert size.leaves * size.leaf_downlinks >= wanted.ports
    assert size.leaves % wanted.group == 0
    assert (size.leaves - wanted.group) * size.leaf_downlinks < wanted.ports


@given(sizes, st.sampled_from([32, 64, 128, 256]))
def test_a_three_stage_fabric_keeps_every_bound(wanted, spine_ports):
    wanted = demand(**wanted)
    found = three_stage(wanted, TOR, spine_ports)
    assume(found is not None)
    size = fitting(found)

    check_leaves(size, wanted, TOR)
    assert size.spines >= 2
    assert (size.leaves + size.border_leaves) * size.parallel * 1.2 <= spine_ports + 1e-9


@given(sizes, st.sampled_from([32, 64, 128]), st.sampled_from([32, 64, 128]))
def test_a_five_stage_fabric_keeps_every_bound(wanted, spine_ports, super_ports):
    wanted = demand(**wanted)
    for size in five_stages(wanted, TOR, spine_ports, super_ports):
        check_leaves(size, wanted, TOR)
        pod = wanted.group * ceil(size.leaves / (wanted.group * size.pods)) + size.border_leaves
        down, up = pod * size.parallel, size.plane_width * size.spine_parallel
        assert down * 1.2 + up <= spine_ports + 1e-9
        assert down / up <= 2.0
        assert size.pods * size.spine_parallel * 1.2 <= super_ports + 1e-9
        assert size.plane_width >= 2
        assert up <= 64


@given(sizes, st.sampled_from([2, 4, 6]))
def test_more_uplinks_only_where_they_save_leaves(wanted, spines):
    found = list(leaf_tiers(demand(**wanted), TOR, spines))

    assert all(a.uplinks < b.uplinks and a.leaves > b.leaves for a, b in pairwise(found))


def test_servers_with_one_port_are_spread_over_as_many_leaves_as_may_fall_at_once():
    tier = fitting(leaf_tier(demand(96, group=1, min_leaves=4), TOR, 4))

    assert tier.leaves == 4
