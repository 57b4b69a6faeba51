"""CMP-24: what is built will be supported for as long as it is to serve, by makers that are welcome."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from netdesign.analysis.facts.days import day, months_later
from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.selection import Catalog, default_catalog
from netdesign.graph.network import compile_network
from netdesign.model.design import Design
from netdesign.model.patch import apply
from netdesign.model.verdict import Status, Verdict
from netdesign.model.vocabulary import Role, SecurityLevel, Severity
from netdesign.rules.case import Case
from netdesign.rules.compliance.cmp_24_lifecycle import lifecycle
from netdesign.rules.engine import judge_one
from tests.support.patches import first_change
from tests.support.sketch import DATE, case, design, device

SKU = "DCS-7050CX3-32S"
LEAVES = (device("leaf1", Role.LEAF, sku=SKU), device("leaf2", Role.LEAF, sku=SKU))


def judged(ends: str | None, made: Design, **kind: Any) -> tuple[Verdict, Case]:
    """The verdict with a catalogue that says when support of the leaves ends."""
    catalog = Catalog([replace(default_catalog().device(SKU), end_of_support=ends, **kind)], "test")
    held = Case(compile_network(made, catalog), made.requirements, catalog, default_parameters(), DATE)
    return judge_one(lifecycle, held), held


@pytest.mark.parametrize(
    ("ends", "status", "severity"),
    [
        (None, Status.PASS, Severity.ERROR),
        ("2040-01-01", Status.PASS, Severity.ERROR),
        ("2029-11-01", Status.PASS, Severity.ERROR),
        ("2029-10-31", Status.FAIL, Severity.WARNING),
        ("2027-10-31", Status.FAIL, Severity.ERROR),
        ("2020-01-01", Status.FAIL, Severity.ERROR),
        ("some day", Status.UNKNOWN, Severity.ERROR),
    ],
)
def test_support_lasts_as_long_as_the_horizon(ends: str | None, status: Status, severity: Severity) -> None:
    found, _ = judged(ends, design(*LEAVES))

    assert (found.status, found.severity) == (status, severity)
    if status is Status.FAIL:
        assert found.findings[0].message == f"support of {SKU} ends on {ends}; 2 of it are to serve until 2029-11-01"
    assert ("types_without_an_announced_end_of_support", int(ends is None)) in [
        (m.name, m.value) for m in found.measures
    ]


def test_excluded_makers_are_found_in_any_case() -> None:
    found, held = judged(None, design(*LEAVES, excluded_vendors=("ARISTA",)))

    assert found.findings[0].message == f"2 devices are {SKU} of arista, a maker that the requirements exclude"
    clean = case(design(*LEAVES))
    for mutant in lifecycle.mutants[:2]:
        patch = mutant.mutate(clean)
        assert patch is not None
        assert judge_one(lifecycle, case(apply(clean.design, patch))).status is Status.FAIL
    assert held.design.requirements.excluded_vendors == ("ARISTA",)


def test_banned_makers_are_found_where_the_law_counts() -> None:
    made = design(*LEAVES, security_level=SecurityLevel.GOVERNMENT)

    assert judged(None, made, vendor="huawei")[0].findings[0].witness["vendor"] == "huawei"
    assert judged(None, design(*LEAVES), vendor="huawei")[0].status is Status.PASS


def test_unknown_types_leave_it_open() -> None:
    found, _ = judged(None, design(*LEAVES, device("odd", Role.LEAF, sku="no-such"), device("isp", Role.PROVIDER)))

    assert found.status is Status.UNKNOWN
    assert found.gaps[0].elements == ("odd",)


def test_the_mutant_with_an_old_type_needs_one() -> None:
    _, new = judged("2040-01-01", design(*LEAVES))
    _, old = judged("2027-01-01", design(device("leaf1", Role.LEAF, sku=None)))
    empty = case(design())

    assert lifecycle.mutants[2].mutate(new) is None
    patch = lifecycle.mutants[2].mutate(old)
    assert first_change(patch) == {"sku": SKU}
    assert [mutant.mutate(empty) for mutant in lifecycle.mutants] == [None] * 3


def test_days_and_months() -> None:
    assert day("2026-11-01T10:00:00Z") == date(2026, 11, 1)
    assert day(None) is None
    assert day("2026-13-01") is None
    assert months_later(date(2024, 1, 31), 1) == date(2024, 2, 29)
    assert months_later(date(2024, 11, 30), 14) == date(2026, 1, 30)
    assert months_later(date(9999, 1, 1), 24) == date.max
