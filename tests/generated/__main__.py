"""Tries requirements drawn at random; prints and writes what came of each seed.

`python -m tests.generated [--seeds 350] [--first 1] [--small] [--processes 2] [--output dist/generated]`
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from tests.generated.drawing import FULL, SMALL
from tests.generated.page import page, summary
from tests.generated.trial import Row, row

SEEDS = 350
TASKS = 12
"""Trials of one process before another takes its place, so that what is kept in memory is let go."""


def main() -> int:
    """Try every seed; exit with 1 where one gave neither a valid design nor a real refusal."""
    asked = _arguments()
    limits = SMALL if asked.small else FULL
    seeds = asked.only or range(asked.first, asked.first + asked.seeds)
    rows: list[Row] = []
    asked.output.mkdir(parents=True, exist_ok=True)
    (asked.output / "rows.jsonl").unlink(missing_ok=True)
    with get_context("spawn").Pool(asked.processes, maxtasksperchild=TASKS) as pool:
        for done in pool.imap_unordered(partial(row, limits=limits), seeds):
            rows.append(done)
            _tell(done)
            with (asked.output / "rows.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(done)) + "\n")
    rows.sort(key=lambda one: one.seed)
    (asked.output / "generated.md").write_text(page(rows), encoding="utf-8")
    (asked.output / "generated.json").write_text(json.dumps([asdict(one) for one in rows], indent=1), encoding="utf-8")
    print(summary(rows))
    return 0 if all(one.good for one in rows) else 1


def _tell(one: Row) -> None:
    """A line for who waits for the rest."""
    mark = "" if one.good else "  FAILED"
    size = f"{one.sites} sites, {one.users} users, {one.devices} devices"
    times = f"{one.seconds:.1f} s ({one.cpu_seconds:.1f} of CPU)"
    line = f"{one.seed:4} {one.type} ({size}) {one.outcome} {times} {' '.join(one.codes)}{mark}"
    print("\n".join([line, *(f"       {fault}" for fault in one.faults)]), file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.generated", description=__doc__)
    parser.add_argument("only", nargs="*", type=int, help="the seeds to try; a row of them when none is named")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="how many seeds")
    parser.add_argument("--first", type=int, default=1, help="the first of them")
    parser.add_argument("--small", action="store_true", help="300 devices, 300 users and 12 sites at the most")
    parser.add_argument("--processes", type=int, default=2, help="trials at a time")
    parser.add_argument("--output", type=Path, default=Path("dist/generated"), help="the folder to write to")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
