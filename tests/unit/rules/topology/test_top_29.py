"""TOP-29: room for the next switches."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.analysis.traffic.expansion import free_as_numbers, free_links, growths
from netdesign.model.addressing import Pool, Subnet
from netdesign.model.inventory import Homing
from netdesign.model.routing import RoutingProcess
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import RoutingProtocol, SubnetPurpose
from netdesign.rules.topology.top_29_expansion import expansion as top_29
from netdesign.rules.topology.top_29_expansion import wider
from tests.support.built import built, unmended
from tests.support.patches import first_change
from tests.support.sketch import case, design
from tests.unit.rules.topology.shapes import attach, clos, group, messages, verdict

SKU = "DCS-7050CX3-32S"
GROWTH = {"growth_multiplier": 1.5}


def fabric(leaves=2):
    """Leaves on spines of 32 ports, at ports that these have."""
    facts = [replace(f, sku=SKU) if getattr(f, "id", "")[0] == "s" and hasattr(f, "sku") else f for f in clos(leaves)]
    names = [port.name for port in case(design()).catalog.device(SKU).all_ports()]
    return [replace(f, b=replace(f.b, port=names[int(f.id[1])])) if hasattr(f, "speed_bps") else f for f in facts]


def routed(*used, pool="10.0.0.0/28"):
    facts: list[Any] = [
        RoutingProcess(id=f"{name}:bgp", device=name, vrf="default", protocol=RoutingProtocol.BGP, asn=64_512 + n)
        for n, name in enumerate(("s0", "l0", "l1"))
    ]
    facts.append(Pool(id="p2p", prefix=pool, purpose="point_to_point", site="dc1"))
    return [*facts, *(
        Subnet(id=f"x{n}", prefix=prefix, vrf="default", purpose=SubnetPurpose.POINT_TO_POINT, site="dc1")
        for n, prefix in enumerate(used)
    )]  # fmt: skip


def test_room_passes_and_no_growth_does_not_ask():
    found = verdict(top_29, *fabric(), **GROWTH)

    assert (found.status, found.measures[0].value, found.measures[0].threshold) == (Status.PASS, 30, 1)
    assert verdict(top_29, *fabric()).status is Status.NOT_APPLICABLE


def test_full_spines():
    names = tuple(port.name for port in case(design()).catalog.device(SKU).all_ports())[2:]
    full = [group("g", 99), attach("g", "s0", 1, ports=names)]

    found = verdict(top_29, *fabric(), *full, **GROWTH)

    assert (
        "the next 1 switches at dc1 need 1 ports of 100 Gbit/s on each of those above; the best group has 0"
        in (messages(found)[0])
    )


def test_unknown_types_leave_it_open():
    assert verdict(top_29, *clos(), **GROWTH).gaps[0].elements == ("s0", "s1")


def test_pools_and_numbers():
    enough = verdict(top_29, *fabric(), *routed("10.0.0.0/31"), **GROWTH)
    short = verdict(top_29, *fabric(), *routed("10.0.0.0/31", pool="10.0.0.0/30"), **GROWTH)

    assert enough.status is Status.PASS
    assert messages(short) == ["pool p2p (10.0.0.0/30) has 2 addresses left; the next 1 switches need 4"]


def test_growth_in_pairs_and_free_lanes():
    homed = group("g", 2, homing=Homing.ESI)
    made = case(design(*fabric(), homed)).network

    assert growths(made, 2.4)[0].switches == 4
    assert growths(made, 1.2)[0].switches == 2
    assert free_links(made, made.device_index["l0"], 100) is None
    assert free_links(made, made.device_index["s0"], 7) == 0
    assert free_as_numbers(made) == 1023


@pytest.mark.parametrize("shape", ["campus", "tiers", "fabric", "centre"])
def test_mutants_are_seen(shape):
    found = unmended(top_29, built(shape), but=tuple(m.title for m in top_29.mutants))

    assert [one for one in found if "survived" in one or "pool" in one] == []


def test_a_pool_is_widened_beside_others():
    facts = [*fabric(), *routed("10.0.0.0/31", pool="10.0.0.0/30")]
    finding = verdict(top_29, *facts, **GROWTH).findings[0]
    beside = Pool(id="other", prefix="10.0.0.4/30", purpose="x")
    block = Pool(id="block", prefix="10.0.0.0/16", purpose="site")
    bad = Pool(id="bad", prefix="nothing", purpose="x")

    assert first_change(wider(case(design(*facts, block, bad)), finding))["prefix"] == "10.0.0.0/29"
    assert wider(case(design(*facts, beside)), finding) is None
    assert wider(case(design(*facts)), Finding(message="")) is None
