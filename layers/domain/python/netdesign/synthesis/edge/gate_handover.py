"""Where a site meets the others: an interface of the firewalls, and the routers beyond it."""

from __future__ import annotations

from collections.abc import Sequence

from netdesign.model.switching import Vlan
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.edge.border import Edge, zone_interfaces
from netdesign.synthesis.edge.gate import add_gate
from netdesign.synthesis.needs.zones import WAN


def build_gate(blueprint: Blueprint, edge: Edge, vlan: Vlan, racks: Sequence[str], mtu_bytes: int) -> None:
    """The routers toward other sites, behind an interface of the firewalls of their own."""
    zone_interfaces(blueprint, edge, WAN, vlan)
    if edge.plan.gate is not None:
        edge.wans = add_gate(blueprint, edge.site, edge.pair, edge.plan.gate, vlan, racks, mtu_bytes)
