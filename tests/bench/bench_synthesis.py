"""Prints the CPU seconds of synthesis: 80 leaves, 300 racks, and fabrics of 1,000 and 10,000 devices.

`python -m tests.bench.bench_synthesis [--without-largest]`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from time import process_time

from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.selection import default_catalog
from netdesign.model.design import Design
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.vocabulary import Redundancy
from netdesign.synthesis.synthesize import synthesize
from tests.bench.fabrics import LARGE, SMALL, fabric
from tests.unit.synthesis.datacenter_samples import requirements


def main() -> None:
    """Make each design once and print what it took."""
    default_catalog()
    print("CPU seconds   devices     links  what")
    for name, make in _cases(largest="--without-largest" not in sys.argv):
        start = process_time()
        made = make()
        seconds = process_time() - start
        devices, links = len(made.inventory.devices), len(made.cabling.links)
        print(f"{seconds:11.2f} {devices:9,} {links:9,}  {name}")


def _cases(*, largest: bool) -> Iterator[tuple[str, Callable[[], Design]]]:
    forty = requirements(40, 40, growth=1.0, redundancy=Redundancy.MEDIUM, preferred_vendors=("arista",))
    yield "40 racks of 40 servers on 80 leaves", lambda: _design(forty)
    yield "300 racks of 20 servers", lambda: _design(requirements(300, 20))
    yield "fabric of about 1,000 devices", lambda: fabric(SMALL)
    if largest:
        yield "fabric of about 10,000 devices", lambda: fabric(LARGE)


def _design(asked: ResolvedRequirements) -> Design:
    return synthesize(asked, default_catalog(), default_parameters())


if __name__ == "__main__":
    main()
