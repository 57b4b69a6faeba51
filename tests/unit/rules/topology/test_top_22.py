"""TOP-22: ports of one's own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netdesign.analysis.equipment.port_use import free_port, misuses, orphan_for
from netdesign.model.cabling import PortRef
from netdesign.model.inventory import Homing, PortProfile
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import PortMode, Role
from netdesign.rules.topology.top_22_ports import (
    other_endpoint_port,
    other_port,
    same_speed,
    to_the_other,
    turned_on,
)
from netdesign.rules.topology.top_22_ports import (
    port_uniqueness as top_22,
)
from tests.support.built import built, unmended
from tests.support.patches import first_change
from tests.support.sketch import GBPS, case, design, device, interface, link
from tests.unit.rules.topology.shapes import attach, flow, group, messages, verdict

SKU = "QFX5110-48S-AFO"
KIND = case(design()).catalog.device(SKU)
P = [port.name for port in KIND.all_ports() if 10 * GBPS in port.speeds_bps][:6]


def pair(*facts):
    return [*(device(name, Role.LEAF, sku=SKU) for name in ("l0", "l1")), *facts]


def plug(a, b, **changes):
    return replace(link(f"l0:{a}", f"l1:{b}", id=f"{a}-{b}", speed_bps=10 * GBPS, phy="10GBASE-SR"), **changes)


def reasons(*facts):
    return sorted({one.reason for one in misuses(case(design(*pair(*facts))).network)})


def test_ports_of_their_own_pass():
    found = verdict(top_22, *pair(plug(P[0], P[0]), plug(P[1], P[1])))

    assert (found.status, found.measures[0].value) == (Status.PASS, 0)
    assert verdict(top_22, device("x", Role.LEAF)).status is Status.NOT_APPLICABLE


def test_shared_ports():
    found = verdict(top_22, *pair(plug(P[0], P[0]), plug(P[0], P[1])))

    assert messages(found) == [
        f"port {P[0]} of l0, asked for by {P[0]}-{P[0]}, {P[0]}-{P[1]}, is taken by more than one cable or endpoint"
    ]


def test_endpoints_share_with_links_but_radios_may():
    wired = [plug(P[0], P[0]), group("g", 1, nic_speed_bps=10 * GBPS), attach("g", "l0", 1, ports=(P[0],))]
    radio = [replace(f, homing=Homing.WIRELESS) if getattr(f, "id", "") == "g" else f for f in wired]

    assert reasons(*wired) == ["shared"]
    assert reasons(*radio) == []


def test_unknown_ports_speeds_loops():
    assert reasons(plug("nowhere", P[0])) == ["no port"]
    assert reasons(plug(P[0], P[0], speed_bps=400 * GBPS)) == ["speed"]
    loop = replace(plug(P[0], P[0]), b=PortRef(device="l0", port=P[1]))
    assert messages(verdict(top_22, *pair(loop))) == [f"link {P[0]}-{P[0]} leads from l0 to itself"]


def test_interfaces_that_are_shut_or_slow():
    cable = plug(P[0], P[0])

    assert reasons(cable, interface("l0", P[0], enabled=False)) == ["shut"]
    assert reasons(cable, interface("l0", P[0], speed_bps=GBPS)) == ["speed"]
    assert reasons(replace(cable, in_service=False), interface("l0", P[0], enabled=False)) == []


def test_shut_profiles_matter_where_a_flow_goes():
    closed = PortProfile(id="none", mode=PortMode.ACCESS, enabled=False)
    facts = [group("g", 1, nic_speed_bps=10 * GBPS), attach("g", "l0", 1, ports=(P[0],)), closed]

    assert reasons(*facts) == []
    assert reasons(*facts, flow("f", "g", "g")) == ["shut"]


def test_unknown_types_leave_it_open():
    found = verdict(top_22, device("x", Role.LEAF), device("y", Role.LEAF), link("x:1", "y:1"))

    assert found.gaps[0].message == "nothing says which ports x, y have"


@pytest.mark.parametrize("shape", ["centre", "campus", "tiers", "fabric", "branch"])
def test_mutants_are_seen_and_mended(shape):
    made = [one for one in unmended(top_22, built(shape)) if "lead a link back" not in one]

    assert made == []


def test_where_else_to_plug_in():
    there = interface("l1", P[1], addresses=("10.0.0.1/31", "bad"))
    here = [interface("l0", P[2]), interface("l0", P[3], addresses=("10.0.0.0/31",))]
    facts = pair(plug(P[0], P[0]), plug(P[0], P[1]), *here, there)
    held = case(design(*facts))
    link_ = held.network.links[1]

    orphan = orphan_for(held.network, link_, link_.b, "l0")
    assert orphan is not None
    assert orphan.name == P[3]
    assert free_port(held.network, "l0", 10 * GBPS, None) == P[1]
    assert free_port(held.network, "nobody", 10 * GBPS, None) is None
    assert free_port(held.network, "l0", 7, None) is None
    finding = verdict(top_22, *facts).findings[0]
    assert first_change(other_port(held, finding))["a"] == PortRef(device="l0", port=P[3])


def test_fixes_that_cannot():
    made = case(design(*pair(plug(P[0], P[0]))))
    nothing = Finding(message="", witness={"reason": "other", "users": ["x"]})

    for fix in (other_port, other_endpoint_port, turned_on, same_speed, to_the_other):
        assert fix(made, nothing) is None
    loop = Finding(message="", witness={"reason": "loop", "link": f"{P[0]}-{P[0]}"})
    assert to_the_other(made, loop) is None
