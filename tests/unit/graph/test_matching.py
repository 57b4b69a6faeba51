import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from netdesign.graph.matching import deficient_set, maximum_matching


@st.composite
def choices(draw):
    right = draw(st.integers(0, 7))
    options = st.lists(st.integers(0, right - 1), max_size=4) if right else st.just([])
    return draw(st.lists(options, max_size=8)), right


@given(choices())
def test_matching_is_valid_and_as_large_as_that_of_networkx(case):
    options, right = case
    partner = maximum_matching(options, right)
    drawn = nx.Graph([(("l", i), ("r", r)) for i, row in enumerate(options) for r in row])
    best = nx.bipartite.maximum_matching(drawn, [node for node in drawn if node[0] == "l"])

    taken = partner[partner >= 0].tolist()
    assert len(set(taken)) == len(taken) == len(best) // 2
    assert all(r < 0 or r in options[i] for i, r in enumerate(partner.tolist()))


@given(choices())
def test_a_deficient_set_proves_that_a_vertex_stays_free(case):
    options, right = case
    partner = maximum_matching(options, right)
    lefts, rights = deficient_set(options, partner)

    assert set(rights) == {r for left in lefts for r in options[left]}
    if (partner < 0).any():
        assert len(rights) < len(lefts)
    else:
        assert (lefts, rights) == ((), ())


def test_the_smallest_proof_is_chosen():
    options = [[0], [0], [0, 1, 2], [1, 2], [1, 2], []]

    assert deficient_set(options, maximum_matching(options, 3)) == ((5,), ())


def test_a_long_augmenting_chain():
    n = 2000
    options = [[i, i + 1] for i in range(n)] + [[0]]
    partner = maximum_matching(options, n + 1)

    assert np.sort(partner).tolist() == list(range(n + 1))
