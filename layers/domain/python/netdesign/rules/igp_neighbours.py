"""Neighbours of an IGP that differ: the findings about them, and what they should agree on."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from netdesign.analysis.protocols.igp_design import FIELDS, mismatches, statements_of
from netdesign.graph.network import Network
from netdesign.model.patch import Patch, Set
from netdesign.model.routing import IgpInterface
from netdesign.model.verdict import Finding
from netdesign.model.vocabulary import RoutingProtocol
from netdesign.rules.case import Case


def mismatched(network: Network, protocol: RoutingProtocol) -> Iterator[Finding]:
    """A finding for every two neighbours whose statements keep them from talking."""
    facts = network.design.routing.igp_interfaces
    for found in mismatches(network, protocol):
        one, two = facts[found.rows[0]], facts[found.rows[-1]]
        words = ", ".join(_difference(one, two, name) for name in found.fields)
        yield Finding(
            message=f"{one.interface} and {two.interface} are neighbours and differ in {words}",
            elements=tuple(facts[at].id for at in found.rows),
            witness={"fields": [*found.fields]},
        )


def _difference(one: IgpInterface, two: IgpInterface, name: str) -> str:
    words = name.removesuffix("_ms").replace("_", " ").replace("mtu bytes", "MTU")
    return f"{words} ({getattr(one, name)} and {getattr(two, name)})" if name in FIELDS else words


def aligned(case: Case, finding: Finding, protocol: RoutingProtocol) -> Patch | None:
    """Give neighbours that differ the value that most statements have, of those that the neighbours have."""
    named = finding.witness.get("fields")
    fields = [str(name) for name in named if name in FIELDS] if isinstance(named, list) else []
    known = case.network.by_id("igp_interfaces")
    ends = [known[name] for name in finding.elements if name in known]
    said = [one for one, _, _ in statements_of(case.network, protocol)]
    patch: dict[str, dict[str, Any]] = defaultdict(dict)
    for name in fields:
        votes = Counter(getattr(one, name) for one in said if name == "passive" or not one.passive)
        value = min((getattr(one, name) for one in ends), key=lambda value: (-votes[value], str(value)))
        for one in ends:
            if getattr(one, name) != value:
                patch[one.id][name] = value
    return tuple(Set("igp_interfaces", name, changes) for name, changes in sorted(patch.items())) or None
