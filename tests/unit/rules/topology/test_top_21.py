"""TOP-21: parts that fit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netdesign.model.parts import PartKind, PartLine
from netdesign.model.patch import Remove
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import LinkPurpose, Medium, Role
from netdesign.rules.topology.top_21_optics import billed, fitting
from netdesign.rules.topology.top_21_optics import optic_compatibility as top_21
from tests.support.built import built, unmended
from tests.support.patches import first_change
from tests.support.sketch import GBPS, case, design, device, link
from tests.unit.rules.topology.shapes import messages, verdict

SKU = "QFX5110-48S-AFO"
LANES = [f"et-0/0/48:{n}" for n in range(4)]


def pair(*links):
    return [*(device(name, Role.LEAF, sku=SKU) for name in ("l0", "l1")), *links]


def plug(a="xe-0/0/1", b="xe-0/0/1", **changes):
    made = link(f"l0:{a}", f"l1:{b}", id=f"{a}{b}", speed_bps=10 * GBPS, phy="10GBASE-SR")
    return replace(made, **changes)


def ports():
    kind = case(design()).catalog.device(SKU)
    return [port.name for port in kind.all_ports()][:2]


def test_a_part_that_fits_both_ends():
    first = ports()[0]

    assert verdict(top_21, *pair(plug(first, first))).status is Status.PASS


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"phy": "nobody's"}, "nothing of the catalogue is called nobody's"),
        ({"phy": "25GBASE-SR"}, "25GBASE-SR runs at 25 Gbit/s, the link at 10"),
        ({"medium": Medium.SMF}, "10GBASE-SR is not made for smf"),
        ({"phy": "40GBASE-SR4", "speed_bps": 40 * GBPS}, None),
    ],
)
def test_what_does_not_do(changes, said):
    found = verdict(top_21, *pair(plug(*ports()[:1] * 2, **changes)))

    if said is not None:
        assert said in messages(found)[0]
        assert found.findings[0].elements == (found.findings[0].witness["link"],)


def test_a_small_part_in_a_large_cage():
    found = verdict(top_21, *pair(plug("et-0/0/48", "et-0/0/48", speed_bps=100 * GBPS, phy="100G-BAD")))

    assert found.status is Status.FAIL
    whole = plug("et-0/0/48", "et-0/0/48", speed_bps=40 * GBPS, phy="40G-DAC-3M", medium=Medium.DAC)
    assert verdict(top_21, *pair(whole)).status is Status.PASS


def bill(*parts):
    lines = [PartLine(id=f"x{n}", kind=kind, part=part, quantity=count) for n, (kind, part, count) in enumerate(parts)]
    return [PartLine(id="some", kind=PartKind.CABLE, part="mmf-om4", quantity=1), *lines]


def test_lanes_of_one_cage():
    same = [plug(lane, ports()[n]) for n, lane in enumerate(LANES[:2])]
    mixed = [same[0], replace(same[1], phy="10G-DAC-2M", medium=Medium.DAC)]

    assert verdict(top_21, *pair(*same)).status is Status.PASS
    found = verdict(top_21, *pair(*mixed))
    assert messages(found) == [
        "cage et-0/0/48 of l0 is split; its lanes want 10G-DAC-2M and 10GBASE-SR, one part serves all"
    ]


def test_one_cable_is_not_split_twice():
    found = verdict(top_21, *pair(plug(LANES[0], LANES[0], phy="10G-DAC-2M", medium=Medium.DAC)))

    assert "10G-DAC-2M is one cable and cannot be split at both ends" in messages(found)[0]


def test_the_bill_holds_what_split_cages_take():
    facts = pair(*(plug(lane, ports()[n]) for n, lane in enumerate(LANES[:2])))
    whole = bill((PartKind.TRANSCEIVER, "4x10GBASE-SR", 1), (PartKind.CABLE, "fan-out-4", 1))

    assert verdict(top_21, *facts, *whole).status is Status.PASS
    found = verdict(top_21, *facts, *bill())
    assert sorted(messages(found)) == [
        "split cages take 1 of 4x10GBASE-SR; the bill has 0",
        "split cages take 1 of fan-out-4; the bill has 0",
    ]
    lacking = next(f for f in found.findings if f.witness["part"] == "fan-out-4")
    more = billed(case(design(*facts, *bill((PartKind.CABLE, "fan-out-4", 0)))), lacking)
    assert first_change(more)["quantity"] == 1
    dac = [plug(LANES[0], ports()[0], phy="10G-DAC-2M", medium=Medium.DAC)]
    assert messages(verdict(top_21, *pair(*dac), *bill())) == ["split cages take 1 of 4x10G-DAC-2M; the bill has 0"]


def test_unknown_types_leave_it_open():
    facts = [device("l0", Role.LEAF, sku="nobody's"), device("l1", Role.LEAF), plug()]

    assert verdict(top_21, *facts).gaps[0].elements == ("l0",)
    circuit = link("l0:1", "l1:1", LinkPurpose.CIRCUIT, medium=Medium.VIRTUAL, phy="x")
    assert verdict(top_21, device("l0", Role.LEAF), device("l1", Role.LEAF), circuit).status is Status.PASS


@pytest.mark.parametrize("shape", ["centre", "campus", "tiers", "fabric"])
def test_mutants_are_seen_and_mended(shape):
    split = tuple(m.title for m in top_21.mutants[4:])

    assert unmended(top_21, built(shape), but=split) == []


def test_mixed_lanes_are_brought_together():
    same = [plug(lane, ports()[n]) for n, lane in enumerate(LANES[:2])]
    made = case(design(*pair(*same)))

    patch = next(m for m in top_21.mutants if m.title.startswith("mix parts")).mutate(made)

    assert patch is not None
    names = [link.id for link in same]
    mixed = case(design(*pair(same[0], replace(same[1], phy="10G-DAC-2M", medium=Medium.DAC))))
    agreed = fitting(mixed, Finding(message="", witness={"links": names}))
    assert first_change(agreed)["phy"] == "10GBASE-SR"
    assert fitting(mixed, Finding(message="")) is None
    gone = next(m for m in top_21.mutants if m.title.startswith("leave the modules"))
    priced = case(design(*pair(*same), *bill((PartKind.TRANSCEIVER, "4x10GBASE-SR", 1))))
    assert gone.mutate(priced) == (Remove("lines", "x0"),)
