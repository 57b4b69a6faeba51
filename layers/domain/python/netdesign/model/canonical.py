"""Designs and reports as documents: decoding with every fault, canonical JSON, digest, JSON Schema."""

from __future__ import annotations

import hashlib
import re
from itertools import chain, islice
from typing import Any, TypeVar

import orjson
from pydantic import TypeAdapter

from netdesign.errors import InvalidInputError
from netdesign.model.decoding import MAX_FAULTS, MAX_WHOLE, decode
from netdesign.model.design import Design
from netdesign.model.plausibility import odd_values_in
from netdesign.model.quantities import negatives_in
from netdesign.model.references import faults_in

T = TypeVar("T")

_WHOLE_FLOAT = re.compile(rb"\d\.0[,}\]]")


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
    document = to_document(design)
    document.pop("governance")
    text = orjson.dumps(_whole(document), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(text).hexdigest()


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
