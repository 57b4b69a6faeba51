"""Reads the shared network files into graphs; node names are kept beside."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import numpy as np

from netdesign.graph.multigraph import Multigraph, multigraph

DATA = Path(os.environ.get("NETDESIGN_DATA", ""))
GRAPHML = {"g": "http://graphml.graphdrawing.org/xmlns"}


class NamedGraph(NamedTuple):
    """Edges as they stand in the file, self-loops and parallel edges included."""

    names: list[str]
    graph: Multigraph

    @property
    def number(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.names)}


def named_graph(names, links) -> NamedGraph:
    number = {name: place for place, name in enumerate(names)}
    ends = [(number[tail], number[head]) for tail, head in links]
    return NamedGraph(list(names), multigraph(len(number), [a for a, _ in ends], [b for _, b in ends]))


def simple(found: NamedGraph) -> NamedGraph:
    """The same without self-loops and repeated pairs."""
    low, high = np.minimum(found.graph.tail, found.graph.head), np.maximum(found.graph.tail, found.graph.head)
    pairs = np.unique(np.stack([low, high])[:, low != high], axis=1)
    return NamedGraph(found.names, multigraph(len(found.names), *pairs))


def read(key: str) -> NamedGraph:
    folder, _, name = key.partition("/")
    return READERS[folder](name)


def _zoo(name: str) -> NamedGraph:
    root = ElementTree.parse(DATA / "zoo" / "graphml" / f"{name}.graphml").getroot()
    names = [node.attrib["id"] for node in root.findall(".//g:node", GRAPHML)]
    edges = root.findall(".//g:edge", GRAPHML)
    return named_graph(names, [(edge.attrib["source"], edge.attrib["target"]) for edge in edges])


def _topohub(name: str) -> NamedGraph:
    document = json.loads((DATA / "topohub" / f"{name}.json").read_text())
    links = [(str(edge["source"]), str(edge["target"])) for edge in document["edges"]]
    return named_graph([str(node["id"]) for node in document["nodes"]], links)


def section(text: str, title: str) -> list[list[str]]:
    """The words of every line of one section of an SNDlib file."""
    body = re.search(rf"^{title} \(\n(.*?)^\)", text, re.MULTILINE | re.DOTALL)
    return [line.split() for line in body.group(1).splitlines() if line.strip()] if body else []


def _sndlib(name: str) -> NamedGraph:
    text = (DATA / "sndlib" / "native" / f"{name}.txt").read_text()
    names = [words[0] for words in section(text, "NODES")]
    return named_graph(names, [(words[2], words[3]) for words in section(text, "LINKS")])


class Arc(NamedTuple):
    """A directed edge of a REPETITA file."""

    source: int
    target: int
    weight: int
    bandwidth: float


def repetita_arcs(name: str) -> tuple[int, list[Arc]]:
    lines = (DATA / "repetita" / f"{name}.graph").read_text().splitlines()
    nodes = int(lines[0].split()[1])
    start = next(place for place, line in enumerate(lines) if line.startswith("EDGES"))
    rows = [line.split() for line in lines[start + 2 :] if line.strip()]
    return nodes, [Arc(int(row[1]), int(row[2]), int(row[3]), float(row[4])) for row in rows]


def _repetita(name: str) -> NamedGraph:
    nodes, arcs = repetita_arcs(name)
    names = [str(node) for node in range(nodes)]
    return named_graph(names, [(str(arc.source), str(arc.target)) for arc in arcs])


READERS = {"zoo": _zoo, "topohub": _topohub, "sndlib": _sndlib, "repetita": _repetita}
