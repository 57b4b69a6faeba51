"""Default routes to providers that are missing: originated, accepted or stated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.protocols.providers import circuit_tables
from netdesign.analysis.protocols.route_policy import Marks, permits
from netdesign.analysis.routing.internet_edge import edge_statements, families
from netdesign.analysis.tables.rib_sources import beside, holders
from netdesign.graph.prefixes import Prefix, address_text
from netdesign.model.patch import Add, Patch, Set
from netdesign.model.routing import PolicyAction, RoutePolicyTerm, StaticRoute

if TYPE_CHECKING:
    from netdesign.graph.network import Network
    from netdesign.model.verdict import Finding
    from netdesign.rules.case import Case


def default_to_provider(case: Case, finding: Finding) -> Patch | None:
    """Add static default routes to the provider's end of each circuit whose router has none."""
    del finding
    network, made = case.network, list[Add]()
    graph = layer3(network)
    for table, circuits in circuit_tables(network).items():
        device = network.devices[int(graph.device[table])].id
        vrf = next((network.interfaces[i].vrf for i, _ in circuits), None) or ""
        mine = {r.prefix for r in network.grouped("static_routes", "device").get(device, ()) if r.vrf == vrf}
        runs = any(p.device == device and p.vrf == vrf for p in case.design.routing.processes)
        for (_, version, address), some in holders(network).items():
            theirs = [h for h in some if not network.ours[int(graph.device[h.table])]]
            prefix = "0.0.0.0/0" if version == 4 else "::/0"
            here = theirs and any(beside(network, table, version, address) == i for i, _ in circuits)
            if here and prefix not in mine and not runs:
                hop = address_text(version, address)
                route = StaticRoute(id=f"{device}:{vrf}:{prefix}:{hop}", device=device, vrf=vrf, prefix=prefix,
                                    next_hop=hop)  # fmt: skip
                made.append(Add("static_routes", route))
    return tuple(made) or None


def originate_default(case: Case, finding: Finding) -> Patch | None:
    """Originate a default route in the processes that the provider's end of our circuits runs."""
    del finding
    theirs = [p for p in case.design.routing.processes if not _ours(case.network, p.device) and not p.default_originate]
    return tuple(Set("processes", p.id, {"default_originate": True}) for p in theirs) or None


def _ours(network: Network, device: str) -> bool:
    at = network.device_index.get(device, -1)
    return at < 0 or bool(network.ours[at])


def accept_default(case: Case, finding: Finding) -> Patch | None:
    """Permit exactly the default route first in the import policies of sessions with the Internet that refuse it."""
    del finding
    network, made = case.network, dict[str, dict[str, RoutePolicyTerm]]()
    facts, known = network.design.routing.bgp_neighbors, network.by_id("route_policies")
    for row, _ in edge_statements(network):
        name = facts[row].import_policy
        for version in families(network, row) if name in known else ():
            if permits(network, name, Prefix(version, 0, 0), Marks()) is None:
                text = str(Prefix(version, 0, 0))
                term = RoutePolicyTerm(action=PolicyAction.PERMIT, prefixes=(text,), max_length=0)
                made.setdefault(name or "", {})[text] = term
    changed = ((name, (*terms.values(), *known[name].terms)) for name, terms in sorted(made.items()))
    return tuple(Set("route_policies", name, {"terms": terms}) for name, terms in changed) or None
