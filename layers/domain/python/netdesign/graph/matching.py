"""Maximum bipartite matching (Hopcroft and Karp), and the proof when it leaves something over."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netdesign.graph.multigraph import Ints

FREE = -1


def maximum_matching(choices: Sequence[Sequence[int]], right_count: int) -> Ints:
    """Return the partner of every left vertex, -1 where it stays free; `choices[i]` lists its options.

    Takes O(edges * sqrt(vertices)). Among equals the first choice is tried first, so that the answer
    is the same on every run.
    """
    partner, taken_by = _greedy(choices, right_count)
    while (layer := _layers(choices, partner, taken_by)) is not None:
        for left, right in enumerate(partner):
            if right == FREE:
                _augment(choices, left, (partner, taken_by, layer))
    return np.array(partner, dtype=np.int32)


def deficient_set(choices: Sequence[Sequence[int]], partner: Ints) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return left vertices with fewer choices between them than there are of them, and those choices.

    This proves that no matching is better than the maximum matching `partner` (Hall's theorem). Both
    are empty when every left vertex has a partner.
    """
    taken_by = {int(right): left for left, right in enumerate(partner) if right != FREE}
    best: tuple[set[int], set[int]] = (set(), set())
    for start in np.flatnonzero(partner == FREE).tolist():
        found = _alternating(choices, start, taken_by)
        if not best[0] or len(found[0]) < len(best[0]):
            best = found
    return tuple(sorted(best[0])), tuple(sorted(best[1]))


def _alternating(choices: Sequence[Sequence[int]], start: int, taken_by: dict[int, int]) -> tuple[set[int], set[int]]:
    lefts, rights, queue = {start}, set[int](), deque([start])
    while queue:
        for right in choices[queue.popleft()]:
            if right not in rights:
                rights.add(right)
                lefts.add(taken_by[right])
                queue.append(taken_by[right])
    return lefts, rights


def _greedy(choices: Sequence[Sequence[int]], right_count: int) -> tuple[list[int], list[int]]:
    partner, taken_by = [FREE] * len(choices), [FREE] * right_count
    for left, options in enumerate(choices):
        for right in options:
            if taken_by[right] == FREE:
                partner[left], taken_by[right] = right, left
                break
    return partner, taken_by


def _layers(choices: Sequence[Sequence[int]], partner: list[int], taken_by: list[int]) -> list[int] | None:
    """Return the breadth-first layer of every left vertex, or None when no augmenting path is left."""
    layer = [0 if right == FREE else -1 for right in partner]
    queue = deque(left for left, right in enumerate(partner) if right == FREE)
    augmentable = False
    while queue:
        left = queue.popleft()
        for right in choices[left]:
            other = taken_by[right]
            if other == FREE:
                augmentable = True
            elif layer[other] < 0:
                layer[other] = layer[left] + 1
                queue.append(other)
    return layer if augmentable else None


def _augment(choices: Sequence[Sequence[int]], root: int, state: tuple[list[int], list[int], list[int]]) -> None:
    """Flip one augmenting path from `root` if its layers have one; each dead end is visited once."""
    partner, taken_by, layer = state
    path = [(root, iter(choices[root]))]
    tried: list[int] = []
    while path:
        left, options = path[-1]
        right = next((r for r in options if _leads_on(taken_by[r], left, layer)), None)
        if right is None:
            layer[left] = -1
            path.pop()
            if tried:
                tried.pop()
        elif taken_by[right] == FREE:
            for (on_path, _), choice in zip(path, [*tried, right], strict=True):
                partner[on_path], taken_by[choice] = choice, on_path
            return
        else:
            tried.append(right)
            path.append((taken_by[right], iter(choices[taken_by[right]])))


def _leads_on(other: int, left: int, layer: list[int]) -> bool:
    return other == FREE or layer[other] == layer[left] + 1
