"""Policies for sessions with providers as strict as an edge without full tables can have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netdesign.analysis.routing.internet_edge import BOGONS, own_blocks, readable
from netdesign.model.routing import PolicyAction, RoutePolicy, RoutePolicyTerm

if TYPE_CHECKING:
    from netdesign.graph.network import Network


def strict_import(network: Network, identity: str) -> RoutePolicy:
    """The default routes alone, and nothing that nobody outside may send."""
    blocks = tuple(str(block) for block in (*BOGONS, *own_blocks(network)))
    terms = (
        RoutePolicyTerm(action=PolicyAction.DENY, prefixes=blocks),
        RoutePolicyTerm(action=PolicyAction.PERMIT, prefixes=("0.0.0.0/0", "::/0"), max_length=0),
    )
    return RoutePolicy(id=identity, name=identity, terms=terms)


def strict_export(network: Network, identity: str) -> RoutePolicy:
    """Our public prefixes that processes state, and nothing else."""
    own = tuple(
        text
        for fact in network.design.routing.processes
        for text in fact.networks
        if not any(block.covers(p) for p in readable((text,)) for block in BOGONS)
    )
    permit = (RoutePolicyTerm(action=PolicyAction.PERMIT, prefixes=own),) if own else ()
    return RoutePolicy(id=identity, name=identity, terms=(*permit, RoutePolicyTerm(action=PolicyAction.DENY)))
