"""Prints the cost, lower bound, gap and CPU seconds of capacity plans beside the published optimum of each instance.

`NETDESIGN_DATA=folder python -m tests.bench.bench_sndlib [--seconds 600] [network ...]`. No figure is asserted.
"""

from __future__ import annotations

import argparse
import time

from netdesign.synthesis.backbone.plan import Effort, plan
from tests.reference.planning_files import known, planning

SHAKES = 200
NODES = 10_000_000


def main() -> None:
    """Plan every instance with a known cost and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("networks", nargs="*")
    parser.add_argument("--seconds", type=float, default=600.0, help="limit of the exact solver")
    asked = parser.parse_args()
    print(f"{'network':11}{'model':20}{'cost':>14}{'bound':>14}{'gap':>8}{'CPU s':>8}  {'published':>14}  stage")
    for (network, model), published in answers().items():
        if not asked.networks or network in asked.networks:
            _print_line(network, model, published, asked.seconds)


def answers() -> dict[tuple[str, str], str]:
    """By network and model, what is published, or else what was computed elsewhere (in brackets)."""
    document = known()
    found: dict[tuple[str, str], str] = {}
    for entry in document["computed_here_mip"]:
        if not entry["model"].startswith("D-D") and entry["routing_cost_rule"] == _rule(entry):
            found[entry["network"], entry["model"]] = f"({entry['best_found']:,.1f})"
    for entry in document["published"]:
        words = f"{entry['value']:,.1f}" if "value" in entry else f"{entry['lower']:,.0f}..{entry['upper']:,.0f}"
        found[entry["network"], entry["model"]] = words
    return found


def _rule(entry: dict[str, object]) -> object:
    """The reading of carriage costs that plans follow: of all flow on a span, whichever its direction."""
    both = entry["network"] in {"atlanta", "newyork"} and str(entry["model"]).startswith("D")
    return "c*(f_ij+f_ji)" if both else "SNDlib"


def _print_line(network: str, model: str, published: str, seconds: float) -> None:
    problem, constant = planning(network, model)
    start = time.process_time()
    found = plan(problem, Effort(SHAKES, NODES, seconds))
    took = time.process_time() - start
    cost, bound = found.cost + constant, found.bound + constant
    line = f"{network:11}{model:20}{cost:14,.1f}{bound:14,.1f}{(cost - bound) / cost:8.2%}{took:8.1f}"
    print(f"{line}  {published:>14}  {found.stage}", flush=True)


if __name__ == "__main__":
    main()
