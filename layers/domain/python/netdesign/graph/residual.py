"""The residual network of unit-capacity flows, searched from both ends at once."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from netdesign.graph.multigraph import Multigraph

    Parents = dict[int, tuple[int, int]]

_FORWARD, _BACKWARD = 0, 1
_NO_EDGE = -1


class Residual:
    """Unit flows from sources to targets over undirected edges, each used by one flow.

    A node outside `shared` is used by one flow too: it is split into the states 2v (in) and 2v + 1
    (out). A shared node is the state 2v alone. Only touched edges and nodes are stored, so that a search
    costs what it explores and not the size of the graph.
    """

    def __init__(
        self, graph: Multigraph, shared: Collection[int], ends: tuple[Collection[int], Collection[int]]
    ) -> None:
        present = graph.nodes_present
        self.neighbours = graph.neighbours
        self.shared = shared
        self.ends = tuple({int(node) for node in side if present[node]} for side in ends)
        self.flow_from: dict[int, int] = {}
        self.used_edge: tuple[dict[int, int], dict[int, int]] = ({}, {})
        self.banned: set[int] = set()
        self.alone: set[int] = set()
        self.exhausted = _FORWARD
        self.region: Collection[int] = ()

    def augment(self) -> bool:
        """Add one more flow if there is room; if not, keep the states reached in `region`."""
        path = self._search()
        if path is None:
            return False
        self._apply(path)
        return True

    def _terminals(self, side: int) -> list[int]:
        """Return the states where a flow may still begin (forward) or end (backward)."""
        used = self.used_edge[side]
        free = (v for v in self.ends[side] if v in self.shared or used.get(v) != _NO_EDGE)
        return [2 * v if v in self.shared else 2 * v + side for v in free]

    def _search(self) -> list[tuple[int, int]] | None:
        """Return the (state, edge into it) items of a shortest augmenting path."""
        frontiers = [self._terminals(_FORWARD), self._terminals(_BACKWARD)]
        parents: list[Parents] = [dict.fromkeys(states, (-1, _NO_EDGE)) for states in frontiers]
        meeting = next((state for state in frontiers[0] if state in parents[1]), None)
        while meeting is None:
            side = int(len(frontiers[1]) < len(frontiers[0]))
            if not frontiers[side]:
                self.exhausted, self.region = side, parents[side]
                return None
            meeting = self._expand(frontiers, parents, side)
        return _joined(parents, meeting)

    def _expand(self, frontiers: list[list[int]], parents: list[Parents], side: int) -> int | None:
        """Push one frontier a step outward; return a state that the other side knows, if met."""
        mine, other = parents[side], parents[1 - side]
        grown: list[int] = []
        for state in frontiers[side]:
            for reached, edge in self._moves(state, side):
                if reached not in mine:
                    mine[reached] = (state, edge)
                    if reached in other:
                        return reached
                    grown.append(reached)
        frontiers[side] = grown
        return None

    def _moves(self, state: int, side: int) -> Iterator[tuple[int, int]]:
        """Yield the states one step away; the backward search walks every step in reverse."""
        node = state >> 1
        if node in self.shared:
            yield from self._moves_of_shared(node, side)
        elif state & 1 != side:
            yield from self._moves_over_free_edges(node, side)
            if node in self.used_edge[side]:
                yield state ^ 1, _NO_EDGE
        elif node not in self.used_edge[side]:
            yield state ^ 1, _NO_EDGE
        elif (edge := self.used_edge[side][node]) != _NO_EDGE:
            yield self._state(self._across(node, edge), 1 - side), edge

    def _moves_of_shared(self, node: int, side: int) -> Iterator[tuple[int, int]]:
        for other, edge in self.neighbours[node]:
            origin = self.flow_from.get(edge)
            if origin is None:
                if other != node and edge not in self.banned:
                    yield self._state(other, side), edge
            elif (origin == node) != (side == _FORWARD):
                yield self._state(other, 1 - side), edge

    def _moves_over_free_edges(self, node: int, side: int) -> Iterator[tuple[int, int]]:
        for other, edge in self.neighbours[node]:
            if other != node and edge not in self.flow_from and edge not in self.banned:
                yield self._state(other, side), edge

    def _state(self, node: int, half: int) -> int:
        return 2 * node if node in self.shared else 2 * node + half

    def _across(self, node: int, edge: int) -> int:
        return next(other for other, e in self.neighbours[node] if e == edge)

    def _apply(self, path: list[tuple[int, int]]) -> None:
        """Cancel the flow that the path walks against, then add the rest of the path."""
        steps = [(before >> 1, edge, after >> 1) for (before, _), (after, edge) in pairwise(path) if edge != _NO_EDGE]
        into, out_of = self.used_edge
        for start, edge, end in steps:
            if self.flow_from.get(edge) == end:
                for used, node in ((out_of, end), (into, start)):
                    if used.get(node) == edge:
                        del used[node]
        for start, edge, end in steps:
            if self.flow_from.get(edge) == end:
                del self.flow_from[edge]
            else:
                self.flow_from[edge] = start
                out_of[start], into[end] = edge, edge
        into[path[0][0] >> 1] = _NO_EDGE
        out_of[path[-1][0] >> 1] = _NO_EDGE
        self.alone = {v for v, edge in into.items() if edge == out_of.get(v) == _NO_EDGE}


def _joined(parents: list[Parents], meeting: int) -> list[tuple[int, int]]:
    """Return the path through `meeting`, from the forward root to the backward root."""
    path: list[tuple[int, int]] = []
    state = meeting
    while state != -1:
        before, edge = parents[_FORWARD][state]
        path.append((state, edge))
        state = before
    path.reverse()
    state, edge = parents[_BACKWARD][meeting]
    while state != -1:
        path.append((state, edge))
        state, edge = parents[_BACKWARD][state]
    return path
