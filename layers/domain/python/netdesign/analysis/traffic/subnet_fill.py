"""How many addresses each subnet has for hosts, and how many hosts are on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.facts.addresses import PURPOSES, subnet_prefixes, subnet_purposes
from netdesign.analysis.facts.row_codes import column
from netdesign.analysis.traffic.table_demand import vlan_hosts
from netdesign.graph.network import Network, analysis
from netdesign.model.vocabulary import SubnetPurpose

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Bools, Floats

LARGE_BITS = 52
"""Prefixes that leave more bits to hosts are never full."""


class Fill(NamedTuple):
    """By position of the subnet: usable addresses (inf for very many, nan for no prefix), hosts today, and whether
    hosts grow with what the network is for."""

    usable: Floats
    hosts: Floats
    growing: Bools


@analysis
def subnet_fill(network: Network) -> Fill:
    """The room and the hosts of every subnet: those planned, or those attached to its VLAN where they are more."""
    subnets, prefixes = network.design.addressing.subnets, subnet_prefixes(network)
    bits = np.where(prefixes.version == 4, 32, 128) - prefixes.length
    usable = np.exp2(np.minimum(bits, LARGE_BITS).astype(np.float64))
    usable = np.where(bits >= 2, usable - 2, usable)
    usable = np.where(bits > LARGE_BITS, np.inf, usable)
    usable[prefixes.version == 0] = np.nan
    planned = np.array([max(0, count) for count in column(subnets, "planned_hosts")], np.float64)
    growing = subnet_purposes(network) == PURPOSES.index(SubnetPurpose.HOSTS)
    hosts, attached = planned.copy(), vlan_hosts(network)
    sharing: dict[tuple[str, int], list[int]] = {}
    for at in np.flatnonzero(growing & (prefixes.version > 0)).tolist():
        if subnets[at].vlan in attached:
            sharing.setdefault((subnets[at].vlan or "", int(prefixes.version[at])), []).append(at)
    for (vlan, _), rows in sharing.items():
        # Several subnets of one VLAN hold its hosts together.
        for at in rows:
            hosts[at] = max(planned[at], round(attached[vlan] / len(rows), 6))
    return Fill(usable, hosts, growing)
