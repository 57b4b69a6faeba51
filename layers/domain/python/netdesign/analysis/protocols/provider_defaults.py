"""Which of our processes a provider really gives a default route, by IP version."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.protocols.adjacency import IPV4, IPV6, processes, statements
from netdesign.analysis.protocols.providers import provider_devices, sessions_with_providers
from netdesign.graph.network import Network, analysis
from netdesign.model.routing import PolicyAction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netdesign.model.routing import RoutePolicy, RoutePolicyTerm

EVERYTHING = {4: "0.0.0.0/0", 6: "::/0"}


@analysis
def default_takers(network: Network) -> frozenset[tuple[int, int]]:
    """(our process, IP version) of each session over which a provider sends a default route that we let in.

    A provider that the design describes sends one where its process originates it and its policy lets it out;
    one that it does not describe is taken to send it.
    """
    facts, policies = network.design.routing.bgp_neighbors, _policies(network)
    found: set[tuple[int, int]] = set()
    for row, back, version in _rows(network):
        lets_in = _lets_through(policies, facts[row].import_policy, version)
        if lets_in and (back is None or _lets_through(policies, facts[back].export_policy, version)):
            found.add((int(statements(network).process[row]), version))
    return frozenset(found)


def _rows(network: Network) -> Iterator[tuple[int, int | None, int]]:
    """(our statement, the provider's one where it is described, IP version) of sessions that may send a default."""
    said, running = statements(network), processes(network)
    at, back = _of_sessions(network)
    for own, provider, families in sessions_with_providers(network):
        for row in at[own]:
            peer = int(said.peer[row])
            if peer >= 0 and int(running.device[peer]) != provider:
                continue
            for version, family in ((4, IPV4), (6, IPV6)):
                answer = [b for b in back[peer, own] if said.families[b] & family] if peer >= 0 else [None]
                if families & said.families[row] & family and (peer < 0 or _originates(network, peer, version)):
                    yield from ((row, b, version) for b in answer)


def _of_sessions(network: Network) -> tuple[dict[int, list[int]], dict[tuple[int, int], list[int]]]:
    """The statements of our processes that talk to providers, and those of providers by (their process, ours)."""
    said, running = statements(network), processes(network)
    ours = np.zeros(running.vertex.size + 1, np.bool_)
    ours[[own for own, _, _ in sessions_with_providers(network)]] = True
    outside = np.append(provider_devices(network), False)[np.append(running.device, -1)]
    mine: dict[int, list[int]] = defaultdict(list)
    theirs: dict[tuple[int, int], list[int]] = defaultdict(list)
    for row in np.flatnonzero(ours[said.process] & (outside[said.peer] | (said.peer < 0))).tolist():
        mine[int(said.process[row])].append(row)
    for row in np.flatnonzero(outside[said.process] & ours[said.peer]).tolist():
        theirs[int(said.process[row]), int(said.peer[row])].append(row)
    return mine, theirs


def _originates(network: Network, process: int, version: int) -> bool:
    fact = network.design.routing.processes[process]
    return fact.default_originate or EVERYTHING[version] in fact.networks


@analysis
def _policies(network: Network) -> dict[str, RoutePolicy]:
    return {policy.id: policy for policy in network.design.routing.route_policies}


def _lets_through(policies: dict[str, RoutePolicy], name: str | None, version: int) -> bool:
    """Whether a policy permits the default route: the first term that takes it decides. None: no policy."""
    if name is None:
        return True
    terms = policies[name].terms if name in policies else ()
    taken = (t for t in terms if not t.communities and not t.min_length and _takes(t, version))
    return next((term.action is PolicyAction.PERMIT for term in taken), False)


def _takes(term: RoutePolicyTerm, version: int) -> bool:
    return not term.prefixes or EVERYTHING[version] in term.prefixes
