"""The results of drawn requirements as a page for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from tests.generated.trial import REFUSAL, SLOW_S, Row


def page(rows: Sequence[Row]) -> str:
    """What came of every seed: the sums by type first, what took long, what failed, then all of them."""
    return "\n".join([*_head(rows), *_types(rows), *_slow(rows), *_failed(rows), *_every(rows), ""])


def summary(rows: Sequence[Row]) -> str:
    """One line with the counts."""
    outcomes = Counter(row.outcome for row in rows)
    counts = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.most_common())
    bad, slow = sum(not row.good for row in rows), sum(row.seconds > SLOW_S for row in rows)
    return f"{len(rows)} requests: {counts}; {bad} failed, {slow} took over {SLOW_S:.0f} s"


def _head(rows: Sequence[Row]) -> Iterator[str]:
    yield "# Requirements drawn at random"
    yield ""
    yield summary(rows) + "."
    yield ""


def _types(rows: Sequence[Row]) -> Iterator[str]:
    yield "| type | requests | designs | refused | failed | longest (s) |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for kind in sorted({row.type for row in rows}):
        own = [row for row in rows if row.type == kind]
        refused = sum(row.outcome == REFUSAL for row in own)
        good, bad = sum(row.outcome == "design" for row in own), sum(not row.good for row in own)
        longest = max(row.seconds for row in own)
        yield f"| {kind} | {len(own)} | {good} | {refused} ({refused / len(own):.0%}) | {bad} | {longest:.1f} |"
    yield ""


def _slow(rows: Sequence[Row]) -> Iterator[str]:
    slow = [row for row in rows if row.seconds > SLOW_S]
    words = ", ".join(f"{row.seed} ({row.type}, {row.seconds:.0f} s)" for row in slow)
    yield f"Over {SLOW_S:.0f} s: {words or 'none'}."
    yield ""


def _failed(rows: Sequence[Row]) -> Iterator[str]:
    yield "## Failed"
    yield ""
    for row in rows:
        if not row.good:
            yield f"- seed {row.seed} ({row.type}, {row.outcome}):"
            yield from (f"  - {fault}" for fault in row.faults)
    yield ""


def _every(rows: Sequence[Row]) -> Iterator[str]:
    yield "## All"
    yield ""
    yield "| seed | type | sites | users | devices | outcome | seconds | conflicts or failing rules |"
    yield "| ---: | --- | ---: | ---: | ---: | --- | ---: | --- |"
    for row in rows:
        size = f"{row.sites:,} | {row.users:,} | {row.devices:,}"
        codes = " ".join(row.codes)
        yield f"| {row.seed} | {row.type} | {size} | {row.outcome} | {row.seconds:.1f} | {codes} |"
