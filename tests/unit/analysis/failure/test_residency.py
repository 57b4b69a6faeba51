"""Residency: where things are, and the paths abroad, against networkx on random networks of sites."""

from __future__ import annotations

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.analysis.failure.residency import (
    clear_hops,
    code_of,
    foreign_sites,
    hops,
    jurisdictions,
    site_links,
    telling,
)
from netdesign.analysis.traffic.failures import FailureKind, single_failures
from netdesign.catalog.selection import default_catalog
from netdesign.graph.network import Network, compile_network
from netdesign.model.cabling import Link, Srlg, SrlgKind
from netdesign.model.inventory import Attachment, EndpointGroup, EndpointKind, Site
from netdesign.model.vocabulary import LinkPurpose, Role
from tests.support.sketch import design, device, link
from tests.support.stronghold import flow

FLOOR = 128
KINDS = (FailureKind.LINK, FailureKind.NODE, FailureKind.SRLG)


@pytest.mark.parametrize(
    ("text", "code"),
    [("US", "US"), (" de ", "DE"), ("us-va", "US"), ("unknown", None), ("", None), ("N/A", None), ("eea", "EEA")],
)
def test_jurisdictions_are_codes_without_subdivisions(text: str, code: str | None) -> None:
    assert code_of(text) == code


def network(sites: list[int], edges: list[tuple[int, int]], *more: object) -> Network:
    """Routers d0, d1 … at sites s<n>, a group behind d0 and one behind the last, and a flow between the two."""
    last = len(sites) - 1
    facts: list[object] = [Site(id=f"s{n}", name="s", jurisdiction="US" if n else "AQ") for n in sorted(set(sites))]
    facts += [device(f"d{n}", Role.CORE, site=f"s{at}") for n, at in enumerate(sites)]
    facts += [joined(a, b, number) for number, (a, b) in enumerate(edges)]
    for name, at in (("near", 0), ("far", last)):
        facts.append(EndpointGroup(id=name, name=name, site=f"s{sites[at]}", kind=EndpointKind.USER, count=1, zone="z"))
        facts.append(Attachment(id=name, group=name, device=f"d{at}", endpoints=1, ports=("p",), profile="x"))
    facts.append(flow("f", ("near",), ("far",), encrypted=False))
    return compile_network(design(*facts, *more), default_catalog())


def joined(a: int, b: int, number: int, **changes: object) -> Link:
    return link(f"d{a}:{number}", f"d{b}:{number}", LinkPurpose.UPLINK, **{"id": f"l{number}", **changes})


def passed(held: Network, sites: list[int], edges: list[tuple[int, int]]) -> dict[str, str]:
    """The oracle: edge devices at site 0 on a shortest path, with the first failure that puts them there."""
    between = [number for number, (a, b) in enumerate(edges) if sites[a] != sites[b]]
    edge = sorted({end for number in between for end in edges[number]})
    found: dict[str, str] = {}
    lines, nodes = range(len(edges)), range(len(sites))
    failures = [("", None, None), *((f"l{n}", None, n) for n in lines), *((f"d{d}", d, None) for d in nodes)]
    for name, dead, cut in failures:
        graph = nx.Graph()
        graph.add_nodes_from(n for n in range(len(sites)) if n != dead)
        graph.add_edges_from(e for n, e in enumerate(edges) if n != cut and dead not in e)
        near, far = 0, len(sites) - 1
        if not (graph.has_node(near) and graph.has_node(far) and nx.has_path(graph, near, far)):
            continue
        on_path = {node for path in nx.all_shortest_paths(graph, near, far) for node in path}
        for node in edge:
            if node in on_path and sites[node] == 0:
                found.setdefault(f"d{node}", name)
    return found


@st.composite
def networks(draw: st.DrawFn) -> tuple[list[int], list[tuple[int, int]]]:
    count = draw(st.integers(2, 8))
    sites = draw(st.lists(st.integers(0, 3), min_size=count, max_size=count))
    pairs = [(a, b) for a in range(count) for b in range(a + 1, count)]
    return sites, draw(st.lists(st.sampled_from(pairs), min_size=1, max_size=14, unique=True))


@given(networks())
@settings(max_examples=100, deadline=None)
def test_hops_are_those_of_all_shortest_paths_under_each_failure(
    drawn: tuple[list[int], list[tuple[int, int]]],
) -> None:
    sites, edges = drawn
    held = network(sites, edges)
    (wanted,) = held.design.traffic.flows

    found = {hop.device: hop.failed for hop in hops(held, wanted, frozenset({"s0"}), single_failures(held, KINDS))}

    assert found == passed(held, sites, edges)


TRIANGLE = [1, 0, 2], [(0, 2), (0, 1), (1, 2)]


def test_the_way_round_is_taken_only_when_the_straight_one_fails() -> None:
    held = network(*TRIANGLE)
    (wanted,) = held.design.traffic.flows

    assert hops(held, wanted, frozenset({"s0"})) == ()
    assert [
        (hop.device, hop.site, hop.failed)
        for hop in hops(held, wanted, frozenset({"s0"}), single_failures(held, KINDS))
    ] == [("d1", "s0", "l0")]
    assert hops(held, wanted, frozenset()) == ()


def test_links_of_a_shared_risk_fail_together() -> None:
    sites, edges = [1, 0, 2], [(0, 1), (1, 2)]
    lines = [joined(0, 2, 7, srlgs=("duct",)), joined(0, 2, 8, srlgs=("duct", "lone"))]
    risks = [Srlg(id=name, kind=SrlgKind.CONDUIT, name=name) for name in ("duct", "lone")]
    held = network(sites, edges, *lines, *risks)
    (wanted,) = held.design.traffic.flows

    assert [failure.elements for failure in telling(held, single_failures(held, KINDS))][-2:] == [("duct",), ("lone",)]
    assert [hop.failed for hop in hops(held, wanted, frozenset({"s0"}), single_failures(held, KINDS))] == ["duct"]


def test_a_flow_with_an_end_nowhere_passes_nothing() -> None:
    held = network(*TRIANGLE)

    assert hops(held, flow("x", (), ("far",)), frozenset({"s0"})) == ()


def test_links_inside_a_site_are_no_links_between_sites() -> None:
    held = network([1, 1, 2], [(0, 1), (1, 2)])

    assert [held.links[at].id for at in site_links(held).tolist()] == ["l1"]
    assert jurisdictions(held) == {"s1": "US", "s2": "US"}


def test_foreign_sites_are_known_and_not_allowed() -> None:
    held = compile_network(
        design(*(Site(id=name, name=name, jurisdiction=name) for name in ("US", "AQ", "unknown"))), default_catalog()
    )

    assert foreign_sites(held, frozenset({"US"})) == {"AQ"}


def test_encryption_end_to_end_hides_data_everywhere() -> None:
    held = network(*TRIANGLE)
    bare, hidden = flow("f", ("near",), ("far",), encrypted=False), flow("f", ("near",), ("far",))

    assert len(clear_hops(held, bare, frozenset({"s0"}), FLOOR, single_failures(held, KINDS))) == 1
    assert clear_hops(held, hidden, frozenset({"s0"}), FLOOR) == ()
    assert clear_hops(held, bare, frozenset(), FLOOR) == ()
