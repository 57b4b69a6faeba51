"""The lightest cut agrees with networkx on random weighted graphs, and its side weighs what is said."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from netdesign.graph.global_cut import global_cut


@st.composite
def matrices(draw):
    count = draw(st.integers(2, 8))
    matrix = np.zeros((count, count))
    for a in range(count):
        for b in range(a + 1, count):
            matrix[a, b] = matrix[b, a] = draw(st.sampled_from([0, 0, 1, 2, 5, 0.5]))
    return matrix


@given(matrices())
def test_the_cut_is_the_lightest(matrix):
    weight, side = global_cut(matrix)
    graph = nx.from_numpy_array(np.where(matrix > 0, matrix, 0))
    lightest = nx.stoer_wagner(graph)[0] if nx.is_connected(graph) else 0.0
    assert weight == pytest.approx(lightest)
    assert 0 < side.sum() < len(matrix)
    assert matrix[side][:, ~side].sum() == pytest.approx(weight)


def test_a_path_is_cut_at_its_lightest_edge():
    matrix = np.zeros((4, 4))
    for a, b, weight in ((0, 1, 3.0), (1, 2, 1.0), (2, 3, 2.0)):
        matrix[a, b] = matrix[b, a] = weight
    weight, side = global_cut(matrix)
    assert weight == 1.0
    assert side.tolist() in ([True, True, False, False], [False, False, True, True])
