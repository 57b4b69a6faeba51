"""Disjoint paths and minimum cuts (Menger's theorem), by augmenting paths with an early stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.errors import Fault, InvalidInputError
from netdesign.graph.residual import Residual

if TYPE_CHECKING:
    from collections.abc import Collection

    from numpy.typing import ArrayLike

    from netdesign.graph.multigraph import Multigraph

    Terminal = ArrayLike


class Path(NamedTuple):
    """A simple path: `edges[i]` joins `nodes[i]` and `nodes[i + 1]`."""

    nodes: tuple[int, ...]
    edges: tuple[int, ...]


class Cut(NamedTuple):
    """Nodes and edges whose joint failure separates two terminals."""

    nodes: tuple[int, ...]
    edges: tuple[int, ...]


def edge_disjoint(graph: Multigraph, source: Terminal, target: Terminal, limit: int | None = None) -> int:
    """Return how many paths share no edge, counted up to `limit`; a terminal may be a set of nodes.

    Parallel edges count separately. Where source and target meet no number of edges separates them:
    the answer is `limit`, and without a limit `InvalidInputError`.
    """
    if _meet(source, target):
        return _unbounded(graph, source, target, limit)
    return _augmented(_edge_residual(graph, source, target), limit)


def vertex_disjoint(graph: Multigraph, source: Terminal, target: Terminal, limit: int | None = None) -> int:
    """Return how many paths share no node, counted up to `limit`.

    A terminal given as one node is shared by all paths; a terminal given as a set lends each member to
    one path only. So (node, set) counts paths to distinct targets. Parallel edges never add paths: all
    direct edges between two single terminals are one path.
    """
    if _single(source) and _single(target) and source == target:
        return _unbounded(graph, source, target, limit)
    return _augmented(_vertex_residual(graph, source, target), limit)


def edge_disjoint_paths(graph: Multigraph, source: Terminal, target: Terminal, limit: int | None = None) -> list[Path]:
    """Return a largest set of paths without a common edge, at most `limit`; raises if terminals meet."""
    if _meet(source, target):
        raise _meeting()
    residual = _edge_residual(graph, source, target)
    _augmented(residual, limit)
    return flow_paths(residual)


def vertex_disjoint_paths(
    graph: Multigraph, source: Terminal, target: Terminal, limit: int | None = None
) -> list[Path]:
    """Return a largest set of paths as counted by `vertex_disjoint`; raises if both are one node."""
    if _single(source) and _single(target) and source == target:
        raise _meeting()
    residual = _vertex_residual(graph, source, target)
    _augmented(residual, limit)
    return flow_paths(residual)


def minimum_edge_cut(graph: Multigraph, source: Terminal, target: Terminal) -> tuple[int, ...]:
    """Return a smallest set of edges that separates the terminals; raises if they meet."""
    if _meet(source, target):
        raise _meeting()
    residual = _edge_residual(graph, source, target)
    _augmented(residual, None)
    return _cut(graph, residual).edges


def minimum_cut(graph: Multigraph, source: int, target: int) -> Cut:
    """Return a smallest set of inner nodes and edges that separates two nodes; nodes are preferred.

    Every direct edge between the two has to be in it, each parallel one counted.
    """
    if source == target:
        raise _meeting()
    residual = Residual(graph, {source, target}, ((source,), (target,)))
    _augmented(residual, None)
    return _cut(graph, residual)


def _augmented(residual: Residual, limit: int | None) -> int:
    count = 0
    while (limit is None or count < limit) and residual.augment():
        count += 1
    return count


def _edge_residual(graph: Multigraph, source: Terminal, target: Terminal) -> Residual:
    return Residual(graph, range(graph.node_count), (_members(source), _members(target)))


def _vertex_residual(graph: Multigraph, source: Terminal, target: Terminal) -> Residual:
    single = {_members(terminal)[0] for terminal in (source, target) if _single(terminal)}
    residual = Residual(graph, single, (_members(source), _members(target)))
    if _single(source) and _single(target):
        direct = [e for other, e in graph.neighbours[_members(source)[0]] if other == target]
        residual.banned.update(direct[1:])
    return residual


def _members(terminal: Terminal) -> tuple[int, ...]:
    return tuple(np.atleast_1d(np.asarray(terminal, dtype=np.int64)).tolist())


def _single(terminal: Terminal) -> bool:
    return np.ndim(terminal) == 0


def _meet(source: Terminal, target: Terminal) -> bool:
    return not set(_members(source)).isdisjoint(_members(target))


def _unbounded(graph: Multigraph, source: Terminal, target: Terminal, limit: int | None) -> int:
    common = np.array(sorted(set(_members(source)) & set(_members(target))))
    if limit is None:
        raise _meeting()
    return limit if bool(graph.nodes_present[common].any()) else 0


def _meeting() -> InvalidInputError:
    fault = Fault("/target", "source and target share a node", "give a limit, or terminals that are apart")
    return InvalidInputError("disjoint paths", (fault,))


def flow_paths(residual: Residual) -> list[Path]:
    """Return the paths of a flow, followed from its sources; what a walk repeats is cut out of it."""
    leaving: dict[int, list[tuple[int, int]]] = {}
    arriving: dict[int, int] = {}
    for edge, origin in residual.flow_from.items():
        end = next(other for other, e in residual.neighbours[origin] if e == edge)
        leaving.setdefault(origin, []).append((end, edge))
        arriving[end] = arriving.get(end, 0) + 1
    paths: list[Path] = []
    for source in sorted(residual.ends[0]):
        outflow = len(leaving.get(source, ())) - arriving.get(source, 0)
        paths.extend(_walk(source, leaving, residual.ends[1]) for _ in range(outflow))
    return paths + [Path((v,), ()) for v in sorted(residual.alone)]


def _walk(node: int, leaving: dict[int, list[tuple[int, int]]], targets: Collection[int]) -> Path:
    nodes, edges = [node], list[int]()
    while not (node in targets and not leaving.get(node)):
        node, edge = leaving[node].pop()
        if node in nodes:
            place = nodes.index(node)
            del nodes[place + 1 :], edges[place:]
        else:
            nodes.append(node)
            edges.append(edge)
    return Path(tuple(nodes), tuple(edges))


def _cut(graph: Multigraph, residual: Residual) -> Cut:
    """Read the saturated elements around the states that the last, failed search reached."""
    side, region = residual.exhausted, residual.region
    shared = residual.shared
    near = {state >> 1 for state in region}
    halved = {v for v in near if v not in shared and (2 * v + 1 - side) not in region}
    outward = {v for v in near if v not in halved}
    edges = {
        edge
        for v in outward
        for other, edge in graph.neighbours[v]
        if (other not in near if other in shared else (2 * other + side) not in region)
    }
    return Cut(tuple(sorted(halved)), tuple(sorted(edges)))
