"""Static routes more specific than a destination, that lead a part of it astray: put in, and taken out again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netdesign.analysis.addressing.layer3 import layer3
from netdesign.analysis.failure.lookalikes import reduced
from netdesign.analysis.forwarding.journeys import journeys
from netdesign.analysis.protocols.providers import circuit_tables
from netdesign.analysis.tables.fib import Fate, fib
from netdesign.analysis.tables.rib_sources import beside, holders, sources, static_prefixes, vrf_names
from netdesign.errors import InvalidInputError
from netdesign.graph.prefixes import Prefix, address_text, parse_prefix
from netdesign.model.patch import Add, Patch, Remove
from netdesign.model.routing import StaticRoute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netdesign.analysis.forwarding.destinations import Target
    from netdesign.graph.network import Network
    from netdesign.model.verdict import Finding
    from netdesign.rules.case import Case

FAR = {4: parse_prefix("8.0.0.0/5"), 6: parse_prefix("2600::/12")}
"""Parts of the Internet."""
ROOM = 4
"""Addresses of a subnet whose halves have hosts."""


def discard_part(case: Case) -> Patch | None:
    """Discard half of a subnet at the first gateway that forwards packets of a flow to it."""
    network = _small(case)
    for target, table in _asked(network):
        half = _half(network, target)
        if half is not None and fib(network).decide(table, target.version, target.address).fate is Fate.FORWARDED:
            return (_route(network, table, half),)
    return None


def lead_part_out(case: Case) -> Patch | None:
    """Send half of a subnet to a provider, at the first router at a circuit that gets packets for it."""
    network = _small(case)
    for target, table in _asked(network):
        half = _half(network, target)
        hop = None if half is None else _provider(network, table, target.version)
        if half is not None and hop is not None:
            return (_route(network, table, half, hop),)
    return None


def discard_outside(case: Case) -> Patch | None:
    """Discard a part of the Internet at the first gateway that packets of a flow to a provider begin at."""
    network = _small(case)
    for target, table in _asked(network):
        fate = fib(network).decide(table, target.version, target.address).fate
        if target.subnet < 0 and fate in (Fate.FORWARDED, Fate.OUTSIDE):
            return (_route(network, table, FAR[target.version]),)
    return None


def _small(case: Case) -> Network:
    """The network that is walked through, where it is."""
    settings = case.parameters.protocols
    return reduced(case.network, settings.routing_kinds_devices)


def _asked(network: Network) -> Iterator[tuple[Target, int]]:
    """Targets and tables that packets begin at, where the target is more than addresses of services."""
    flows, services = network.by_id("flows"), network.by_id("service_instances")
    for target, starts in journeys(network).items():
        for table, journey in starts.items():
            flow = flows[journey.flow]
            if not services.keys() >= set(flow.sources if journey.backward else flow.targets):
                yield target, table


def _half(network: Network, target: Target) -> Prefix | None:
    """The lower half of a subnet that is one class as yet."""
    if target.subnet < 0 or target.prefix.size < ROOM:
        return None
    whole = network.design.addressing.subnets[target.subnet].prefix == str(target.prefix)
    return target.prefix.halves()[0] if whole else None


def _provider(network: Network, table: int, version: int) -> str | None:
    """The provider's address beside a table at a circuit."""
    graph, circuits = layer3(network), {interface for interface, _ in circuit_tables(network).get(table, ())}
    for (_, family, address), some in holders(network).items() if circuits else ():
        theirs = any(not network.ours[int(graph.device[one.table])] for one in some)
        if family == version and theirs and beside(network, table, version, address) in circuits:
            return address_text(version, address)
    return None


def _route(network: Network, table: int, prefix: Prefix, next_hop: str | None = None) -> Add:
    device, vrf = network.devices[int(layer3(network).device[table])].id, vrf_names(network)[table] or ""
    identity = f"{device}:{vrf}:{prefix}:part"
    return Add("static_routes", StaticRoute(
        id=identity, device=device, vrf=vrf, prefix=str(prefix), next_hop=next_hop, discard=next_hop is None,
    ))  # fmt: skip


def without_detours(case: Case, finding: Finding) -> Patch | None:
    """Remove the static routes that are more specific than the destination and lead its packets astray on their way.

    With them go those of the same prefix in the same VRF elsewhere. A route to what some interface lies in stays.
    """
    network, part = case.network, _witnessed(finding, "part")
    if part is None:
        return None
    way, whole = _way(finding), _witnessed(finding, "within")
    swallowed = finding.witness.get("outcome") == Fate.DISCARDED.value
    doubtful: set[tuple[str, str, bool]] = set()
    for route, prefix in zip(network.design.routing.static_routes, static_prefixes(network), strict=True):
        if prefix is not None and prefix.covers(part) and (route.device, route.vrf) in way:
            hole = route.discard and swallowed and prefix == whole
            narrow = prefix.length > (whole.length if whole is not None else 0)
            if hole or (narrow and not sources(network)[prefix].connected):
                doubtful.add((route.vrf, route.prefix, route.discard))
    known = network.design.routing.static_routes
    return tuple(Remove("static_routes", r.id) for r in known if (r.vrf, r.prefix, r.discard) in doubtful) or None


def _way(finding: Finding) -> set[tuple[str, str]]:
    devices, vrfs = finding.witness.get("devices"), finding.witness.get("vrfs")
    if not isinstance(devices, list) or not isinstance(vrfs, list):
        return set()
    return {(str(device), str(vrf)) for device, vrf in zip(devices, vrfs, strict=False)}


def _witnessed(finding: Finding, name: str) -> Prefix | None:
    try:
        return parse_prefix(str(finding.witness.get(name, "")))
    except InvalidInputError:
        return None
