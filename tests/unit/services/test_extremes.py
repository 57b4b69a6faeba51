"""The least and the greatest value in every field of a real design: judged or refused, never broken."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from typing import Any

import orjson

from netdesign.errors import InvalidInputError
from netdesign.exchange.bundle import EXPORTS, Material, export
from netdesign.model.canonical import canonical, design_from, to_document
from netdesign.model.decoding import MAX_WHOLE
from netdesign.services.validate_design import validate_design
from netdesign.services.workbench import default_workbench
from tests.golden.conftest import synthesized

BENCH = default_workbench()
Path = tuple[str | int, ...]


@cache
def document() -> Any:
    return to_document(synthesized("dc-2-racks").design)


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every plain value in the first entry of every list."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for inner in value[:1]:
            yield from leaves(inner, (*path, 0))
    else:
        yield path, value


def changes() -> Iterator[tuple[Path, Any]]:
    for path, value in leaves(document()):
        if path[0] in ("rationale", "parts", "id", "name") or path[:2] == ("requirements", "provenance"):
            continue
        if isinstance(value, float):
            yield path, float(MAX_WHOLE)
        elif isinstance(value, int) and not isinstance(value, bool):
            yield from ((path, least) for least in (-1, MAX_WHOLE))
        elif isinstance(value, str) and path[0] in ("addressing", "routing", "switching"):
            yield path, "999.1.1.1/33"


def put(path: Path, value: Any) -> Any:
    made = copy.deepcopy(document())
    place = made
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return made


def test_no_value_breaks_a_rule_or_its_report() -> None:
    broken, judged = [], 0
    for path, value in changes():
        with suppress(InvalidInputError):
            report = validate_design(design_from(put(path, value)), BENCH)
            broken += [(path, value, v.rule, v.findings[0].message) for v in report.verdicts if v.crashed]
            judged += orjson.loads(canonical(report))["design_digest"] == report.design_digest

    assert broken == []
    assert judged > 100


def test_no_text_breaks_an_export() -> None:
    nasty = '<script>&\x0b"|`=cmd()\u2028\u202e\uffff\U0001f600\n'
    texts = [(path, value) for path, value in leaves(document()) if path[-1] in ("hostname", "name", "description")]
    made = copy.deepcopy(document())
    for path, _ in texts:
        place = made
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = nasty
    design = design_from(made)
    material = Material(design, validate_design(design, BENCH), BENCH.catalog)

    assert len(texts) >= 5
    for form in EXPORTS:
        assert export(form, material)
