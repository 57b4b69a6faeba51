"""Where the sites of the shared real networks lie, and how long their real links are."""

from __future__ import annotations

from functools import cache
from xml.etree import ElementTree

import networkx as nx
import numpy as np

from netdesign.synthesis.backbone.reach import distances_km
from tests.reference.graph_files import DATA, GRAPHML

LEAST, MOST = 5, 120


@cache
def _placed(name: str) -> nx.Graph | None:
    """The simple graph of places: nodes at one spot are one site; None where a node has no place or links none."""
    root = ElementTree.parse(DATA / "zoo" / "graphml" / f"{name}.graphml").getroot()
    keys = {key.attrib["attr.name"]: key.attrib["id"] for key in root.findall("g:key[@for='node']", GRAPHML)}
    spot = {}
    for node in root.findall(".//g:node", GRAPHML):
        values = {data.attrib["key"]: data.text for data in node.findall("g:data", GRAPHML)}
        place = values.get(keys.get("Latitude")), values.get(keys.get("Longitude"))
        if None in place:
            return None
        spot[node.attrib["id"]] = float(place[0]), float(place[1])
    graph = nx.Graph()
    graph.add_nodes_from(spot.values())
    edges = root.findall(".//g:edge", GRAPHML)
    graph.add_edges_from((spot[edge.attrib["source"]], spot[edge.attrib["target"]]) for edge in edges)
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    return graph if LEAST <= len(graph) <= MOST else None


def sites_of(name: str) -> tuple[np.ndarray, np.ndarray] | None:
    """Latitudes and longitudes of all sites, where all are known."""
    graph = _placed(name)
    return None if graph is None else tuple(np.array(column) for column in zip(*graph.nodes, strict=True))


def real_length_km(name: str) -> tuple[float, bool]:
    """The length of all real links together, and whether they survive the loss of any one of them."""
    graph = _placed(name)
    number = {place: at for at, place in enumerate(graph)}
    distance = distances_km(*sites_of(name))
    total = sum(distance[number[a], number[b]] for a, b in graph.edges)
    return float(total), nx.is_connected(graph) and not nx.has_bridges(graph)
