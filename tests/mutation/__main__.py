"""Breaks every example in every way the rules guard against; prints and writes how often they noticed.

`python -m tests.mutation [--no-repair] [--output docs/mutation.md] [--processes 2] [example ...]`
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path

from netdesign.services.mutate_design import Fate
from tests.golden.conftest import VALID, synthesized
from tests.mutation.page import kill_rate, page, repair_rate
from tests.mutation.score import Row, rows

REPAIRED_UP_TO = 200
"""Devices of the largest design whose mutants are repaired: repair judges a design many times over."""


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


def _all(asked: argparse.Namespace) -> Iterator[Row]:
    with ProcessPoolExecutor(asked.processes) as pool:
        work = {pool.submit(_rows, name, repair=asked.repair): name for name in asked.examples or VALID}
        for done in as_completed(work):
            print(f"  {work[done]}", file=sys.stderr)
            yield from done.result()


def _rows(name: str, *, repair: bool) -> list[Row]:
    small = len(synthesized(name).design.inventory.devices) <= REPAIRED_UP_TO
    return rows(name, repair=repair and small)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument(
        "examples", nargs="*", choices=[*VALID, []], help="the examples to break; all when none is named"
    )
    parser.add_argument("--no-repair", dest="repair", action="store_false", help="do not repair what was broken")
    parser.add_argument("--output", type=Path, help="write the page to this file")
    parser.add_argument("--json", action="store_true", help="print every mutant as JSON")
    parser.add_argument("--processes", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
