"""Spans worth considering between sites on the globe: all of a few sites, of many those to near ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from netdesign.synthesis.backbone.problem import Floats, Ints

EARTH_KM = 6371.0088
"""Mean radius (IUGG)."""
ALL_PAIRS = 30
"""Sites up to which every pair is worth considering."""
NEAREST = 10
"""Beyond that, each site is joined to so many of its nearest."""


def distances_km(latitude: Floats, longitude: Floats) -> Floats:
    """(sites, sites): great-circle distances of places in degrees, by the haversine formula."""
    phi, far = np.radians(latitude), np.radians(longitude)
    half = np.sin((phi[:, None] - phi) / 2) ** 2
    half += np.cos(phi)[:, None] * np.cos(phi) * np.sin((far[:, None] - far) / 2) ** 2
    found: Floats = 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0)))
    return found


def near_pairs(distance: Floats) -> Ints:
    """(spans, 2): pairs of sites to consider, by their distances (sites, sites).

    Each of many sites is joined to its nearest, and the sites so joined to others, twice over, so that the
    pairs themselves survive the loss of any one of them.
    """
    count = len(distance)
    if count <= ALL_PAIRS:
        return np.stack(np.triu_indices(count, 1), axis=1).astype(np.int64)
    order = np.argsort(distance, axis=1, kind="stable")
    tail = np.repeat(np.arange(count), NEAREST)
    near = order[:, 1 : NEAREST + 1].ravel()
    pairs = np.concatenate([np.stack([tail, near], axis=1), *_trees(distance, 2)])
    return np.unique(np.sort(pairs, axis=1), axis=0).astype(np.int64)


def _trees(distance: Floats, number: int) -> list[Ints]:
    """Shortest spanning trees, each without the pairs of those before (Prim 1957)."""
    left = distance.astype(np.float64)
    np.fill_diagonal(left, np.inf)
    trees = []
    for _ in range(number):
        near, joined = left[0].copy(), np.zeros(len(left), dtype=np.bool_)
        parent, pairs = np.zeros(len(left), dtype=np.int64), []
        joined[0] = True
        for _ in range(len(left) - 1):
            nearest = int(np.where(joined, np.inf, near).argmin())
            pairs.append((int(parent[nearest]), nearest))
            joined[nearest] = True
            closer = ~joined & (left[nearest] < near)
            near[closer], parent[closer] = left[nearest][closer], nearest
        tree = np.array(pairs, dtype=np.int64)
        left[tree[:, 0], tree[:, 1]] = left[tree[:, 1], tree[:, 0]] = np.inf
        trees.append(tree)
    return trees
