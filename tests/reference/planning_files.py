"""Reads the shared planning instances into problems, as their model codes ask (SNDlib native format)."""

from __future__ import annotations

import json

from netdesign.synthesis.backbone.problem import Backbone, Demand, Module, Span
from tests.reference.graph_files import DATA, section

KNOWN = "sndlib/known_costs.json"


def known() -> dict:
    return json.loads((DATA / KNOWN).read_text())


def planning(network: str, model: str) -> tuple[Backbone, float]:
    """The problem of a network under a model code, such as D-B-M-N-C-A-N-N, and the constant cost beside it.

    The first letter says whether demands have a direction, the second how spans do, the third whether modules
    are bought any number of times (M) or once each (E).
    """
    text = (DATA / "sndlib" / "native" / f"{network}.txt").read_text()
    number = {words[0]: place for place, words in enumerate(section(text, "NODES"))}
    spans, constant = [], 0.0
    for words in section(text, "LINKS"):
        installed, installed_cost, routing = map(float, words[5:8])
        offer = [float(word) for word in words[10:-1]]
        modules = tuple(Module(size, cost) for size, cost in zip(offer[::2], offer[1::2], strict=True))
        ends = number[words[2]], number[words[3]]
        most = 1 if model.split("-")[2] == "E" else None
        spans.append(Span(*ends, modules, installed, 0.0, routing, most))
        constant += installed_cost
    rows = section(text, "DEMANDS")
    demands = tuple(Demand(number[words[2]], number[words[3]], float(words[6])) for words in rows)
    return Backbone(len(number), tuple(spans), demands, duplex=model[0] == "D"), constant
