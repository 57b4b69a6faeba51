"""OSPF areas by number, the reference bandwidths of their routers, and who speaks OSPF among hosts."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np

from netdesign.analysis.addressing.layer3 import media_of
from netdesign.analysis.protocols.igp_design import area_parts, igp_statements, owners
from netdesign.analysis.protocols.readdressing import read
from netdesign.graph.network import Network, analysis
from netdesign.model.vocabulary import RoutingProtocol, SubnetPurpose

OSPF = RoutingProtocol.OSPF


def area_number(area: str) -> int | str:
    """An area as a number: `0` and `0.0.0.0` are one."""
    one = read(area) if "." in area else None
    if one is not None:
        return one.address
    return int(area) if area.isascii() and area.isdigit() else area


@analysis
def parts_by_area(network: Network) -> dict[int, dict[int | str, list[frozenset[int]]]]:
    """The parts of each area (by number) of each domain, as positions of processes."""
    found: dict[int, dict[int | str, list[frozenset[int]]]] = defaultdict(lambda: defaultdict(list))
    for part in area_parts(network, OSPF):
        found[part.domain][area_number(part.area)].append(frozenset(part.processes))
    return found


@analysis
def usual_reference(network: Network) -> dict[int, int]:
    """The reference bandwidth of most routers of each domain; the largest of equals."""
    votes = defaultdict[int, Counter[int]](Counter)
    for process, where in owners(network, OSPF):
        if process.reference_bandwidth_bps:
            votes[where][process.reference_bandwidth_bps] += 1
    return {where: max(count, key=lambda bps: (count[bps], bps)) for where, count in votes.items()}


@analysis
def host_rows(network: Network) -> tuple[int, ...]:
    """Rows of OSPF statements in VLANs of hosts."""
    names = {s.vlan for s in network.design.addressing.subnets if s.purpose is SubnetPurpose.HOSTS}
    codes = [at for at, fact in enumerate(network.design.switching.vlans) if fact.id in names]
    said = igp_statements(network, OSPF)
    return tuple(np.flatnonzero(np.isin(media_of(network)[said.interface], codes)).tolist())
