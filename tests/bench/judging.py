"""What judging a fabric costs: each analysis and each rule, and all rules together.

`python -m tests.bench.judging small` prints it as JSON.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import cached_property, partial
from time import process_time
from typing import Any, TypedDict, TypeVar

from netdesign.graph.network import Network
from netdesign.model.design import Design
from netdesign.rules.card import Rule
from netdesign.rules.engine import judge, judge_one
from netdesign.rules.registry import all_rules
from netdesign.services.validate_design import case_of
from netdesign.services.workbench import default_workbench
from tests.bench.fabrics import SIZES, fabric

R = TypeVar("R")
RUNS = 3
READING = (
    "analysis.facts.address",
    "analysis.facts.interfaces.",
    "graph.network.",
    "'grouped'",
    "'by_id'",
    "'devices_by'",
)
"""Parts that only turn facts into columns and arrays."""


class Judged(TypedDict):
    """CPU seconds (`_s`) and memory of one fabric; a rule has its status and its own seconds.

    `total_s` is of the rules that look at the design as it is, `sweep_s` of those that fail its elements.
    """

    devices: int
    links: int
    interfaces: int
    generate_s: float
    total_s: float
    sweep_s: float
    reading_s: float
    analyses: dict[str, float]
    rules: dict[str, tuple[str, float]]
    statuses: dict[str, int]
    design_mib: float
    peak_mib: float


class Watched:
    """A network's memory that notes how long each thing took to compute, without what that asked for itself."""

    def __init__(self, memo: Callable[..., Any]) -> None:
        self.memo, self.seconds, self.inner = memo, defaultdict[str, float](float), [0.0]

    def time(self, name: str, compute: Callable[[], R]) -> R:
        """Return what `compute` returns; its own time is added to `name`."""
        self.inner.append(0.0)
        start = process_time()
        try:
            return compute()
        finally:
            taken = process_time() - start
            self.seconds[name] += taken - self.inner.pop()
            self.inner[-1] += taken

    def __call__(self, key: Any, compute: Callable[[], R]) -> R:
        verdict = isinstance(key, tuple) and key[0] == "verdict"
        made: R = self.memo(key, compute if verdict else lambda: self.time(_name(key), compute))
        return made


def judged(key: str) -> Judged:
    """Generate the fabric of a size and judge it, three times each."""
    size = next(size for size in SIZES if size.key == key)
    start = process_time()
    design = fabric(size)
    made, memory = process_time() - start, _peak_mib()
    gc.collect()
    plain = [one for one in all_rules() if not one.sweeping]
    sweeping = [one for one in all_rules() if one.sweeping]
    case = case_of(design, default_workbench())
    verdicts = judge(case, rules=plain)
    start = process_time()
    verdicts += judge(case, rules=sweeping)
    swept = process_time() - start
    total = min(_total(design, plain) for _ in range(RUNS))
    parts = min((_parts(design, plain) for _ in range(RUNS)), key=lambda seconds: sum(seconds.values()))
    parts |= {code: seconds for code, seconds in _parts(design, sweeping).items() if code not in parts}
    codes = [one.code for one in all_rules()]
    return Judged(
        devices=len(design.inventory.devices),
        links=len(design.cabling.links),
        interfaces=len(design.addressing.interfaces),
        generate_s=made,
        total_s=total,
        sweep_s=swept,
        reading_s=sum(s for name, s in parts.items() if name.startswith(READING)),
        analyses={name: s for name, s in parts.items() if name not in codes},
        rules={verdict.rule: (str(verdict.status), parts[verdict.rule]) for verdict in verdicts},
        statuses=dict(Counter(str(verdict.status) for verdict in verdicts)),
        design_mib=memory,
        peak_mib=_peak_mib(),
    )


def _total(design: Design, rules: list[Rule]) -> float:
    start = process_time()
    judge(case_of(design, default_workbench()), rules=rules)
    return process_time() - start


def _parts(design: Design, rules: list[Rule]) -> dict[str, float]:
    case = case_of(design, default_workbench())
    network: Any = case.network
    watched = network.memo = Watched(network.memo)
    for name in (name for name, value in vars(Network).items() if isinstance(value, cached_property)):
        network.memo(f"graph.network.{name}", partial(getattr, network, name))
    for one in rules:
        watched.time(one.code, partial(judge_one, one, case))
    return watched.seconds


def _name(key: Any) -> str:
    if isinstance(key, str):
        return key
    if callable(key[0]):
        return f"{key[0].__module__.removeprefix('netdesign.')}.{key[0].__qualname__}"
    return ", ".join(map(repr, key[:3]))


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    print(json.dumps(judged(sys.argv[1])))
