"""Documents as bytes: JSON and YAML read strictly, with limits, and written so that they read back equal."""

from __future__ import annotations

import codecs
import json
import math
import re
from collections import Counter
from typing import Any, Final, Literal, NoReturn

import orjson

from netdesign.errors import Fault, InputTooLargeError, InvalidInputError

Media = Literal["json", "yaml"]

MEBIBYTE: Final = 1 << 20
COMMAND_LINE_LIMIT: Final = 64 * MEBIBYTE
YAML_LIMIT: Final = 16 * MEBIBYTE
MAX_DEPTH: Final = 64
_ESCAPED_SURROGATE: Final = re.compile(rb"\\u[dD][89a-fA-F]")
_ESCAPED_NUL: Final = b"\\u0000"
_SCALARS: Final = (str, int, float, bool, type(None))


def read_document(
    data: bytes,
    *,
    media: Media | None = None,
    limit_bytes: int = COMMAND_LINE_LIMIT,
    subject: str = "document",
) -> object:
    """The value that a JSON or YAML document holds; without `media` it is told by its first character.

    YAML scalars are read by the core schema of YAML 1.2: `no`, `1:30` and `2026-01-31` are texts. Raises
    `InputTooLargeError` or `InvalidInputError` with line and column where they are known.
    """
    if len(data) > limit_bytes:
        raise _too_large(subject, len(data), limit_bytes, "send a smaller document")
    text = _decoded(data, subject)
    kind = media or _told(text)
    if kind == "json":
        return _read_json(data, text, subject)
    if len(data) > YAML_LIMIT:
        raise _too_large(subject, len(data), YAML_LIMIT, "send a document of this size as JSON")
    from netdesign.exchange.yaml_reader import read_yaml

    return read_yaml(text, subject)


def write_json(value: object, *, indent: bool = True) -> bytes:
    """`value` as JSON in UTF-8 with a final newline, keys in the order given."""
    option = orjson.OPT_APPEND_NEWLINE | (orjson.OPT_INDENT_2 if indent else 0)
    return orjson.dumps(value, option=option)


def write_yaml(value: object) -> bytes:
    """`value` as YAML that YAML 1.1 and 1.2 readers read alike, keys in the order given."""
    from netdesign.exchange.yaml_writer import dump_yaml

    return dump_yaml(value)


def refuse(subject: str, problem: str, remedy: str) -> NoReturn:
    """Raise the one fault that makes the whole document unreadable."""
    raise InvalidInputError(subject, (Fault("", problem, remedy),))


def _too_large(subject: str, size: int, limit: int, remedy: str) -> InputTooLargeError:
    problem = f"the document has {size:,} bytes, and {limit:,} is the limit"
    return InputTooLargeError(subject, (Fault("", problem, remedy),))


def _decoded(data: bytes, subject: str) -> str:
    """The text without byte-order mark; refuses other encodings than UTF-8, NUL bytes and empty documents."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        refuse(subject, "the document is UTF-16", "save it as UTF-8")
    try:
        text = data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        line, column = _place_of_byte(data, error.start)
        refuse(subject, f"invalid UTF-8 at line {line}, column {column}", "save the document as UTF-8")
    nul = text.find("\0")
    if nul >= 0:
        line, column = _place(text, nul)
        refuse(
            subject,
            f"a NUL character at line {line}, column {column}",
            "remove it, or save the document as UTF-8",
        )
    if not text.strip():
        refuse(subject, "the document is empty", "write a JSON or YAML document")
    return text


def _place_of_byte(data: bytes, index: int) -> tuple[int, int]:
    return data.count(b"\n", 0, index) + 1, index - data.rfind(b"\n", 0, index)


def _place(text: str, index: int) -> tuple[int, int]:
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


def _told(text: str) -> Media:
    return "json" if text.lstrip()[:1] in "{[" else "yaml"


class _DuplicateKeyError(Exception):
    """A JSON object that names a key twice; private to the reader."""


class _NumberError(Exception):
    """A number that JSON does not have or that no float can hold; private to the reader."""


def _read_json(data: bytes, text: str, subject: str) -> object:
    try:
        value: object = json.loads(
            text,
            object_pairs_hook=_object,
            parse_constant=_no_constant,
            parse_float=_finite,
            parse_int=_integer,
        )
    except json.JSONDecodeError as error:
        refuse(
            subject,
            f"not JSON: {_lower(error.msg)} at line {error.lineno}, column {error.colno}",
            "mend the syntax",
        )
    except RecursionError:
        refuse(subject, f"values are nested more than {MAX_DEPTH} deep", "flatten the document")
    except _DuplicateKeyError as error:
        key = str(error)
        refuse(subject, f"the key {key!r} is written twice{_second_place(text, key)}", "keep one of them")
    except _NumberError as error:
        refuse(
            subject,
            f"{error} is not a number of JSON{_number_place(text, str(error))}",
            "write a finite number",
        )
    check_depth(value, subject)
    if _ESCAPED_SURROGATE.search(data):
        _check_surrogates(value, subject)
    if _ESCAPED_NUL in data and _ESCAPED_NUL.decode() in json.dumps(value).replace("\\\\", ""):
        refuse(subject, "a text holds a NUL character (\\u0000)", "remove it: no store keeps it")
    return value


def _lower(message: str) -> str:
    return (message[:1].lower() + message[1:]).removesuffix(" at")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        counts = Counter(key for key, _ in pairs)
        raise _DuplicateKeyError(next(key for key, count in counts.items() if count > 1))
    return made


def _no_constant(name: str) -> NoReturn:
    raise _NumberError(name)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise _NumberError(text[:40])
    return number


def _integer(text: str) -> int:
    if len(text) > 40:
        raise _NumberError(text[:40])
    return int(text)


def _second_place(text: str, key: str) -> str:
    """Where `key` is written for the second time, when it is written exactly twice in the whole document."""
    places = [match.start() for match in re.finditer(re.escape(json.dumps(key, ensure_ascii=False)) + r"\s*:", text)]
    if len(places) != 2:
        return ""
    line, column = _place(text, places[1])
    return f", again at line {line}, column {column}"


def _number_place(text: str, number: str) -> str:
    index = text.find(number)
    line, column = _place(text, index)
    return f", at line {line}, column {column}"


def check_depth(value: object, subject: str) -> None:
    """Refuse a value nested deeper than `MAX_DEPTH`, without recursion."""
    level: list[Any] = [value] if isinstance(value, (dict, list)) else []
    depth = 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            refuse(subject, f"values are nested more than {MAX_DEPTH} deep", "flatten the document")
        inner = (item for outer in level for item in (outer.values() if isinstance(outer, dict) else outer))
        level = [item for item in inner if isinstance(item, (dict, list))]


def _check_surrogates(value: object, subject: str) -> None:
    """Refuse what UTF-8 cannot carry; called only where an escape makes it possible."""
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        problem = "a text holds half of a surrogate pair (\\ud800 to \\udfff)"
        refuse(subject, problem, "write the whole character")
