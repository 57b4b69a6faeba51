"""What has to be translated on its way to the Internet, which translation takes it, and which ways pass one by."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.addressing.layer3 import layer3, routed_components, routed_graph
from netdesign.analysis.facts.address_text import parse
from netdesign.analysis.facts.interfaces import interfaces
from netdesign.analysis.facts.prefix_kinds import LINK_LOCAL, PRIVATE, SHARED, inside
from netdesign.analysis.routing.vlan_gateways import host_gateways
from netdesign.analysis.traffic.exits import exits
from netdesign.graph.network import Network, analysis
from netdesign.model.addressing import Nat, NatKind
from netdesign.model.vocabulary import InterfaceKind

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Longs

KINDS = {4: (NatKind.SOURCE_PORT, NatKind.STATIC), 6: (NatKind.STATIC,)}
"""What takes hosts with private addresses of an IP version to the Internet."""


def private(texts: tuple[str, ...]) -> dict[int, list[str]]:
    """The prefixes that the Internet does not route, by IP version."""
    parsed = parse(texts)
    hidden = inside(parsed, (*PRIVATE, *SHARED, *LINK_LOCAL))
    found: dict[int, list[str]] = {}
    for at in np.flatnonzero(hidden).tolist():
        found.setdefault(int(parsed.version[at]), []).append(texts[at])
    return found


@analysis
def _prefixes_of(network: Network) -> dict[str, tuple[str, ...]]:
    """The prefixes of each group and service that flows name."""
    by_vlan = network.grouped("subnets", "vlan")
    found = {
        group.id: tuple(subnet.prefix for vlan in group.vlans for subnet in by_vlan.get(vlan, ()))
        for group in network.design.inventory.endpoint_groups
    }
    subnets = network.by_id("subnets")
    for service in network.design.infrastructure.service_instances:
        vlan = subnets[service.subnet].vlan if service.subnet in subnets else None
        twins = by_vlan.get(vlan, ()) if vlan is not None else ()
        found[service.id] = (service.address, *(s.prefix for s in twins if ":" in s.prefix))
    return found


@analysis
def _hidden(network: Network) -> dict[str, int]:
    """The IP version of each prefix of groups and services that the Internet does not route."""
    texts = sorted({text for some in _prefixes_of(network).values() for text in some})
    return {text: version for version, some in private(tuple(texts)).items() for text in some}


def private_of(network: Network, name: str, version: int) -> list[str]:
    """The private prefixes of a group or service in an IP version."""
    return [text for text in _prefixes_of(network).get(name, ()) if _hidden(network).get(text) == version]


@analysis
def needs(network: Network) -> dict[tuple[str, int], tuple[str, ...]]:
    """Private prefixes of those who open flows to each provider, by (provider, IP version)."""
    found: dict[tuple[str, int], set[str]] = {}
    public = {one.provider for one in exits(network)}
    for flow in network.design.traffic.flows:
        for provider in public.intersection(flow.targets):
            for source in flow.sources:
                for version in KINDS:
                    if texts := private_of(network, source, version):
                        found.setdefault((provider, version), set()).update(texts)
    return {key: tuple(sorted(texts)) for key, texts in sorted(found.items())}


def towards(network: Network, provider: str, *kinds: NatKind) -> list[Nat]:
    by_provider = _translations(network)
    mine = sorted((*by_provider.get(None, ()), *by_provider.get(provider, ())))
    nats = network.design.addressing.nats
    return [nats[at] for at in mine if nats[at].kind in kinds]


@analysis
def _translations(network: Network) -> dict[str | None, list[int]]:
    """The translations for each provider, by position; None stands for any."""
    found: dict[str | None, list[int]] = defaultdict(list)
    for at, nat in enumerate(network.design.addressing.nats):
        found[nat.provider].append(at)
    return dict(found)


def uncovered(nats: list[Nat], texts: tuple[str, ...]) -> list[str]:
    """The prefixes that none of some translations takes; one without prefixes takes IPv4 as a whole."""
    blocks = tuple(block for nat in nats for block in nat.inside)
    whole = any(not nat.inside for nat in nats)
    taken = inside(parse(texts), blocks).tolist()
    return [text for text, held in zip(texts, taken, strict=True) if not held and not (whole and ":" not in text)]


def takes(nat: Nat, texts: list[str]) -> bool:
    """Whether a translation takes some of the prefixes."""
    return len(uncovered([nat], tuple(texts))) < len(texts)


@analysis
def invited(network: Network) -> frozenset[str]:
    """The prefixes of what providers of the Internet open flows to, and of published services."""
    public = {one.provider for one in exits(network)}
    names = {
        name for flow in network.design.traffic.flows if public.intersection(flow.sources) for name in flow.targets
    }
    names |= {service.group for service in network.design.security.published_services}
    return frozenset(text for name in names for text in _prefixes_of(network).get(name, ()))


def ways_past(network: Network, provider: str, devices: frozenset[str]) -> list[str]:
    """Gateways of hosts (ids of interfaces) that reach a provider by a way on which none of some devices stands."""
    stands = frozenset(network.device_index[name] for name in devices if name in network.device_index)
    return _reaching(network, provider, stands) if stands else []


def stand_in_line(network: Network, provider: str, *several: tuple[str, ...]) -> bool:
    """Whether hosts reach a provider, and by no way that any one of several sets of devices is not on."""
    past = [name for devices in several for name in ways_past(network, provider, frozenset(devices))]
    return bool(_reaching(network, provider, frozenset())) and all(several) and not past


@analysis
def _reaching(network: Network, provider: str, failed: frozenset[int]) -> list[str]:
    start = _tables(network).get(network.device_index.get(provider, -1))
    if start is None or (failed and not _near_hosts(network, start, failed)):
        return []
    return _gates_by_part(network, failed).get(int(_without(network, failed)[start]), [])


@analysis
def _tables(network: Network) -> dict[int, int]:
    """A routing table of each device that has any."""
    return {device: at for at, device in enumerate(layer3(network).device.tolist())}


@analysis
def _gates(network: Network) -> list[tuple[int, str]]:
    """(table, interface) of each gateway of hosts."""
    vertex, ports = layer3(network).interface_vertex, network.interfaces
    found = (at for groups in host_gateways(network).values() for group in groups for at in group)
    return [(int(vertex[at]), ports[at].id) for at in found]


@analysis
def _gates_by_part(network: Network, failed: frozenset[int]) -> dict[int, list[str]]:
    label, found = _without(network, failed).tolist(), defaultdict[int, list[str]](list)
    for table, name in _gates(network):
        if label[table] >= 0:
            found[label[table]].append(name)
    return dict(found)


def _near_hosts(network: Network, start: int, failed: frozenset[int]) -> bool:
    """Whether a walk from a table gets to a gateway of hosts past failed devices, whatever they carried.

    Where it gets to none, nothing does: a failure only takes ways away. An overlay is not walked.
    """
    graph, hosts, device = routed_graph(network), _host_tables(network), layer3(network).device
    if interfaces(network).of_kind(InterfaceKind.VTEP).any():
        return True
    seen, queue = {start}, [start]
    for here in queue:
        if here < device.size and int(device[here]) in failed:
            continue
        if here in hosts:
            return True
        fresh = [other for other, _ in graph.neighbours[here] if other not in seen]
        seen.update(fresh)
        queue += fresh
    return False


@analysis
def _host_tables(network: Network) -> frozenset[int]:
    return frozenset(table for table, _ in _gates(network))


@analysis
def _without(network: Network, devices: frozenset[int]) -> Longs:
    return routed_components(network, failed_devices=devices)
