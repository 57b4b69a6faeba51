from hypothesis import given
from hypothesis import strategies as st

from netdesign.graph.prefixes import parse_prefix
from netdesign.graph.prefixtree import PrefixTree
from tests.unit.graph.test_prefixes import networks

TABLES = st.dictionaries(networks(), st.integers(), max_size=10)


@given(TABLES, networks())
def test_the_longest_match_is_the_narrowest_cover(table, probe):
    around = [
        prefix
        for prefix in table
        if prefix.version == probe.version
        and prefix.covers(probe._replace(network=probe.last, length=32 if probe.version == 4 else 128))
    ]
    expected = max(around, key=lambda prefix: prefix.length, default=None)
    found = PrefixTree(table.items()).longest_match(probe.version, probe.last)

    assert found == (None if expected is None else (expected, table[expected]))


@given(TABLES, networks())
def test_covering_and_covered(table, probe):
    tree = PrefixTree(table.items())

    assert tree.covering(probe) == sorted(
        (item for item in table.items() if item[0].covers(probe)), key=lambda item: item[0].length
    )
    assert tree.covered(probe) == sorted(item for item in table.items() if probe.covers(item[0]))


@given(TABLES)
def test_a_tree_reads_like_a_mapping(table):
    tree = PrefixTree(table.items())

    assert list(tree) == sorted(table)
    assert len(tree) == len(table)
    assert all(prefix in tree and tree[prefix] == value for prefix, value in table.items())


def test_the_last_of_equal_prefixes_wins():
    prefix = parse_prefix("10.0.0.0/8")

    assert PrefixTree([(prefix, 1), (prefix, 2)])[prefix] == 2
