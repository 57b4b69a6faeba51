"""YAML for people: block style, keys in the order given, quotes wherever some reader could misread a text."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

_PLAIN: Final = re.compile(r"[A-Za-z_][\w./()+%-]*(?: [\w./()+%-]+)*", re.ASCII)
_WORDS: Final = frozenset(
    ("null", "true", "false", "yes", "no", "on", "off", "y", "n")  # YAML 1.1 reads more of them than YAML 1.2
)
_SPECIAL: Final = re.compile(r"[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def dump_yaml(value: object) -> bytes:
    """`value` (mappings, lists, texts, numbers, booleans, None) as one YAML document in UTF-8."""
    return "".join(f"{line}\n" for line in _lines(value, "")).encode("utf-8")


def _lines(value: object, indent: str) -> Iterator[str]:
    """The lines of a value in block style, each starting with `indent`."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _entry(f"{indent}{_text(str(key))}:", inner, f"{indent}  ")
    elif isinstance(value, (list, tuple)) and value:
        for inner in value:
            yield from _item(inner, indent)
    else:
        yield f"{indent}{_scalar(value)}"


def _entry(head: str, value: object, indent: str) -> Iterator[str]:
    if isinstance(value, (Mapping, list, tuple)) and value:
        yield head
        yield from _lines(value, indent)
    else:
        yield f"{head} {_scalar(value)}"


def _item(value: object, indent: str) -> Iterator[str]:
    """An item of a list; its first line stands beside the dash."""
    lines = _lines(value, f"{indent}  ")
    yield f"{indent}- {next(lines).lstrip(' ')}"
    yield from lines


def _scalar(value: object) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool) or value is None:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, Mapping):
        return "{}"
    if isinstance(value, (list, tuple)):
        return "[]"
    raise TypeError(f"{type(value).__name__} has no form in YAML")


def _number(value: float) -> str:
    """A form with a point, which every reader takes for a float."""
    mantissa, exponent, power = repr(value).partition("e")
    if exponent and "." not in mantissa:
        mantissa += ".0"
    return f"{mantissa}{exponent}{power}"


def _text(text: str) -> str:
    if _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return _SPECIAL.sub(_escaped, json.dumps(text, ensure_ascii=False))


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04x}"
