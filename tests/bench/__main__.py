"""Prints the CPU seconds of making and judging designs, of synthesis, of failure sweeps and of the command line.

`python -m tests.bench [--json] [--all] [--size small|large|all]`. No figure is asserted.
"""

from __future__ import annotations

import argparse
import json
import platform
import subprocess
import sys
from collections.abc import Iterable

from tests.bench.examples import Example, examples
from tests.bench.fabrics import SIZES, Size
from tests.bench.help_screen import help_seconds
from tests.bench.judging import Judged
from tests.bench.sweeps import Swept, swept

TOP = 12
"""Analyses printed without `--all`."""


def main() -> None:
    """Measure what the arguments ask for and print it."""
    asked = _arguments()
    sizes = [size for size in SIZES if asked.size in (size.key, "all")]
    judged = [_apart(size) for size in sizes]
    found = examples() if asked.size == "all" else ()
    sweeps = swept() if asked.size == "all" else None
    seconds = help_seconds()
    if asked.json:
        made = {"help_s": seconds, "examples": [e._asdict() for e in found], "fabrics": judged, "sweeps": sweeps}
        print(json.dumps(made, indent=1))
        return
    print(f"Python {platform.python_version()}, CPU seconds, best of three runs\n")
    print(f"{seconds:10.3f}  netdesign --help (user time of the process)")
    _print_examples(found)
    if sweeps is not None:
        _print_sweeps(sweeps)
    for one in judged:
        _print_fabric(one, everything=asked.all)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--all", action="store_true", help="print every analysis, however cheap")
    parser.add_argument("--size", choices=["small", "large", "all"], default="all")
    return parser.parse_args()


def _apart(size: Size) -> Judged:
    """What judging a fabric of `size` takes, measured in a process of its own, so that its memory is its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.judging", size.key], check=True, stdout=subprocess.PIPE, text=True
    )
    found: Judged = json.loads(done.stdout)
    return found


def _print_examples(found: Iterable[Example]) -> None:
    for one in found:
        print(f"{one.synthesis_s:10.3f}  {one.name}: {one.outcome}")


def _print_sweeps(one: Swept) -> None:
    print(f"\n{one['devices']:,} devices, {one['links']:,} links, {one['flows']:,} flows, no two parts alike, one run")
    print(f"{one['singles_s']:10.3f}  traffic after each of {one['singles']:,} single failures")
    print(f"{one['pairs_s']:10.3f}  traffic after each of {one['pairs']:,} pairs, {one['coverage']:.2%} of all")


def _print_fabric(one: Judged, *, everything: bool) -> None:
    print(f"\n{one['devices']:,} devices, {one['links']:,} links, {one['interfaces']:,} interfaces")
    print(f"{one['generate_s']:10.3f}  generate (requirements to design, once)")
    print(f"{one['total_s']:10.3f}  rules without a sweep, analyses included: {one['statuses']} (all)")
    print(f"{one['sweep_s']:10.3f}  rules that fail links, devices and shared risks one by one")
    print(f"{one['reading_s']:10.3f}    of which facts read into columns and arrays")
    print(f"{one['peak_mib']:10.0f}  MiB at the peak, of which {one['design_mib']:.0f} before judging")
    parts = sorted(one["analyses"].items(), key=lambda part: -part[1])
    print("  Analyses, each without those it asks for:")
    for name, seconds in parts if everything else parts[:TOP]:
        print(f"{seconds:10.4f}    {name}")
    print("  Rules, without their analyses:")
    for code, (status, seconds) in one["rules"].items():
        print(f"{seconds:10.4f}    {code} {status}")


if __name__ == "__main__":
    main()
