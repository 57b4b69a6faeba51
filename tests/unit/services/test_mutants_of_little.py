"""Every mutant of every rule can be asked of a design that holds next to nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netdesign.model.design import Design
from netdesign.model.inventory import Site
from netdesign.model.patch import apply, collections
from netdesign.model.references import faults_in
from netdesign.model.verdict import Finding
from netdesign.model.vocabulary import Role
from netdesign.rules.engine import judge_one
from netdesign.rules.registry import all_rules
from netdesign.services.mutate_design import Fate, mutate_design
from netdesign.services.validate_design import case_of
from netdesign.services.workbench import default_workbench
from tests.golden.conftest import synthesized
from tests.support.sketch import design, device, interface, link

BENCH = default_workbench()
SOUND = synthesized("dc-2-racks").design


def without(whole: Design, *names: str) -> Design:
    """A design with collections empty."""
    for name in names:
        group = collections()[name][0]
        whole = replace(whole, **{group: replace(getattr(whole, group), **{name: ()})})
    return whole


SITE = Site(id="dc1", name="One")
LITTLE = {
    "nothing": without(SOUND, *collections()),
    "a site": without(SOUND, *(name for name in collections() if name != "sites")),
    "a device": design(SITE, device("l1", Role.LEAF)),
    "a link": design(
        SITE,
        device("s1", Role.SPINE),
        device("l1", Role.LEAF),
        link("l1:Ethernet1", "s1:Ethernet1"),
        interface("l1", "Ethernet1"),
    ),
}


def broken_rules(little: Design) -> list[Finding]:
    """Where rules break on a design, as it is and as its mutants make it."""
    case = case_of(little, BENCH)
    found = []
    for rule in all_rules():
        patches = [patch for mutant in rule.mutants if (patch := mutant.mutate(case)) is not None]
        verdicts = [judge_one(rule, case_of(apply(little, patch), BENCH)) for patch in ((), *patches)]
        found += [finding for verdict in verdicts if verdict.crashed for finding in verdict.findings]
    return found


@pytest.mark.parametrize("name", LITTLE)
def test_no_mutant_and_no_rule_breaks(name: str) -> None:
    assert broken_rules(LITTLE[name]) == []


@pytest.mark.parametrize("name", [n for n in collections() if not faults_in(without(SOUND, n))])
def test_no_mutant_needs_any_one_collection(name: str) -> None:
    case = case_of(without(SOUND, name), BENCH)
    for rule in all_rules():
        for mutant in rule.mutants:
            patch = mutant.mutate(case)
            assert patch is None or apply(case.design, patch) is not None, mutant.title


def test_a_design_of_nothing_can_be_put_to_the_test() -> None:
    results = mutate_design(LITTLE["nothing"], BENCH, every_rule=False)

    assert len(results) == sum(len(rule.mutants) for rule in all_rules())
    assert Fate.NOT_APPLICABLE in {result.fate for result in results}
