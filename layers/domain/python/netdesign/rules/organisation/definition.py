"""A rule of an organisation's own, made from its declaration; it runs in the same engine as the shipped ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from netdesign.errors import Fault, InvalidInputError
from netdesign.model.patch import collection_of, collections
from netdesign.model.profile import OrganisationRule
from netdesign.model.verdict import Finding, Gap, Measure, Scalar, Witness
from netdesign.rules.card import Rule, Said
from netdesign.rules.case import Case
from netdesign.rules.organisation.expressions import SELF, Expression, compiled
from netdesign.rules.organisation.scope import MissingError, Scope, UnfitError
from netdesign.rules.registry import all_rules

MOST_TEXT = 2_000
CODE = re.compile(r"ORG-[0-9]{2,4}")
NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MOST_LISTED = 20
_BRACED = re.compile(r"\{\{|\}\}|\{([^{}]+)\}|[{}]")


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
    if taken := _shipped(written):
        faults.append(Fault(f"{pointer}/name", f"{written.name!r} names {taken} already", "choose another name"))
    for field in ("title", "message"):
        if not getattr(written, field).strip():
            faults.append(Fault(f"{pointer}/{field}", "it is blank", "say what the rule asks for, what it found"))
        elif len(getattr(written, field)) > MOST_TEXT:
            faults.append(Fault(f"{pointer}/{field}", f"it has more than {MOST_TEXT:,} characters", "shorten it"))
    if written.select not in collections():
        offered = ", ".join(collections())
        faults.append(Fault(f"{pointer}/select", f"there is no collection {written.select!r}", f"use one of {offered}"))
    if faults:
        raise InvalidInputError("profile", tuple(faults))


def _shipped(written: OrganisationRule) -> str:
    """The code of the shipped rule that has the name, or has it for its code; empty where none does."""
    return next((rule.code for rule in all_rules() if written.name in (rule.name, rule.code.lower())), "")


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
    yield Finding(message=text, elements=(identity,), witness={**_seen(scope, require), "required": require.text})


def _seen(scope: Scope, require: Expression) -> Witness:
    """What each part of a condition came to for one element; what a loop went through is listed by id."""
    found: Witness = {}
    for text, compute in require.readings:
        try:
            value = compute(scope)
        except (MissingError, UnfitError):
            continue
        several = isinstance(value, tuple | list)
        found[text] = [_plain(one) for one in value[:MOST_LISTED]] if several else _plain(value)
    return found


class _Message:
    """A text with expressions in braces."""

    def __init__(self, text: str, collection: str, pointer: str) -> None:
        self._parts: list[str | Expression] = []
        end = 0
        for match in _BRACED.finditer(text):
            self._parts += [text[end : match.start()], _braced(match, collection, pointer)]
            end = match.end()
        self._parts.append(text[end:])

    def written(self, scope: Scope) -> str:
        """The text for one element."""
        return "".join(part if isinstance(part, str) else _shown(part.compute(scope)) for part in self._parts)


def _braced(match: re.Match[str], collection: str, pointer: str) -> str | Expression:
    """What stands for a pair of braces: an expression; of two in a row, one; a lone one is refused."""
    if match[0] in ("{{", "}}"):
        return match[0][0]
    if match[1] is None:
        fault = Fault(pointer, f"a brace at character {match.start() + 1} has no partner", "write {{ or }} for a brace")
        raise InvalidInputError("profile", (fault,))
    return compiled(match[1], collection, pointer=pointer)


def _shown(value: Any) -> str:
    """A value as a person reads it: a fact by its id, a part of one by its fields."""
    if isinstance(value, tuple | list):
        return ", ".join(_shown(item) for item in value)
    if is_dataclass(value):
        own = getattr(value, "id", None)
        return own or " ".join(_shown(getattr(value, one.name)) for one in fields(value))
    if value is None or isinstance(value, bool):
        return "null" if value is None else str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value)


def _plain(value: Any) -> Scalar:
    if isinstance(value, Enum):
        return str(value.value)
    return value if isinstance(value, bool | int | float | str | None) else _shown(value)
