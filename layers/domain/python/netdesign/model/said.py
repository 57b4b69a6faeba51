"""What people write into free fields: whether anything is said, whether two say the same, and which day it is."""

from __future__ import annotations

import re
from datetime import date

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def said(text: str | None) -> str:
    """Return a name as it is compared: without case, outer blanks and runs of blanks."""
    return " ".join((text or "").split()).casefold()


def is_said(text: str | None) -> bool:
    """Whether a text holds more than blanks."""
    return bool((text or "").strip())


def is_day(text: str) -> bool:
    """Whether a text is a day of the calendar in ISO form, such as `2026-03-31`."""
    if not _DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_past(text: str | None, today: str) -> bool:
    """Whether a stated day lies before `today`; what is no day has passed, and None never does."""
    return text is not None and (not is_day(text) or text < today)
