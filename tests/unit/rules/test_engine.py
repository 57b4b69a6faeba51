"""The engine: what rules say becomes verdicts, and nothing that breaks ever passes."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import replace

import pytest

from netdesign.catalog.parameters import default_parameters
from netdesign.model.verdict import Finding, Gap, Measure, Status, Waiver
from netdesign.model.vocabulary import Category, Mode, Severity
from netdesign.rules.card import Rule, Said, rule
from netdesign.rules.case import Case
from netdesign.rules.engine import MAX_FINDINGS, RuleSettings, judge, judge_one
from netdesign.rules.scoring import report, score
from tests.support.sketch import case, design


def made(
    *said: Said,
    code: str = "TOP-99",
    severity: Severity = Severity.ERROR,
    applies: bool = True,
    raises: Exception | None = None,
) -> Rule:
    """A rule that says `said`."""

    @rule(
        code=code,
        name=code.lower(),
        title=code,
        category=Category.TOPOLOGY,
        severity=severity,
        flags="nothing",
        passes="everything",
        remedy="none",
        references=("RFC 0",),
        applicable=lambda _: applies,
    )
    def check(_: Case) -> Iterator[Said]:
        yield from said
        if raises:
            raise raises

    return check


BARE = case(design())
BROKEN = Finding(message="broken", elements=("a",))


def test_a_rule_that_only_measures_passes_with_its_numbers() -> None:
    verdict = judge_one(made(Measure(name="paths", value=2, threshold=2)), BARE)

    assert verdict.status is Status.PASS
    assert verdict.measures == (Measure(name="paths", value=2, threshold=2),)
    assert (verdict.rule, verdict.severity, verdict.references) == ("TOP-99", Severity.ERROR, ("RFC 0",))


def test_a_finding_fails_whatever_else_was_said() -> None:
    verdict = judge_one(made(Gap(message="no length"), BROKEN, Measure(name="n", value=1)), BARE)

    assert verdict.status is Status.FAIL
    assert verdict.findings == (BROKEN,)
    assert verdict.gaps == (Gap(message="no length"),)


def test_a_gap_alone_is_unknown_and_never_a_pass() -> None:
    verdict = judge_one(made(Measure(name="n", value=1), Gap(message="no length")), BARE)

    assert verdict.status is Status.UNKNOWN


def test_a_rule_that_does_not_apply_is_not_asked() -> None:
    verdict = judge_one(made(BROKEN, applies=False, raises=ValueError("never")), BARE)

    assert verdict.status is Status.NOT_APPLICABLE
    assert verdict.findings == ()


def test_the_worst_finding_gives_the_severity_and_comes_first() -> None:
    light = Finding(message="light", severity=Severity.WARNING)
    grave = Finding(message="grave", severity=Severity.CRITICAL)

    verdict = judge_one(made(light, grave), BARE)

    assert verdict.severity is Severity.CRITICAL
    assert [finding.message for finding in verdict.findings] == ["grave", "light"]
    assert judge_one(made(light), BARE).severity is Severity.WARNING


def test_a_rule_that_raises_is_a_critical_failure_that_says_so() -> None:
    verdict = judge_one(made(Measure(name="n", value=1), severity=Severity.INFO, raises=KeyError("leaf9")), BARE)

    assert (verdict.status, verdict.severity, verdict.crashed) == (Status.FAIL, Severity.CRITICAL, True)
    assert "the rule itself broke (KeyError: 'leaf9')" in verdict.findings[0].message
    assert verdict.findings[0].witness["function"] == "check"


def test_findings_beyond_the_limit_are_counted() -> None:
    many = [Finding(message=f"f{number}", elements=(f"{number:04}",)) for number in range(MAX_FINDINGS + 7)]

    verdict = judge_one(made(*reversed(many)), BARE)

    assert len(verdict.findings) == MAX_FINDINGS
    assert verdict.omitted_findings == 7
    assert verdict.findings[0].message == "f0"


@pytest.mark.parametrize("before", [True, False])
def test_the_garbage_collector_rests_while_rules_run_and_is_then_as_before(before: bool) -> None:
    seen = []

    def applies(_: Case) -> bool:
        seen.append(gc.isenabled())
        return False

    running = gc.isenabled()
    try:
        (gc.enable if before else gc.disable)()
        judge(case(design()), rules=[replace(made(), applicable=applies)])
        assert (seen, gc.isenabled()) == ([False], before)
    finally:
        (gc.enable if running else gc.disable)()


def test_settings_switch_rules_off_and_change_severities() -> None:
    rules = [made(BROKEN, code="TOP-90"), made(BROKEN, code="TOP-91")]
    settings = RuleSettings(disabled=frozenset({"TOP-90"}), severities=(("TOP-91", Severity.WARNING),))

    (verdict,) = judge(BARE, rules=rules, settings=settings)

    assert (verdict.rule, verdict.severity, verdict.overridden) == ("TOP-91", Severity.WARNING, True)


def test_a_crash_keeps_its_severity_whatever_the_settings_say() -> None:
    settings = RuleSettings(severities=(("TOP-99", Severity.INFO),))

    (verdict,) = judge(BARE, rules=[made(raises=ValueError("x"))], settings=settings)

    assert (verdict.severity, verdict.overridden) == (Severity.CRITICAL, False)


WAIVER = Waiver(id="w1", rule="TOP-99", owner="ada", compensating_control="a guard", expires="2026-12-31")


@pytest.mark.parametrize(
    ("waiver", "accepted"),
    [
        pytest.param(WAIVER, True, id="every element"),
        pytest.param(replace(WAIVER, elements=("a", "b")), True, id="the elements found"),
        pytest.param(replace(WAIVER, elements=("b",)), False, id="other elements"),
        pytest.param(replace(WAIVER, expires="2026-10-31"), False, id="expired"),
        pytest.param(replace(WAIVER, granted="2026-10-31"), True, id="granted before"),
        pytest.param(replace(WAIVER, granted="2026-12-01"), False, id="granted for later"),
        pytest.param(replace(WAIVER, granted="soon"), False, id="granted on no day"),
        pytest.param(replace(WAIVER, rule="TOP-98"), False, id="another rule"),
    ],
)
def test_a_waiver_accepts_what_it_names_until_it_expires(waiver: Waiver, accepted: bool) -> None:
    (verdict,) = judge(BARE, rules=[made(BROKEN)], waivers=(waiver,))

    assert verdict.status is Status.FAIL
    assert verdict.waived_by == ("w1" if accepted else None)


TWO = (BROKEN, Finding(message="broken too", elements=("b", "c")))
MINE, THEIRS = replace(WAIVER, elements=("a",)), replace(WAIVER, id="w2", elements=("b", "c"))


@pytest.mark.parametrize(
    ("waivers", "accepted"),
    [
        ((MINE, THEIRS), "w1, w2"),
        ((MINE, replace(THEIRS, elements=("b",))), None),
        ((MINE, replace(THEIRS, expires="2026-10-31")), None),
        ((MINE, replace(THEIRS, elements=("b",)), replace(WAIVER, id="w3", elements=("c",))), "w1, w2, w3"),
        ((MINE, replace(THEIRS, elements=())), "w2"),
        ((MINE, THEIRS, replace(WAIVER, id="w9", elements=("z",))), "w1, w2"),
        ((MINE,), None),
    ],
)
def test_waivers_of_one_rule_cover_its_findings_together(waivers: tuple[Waiver, ...], accepted: str | None) -> None:
    (verdict,) = judge(BARE, rules=[made(*TWO)], waivers=waivers)

    assert verdict.waived_by == accepted


def test_waivers_run_by_the_day_that_is_given() -> None:
    late = replace(BARE, today="2027-01-01")

    assert judge(late, rules=[made(BROKEN)], waivers=(WAIVER,))[0].waived_by is None


def test_no_waiver_accepts_a_crash_or_what_nobody_has_seen() -> None:
    many = [Finding(message=f"f{number}") for number in range(MAX_FINDINGS + 1)]

    verdicts = judge(BARE, rules=[made(raises=ValueError("x")), made(*many)], waivers=(WAIVER,))

    assert [verdict.waived_by for verdict in verdicts] == [None, None]


@pytest.mark.parametrize("change", [{"expires": "never"}, {"expires": ""}, {"rule": "CMP-28"}])
def test_a_waiver_without_an_end_or_of_the_rule_on_waivers_accepts_nothing(change: dict[str, str]) -> None:
    failing = replace(made(Finding(message="f")), code=change.get("rule", WAIVER.rule))

    (verdict,) = judge(BARE, rules=[failing], waivers=(replace(WAIVER, elements=(), **change),))

    assert verdict.status is Status.FAIL
    assert verdict.waived_by is None


def judged(*rules: Rule, mode: Mode = Mode.STRICT, waivers: tuple[Waiver, ...] = ()):
    return report(
        judge(BARE, rules=rules, waivers=waivers),
        design="dsg_test",
        design_digest="d",
        mode=mode,
        parameters=default_parameters(),
        catalog="c",
        evaluation_date="2026-11-01",
    )


MEASURE = Measure(name="n", value=1)


def test_the_score_weighs_severities_and_leaves_out_what_does_not_apply() -> None:
    rules = [
        made(MEASURE, severity=Severity.CRITICAL),
        made(BROKEN, severity=Severity.WARNING),
        made(BROKEN, severity=Severity.INFO),
        made(applies=False, severity=Severity.CRITICAL),
    ]

    assert score(judge(BARE, rules=rules), Mode.STRICT) == round(10 / 12, 4)


@pytest.mark.parametrize(("mode", "expected"), [(Mode.STRICT, 0.5), (Mode.STANDARD, 0.75), (Mode.LENIENT, 1.0)])
def test_unknowns_count_by_mode(mode: Mode, expected: float) -> None:
    rules = [made(MEASURE), made(Gap(message="?"))]

    assert score(judge(BARE, rules=rules), mode) == expected


def test_one_error_makes_a_design_invalid_at_any_score() -> None:
    sound = [made(MEASURE, code=f"TOP-{number}") for number in range(10, 60)]

    assert judged(*sound).valid
    spoiled = judged(*sound, made(BROKEN))
    assert spoiled.score > 0.97
    assert not spoiled.valid
    assert [verdict.rule for verdict in spoiled.failures(Severity.ERROR)] == ["TOP-99"]
    assert judged(*sound, made(BROKEN), waivers=(WAIVER,)).valid
    assert judged(*sound, made(BROKEN), waivers=(WAIVER,)).failures() == ()


def test_a_score_below_the_threshold_makes_a_design_invalid() -> None:
    rules = [made(MEASURE), made(BROKEN, severity=Severity.WARNING)]

    assert judged(*rules).score == round(5 / 7, 4)
    assert not judged(*rules, mode=Mode.LENIENT).valid


def test_nothing_judged_is_nothing_proven() -> None:
    assert not judged().valid


def test_categories_are_counted_apart() -> None:
    rules = [made(MEASURE), made(BROKEN), made(Gap(message="?")), made(applies=False)]

    topology = next(row for row in judged(*rules).categories if row.category is Category.TOPOLOGY)

    assert (topology.passed, topology.failed, topology.unknown, topology.not_applicable) == (1, 1, 1, 1)
    assert topology.score == round(5 / 15, 4)
