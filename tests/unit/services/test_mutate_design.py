"""What becomes of a mutant: killed by its own rule, survived, not applicable, or nothing to show."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from netdesign.model.inventory import Site
from netdesign.model.patch import Patch, Remove
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Role, Severity
from netdesign.rules.card import Rule, Said, rule
from netdesign.rules.case import Case
from netdesign.services import mutate_design as module
from netdesign.services.mutate_design import Fate, mutate_design
from netdesign.services.workbench import default_workbench
from tests.support.sketch import design, device

BENCH = default_workbench()
DESIGN = design(Site(id="dc1", name="One"), device("l1", Role.LEAF), device("l2", Role.LEAF))


def needs(least: int, code: str, breaks: Callable[[Case], Patch | None], *, crashes: bool = False) -> Rule:
    """A rule that wants at least so many devices, with a mutant."""

    @rule(
        code=code,
        name=code.lower(),
        title=code,
        category=Category.TOPOLOGY,
        severity=Severity.ERROR,
        flags="too few",
        passes="enough",
        remedy="add some",
        references=("RFC 0",),
    )
    def check(case: Case) -> Iterator[Said]:
        count = len(case.network.devices)
        yield Measure(name="devices", value=count, threshold=least)
        if count < least:
            if crashes:
                raise RuntimeError("broke")
            yield Finding(message=f"{count} of {least}")

    check.mutant("take one away")(breaks)
    return check


def remove_one(case: Case) -> Patch | None:
    return (Remove("devices", case.network.devices[-1].id),)


def leave(case: Case) -> Patch | None:
    return ()


def cannot(case: Case) -> Patch | None:
    return None


STRICT, SLEEPY = needs(2, "TOP-91", remove_one), needs(0, "TOP-92", remove_one)
IDLE, FAILING = needs(2, "TOP-93", cannot), needs(3, "TOP-94", remove_one)
CRASHING = needs(2, "TOP-95", remove_one, crashes=True)
PACK = (STRICT, SLEEPY, IDLE, FAILING, CRASHING)


@pytest.fixture
def pack(monkeypatch: pytest.MonkeyPatch) -> tuple[Rule, ...]:
    """A small pack in place of the shipped one."""
    monkeypatch.setattr(module, "all_rules", lambda: PACK)
    monkeypatch.setattr("netdesign.rules.engine.all_rules", lambda: PACK)
    return PACK


def test_each_fate_is_told(pack: tuple[Rule, ...]) -> None:
    results = {result.rule: result for result in mutate_design(DESIGN, BENCH)}

    assert {code: result.fate for code, result in results.items()} == {
        "TOP-91": Fate.KILLED,
        "TOP-92": Fate.SURVIVED,
        "TOP-93": Fate.NOT_APPLICABLE,
        "TOP-94": Fate.ALREADY_FAILING,
        "TOP-95": Fate.SURVIVED,
    }
    assert (results["TOP-91"].mutant, results["TOP-91"].witness) == ("take one away", "1 of 2")


def test_every_rule_that_fails_and_did_not_before_is_named(pack: tuple[Rule, ...]) -> None:
    results = {result.rule: result.caught_by for result in mutate_design(DESIGN, BENCH)}

    assert results["TOP-92"] == ("TOP-91", "TOP-93", "TOP-95")
    assert results["TOP-93"] == results["TOP-94"] == ()


def test_one_rule_alone_is_asked_where_that_is_enough(pack: tuple[Rule, ...]) -> None:
    results = {result.rule: result.caught_by for result in mutate_design(DESIGN, BENCH, every_rule=False)}

    assert (results["TOP-91"], results["TOP-92"]) == (("TOP-91",), ())


def test_a_mutant_that_changes_nothing_survives() -> None:
    (result,) = mutate_design(DESIGN, BENCH, rules=[needs(2, "TOP-96", leave)], every_rule=False)

    assert (result.fate, result.witness) == (Fate.SURVIVED, "")


def test_progress_is_told_after_each_mutant() -> None:
    told: list[tuple[int, int]] = []

    mutate_design(DESIGN, BENCH, rules=[STRICT, IDLE], progress=lambda done, total: told.append((done, total)))

    assert told == [(1, 2), (2, 2)]


def test_the_design_itself_is_left_as_it_was() -> None:
    mutate_design(DESIGN, BENCH, rules=[STRICT])

    assert len(DESIGN.inventory.devices) == 2
