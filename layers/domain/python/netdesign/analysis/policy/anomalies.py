"""Rules of ordered policies that never act, that change nothing, or that contradict each other (Al-Shaer and Hamed).

Exact by subtraction, over zones and headers at once: a rule is a set of boxes of eight dimensions.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.policy.policy import bound_zones, ordered_rules, rule_boxes
from netdesign.graph.boxes import Boxes, carved, clipped, difference, joined, tidied
from netdesign.graph.network import Network, analysis
from netdesign.model.security import Action

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netdesign.graph.headerspace import Range
    from netdesign.model.security import PolicyRule

DIMENSIONS = 8
Span = tuple["Range", ...]
Found = tuple["Kind", tuple[str, ...], bool]


class Kind(StrEnum):
    """How a rule and others go wrong together."""

    SHADOWED = "shadowed"
    """Earlier rules take all that it names, some of it with the opposite action."""
    REDUNDANT = "redundant"
    """Without it the policy would do the same."""
    CORRELATED = "correlated"
    """It overlaps an earlier rule of the opposite action, and neither lies within the other."""
    UNREACHABLE = "unreachable"
    """It names nothing that a packet could be: no common IP version, or zones that are not bound."""


class Anomaly(NamedTuple):
    """A rule of a policy and the rules that make it anomalous, all as ids; `opposite` says that actions differ."""

    policy: str
    rule: str
    kind: Kind
    others: tuple[str, ...]
    opposite: bool


@analysis
def anomalies(network: Network, policy: str) -> tuple[Anomaly, ...]:
    """The anomalies of a policy, in the order of its rules."""
    rules = ordered_rules(network, policy)
    zones = _zone_numbers(network, policy, rules)
    own = _on_grid([_spans(rule, zones) for rule in rules])
    lines = _Lines(rules, own, _taken(own))
    found = (_anomaly(lines, at) for at in range(len(rules)))
    return tuple(Anomaly(policy, rule.id, *one) for rule, one in zip(rules, found, strict=True) if one is not None)


class _Lines:
    """The rules of a policy with the boxes that each names and those that each decides."""

    def __init__(self, rules: Sequence[PolicyRule], own: Sequence[Boxes], taken: Sequence[Boxes]) -> None:
        self.rules, self.own, self.taken = rules, own, taken
        self._named, self._decided = _Stack(own), _Stack(taken)

    def naming(self, boxes: Boxes, first: int, end: int) -> list[int]:
        """The rules from `first` to before `end` that name something in `boxes`."""
        return self._named.meeting(boxes, first, end)

    def deciding(self, boxes: Boxes, end: int) -> list[int]:
        """The rules before `end` that decide something in `boxes`."""
        return self._decided.meeting(boxes, 0, end)


class _Stack:
    """Boxes of many rules as one array, in the order of the rules."""

    def __init__(self, parts: Sequence[Boxes]) -> None:
        self.boxes = joined(parts, DIMENSIONS)
        self.owner = np.repeat(np.arange(len(parts)), [part.number for part in parts])

    def meeting(self, boxes: Boxes, first: int, end: int) -> list[int]:
        """The rules from `first` to before `end` that share something with `boxes`."""
        begin, stop = np.searchsorted(self.owner, [first, end])
        some = self.boxes.rows(slice(int(begin), int(stop)))
        meets = np.zeros(some.number, np.bool_)
        for low, high in zip(*boxes, strict=True):
            meets |= ((some.low <= high) & (some.high >= low)).all(axis=1)
        found: list[int] = np.unique(self.owner[begin:stop][meets]).tolist()
        return found


def _anomaly(lines: _Lines, at: int) -> Found | None:
    one = _never_acts(lines, at) or _changes_nothing(lines, at)
    if one is not None:
        return one
    crossing = _correlated(lines, at)
    return (Kind.CORRELATED, crossing, True) if crossing else None


def _zone_numbers(network: Network, policy: str, rules: Sequence[PolicyRule]) -> dict[str, int]:
    """The zones that packets come from or go to: those bound, or where none is, those that rules name."""
    names = bound_zones(network, policy)
    if not names:
        names = frozenset(zone for rule in rules for zone in (*rule.source_zones, *rule.destination_zones))
    return {zone: at for at, zone in enumerate(sorted(names))}


def _spans(rule: PolicyRule, zones: dict[str, int]) -> list[Span]:
    sides = [_zone_ranges(names, zones) for names in (rule.source_zones, rule.destination_zones)]
    return [
        (near, far, (box.version, box.version), *box[1:])
        for (near, far), box in product(product(*sides), list(rule_boxes(rule)))
    ]


def _zone_ranges(names: Iterable[str], zones: dict[str, int]) -> list[Range]:
    named = tuple(names)
    if not named:
        return [(0, max(0, len(zones) - 1))]
    return [(zones[name], zones[name]) for name in sorted(set(named)) if name in zones]


def _on_grid(rules: Sequence[Sequence[Span]]) -> list[Boxes]:
    """Every rule's boxes as positions between the bounds that occur in any."""
    bounds = [
        sorted({value for rule in rules for span in rule for value in (span[d][0], span[d][1] + 1)})
        for d in range(DIMENSIONS)
    ]
    at = [{value: place for place, value in enumerate(values)} for values in bounds]
    made = []
    for rule in rules:
        low = [[at[d][span[d][0]] for d in range(DIMENSIONS)] for span in rule]
        high = [[at[d][span[d][1] + 1] - 1 for d in range(DIMENSIONS)] for span in rule]
        corners = (np.array(side, np.int32).reshape(len(rule), DIMENSIONS) for side in (low, high))
        made.append(_apart(Boxes(*corners)))
    return made


def _apart(boxes: Boxes) -> Boxes:
    """The same set in boxes that do not overlap."""
    if boxes.number < 2:
        return boxes
    found = joined([], DIMENSIONS)
    for low, high in zip(boxes.low, boxes.high, strict=True):
        found = joined([found, difference(Boxes(low[None], high[None]), clipped(found, low, high))], DIMENSIONS)
    return found


def _taken(own: Sequence[Boxes]) -> list[Boxes]:
    """What each rule decides: of what is still undecided, what it names."""
    corners = [side for boxes in own for side in (boxes.low, boxes.high)]
    ends = np.concatenate([np.zeros((1, DIMENSIONS), np.int32), *corners])
    undecided = Boxes(ends.min(axis=0)[None], ends.max(axis=0)[None])
    found, settled = [], 1
    for boxes in own:
        mine = []
        for low, high in zip(boxes.low, boxes.high, strict=True):
            inside, undecided = carved(undecided, low, high)
            mine.append(inside)
        found.append(joined(mine, DIMENSIONS))
        tidy = tidied(undecided, settled)
        settled, undecided = (tidy.number if tidy is not undecided else settled), tidy
    return found


def _never_acts(lines: _Lines, at: int) -> Found | None:
    own = lines.own[at]
    if not own.number:
        return Kind.UNREACHABLE, (), False
    if lines.taken[at].number:
        return None
    before = [lines.rules[place] for place in lines.deciding(own, at)]
    opposite = any(rule.action is not lines.rules[at].action for rule in before)
    return Kind.SHADOWED if opposite else Kind.REDUNDANT, tuple(rule.id for rule in before), opposite


def _changes_nothing(lines: _Lines, at: int) -> Found | None:
    """A rule whose part later rules would decide alike; what only the default decides is not alike."""
    left, names = lines.taken[at], list[str]()
    for later in lines.naming(left, at + 1, len(lines.rules)):
        inside, outside = _parted(left, lines.own[later])
        if not inside:
            continue
        if _treatment(lines.rules[later]) != _treatment(lines.rules[at]):
            return None
        names.append(lines.rules[later].id)
        left = outside
        if not left.number:
            return Kind.REDUNDANT, tuple(names), False
    return None


def _parted(boxes: Boxes, cut: Boxes) -> tuple[bool, Boxes]:
    """Whether `cut` takes anything from the boxes, and what it leaves."""
    taken = False
    for corner in zip(*cut, strict=True):
        inside, boxes = carved(boxes, *corner)
        taken = taken or bool(inside.number)
    return taken, boxes


def _treatment(rule: PolicyRule) -> tuple[Action, frozenset[str], bool]:
    return rule.action, frozenset(rule.inspect), rule.log


def _correlated(lines: _Lines, at: int) -> tuple[str, ...]:
    own = lines.own[at]
    opposite = [p for p in lines.naming(own, 0, at) if lines.rules[p].action is not lines.rules[at].action]
    return tuple(
        lines.rules[place].id
        for place in opposite
        if difference(own, lines.own[place]).number and difference(lines.own[place], own).number
    )
