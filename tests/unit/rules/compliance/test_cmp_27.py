"""CMP-27: every control that can be computed has been, by named rules, on facts that are there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.selection import default_catalog
from netdesign.model.governance import State
from netdesign.model.patch import SetGovernance, apply
from netdesign.model.verdict import Finding, Gap, Measure, Status, Verdict
from netdesign.model.vocabulary import Category, Framework, Severity
from netdesign.rules.compliance import cmp_27_evidence
from netdesign.rules.compliance.cmp_27_evidence import evidence_completeness
from netdesign.rules.registry import pack_version
from tests.support.sketch import case
from tests.support.stronghold import messages, verdict
from tests.unit.rules.compliance.audited import audited

PASSING = Verdict(
    rule="SEC-01",
    name="x",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    status=Status.PASS,
    measures=(Measure(name="n", value=1),),
)
ASKED: dict[str, Any] = {"asked": (Framework.ISO27001,)}


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> dict[str, Verdict]:
    """What the rules of evidence say; those that are not named pass."""
    answers: dict[str, Verdict] = {}

    def answer(_: Any, code: str) -> Verdict:
        assert code != "CMP-27"
        return answers.get(code, replace(PASSING, rule=code))

    monkeypatch.setattr(cmp_27_evidence, "verdict_of", answer)
    return answers


def test_answers_with_numbers_pass(said: dict[str, Verdict]) -> None:
    found = verdict(evidence_completeness, audited(**ASKED))

    assert said == {}
    assert found.status is Status.PASS
    assert ("share_of_undecided_rules", 0.0, 0.05) in [(m.name, m.value, m.threshold) for m in found.measures]
    assert verdict(evidence_completeness, audited()).status is Status.NOT_APPLICABLE


def test_an_answer_without_what_it_rests_on_is_none(said: dict[str, Verdict]) -> None:
    said["SEC-01"] = replace(PASSING, measures=())
    said["SEC-04"] = replace(PASSING, rule="SEC-04", status=Status.FAIL, findings=(Finding(message="bad"),))
    said["SEC-05"] = replace(PASSING, rule="SEC-05", status=Status.FAIL, crashed=True)

    assert messages(evidence_completeness, audited(**ASKED)) == [
        "SEC-01 passes without a number",
        "SEC-04 fails without a witness",
        "SEC-05 broke, and proves nothing",
    ]


def test_one_undecided_rule_leaves_it_open_and_many_fail(said: dict[str, Verdict]) -> None:
    unknown = replace(PASSING, status=Status.UNKNOWN, gaps=(Gap(message="?"),))
    said["SEC-01"] = unknown
    found = verdict(evidence_completeness, audited(**ASKED))
    assert found.status is Status.UNKNOWN
    assert found.gaps[0].message == "not decided for want of facts: SEC-01"

    said.update({code: replace(unknown, rule=code) for code in ("SEC-04", "SEC-05", "SEC-06")})
    (text,) = messages(evidence_completeness, audited(**ASKED))
    assert text.endswith("rules of evidence cannot decide: SEC-01, SEC-04, SEC-05, SEC-06")


def test_one_undecided_rule_is_no_failure_where_a_framework_rests_on_few(said: dict[str, Verdict]) -> None:
    unknown = replace(PASSING, status=Status.UNKNOWN, gaps=(Gap(message="?"),))
    said["SEC-28"] = replace(unknown, rule="SEC-28")
    found = verdict(evidence_completeness, audited(asked=(Framework.HIPAA,)))
    (share,) = [m for m in found.measures if m.name == "share_of_undecided_rules"]
    assert isinstance(share.value, float)
    assert isinstance(share.threshold, float)
    assert share.value > share.threshold
    assert (found.status, found.gaps[0].message) == (Status.UNKNOWN, "not decided for want of facts: SEC-28")

    said["SEC-06"] = replace(unknown, rule="SEC-06")
    (text,) = messages(evidence_completeness, audited(asked=(Framework.HIPAA,)))
    assert text.endswith("rules of evidence cannot decide: SEC-06, SEC-28")


@pytest.mark.usefixtures("said")
def test_evidence_has_a_day() -> None:
    held = case(audited(**ASKED))
    from netdesign.rules.engine import judge_one

    assert [f.message for f in judge_one(evidence_completeness, replace(held, evaluation_date="")).findings] == [
        "evidence without a day: '' is none"
    ]


@pytest.mark.usefixtures("said")
def test_evidence_has_versions() -> None:
    from netdesign.rules.engine import judge_one

    held = case(audited(**ASKED))
    bare = replace(held, parameters=replace(held.parameters, version=""))

    assert judge_one(evidence_completeness, bare).findings[0].message == "evidence without the version of parameters"


@pytest.mark.usefixtures("said")
def test_an_approval_is_by_the_rules_of_now() -> None:
    now: dict[str, Any] = {
        "state": State.APPROVED,
        "rule_pack": pack_version(),
        "parameters": default_parameters().version,
        "catalog": default_catalog().version,
    }
    made = audited(**ASKED)

    assert messages(evidence_completeness, apply(made, (SetGovernance(now),))) == []
    assert messages(evidence_completeness, apply(made, (SetGovernance({**now, "catalog": "old"}),))) == [
        "the design was approved under other catalog"
    ]


def test_mutants_are_patches() -> None:
    assert all(mutant.mutate(case(audited(**ASKED))) for mutant in evidence_completeness.mutants)
