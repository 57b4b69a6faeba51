"""A rule of an organisation's own, made from its declaration; it runs in the same engine as the shipped ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from netdesign.errors import Fault, InvalidInputError
from netdesign.model.patch import collection_of, collections
from netdesign.model.profile import OrganisationRule
from netdesign.model.verdict import Finding, Gap, Measure, Scalar
from netdesign.rules.card import Rule, Said
from netdesign.rules.case import Case
from netdesign.rules.organisation.expressions import SELF, Expression, compiled
from netdesign.rules.organisation.scope import MissingError, Scope, UnfitError

CODE = re.compile(r"ORG-[0-9]{2,4}")
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_BRACED = re.compile(r"\{([^{}]+)\}")


def organisation_rule(written: OrganisationRule, *, pointer: str = "") -> Rule:
    """The rule that a declaration describes; raise `InvalidInputError` with the place of what is wrong with it."""
    _checked(written, pointer)
    where = compiled(written.where, written.select, pointer=f"{pointer}/where")
    require = compiled(written.require, written.select, pointer=f"{pointer}/require")
    message = _Message(written.message, written.select, f"{pointer}/message")

    def applicable(case: Case) -> bool:
        return any(True for _ in _selected(case, written.select, where))

    def check(case: Case) -> Iterator[Said]:
        looked_at = 0
        for scope, trouble in _selected(case, written.select, where):
            looked_at += 1
            identity = scope.facts[SELF].id
            if trouble is not None:
                yield Gap(message=f"{identity}: {trouble}", elements=(identity,))
                continue
            yield from _judged(scope, require, message, identity)
        yield Measure(name=f"{written.select} looked at", value=looked_at)

    return Rule(
        code=written.code,
        name=written.name,
        title=written.title,
        category=written.category,
        severity=written.severity,
        applies=f"{written.select} for which: {written.where}",
        flags=f"One for which this does not hold: {written.require}",
        passes=f"For each holds: {written.require}",
        remedy=written.remedy,
        references=written.references,
        check=check,
        applicable=applicable,
    )


def _checked(written: OrganisationRule, pointer: str) -> None:
    faults = []
    if not CODE.fullmatch(written.code):
        faults.append(Fault(f"{pointer}/code", f"{written.code!r} is no code of an organisation's rule", "ORG-01 …"))
    if not NAME.fullmatch(written.name):
        faults.append(Fault(f"{pointer}/name", f"{written.name!r} is no name", "lower-case words joined by dashes"))
    if written.select not in collections():
        offered = ", ".join(collections())
        faults.append(Fault(f"{pointer}/select", f"there is no collection {written.select!r}", f"use one of {offered}"))
    if faults:
        raise InvalidInputError("profile", tuple(faults))


def _selected(case: Case, collection: str, where: Expression) -> Iterator[tuple[Scope, str | None]]:
    """The elements that a rule is about, each with what keeps it from being known whether it is."""
    left = Scope(case, {}).left
    for fact in collection_of(case.design, collection):
        scope = Scope(case, {SELF: fact}, left)
        try:
            if where.compute(scope):
                yield scope, None
        except (MissingError, UnfitError) as trouble:
            yield scope, str(trouble)


def _judged(scope: Scope, require: Expression, message: _Message, identity: str) -> Iterator[Said]:
    try:
        if require.compute(scope):
            return
        text = message.written(scope)
    except (MissingError, UnfitError) as trouble:
        yield Gap(message=f"{identity}: {trouble}", elements=(identity,))
        return
    witness = {name: _plain(getattr(scope.facts[SELF], name, None)) for name in require.names}
    yield Finding(message=text, elements=(identity,), witness={**witness, "required": require.text})


class _Message:
    """A text with expressions in braces."""

    def __init__(self, text: str, collection: str, pointer: str) -> None:
        self._parts: list[str | Expression] = []
        for place, part in enumerate(_BRACED.split(text)):
            self._parts.append(compiled(part, collection, pointer=pointer) if place % 2 else part)

    def written(self, scope: Scope) -> str:
        """The text for one element."""
        return "".join(part if isinstance(part, str) else _shown(part.compute(scope)) for part in self._parts)


def _shown(value: Any) -> str:
    if isinstance(value, tuple | list):
        return ", ".join(_shown(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _plain(value: Any) -> Scalar:
    return value if isinstance(value, bool | int | float | str | None) else _shown(value)
