"""Breaks every example in every way the rules guard against; prints and writes how often they noticed.

`python -m tests.mutation [--repair 2] [--output docs/mutation.md] [--processes 2] [example ...]`
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from pathlib import Path

from netdesign.services.mutate_design import Fate
from tests.golden.conftest import VALID, synthesized
from tests.mutation.page import kill_rate, page, repair_rate
from tests.mutation.score import Row, repaired, rows, to_repair

REPAIRED_ON = 2
"""Designs on which each kind of mutant is repaired: repair judges a design many times over."""

AT_ONCE = 25
"""Mutants that one process repairs in a row, so that all processes end at about the same time."""


def main() -> int:
    """Work through the examples; exit with 1 where a mutant survived or a repair made something worse."""
    asked = _arguments()
    found = sorted(_all(asked), key=lambda row: (VALID.index(row.design), row.rule, row.mutant))
    if asked.json:
        print(json.dumps([asdict(row) for row in found], indent=1))
    text = page(found)
    if asked.output:
        asked.output.write_text(text, encoding="utf-8")
    print(f"caught {kill_rate(found):.4f}, repaired {repair_rate(found):.4f}, {len(found)} mutants", file=sys.stderr)
    bad = [row for row in found if row.fate == Fate.SURVIVED or row.regressions]
    for row in bad:
        print(f"{row.design} {row.rule} {row.fate}: {row.mutant} {' '.join(row.regressions)}", file=sys.stderr)
    return 1 if bad else 0


def _all(asked: argparse.Namespace) -> list[Row]:
    names = sorted(asked.examples or VALID, key=lambda name: -len(synthesized(name).design.inventory.devices))
    with ProcessPoolExecutor(asked.processes) as pool:
        found = [row for name, part in zip(names, pool.map(rows, names), strict=True) for row in _told(name, part)]
        picked = list(_portions(to_repair(found, asked.repair)))
        parts = pool.map(repaired, [name for name, _ in picked], [wanted for _, wanted in picked])
        told = (_told(f"{name}, repaired", part) for (name, _), part in zip(picked, parts, strict=True))
        mended = {_key(row): row for part in told for row in part}
    return [mended.get(_key(row), row) for row in found]


def _told(name: str, part: list[Row]) -> list[Row]:
    """The rows, and a line for who waits for the rest."""
    bad = sum(row.fate == Fate.SURVIVED or row.repaired is False or bool(row.regressions) for row in part)
    print(f"  {name}: {len(part)} mutants, {bad} survived or were left", file=sys.stderr, flush=True)
    return part


def _portions(wanted: dict[str, list[Row]]) -> Iterator[tuple[str, list[Row]]]:
    for name, rows_of_one in wanted.items():
        for start in range(0, len(rows_of_one), AT_ONCE):
            yield name, rows_of_one[start : start + AT_ONCE]


def _key(row: Row) -> tuple[str, str, str]:
    return row.design, row.rule, row.mutant


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument(
        "examples", nargs="*", choices=[*VALID, []], help="the examples to break; all when none is named"
    )
    parser.add_argument(
        "--repair", type=int, default=REPAIRED_ON, metavar="N", help="designs that each kind is repaired on; 0 for none"
    )
    parser.add_argument("--output", type=Path, help="write the page to this file")
    parser.add_argument("--json", action="store_true", help="print every mutant as JSON")
    parser.add_argument("--processes", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
