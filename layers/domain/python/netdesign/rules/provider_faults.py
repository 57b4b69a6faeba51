"""Ways to break what our edge and its providers tell each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.protocols.adjacency import statements
from netdesign.analysis.protocols.providers import circuit_tables
from netdesign.analysis.traffic.flow_routes import flow_ends
from netdesign.model.patch import Patch, Remove, Set
from netdesign.model.routing import AddressFamily, PolicyAction, RoutePolicyTerm

if TYPE_CHECKING:
    from netdesign.graph.network import Network
    from netdesign.rules.case import Case


def no_default_from_providers(case: Case) -> Patch | None:
    """Let no process of a provider originate a default route."""
    theirs = [
        p.id for p in case.design.routing.processes if _is_provider(case.network, p.device) and p.default_originate
    ]
    return tuple(Set("processes", who, {"default_originate": False}) for who in theirs) or None


def one_default_refused(case: Case) -> Patch | None:
    """Let the import policies of edge routers permit nothing but ::/0."""
    facts, running = case.design.routing, case.network.by_id("processes")
    names = {
        fact.import_policy
        for at, fact in enumerate(facts.bgp_neighbors)
        if fact.import_policy
        and fact.process in running
        and _is_provider(case.network, _peer_device(case.network, at))
        and AddressFamily.IPV4 in fact.families
    }
    term = RoutePolicyTerm(action=PolicyAction.PERMIT, prefixes=("::/0",), max_length=0)
    known = case.network.by_id("route_policies")
    return tuple(Set("route_policies", name, {"terms": (term,)}) for name in sorted(names) if name in known) or None


def edge_forgets_inside(case: Case) -> Patch | None:
    """Remove every static route but defaults from the devices at circuits whose flows come from outside."""
    edges = {case.network.devices[int(layer3(case.network).device[t])].id for t in circuit_tables(case.network)}
    gone = [
        Remove("static_routes", r.id)
        for r in case.design.routing.static_routes
        if r.device in edges and not r.prefix.endswith("/0") and not r.discard
    ]
    outward = any(flow_ends(case.network, f.targets).providers or flow_ends(case.network, f.sources).providers
                  for f in case.design.traffic.flows)  # fmt: skip
    return tuple(gone) if outward and gone else None


def _is_provider(network: Network, device: str) -> bool:
    at = network.device_index.get(device, -1)
    return at >= 0 and not bool(network.ours[at])


def _peer_device(network: Network, row: int) -> str:
    peer = int(statements(network).peer[row])
    return network.design.routing.processes[peer].device if peer >= 0 else ""
