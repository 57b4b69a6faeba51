"""Calendar days in facts: read from text, moved by months."""

from __future__ import annotations

from calendar import monthrange
from datetime import date


def day(text: str | None) -> date | None:
    """The day that YYYY-MM-DD (with or without a time behind it) names; None for anything else."""
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def months_later(start: date, months: int) -> date:
    """The same day `months` months later, or the month's last day where it is shorter."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
