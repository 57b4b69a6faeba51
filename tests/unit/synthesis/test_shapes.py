"""Every kind of network with every preferred shape: the drawing has it, or it is refused with ways out that work."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.selection import default_catalog
from netdesign.errors import InfeasibleError
from netdesign.exchange.documents import read_document
from netdesign.model.conflict import Conflict
from netdesign.model.design import Design
from netdesign.model.edits import edited
from netdesign.model.vocabulary import NetworkType, Role, TopologyPreference
from netdesign.synthesis.synthesize import synthesize
from netdesign.synthesis.trial import Shop, tried, understood
from tests.unit.synthesis.resolving import conflicts_of, resolved

EVENTS = Path(__file__).parents[3] / "events" / "requirements"
SHOP = Shop(default_catalog(), default_parameters())
SWITCHES = (Role.SPINE, Role.LEAF, Role.BORDER_LEAF, Role.CORE, Role.DISTRIBUTION, Role.ACCESS)


def example(name: str, **fields: Any) -> dict[str, Any]:
    document = read_document((EVENTS / f"{name}.yaml").read_bytes())
    assert isinstance(document, dict)
    return {**document, **fields}


def wan() -> dict[str, Any]:
    scale = {"devices": 28, "users": 70, "sites": 7}
    return {**example("wan-three-offices"), "scale": scale, "sites": []}


BASES: dict[NetworkType, Callable[[], dict[str, Any]]] = {
    NetworkType.ENTERPRISE_DATACENTER: lambda: example("dc-2-racks"),
    NetworkType.DATA_CENTER_INTERCONNECT: lambda: example("dci-three-sites"),
    NetworkType.SDN_CAMPUS: lambda: example("campus-one-building", network_type="sdn_campus"),
    NetworkType.LEGACY_CAMPUS: lambda: example("campus-one-building"),
    NetworkType.HYBRID: lambda: example("hybrid-office"),
    NetworkType.CLOUD_NATIVE: lambda: example("cloud-shop"),
    NetworkType.WAN: wan,
}
OF_SITES = {"mesh", "ring", "star", "hybrid_topology"}
HONOURED: dict[NetworkType, set[str]] = {
    NetworkType.ENTERPRISE_DATACENTER: {"spine_leaf", "collapsed_core", "hybrid_topology"},
    NetworkType.DATA_CENTER_INTERCONNECT: {"spine_leaf", "collapsed_core", *OF_SITES},
    NetworkType.SDN_CAMPUS: {"spine_leaf", "three_tier", "collapsed_core", "star", "hybrid_topology"},
    NetworkType.LEGACY_CAMPUS: {"three_tier", "collapsed_core", "star", "hybrid_topology"},
    NetworkType.HYBRID: {"three_tier", "collapsed_core", "star", "hybrid_topology"},
    NetworkType.CLOUD_NATIVE: {"star", "hybrid_topology"},
    NetworkType.WAN: OF_SITES,
}
EVERY = [(kind, wish) for kind in NetworkType for wish in TopologyPreference]


def wished(kind: NetworkType, wish: TopologyPreference) -> dict[str, Any]:
    return {**BASES[kind](), "topology_preference": wish.value}


def roles(made: Design) -> dict[str, Role]:
    return {device.id: device.role for device in made.inventory.devices}


def switches(made: Design) -> nx.Graph:
    """The switches, those of the management network aside, and the links between them."""
    role, graph = roles(made), nx.Graph()
    graph.add_nodes_from(name for name, one in role.items() if one in SWITCHES)
    graph.add_edges_from(
        (link.a.device, link.b.device)
        for link in made.cabling.links
        if role[link.a.device] in SWITCHES and role[link.b.device] in SWITCHES
        and link.purpose not in ("management", "circuit")
    )  # fmt: skip
    return graph


def sites(made: Design) -> nx.Graph:
    """The sites, and between them tunnels and lines."""
    home, graph = {device.id: device.site for device in made.inventory.devices}, nx.Graph()
    graph.add_nodes_from(site.id for site in made.inventory.sites)
    ends = [(link.a.device, link.b.device) for link in made.cabling.links]
    ends += [(tunnel.a, tunnel.b) for tunnel in made.overlay.tunnels]
    graph.add_edges_from((home[a], home[b]) for a, b in ends if home[a] != home[b])
    return graph


def of_role(made: Design, *some: Role) -> set[str]:
    return {name for name, role in roles(made).items() if role in some}


def is_spine_leaf(made: Design) -> None:
    """Every leaf is joined to every spine of its site, and to no other leaf."""
    graph, home = switches(made), {device.id: device.site for device in made.inventory.devices}
    campus = bool(of_role(made, Role.CORE))
    spines = of_role(made, Role.CORE) if campus else of_role(made, Role.SPINE)
    leaves = of_role(made, Role.ACCESS) if campus else of_role(made, Role.LEAF, Role.BORDER_LEAF)
    assert spines
    assert leaves
    for leaf in leaves:
        assert set(graph[leaf]) - leaves == {spine for spine in spines if home[spine] == home[leaf]}
        assert not set(graph[leaf]) & leaves


def is_collapsed(made: Design) -> None:
    """One pair or one switch stands above all others, or alone."""
    assert not of_role(made, Role.SPINE, Role.SUPER_SPINE, Role.DISTRIBUTION)
    home = {device.id: device.site for device in made.inventory.devices}
    tops = of_role(made, Role.CORE) or of_role(made, Role.LEAF)
    for site in made.inventory.sites:
        assert 1 <= sum(home[name] == site.id for name in tops) <= 2


def is_three_tier(made: Design) -> None:
    """Access hangs off distribution alone, distribution off the core."""
    graph = switches(made)
    access, middle = of_role(made, Role.ACCESS), of_role(made, Role.DISTRIBUTION)
    assert middle
    assert of_role(made, Role.CORE)
    for switch in access:
        assert set(graph[switch]) <= middle
    for switch in middle:
        assert set(graph[switch]) & of_role(made, Role.CORE)


def is_star(made: Design) -> None:
    """Everything else is joined to one centre, or to the two that stand in for one another."""
    graph = switches(made) if of_role(made, Role.CORE) else sites(made)
    degree = dict(graph.degree())
    most = max(degree.values())
    centre = of_role(made, Role.CORE) or {name for name, count in degree.items() if count == most}
    assert 1 <= len(centre) <= 2 * len(made.inventory.sites)
    assert all(set(graph[name]) <= centre for name in set(graph) - centre)


def is_ring(made: Design) -> None:
    """Two neighbours each, and one way around them all."""
    graph = sites(made)
    assert [count for _, count in graph.degree()] == [2] * len(graph)
    assert nx.is_connected(graph)


def is_mesh(made: Design) -> None:
    graph = sites(made)
    assert graph.number_of_edges() == len(graph) * (len(graph) - 1) // 2


def is_mixed(made: Design) -> None:
    """No single shape is asked for: all of it hangs together where it is one network."""
    if made.requirements.network_type in (NetworkType.WAN, NetworkType.DATA_CENTER_INTERCONNECT):
        assert nx.is_connected(sites(made))
    elif of_role(made, *SWITCHES):
        assert nx.is_connected(switches(made))


CHECKS: dict[TopologyPreference, Callable[[Design], None]] = {
    TopologyPreference.SPINE_LEAF: is_spine_leaf,
    TopologyPreference.COLLAPSED_CORE: is_collapsed,
    TopologyPreference.THREE_TIER: is_three_tier,
    TopologyPreference.STAR: is_star,
    TopologyPreference.RING: is_ring,
    TopologyPreference.MESH: is_mesh,
    TopologyPreference.HYBRID_TOPOLOGY: is_mixed,
}


@pytest.mark.parametrize(("kind", "wish"), [one for one in EVERY if one[1].value in HONOURED[one[0]]])
def test_a_preference_that_a_network_can_have_is_drawn(kind: NetworkType, wish: TopologyPreference) -> None:
    document = wished(kind, wish)
    assert conflicts_of(document) == ()
    made = synthesize(resolved(document), default_catalog(), default_parameters())

    if kind is NetworkType.CLOUD_NATIVE:
        assert {one.hub for one in made.cloud.cloud_attachments} == {hub.id for hub in made.cloud.cloud_hubs} != set()
        return
    CHECKS[wish](made)


@pytest.mark.parametrize(("kind", "wish"), [one for one in EVERY if one[1].value not in HONOURED[one[0]]])
def test_a_preference_that_a_network_cannot_have_is_refused_with_ways_out(
    kind: NetworkType, wish: TopologyPreference
) -> None:
    document = wished(kind, wish)
    found = [one for one in conflicts_of(document) if "topology_preference" in one.requirements]

    assert len(found) == 1
    assert found[0].statement
    assert found[0].numbers
    assert found[0].relaxations
    for way in found[0].relaxations:
        changed = edited(document, way.edits)
        assert changed != document
        assert found[0].code not in {one.code for one in understood(changed, SHOP).conflicts}


LARGE: dict[str, Callable[[], dict[str, Any]]] = {
    "too-large-for-one-core": lambda: example("campus-large", topology_preference="collapsed_core"),
    "too-large-for-one-pair": lambda: example("dc-12-racks", topology_preference="collapsed_core"),
    "carrier-network-is-no-ring": lambda: wan() | {"topology_preference": "ring", "technology_stack": ["MPLS"]},
    "mesh-too-large": lambda: (
        wan()
        | {
            "scale": {"devices": 80, "users": 150, "sites": 15},
            "topology_preference": "mesh",
            "technology_stack": ["leased lines"],
        }
    ),
}


@pytest.mark.parametrize("code", LARGE)
def test_a_shape_that_size_or_circuits_rule_out_is_refused_with_ways_out(code: str) -> None:
    document = LARGE[code]()
    conflict = next(one for one in refusals(document) if one.code == code)

    assert conflict.relaxations
    for way in conflict.relaxations:
        assert code not in {one.code for one in refusals(edited(document, way.edits))}


def refusals(document: Any) -> tuple[Conflict, ...]:
    """The conflicts of a request, or of its layout."""
    found = understood(document, SHOP).conflicts
    if found:
        return found
    try:
        tried(document, SHOP)
    except InfeasibleError as error:
        return tuple(one for one in error.conflicts if isinstance(one, Conflict))
    return ()
