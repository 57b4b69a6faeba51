"""The functions that expressions may call, each on one value or on several."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from netdesign.rules.organisation.scope import MissingError, UnfitError

GREATEST = 1e18
"""No quantity of a network is greater; work on numbers without end would never end."""


def number(value: Any) -> Any:
    """The value, where it is a number; raise `MissingError` for nothing and `UnfitError` for anything else."""
    if value is None:
        raise MissingError("a number is not known")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnfitError(f"{value!r} is no number")
    if abs(value) > GREATEST:
        raise UnfitError(f"a number is beyond {GREATEST:g}")
    return value


def _count(values: Iterable[Any]) -> int:
    return sum(1 for _ in values) if not isinstance(values, tuple | list) else len(values)


def _least(values: Iterable[Any]) -> Any:
    return min((number(value) for value in values), default=None)


def _greatest(values: Iterable[Any]) -> Any:
    return max((number(value) for value in values), default=None)


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "any": lambda values: any(bool(value) for value in values),
    "all": lambda values: all(bool(value) for value in values),
    "count": _count,
    "sum": lambda values: sum(number(value) for value in values),
    "min": _least,
    "max": _greatest,
    "abs": lambda value: abs(number(value)),
    "round": lambda value: round(number(value)),
    "has": lambda value: value not in (None, (), ""),
}
