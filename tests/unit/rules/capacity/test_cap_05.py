"""CAP-05: the bill of materials."""

from __future__ import annotations

import pytest

from netdesign.model.inventory import Homing, Rack
from netdesign.model.parts import PartKind, PartLine
from netdesign.model.patch import Remove, Set
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import LinkPurpose, Medium, Redundancy, Role
from netdesign.rules.capacity.cap_05_component_quantity import component_quantity as rule
from tests.support.sketch import device, link
from tests.unit.rules.capacity.small import (
    LEAF,
    SPINE,
    attached,
    changed,
    circuit,
    clos,
    firewall,
    group,
    judged,
    kills,
    only_finding,
)


def line(kind: PartKind, part: str, quantity: int, spares: int = 0) -> PartLine:
    """A line of the bill."""
    return PartLine(id=f"{kind.value}-{part}", kind=kind, part=part, quantity=quantity, spares=spares)


LINES = (
    line(PartKind.DEVICE, LEAF, 2),
    line(PartKind.DEVICE, SPINE, 2),
    line(PartKind.TRANSCEIVER, "100GBASE-SR4", 8),
    line(PartKind.CABLE, "mmf-om4", 4),
    line(PartKind.CABLE, "10G-DAC-3M", 40),
    line(PartKind.LICENCE, LEAF, 2),
    line(PartKind.LICENCE, SPINE, 2),
)


def billed(*changes, **requirements):
    """The small fabric with its bill."""
    return changed(clos(**requirements), *LINES, *changes)


def test_a_bill_that_agrees():
    verdict = judged(rule, billed())
    assert verdict.status is Status.PASS
    assert [(m.value, m.threshold) for m in verdict.measures] == [(7, None), (4, 4)]
    assert kills(rule, billed()) == [True, True, True, None, True]


def test_without_a_bill_the_rule_is_silent():
    assert judged(rule, clos()).status is Status.NOT_APPLICABLE
    assert kills(rule, clos()) == [None, None, None, None, None]


@pytest.mark.parametrize("at", range(len(LINES)))
@pytest.mark.parametrize("step", [-1, 1])
def test_every_line_counts(at, step):
    chosen = LINES[at]
    made = changed(billed(), Set("lines", chosen.id, {"quantity": chosen.quantity + step}))
    assert judged(rule, made).status is Status.FAIL


def test_what_has_no_line_is_missing():
    finding = only_finding(rule, changed(billed(), Remove("lines", f"device-{SPINE}")))
    assert finding.message == f"the bill has 0 of {SPINE} (device); the drawing needs 2"
    assert finding.elements == ()


def test_what_is_billed_without_need():
    finding = only_finding(rule, billed(line(PartKind.DEVICE, "FG-100F", 1)))
    assert finding.witness == {"kind": "device", "part": "FG-100F", "billed": 1, "least": 0, "most": 0}
    made = billed(line(PartKind.CABLE, "smf", 99), line(PartKind.TRANSCEIVER, "10GBASE-SR", 99))
    messages = [finding.message for finding in judged(rule, made).findings]
    assert any("99 of smf (cable); the drawing needs 0 to 40" in message for message in messages)
    assert any("99 of 10GBASE-SR (transceiver); the drawing needs 0 to 80" in message for message in messages)


def test_servers_may_have_fibres_with_two_transceivers_each():
    fibre = changed(
        billed(line(PartKind.CABLE, "mmf-om3", 10), line(PartKind.TRANSCEIVER, "10GBASE-SR", 20)),
        Set("lines", "cable-10G-DAC-3M", {"quantity": 30}),
    )
    assert judged(rule, fibre).status is Status.PASS
    odd = changed(fibre, Set("lines", "transceiver-10GBASE-SR", {"quantity": 19}))
    assert (
        only_finding(rule, odd).message == "the bill has 27 transceivers; links take 8 and the fibres to endpoints 20"
    )


def test_supplies_and_licences_follow_devices():
    good = billed(line(PartKind.POWER_SUPPLY, LEAF, 4), line(PartKind.LICENCE, "support", 7))
    assert judged(rule, good).status is Status.PASS
    bad = changed(good, Set("lines", f"power_supply-{LEAF}", {"quantity": 3}))
    assert only_finding(rule, bad).message == f"the bill has 3 of {LEAF} (power supply); the drawing needs 4"


def test_racks_follow_racks():
    rack = Rack(id="r1", room="hall", row=0, position=0, usable_units=42, breaker_w=7000)
    assert judged(rule, billed(line(PartKind.RACK, "rack", 1), rack)).status is Status.PASS
    assert (
        only_finding(rule, billed(line(PartKind.RACK, "rack", 1))).message == "the bill has 1 racks; the drawing has 0"
    )


def test_spares_at_high_redundancy():
    many = [firewall(at) for at in range(30)]
    bill, licences = line(PartKind.DEVICE, "FG-100F", 30, spares=1), line(PartKind.LICENCE, "FG-100F", 30)
    finding = only_finding(rule, billed(bill, licences, *many, redundancy=Redundancy.HIGH))
    assert finding.message == "1 spares for 30 of FG-100F; 2 are needed"
    assert judged(rule, billed(bill, licences, *many)).status is Status.PASS
    enough = changed(
        billed(licences, *many, redundancy=Redundancy.HIGH), line(PartKind.DEVICE, "FG-100F", 30, spares=2)
    )
    assert judged(rule, enough).status is Status.PASS


def test_providers_bring_their_own_transceiver_and_copper_needs_none():
    made = billed(
        firewall(1),
        device("isp", Role.PROVIDER),
        circuit("leaf1:Ethernet48", "isp:1", speed_bps=10**10, medium=Medium.SMF, phy="10GBASE-LR"),
        circuit(),
        link("fw1:port1", "fw9:port1", LinkPurpose.HEARTBEAT, medium=Medium.VIRTUAL, phy=None),
        line(PartKind.DEVICE, "FG-100F", 1),
        line(PartKind.LICENCE, "FG-100F", 1),
        line(PartKind.TRANSCEIVER, "10GBASE-LR", 1),
        line(PartKind.CABLE, "smf", 1),
        line(PartKind.CABLE, "1000BASE-T", 1),
    )
    assert judged(rule, made).status is Status.PASS


def test_wireless_clients_and_unknown_devices_take_no_cables():
    made = billed(
        group("phones", homing=Homing.WIRELESS),
        attached("leaf1", 3, of="phones", first=30),
        attached("gone", 3),
        attached("leaf2", 3, of="nobody", first=30),
    )
    assert judged(rule, made).status is Status.PASS


def test_a_licence_is_not_left_out():
    finding = only_finding(rule, changed(billed(), Remove("lines", f"licence-{LEAF}")))
    assert finding.message == f"the bill has 0 of {LEAF} (licence); the drawing needs 2"


def test_money_is_quantity_times_price():
    priced = {"quantity": 40, "spares": 2, "unit_usd": 15.0, "total_usd": 630.0}
    fair = changed(billed(), Set("lines", "cable-10G-DAC-3M", priced))
    assert judged(rule, fair).status is Status.PASS
    assert kills(rule, fair)[3] is True
    cheap = changed(fair, Set("lines", "cable-10G-DAC-3M", {"total_usd": 1.0}))
    assert only_finding(rule, cheap).witness == {"part": "10G-DAC-3M", "billed_usd": 1.0, "due_usd": 630.0}
