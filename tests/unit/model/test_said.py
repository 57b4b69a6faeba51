"""Free text: blanks say nothing, spelling makes no difference, and a day is a day of the calendar."""

from __future__ import annotations

import pytest

from netdesign.model.said import is_day, is_past, is_said, said


@pytest.mark.parametrize(
    ("text", "same"),
    [("Provider-A ", "provider-a"), ("  Blue  Fibre\t", "blue fibre"), ("STRASSE", "stra\u00dfe"), (None, "")],
)
def test_names_are_compared_without_case_and_blanks(text: str | None, same: str) -> None:
    assert said(text) == said(same)


def test_different_names_stay_different() -> None:
    assert said("provider-a") != said("provider-b")


@pytest.mark.parametrize(("text", "wanted"), [("x", True), (" \t\n", False), ("", False), (None, False)])
def test_blanks_say_nothing(text: str | None, wanted: bool) -> None:
    assert is_said(text) is wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2026-02-28", True),
        ("2026-02-29", False),
        ("20260228", False),
        ("2026-W01-1", False),
        ("31/12/2030", False),
        ("2026-2-3", False),
        ("soon", False),
        ("", False),
        ("\u0662026-01-01", False),
    ],
)
def test_a_day_is_written_in_iso_form(text: str, wanted: bool) -> None:
    assert is_day(text) is wanted


def test_what_is_no_day_has_passed() -> None:
    assert [is_past(text, "2026-11-01") for text in ("2026-10-31", "2026-11-01", "2030-01-01")] == [True, False, False]
    assert [is_past(text, "2026-11-01") for text in ("31/12/2030", "", None)] == [True, True, False]
