"""Waivers as people hand them in: with codes as rules have them, and every fault named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from netdesign.analysis.facts.days import day
from netdesign.errors import Fault, NotFoundError
from netdesign.model.verdict import Waiver
from netdesign.rules.engine import WAIVER_RULE
from netdesign.rules.organisation.definition import CODE
from netdesign.rules.registry import find_rule

WAIVER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOST_ELEMENTS = 1_000
LONGEST = {"owner": 200, "compensating_control": 2_000, "reason": 2_000}


def code_of(text: str, own: Mapping[str, str]) -> str | None:
    """The code of the rule that a code or name in any case means; `own` are names and codes of own rules."""
    wanted = text.strip().lower()
    if wanted in own:
        return own[wanted]
    try:
        return find_rule(wanted).code
    except NotFoundError:
        return None


def normal(waiver: Waiver, own: Mapping[str, str]) -> Waiver:
    """The waiver with its rule's code as the rule has it."""
    return replace(waiver, rule=code_of(waiver.rule, own) or waiver.rule)


def waiver_faults(waiver: Waiver, own: Mapping[str, str], pointer: str = "") -> Iterator[Fault]:
    """What keeps a waiver from being one: its id, rule, days, who answers for it with what, and on how much."""
    if not WAIVER_ID.fullmatch(waiver.id):
        yield Fault(f"{pointer}/id", f"{waiver.id[:60]!r} is no id", "letters, digits, dots, dashes; 100 at most")
    code = code_of(waiver.rule, own)
    if code == WAIVER_RULE:
        yield Fault(f"{pointer}/rule", "the rule on waivers cannot be waived", "mend the waiver that it flags")
    elif code is None:
        remedy = "declare the rule first" if CODE.fullmatch(waiver.rule) else "netdesign rules lists them"
        yield Fault(f"{pointer}/rule", f"there is no rule {waiver.rule[:60]!r}", remedy)
    yield from _days(waiver, pointer)
    yield from _words(waiver, pointer)
    if len(waiver.elements) > MOST_ELEMENTS:
        problem = f"{len(waiver.elements):,} elements are named"
        yield Fault(f"{pointer}/elements", problem, f"name {MOST_ELEMENTS:,} at most, or waive fewer failures")


def _days(waiver: Waiver, pointer: str) -> Iterator[Fault]:
    for name in ("granted", "expires"):
        text = getattr(waiver, name)
        if text is not None and (not DAY.fullmatch(text) or day(text) is None):
            yield Fault(f"{pointer}/{name}", f"{text[:60]!r} is no day", "write YYYY-MM-DD")
    first, last = day(waiver.granted), day(waiver.expires)
    if first is not None and last is not None and last < first:
        yield Fault(f"{pointer}/granted", f"it is granted after it expires ({waiver.expires})", "swap the days")


def _words(waiver: Waiver, pointer: str) -> Iterator[Fault]:
    for name, most in LONGEST.items():
        text: str = getattr(waiver, name)
        if name != "reason" and not text.strip():
            yield Fault(f"{pointer}/{name}", "it is blank", "say who answers for it, and what stands in its place")
        if len(text) > most:
            yield Fault(f"{pointer}/{name}", f"it has {len(text):,} characters", f"write {most:,} at most")
