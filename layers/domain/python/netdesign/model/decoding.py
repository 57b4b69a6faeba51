"""From a document to a model: every fault with its JSON pointer, what is wrong and the remedy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, TypeVar

import orjson
from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from netdesign.errors import Fault, InvalidInputError

T = TypeVar("T")

MAX_FAULTS: Final = 100
MAX_SHOWN: Final = 60
MAX_TRANSLATED: Final = 1000
"""Errors that are looked at; a document of noise has too many to look at each."""


MAX_WHOLE: Final = 2**53 - 1
"""The greatest whole number that every reader of JSON takes for the same (RFC 8259); no quantity is greater."""

_GREAT_NUMBER: Final = re.compile(rb"\d{16}|[:,\[]-?\d[\d.]*e\+?\d\d")


class JsonPointer(str):
    """A place in a document as RFC 6901 writes it; the root is the empty text."""

    __slots__ = ()

    def __truediv__(self, step: str | int) -> JsonPointer:
        return JsonPointer(f"{self}/{str(step).replace('~', '~0').replace('/', '~1')}")

    @classmethod
    def of(cls, *steps: str | int) -> JsonPointer:
        """The pointer that takes `steps` from the root."""
        pointer = cls()
        for step in steps:
            pointer = pointer / step
        return pointer

    @property
    def steps(self) -> tuple[str, ...]:
        """The unescaped steps from the root."""
        return tuple(part.replace("~1", "/").replace("~0", "~") for part in self.split("/")[1:])


def decode(kind: type[T] | TypeAdapter[T], document: object, *, subject: str) -> T:
    """Return `document` (what a JSON or YAML reader gave) as `kind`, by the rules of JSON.

    Raises `InvalidInputError` about `subject` with at most `MAX_FAULTS` faults.
    """
    wanted: Any = kind
    adapter = wanted if isinstance(wanted, TypeAdapter) else _adapter(wanted)
    try:
        text = orjson.dumps(document)
        if _GREAT_NUMBER.search(text) and (fault := _foreign(document)):
            raise InvalidInputError(subject, (fault,))
        decoded: T = adapter.validate_json(text)
    except ValidationError as error:
        raise InvalidInputError(subject, faults_of(error, document)) from None
    except (TypeError, ValueError, RecursionError) as error:
        fault = _foreign(document) or Fault("", str(error), "write plain JSON values")
        raise InvalidInputError(subject, (fault,)) from None
    return decoded


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def faults_of(error: ValidationError, document: object) -> tuple[Fault, ...]:
    """The faults of `error`, pointing into `document`; those of one place (branches of a union) are one."""
    merged: dict[str, list[Fault]] = {}
    every = error.errors(include_url=False)
    for details in every[:MAX_TRANSLATED]:
        for fault in _translate(details, document):
            known = merged.setdefault(fault.pointer, [])
            if fault.problem not in [other.problem for other in known]:
                known.append(fault)
    faults = [_one(pointer, same) for pointer, same in merged.items()]
    return capped(faults, more=max(0, len(every) - MAX_TRANSLATED))


def capped(faults: Sequence[Fault], *, more: int = 0) -> tuple[Fault, ...]:
    """At most `MAX_FAULTS` of `faults` and `more`; the last one then says how many were left out."""
    if len(faults) + more <= MAX_FAULTS:
        return tuple(faults)
    rest = len(faults) + more - MAX_FAULTS + 1
    return (
        *faults[: MAX_FAULTS - 1],
        Fault("", f"{rest} more faults are not shown", "mend those shown first"),
    )


def _one(pointer: str, same: list[Fault]) -> Fault:
    if len(same) == 1:
        return same[0]
    remedies = dict.fromkeys(fault.remedy for fault in same if fault.remedy)
    return Fault(pointer, " or ".join(fault.problem for fault in same), " or ".join(remedies))


def _translate(details: ErrorDetails, document: object) -> Iterable[Fault]:
    pointer, value = _locate(details, document)
    context: Mapping[str, Any] = details.get("ctx") or {}
    cause = context.get("error")
    if isinstance(cause, InvalidInputError):
        return [Fault(f"{pointer}{fault.pointer}", fault.problem, fault.remedy) for fault in cause.faults]
    problem, remedy = _describe(details["type"], details["msg"], context, value)
    return [Fault(pointer, problem, remedy)]


def _locate(details: ErrorDetails, document: object) -> tuple[JsonPointer, object]:
    """The pointer of an error and the value there; steps that name a branch of a union are left out."""
    pointer = JsonPointer()
    value: Any = document
    steps = details["loc"]
    for index, step in enumerate(steps):
        last = index == len(steps) - 1
        if _holds(value, step):
            pointer, value = pointer / step, value[step]
        elif last and details["type"] in ("missing", "missing_argument"):
            pointer, value = pointer / step, None
    return pointer, value


def _holds(value: Any, step: int | str) -> bool:
    if isinstance(value, Mapping):
        return step in value
    return isinstance(value, (list, tuple)) and isinstance(step, int) and step < len(value)


_TYPES: Final = {
    "int_type": ("a whole number", "write a number without quotes or fraction"),
    "int_from_float": ("a whole number", "write a number without a fraction"),
    "int_parsing": ("a whole number", "write a number without quotes"),
    "int_parsing_size": ("a whole number of sensible size", "write a smaller number"),
    "float_type": ("a number", "write a number without quotes"),
    "float_parsing": ("a number", "write a number"),
    "finite_number": ("a finite number", "write a finite number"),
    "bool_type": ("true or false", "write true or false without quotes"),
    "bool_parsing": ("true or false", "write true or false"),
    "string_type": ("a text", "put it in quotes"),
    "list_type": ("a list", "write a list: [a, b]"),
    "tuple_type": ("a list", "write a list: [a, b]"),
    "set_type": ("a list", "write a list: [a, b]"),
    "dict_type": ("a mapping", "write a mapping of names to values"),
    "model_type": ("a mapping", "write a mapping of field names to values"),
    "model_attributes_type": ("a mapping", "write a mapping of field names to values"),
    "dataclass_type": ("a mapping", "write a mapping of field names to values"),
    "datetime_type": ("a date and time", "write it as 2026-01-31T12:00:00Z"),
    "datetime_parsing": ("a date and time", "write it as 2026-01-31T12:00:00Z"),
    "datetime_from_date_parsing": ("a date and time", "write it as 2026-01-31T12:00:00Z"),
    "date_from_datetime_parsing": ("a date", "write it as 2026-01-31"),
    "none_required": ("null", "leave the field out"),
}
_BOUNDS: Final = {
    "greater_than": ("gt", "is not above"),
    "greater_than_equal": ("ge", "is below the minimum"),
    "less_than": ("lt", "is not below"),
    "less_than_equal": ("le", "is above the maximum"),
}


def _describe(kind: str, message: str, context: Mapping[str, Any], value: object) -> tuple[str, str]:
    """What is wrong with `value`, and the remedy, for one kind of pydantic error."""
    if kind in ("missing", "missing_argument"):
        return "this field is required", "add it"
    if kind in ("extra_forbidden", "unexpected_keyword_argument"):
        return "there is no such field", "remove it, or check its spelling against the schema"
    if kind in _TYPES:
        expected, remedy = _TYPES[kind]
        return f"{shown(value)} is not {expected}", remedy
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return f"{shown(value)} {words} {context[name]}", f"give a value within the bound {context[name]}"
    if kind in ("enum", "literal_error"):
        return f"{shown(value)} is not one of the values allowed", f"use one of {context['expected']}"
    return _describe_size(kind, message, context, value)


def _describe_size(kind: str, message: str, context: Mapping[str, Any], value: object) -> tuple[str, str]:
    if kind == "string_too_short":
        return "the text is too short", f"write at least {context['min_length']} characters"
    if kind == "string_too_long":
        return "the text is too long", f"write at most {context['max_length']} characters"
    if kind == "string_pattern_mismatch":
        return f"{shown(value)} has the wrong form", f"it must match {context['pattern']}"
    if kind == "too_long":
        return (
            f"the list has too many entries ({context['actual_length']})",
            f"give at most {context['max_length']}",
        )
    if kind == "too_short":
        return (
            f"the list has too few entries ({context['actual_length']})",
            f"give at least {context['min_length']}",
        )
    return message[:1].lower() + message[1:], "see the schema"


def shown(value: object) -> str:
    """A short form of `value` for a message, as JSON would write it."""
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    text = repr(value)
    return text if len(text) <= MAX_SHOWN else f"{text[: MAX_SHOWN - 3]}..."


def _foreign(document: object) -> Fault | None:
    """The first value of `document` that JSON cannot carry, if any: a key that is no text, a huge number."""
    waiting: list[tuple[JsonPointer, object, int]] = [(JsonPointer(), document, 0)]
    while waiting:
        pointer, value, depth = waiting.pop()
        if depth > 200:
            return Fault(pointer, "values are nested too deeply", "flatten the document")
        if isinstance(value, Mapping):
            if any(not isinstance(key, str) for key in value):
                return Fault(pointer, "a key is not a text", "put keys in quotes")
            waiting += [(pointer / key, inner, depth + 1) for key, inner in value.items()]
        elif isinstance(value, (list, tuple)):
            waiting += [(pointer / index, inner, depth + 1) for index, inner in enumerate(value)]
        elif isinstance(value, (int, float)) and abs(value) > MAX_WHOLE:
            return Fault(pointer, "the number is impossibly large", "write a smaller number")
    return None
