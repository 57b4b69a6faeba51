"""A rule is judged once per case, whoever asks for its verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from netdesign.errors import NotFoundError
from netdesign.model.patch import Patch, Remove
from netdesign.model.verdict import Measure, Status
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules import registry
from netdesign.rules.card import Rule, Said, rule
from netdesign.rules.case import Case
from netdesign.rules.engine import judge, judge_one
from netdesign.rules.verdicts import breaking, rule_of, verdict_of
from tests.support.sketch import case, design


def counting(code: str, asked: list[str], sound: bool = True) -> Rule:
    """A rule that notes each time it is worked out."""

    @rule(
        code=code,
        name=code.lower(),
        title="",
        category=Category.SECURITY,
        severity=Severity.ERROR,
        flags="",
        passes="",
        remedy="",
        references=(),
        applicable=lambda _: sound,
    )
    def check(case: Case) -> Iterator[Said]:
        asked.append(code)
        yield Measure(name="date", value=case.evaluation_date)

    return check


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> dict[str, Rule]:
    """Rules that can be found by code."""
    rules: dict[str, Rule] = {}

    def find(code: str) -> Rule:
        if code not in rules:
            raise NotFoundError("rule", code)
        return rules[code]

    monkeypatch.setattr(registry, "find_rule", find)
    return rules


def test_a_rule_is_worked_out_once_per_case(known: dict[str, Rule]) -> None:
    asked: list[str] = []
    known["X-01"] = counting("X-01", asked)
    held = case(design())

    first = verdict_of(held, "X-01")
    assert first is judge_one(known["X-01"], held)
    assert judge(held, rules=[known["X-01"]]) == (first,)
    assert asked == ["X-01"]


def test_another_date_or_other_requirements_are_another_case(known: dict[str, Rule]) -> None:
    asked: list[str] = []
    known["X-01"] = counting("X-01", asked)
    held = case(design())
    later = replace(held, evaluation_date="2027-01-01")
    other = replace(held, requirements=replace(held.requirements, users=7))

    values = [verdict_of(one, "X-01") for one in (held, later, other)]
    assert [v.measures[0].value for v in values if v] == [held.evaluation_date, "2027-01-01", held.evaluation_date]
    assert len(asked) == 3


def test_two_rules_of_one_code_are_told_apart() -> None:
    asked: list[str] = []
    held = case(design())

    assert judge_one(counting("X-01", asked), held).status is Status.PASS
    assert judge_one(counting("X-01", asked, sound=False), held).status is Status.NOT_APPLICABLE


def test_a_rule_that_the_pack_lacks_has_no_verdict(known: dict[str, Rule]) -> None:
    assert rule_of("X-09") is None
    assert verdict_of(case(design()), "X-09") is None
    assert known == {}


def test_breaking_takes_the_first_mutant_that_applies_to_a_rule_that_holds(known: dict[str, Rule]) -> None:
    known["X-01"] = counting("X-01", [], sound=False)
    known["X-02"] = counting("X-02", [])
    known["X-03"] = counting("X-03", [])
    patch: Patch = (Remove("devices", "x"),)
    known["X-01"].mutant("never asked")(lambda _: (Remove("devices", "y"),))
    known["X-02"].mutant("does not apply")(lambda _: None)
    known["X-03"].mutant("applies")(lambda _: patch)
    held = case(design())

    assert breaking(held, "X-00", "X-01", "X-02", "X-03") == patch
    assert breaking(held, "X-01", "X-02") is None
