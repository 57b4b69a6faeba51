"""Ports of endpoints in whole and in split cages, and what the bill counts for them."""

from __future__ import annotations

from typing import Any

from netdesign.analysis.equipment.endpoint_ports import EndpointPorts, endpoint_ports_taken
from netdesign.analysis.equipment.parts import needs
from netdesign.model.inventory import Homing, Site
from netdesign.model.parts import PartKind, PartLine
from netdesign.model.patch import Set
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Medium, Role
from netdesign.rules.capacity.cap_05_component_quantity import component_quantity as rule
from tests.support.sketch import GBPS, case, design, device, link
from tests.unit.rules.capacity.small import attached, changed, group, judged

SKU = "QFX5110-48S-AFO"
LANE = "et-0/0/48:{}"
TEN: dict[str, Any] = {"speed_bps": 10 * GBPS, "medium": Medium.MMF_OM4}


def fanned(phy: str = "10GBASE-SR", lanes: int = 2, **changes: Any):
    """A switch with links to SFP+ ports of another from lanes of one cage."""
    switches = [device(f"leaf{n}", Role.LEAF, sku=SKU) for n in (1, 2)]
    changes = TEN | changes
    links = [link(f"leaf1:{LANE.format(n)}", f"leaf2:xe-0/0/{n}", phy=phy, **changes) for n in range(lanes)]
    return design(Site(id="dc1", name="dc1"), *switches, *links)


def counted(made) -> dict[tuple[str, str], int]:
    """What links need at least, by kind and part; devices and all that hangs on them aside."""
    kinds = (PartKind.TRANSCEIVER, PartKind.CABLE)
    return {(n.kind.value, n.part): n.least for n in needs(case(made).network).values() if n.kind in kinds}


def test_one_module_and_harness_for_all_lanes():
    assert counted(fanned()) == {
        ("cable", "mmf-om4"): 2,
        ("cable", "fan-out-4"): 1,
        ("transceiver", "10GBASE-SR"): 2,
        ("transceiver", "4x10GBASE-SR"): 1,
    }


def test_one_ready_made_cable_for_all_lanes():
    assert counted(fanned("10G-DAC-2M", 3, medium=Medium.DAC)) == {("cable", "4x10G-DAC-2M"): 1}


def test_whole_cages_are_counted_as_ever():
    whole = link("leaf1:xe-0/0/9", "leaf2:xe-0/0/9", phy="10GBASE-SR", **TEN)
    found = counted(changed(fanned(lanes=1), whole))
    assert found["transceiver", "10GBASE-SR"] == 3
    assert found["transceiver", "4x10GBASE-SR"] == 1


def servers(on: tuple[str, ...], **changes: Any):
    """Endpoints on ports of the switch."""
    made = changed(fanned(**changes), group("servers", len(on), nics=1, homing=Homing.SINGLE))
    return changed(made, attached("leaf1", 0), Set("attachments", "servers--leaf1", {"ports": on}))


def ports(made) -> EndpointPorts:
    """The ports of endpoints by sort."""
    return endpoint_ports_taken(case(made).network)


def test_endpoints_by_sort_of_cage():
    beside, alone = LANE.format(3), ("et-0/0/49:0", "et-0/0/49:1")
    assert ports(servers(("xe-0/0/20", beside, *alone))) == EndpointPorts(1, 2, 1, 1, 0)
    tailed = servers((beside,), phy="10G-DAC-2M", medium=Medium.DAC)
    assert ports(tailed) == EndpointPorts(0, 0, 0, 0, 1)
    assert ports(servers(("xe-0/0/20", beside, *alone))).total == 4
    assert ports(changed(servers(("nowhere",)))).whole == 1
    assert ports(changed(servers(("xe-0/0/20",)), Set("devices", "leaf1", {"sku": None}))).total == 0


def billed(made, **quantities: int):
    """The design with a bill of its devices and of so many cables and transceivers."""
    fields = {
        "fan_out": "fan-out-4",
        "fibre": "mmf-om4",
        "sr": "10GBASE-SR",
        "sr4": "4x10GBASE-SR",
        "dac": "10G-DAC-2M",
    }
    fields |= {"dac4": "4x10G-DAC-2M"}
    optics = ("sr", "sr4")
    lines = [
        PartLine(
            id=name, kind=PartKind.TRANSCEIVER if name in optics else PartKind.CABLE, part=fields[name], quantity=count
        )
        for name, count in quantities.items()
    ]
    lines.append(PartLine(id="leaf", kind=PartKind.DEVICE, part=SKU, quantity=2))
    lines.append(PartLine(id="licence", kind=PartKind.LICENCE, part=SKU, quantity=2))
    return changed(made, *lines)


def test_the_bill_of_lanes():
    alone = servers(("et-0/0/49:0", "et-0/0/49:1"))
    by_fibre = billed(alone, fibre=4, fan_out=2, sr=4, sr4=2)
    assert judged(rule, by_fibre).status is Status.PASS, judged(rule, by_fibre).findings
    by_cable = billed(alone, fibre=2, fan_out=1, sr=2, sr4=1, dac4=1)
    assert judged(rule, by_cable).status is Status.PASS, judged(rule, by_cable).findings
    beside = billed(servers((LANE.format(3),)), fibre=3, fan_out=1, sr=3, sr4=1)
    assert judged(rule, beside).status is Status.PASS, judged(rule, beside).findings


def test_a_bill_of_lanes_that_does_not_agree():
    alone = servers(("et-0/0/49:0", "et-0/0/49:1"))
    crowd = judged(rule, billed(alone, fibre=9, fan_out=1, sr=2, sr4=1)).findings
    assert any("links take 3 and endpoints 1 to 2 more" in finding.message for finding in crowd)
    missing = judged(rule, billed(alone, fibre=4, fan_out=2, sr=4, sr4=1)).findings
    assert [one.message for one in missing] == [
        "the bill has 5 transceivers; links take 3 and the fibres to endpoints 3"
    ]
    none = judged(rule, billed(fanned(), fibre=2, sr=4)).findings
    assert {finding.witness.get("part") for finding in none} >= {"4x10GBASE-SR", "fan-out-4"}
