"""How expressions hold values against each other."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from netdesign.rules.organisation.scope import MissingError, UnfitError


def _ordered(act: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def holds(a: Any, b: Any) -> bool:
        if a is None or b is None:
            raise MissingError("a value to compare is not known")
        try:
            return act(a, b)
        except TypeError:
            raise UnfitError(f"{a!r} and {b!r} cannot be compared") from None

    return holds


def _within(value: Any, group: Any) -> bool:
    if not isinstance(group, tuple | list | str) or (isinstance(group, str) and not isinstance(value, str)):
        raise UnfitError(f"{group!r} holds nothing")
    return value in group


def _not_within(value: Any, group: Any) -> bool:
    return not _within(value, group)


COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: _ordered(operator.lt),
    ast.LtE: _ordered(operator.le),
    ast.Gt: _ordered(operator.gt),
    ast.GtE: _ordered(operator.ge),
    ast.In: _within,
    ast.NotIn: _not_within,
}
"""What each sign does; there is no other."""
