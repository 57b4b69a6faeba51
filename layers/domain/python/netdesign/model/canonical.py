"""Designs and reports as documents: decoding with every fault, canonical JSON, digest, JSON Schema."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, islice
from typing import Any, TypeVar

import orjson
from pydantic import TypeAdapter

from netdesign.errors import InvalidInputError
from netdesign.model.decoding import MAX_FAULTS, MAX_WHOLE, decode
from netdesign.model.design import Design
from netdesign.model.patch import collection_of, collections
from netdesign.model.plausibility import odd_values_in
from netdesign.model.quantities import negatives_in
from netdesign.model.references import faults_in

T = TypeVar("T")

_WHOLE_FLOAT = re.compile(rb"\d\.0[,}\]]")
_LONG = re.compile(rb"\d{16}")
PIECE = 5_000
"""Facts that are written at once."""


_adapters: dict[type[Any], TypeAdapter[Any]] = {}


def adapter(kind: type[T]) -> TypeAdapter[T]:
    """The (costly, so kept) pydantic adapter of a fact type."""
    if kind not in _adapters:
        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def to_document(value: Any) -> Any:
    """Return `value` as plain lists, dictionaries, texts and numbers; fields at their default are left out."""
    document = adapter(type(value)).dump_python(value, mode="json", exclude_defaults=True)
    if isinstance(value, Design):
        document["schema_version"] = value.schema_version
    return document


def canonical(value: Any) -> bytes:
    """Return the canonical JSON of a fact: sorted keys, no white space, defaults left out, whole numbers whole."""
    document = to_document(value)
    try:
        text = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # a product of large numbers in a report may pass 64 bits
        return orjson.dumps(_whole(document), option=orjson.OPT_SORT_KEYS)
    if _WHOLE_FLOAT.search(text):
        text = orjson.dumps(_whole(document), option=orjson.OPT_SORT_KEYS)
    return text


def digest(value: Any) -> str:
    """Return the SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()


def design_digest(design: Design) -> str:
    """Return the digest of what a design says; its governance (state, approval) is no part of it."""
    found = hashlib.sha256()
    for piece in _pieces(design):
        found.update(piece)
    return found.hexdigest()


def _pieces(design: Design) -> Iterator[bytes]:
    """The canonical JSON of a design without its governance, piece by piece: it need never be in memory whole."""
    by_group: dict[str, list[str]] = {}
    for name, (group, _) in collections().items():
        if collection_of(design, name):
            by_group.setdefault(group, []).append(name)
    hollow = {group: replace(getattr(design, group), **dict.fromkeys(names, ())) for group, names in by_group.items()}
    document = to_document(replace(design, **hollow))
    document.pop("governance")
    mark = b"{"
    for key in sorted({*document, *by_group}):
        yield mark + orjson.dumps(key) + b":"
        mark = b","
        if key in by_group:
            yield from _group_pieces(design, by_group[key])
        else:
            yield orjson.dumps(_whole(document[key]), option=orjson.OPT_SORT_KEYS)
    yield b"}"


def _group_pieces(design: Design, names: list[str]) -> Iterator[bytes]:
    """The JSON of a group of collections, none of them empty; a group is nothing else."""
    mark = b"{"
    for name in sorted(names):
        yield mark + orjson.dumps(name) + b":["
        mark = b","
        kind, facts = collections()[name][1], collection_of(design, name)
        for first in range(0, len(facts), PIECE):
            some = facts[first : first + PIECE]
            document = adapter(tuple[kind, ...]).dump_python(some, mode="json", exclude_defaults=True)  # type: ignore[valid-type]
            yield (b"," if first else b"") + _whole_text(document)[1:-1]
        yield b"]"
    yield b"}"


def _whole_text(document: Any) -> bytes:
    """The canonical JSON of a document, numbers read one by one only where some may be written another way."""
    try:
        text = orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
    except TypeError:
        return orjson.dumps(_whole(document), option=orjson.OPT_SORT_KEYS)
    odd = _WHOLE_FLOAT.search(text) or _LONG.search(text)
    return orjson.dumps(_whole(document), option=orjson.OPT_SORT_KEYS) if odd else text


def design_from(document: object) -> Design:
    """Return the design that `document` holds.

    Raises `InvalidInputError` with the place of every fault: wrong types, unknown fields, ids used
    twice, names of facts that are not there, quantities below zero, values that say nothing (a day
    that is none, a share above one). What a sound document says wrongly is for the rules.
    """
    design: Design = decode(adapter(Design), document, subject="design")
    faults = tuple(islice(chain(faults_in(design), negatives_in(design), odd_values_in(design)), MAX_FAULTS))
    if faults:
        raise InvalidInputError("design", faults)
    return design


def json_schema(kind: type[Any]) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of documents of `kind`."""
    schema = adapter(kind).json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def _whole(value: Any) -> Any:
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) <= MAX_WHOLE else value
    if isinstance(value, int) and abs(value) > MAX_WHOLE:
        return float(value)
    if isinstance(value, dict):
        return {key: _whole(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return value
