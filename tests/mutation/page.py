"""The published mutation score, as a page for a reader."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from netdesign.rules.registry import all_rules
from netdesign.services.mutate_design import Fate
from tests.mutation.score import Row
from tests.mutation.survivors import REASONS


def page(rows: Iterable[Row]) -> str:
    """The page of all rows: sums, a line for each rule, survivors and what was not repaired."""
    found = list(rows)
    parts = [HEAD, *_sums(found), "", *_by_rule(found), *_survivors(found), *_unrepaired(found)]
    return "\n".join(parts) + "\n"


HEAD = """# Mutation score

A rule that never fires looks like a rule that always holds. So each rule ships changes that break a sound design in
the ways it guards against, and counts only if it notices. `make mutation` applies every one of them to every design
of the examples (`events/requirements`), asks the mutant's own rule, lets repair mend each kind on the two smallest
designs that have it, and writes this page.

A mutant has a fix where its rule ships one, or where repair may put back all that the mutant changed. Requirements, and
what only people can say (listed in [what an organisation changes](organisation.md)), are never put back.
"""


def kill_rate(rows: Iterable[Row]) -> float:
    """The share of applied mutants that their own rule caught."""
    applied = [row for row in rows if row.fate in (Fate.KILLED, Fate.SURVIVED)]
    return sum(row.fate == Fate.KILLED for row in applied) / max(1, len(applied))


def repair_rate(rows: Iterable[Row]) -> float:
    """The share of caught mutants with a fix that repair mended."""
    tried = [row for row in rows if row.repaired is not None and row.has_fix]
    return sum(bool(row.repaired) for row in tried) / max(1, len(tried))


def _sums(rows: list[Row]) -> list[str]:
    rules = all_rules()
    kinds = sum(len(rule.mutants) for rule in rules)
    killed = sum(row.fate == Fate.KILLED for row in rows)
    survived = sum(row.fate == Fate.SURVIVED for row in rows)
    designs = len({row.design for row in rows})
    lines = [
        f"- {kinds} kinds of mutants of {len(rules)} rules, on {designs} designs:",
        f"  {killed + survived:,} applied, {killed:,} caught, {survived} survived ({kill_rate(rows):.2%} caught).",
    ]
    tried = [row for row in rows if row.repaired is not None]
    if tried:
        harmed = sum(bool(row.regressions) for row in tried)
        share = f"{_mended(tried, has_fix=True)} ({repair_rate(rows):.2%})"
        lines.append(f"- Of mutants that have a fix repair mended {share}, of those without one")
        lines.append(f"  {_mended(tried, has_fix=False)}; it made a verdict worse {harmed} times.")
    return lines


def _mended(tried: list[Row], *, has_fix: bool) -> str:
    mine = [row for row in tried if row.has_fix is has_fix]
    return f"{sum(bool(row.repaired) for row in mine):,} of {len(mine):,}"


def _by_rule(rows: list[Row]) -> list[str]:
    by_rule: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_rule[row.rule].append(row)
    lines = ["| rule | kinds | applied | caught | repaired |", "|---|---|---|---|---|"]
    for rule in all_rules():
        mine = by_rule[rule.code]
        caught = sum(row.fate == Fate.KILLED for row in mine)
        applied = caught + sum(row.fate == Fate.SURVIVED for row in mine)
        tried = sum(row.repaired is not None for row in mine)
        mended = f"{sum(bool(row.repaired) for row in mine)} of {tried}" if tried else "-"
        lines.append(f"| {rule.code} | {len(rule.mutants)} | {applied} | {caught} | {mended} |")
    return lines


def _survivors(rows: list[Row]) -> list[str]:
    lost = [row for row in rows if row.fate == Fate.SURVIVED]
    if not lost:
        return []
    lines = ["", "## Survivors", ""]
    for rule, mutant in sorted({(row.rule, row.mutant) for row in lost}):
        where = ", ".join(sorted(row.design for row in lost if (row.rule, row.mutant) == (rule, mutant)))
        lines.append(f"- {rule} {mutant} ({where}): {REASONS.get((rule, mutant), 'no reason is known: a defect')}")
    return lines


def _unrepaired(rows: list[Row]) -> list[str]:
    left = [row for row in rows if row.repaired is False]
    if not left:
        return []
    lines = ["", "## Left by repair", ""]
    for rule, mutant in sorted({(row.rule, row.mutant) for row in left}):
        mine = [row for row in left if (row.rule, row.mutant) == (rule, mutant)]
        lines.append(f"- {rule} {mutant} ({len(mine)} designs): {mine[0].left}")
    return lines
