"""CAP-13: two elements at a time, for gold traffic."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.model.design import Design
from netdesign.model.patch import Set, apply
from netdesign.model.verdict import Status
from netdesign.model.vocabulary import Redundancy, Role, ServiceClass, Severity
from netdesign.rules.capacity.cap_13_double_loss import double_loss as rule
from tests.support.sketch import GBPS, case, design, device, link, site
from tests.unit.rules.capacity.small import attached, flow, group
from tests.unit.rules.capacity.survivable import fabric, findings, mended, verdict


def triple(bps: int = GBPS, spines: int = 3) -> Design:
    """Two groups of endpoints on two leaves each, on three spines, with a gold flow between them."""
    facts: list[Any] = [device(f"spine{n}", Role.SPINE) for n in range(spines)]
    facts += [device(f"leaf{n}", Role.LEAF) for n in range(4)]
    facts += [link(f"leaf{m}:u{n}", f"spine{n}:d{m}", id=f"l{m}s{n}") for m in range(4) for n in range(spines)]
    facts += [group("one", 4), group("two", 4)]
    facts += [attached(f"leaf{n}", 4, of="one" if n < 2 else "two") for n in range(4)]
    gold = replace(flow("gold", "one", "two", bps), service_class=ServiceClass.GOLD)
    return design(*facts, gold, redundancy=Redundancy.CRITICAL, sites=(site(servers=8),))


def test_three_ways_survive_two_failures():
    found = verdict(rule, triple())

    assert found.status is Status.PASS
    assert [(m.name, m.value) for m in found.measures][1:] == [
        ("failures tried", 171),
        ("share of all pairs tried", 1.0),
    ]


def test_two_ways_do_not():
    found = findings(rule, triple(spines=2))

    assert {one.severity for one in found} == {Severity.CRITICAL}
    assert ("spine0", "spine1") in {one.elements for one in found}
    assert any("when spine0 and spine1 fails" in one.message for one in found)


def test_what_is_left_has_to_carry_all_of_it():
    found = findings(rule, triple(bps=250 * GBPS))

    assert {one.severity for one in found} == {None}
    utilisation = found[0].witness["utilisation"]
    assert isinstance(utilisation, float)
    assert utilisation > 1
    assert found[0].witness["allowed"] == 1.0


def test_only_gold_traffic_at_redundancy_critical():
    assert verdict(rule, fabric(redundancy=Redundancy.CRITICAL)).status is Status.NOT_APPLICABLE
    lower = replace(triple(), requirements=replace(triple().requirements, redundancy=Redundancy.HIGH))
    assert verdict(rule, lower).status is Status.NOT_APPLICABLE
    assert [one.mutate(case(lower)) for one in rule.mutants] == [None] * 4


@pytest.mark.parametrize("mutant", [one.title for one in rule.mutants])
def test_every_mutant_is_seen(mutant):
    expected = {"put": True, "slow": True, "leave": True, "order": None, "lead": False}
    assert mended(rule, triple(), mutant) is expected[mutant.split()[0]]


def test_what_is_out_of_service_is_put_back():
    made = apply(triple(), (Set("devices", "spine0", {"in_service": False}),))
    first = findings(rule, made)[0]

    patch = rule.fixes[1].propose(case(made), first)

    assert patch is not None
    assert verdict(rule, apply(made, patch)).status is Status.PASS
