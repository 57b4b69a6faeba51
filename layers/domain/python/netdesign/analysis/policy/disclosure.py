"""How inside addresses may become known outside: announced to providers, or seen where nothing translates them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from netdesign.analysis.facts.ends import internet_zone
from netdesign.analysis.policy.permissions import permitted
from netdesign.analysis.policy.policy import prefix_range
from netdesign.analysis.protocols.providers import provider_sessions
from netdesign.errors import InvalidInputError
from netdesign.graph.headerspace import Box, space
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import parse_prefix
from netdesign.model.routing import PolicyAction

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netdesign.graph.headerspace import Range
    from netdesign.model.routing import BgpNeighbor, RoutePolicy, RoutePolicyTerm


class Announced(NamedTuple):
    """A prefix that a session with a provider may announce."""

    session: str
    prefix: str


@analysis
def zone_ranges(network: Network, zone: str) -> tuple[tuple[int, Range], ...]:
    """The (IP version, addresses) of the subnets of a zone."""
    vlans = {vlan.id for vlan in network.design.switching.vlans if vlan.zone == zone}
    found = []
    for subnet in network.design.addressing.subnets:
        if subnet.zone == zone or subnet.vlan in vlans:
            found += [(v, ends) for v in (4, 6) if (ends := prefix_range(subnet.prefix, v)) is not None]
    return tuple(dict.fromkeys(found))


@analysis
def announced(network: Network, zones: tuple[str, ...]) -> tuple[Announced, ...]:
    """The subnets of the zones that sessions with providers let out, by the first term that takes them."""
    policies = network.by_id("route_policies")
    subnets = network.design.addressing.subnets
    mine = [one.prefix for one in subnets if one.zone in zones]
    found = []
    for session in _sessions(network):
        policy = policies.get(session.export_policy or "")
        found += [Announced(session.id, text) for text in mine if session.export_policy is None or _out(policy, text)]
    return tuple(found)


def _sessions(network: Network) -> Iterator[BgpNeighbor]:
    """Our statements of sessions with providers."""
    facts, devices = network.design.routing.processes, network.devices
    ours = {facts[at].id for at, _ in provider_sessions(network) if at < len(facts)}
    outside = {devices[provider].id for _, provider in provider_sessions(network)}
    numbers = {one.asn for one in facts if one.device in outside}
    for neighbor in network.design.routing.bgp_neighbors:
        if neighbor.process in ours and (neighbor.remote_asn in numbers or not numbers):
            yield neighbor


def _out(policy: RoutePolicy | None, text: str) -> bool:
    for term in policy.terms if policy is not None else ():
        if _takes(term, text):
            return term.action is PolicyAction.PERMIT
    return False


def _takes(term: RoutePolicyTerm, text: str) -> bool:
    """Whether a term may take a prefix; communities and tags are taken to match."""
    try:
        prefix = parse_prefix(text)
    except InvalidInputError:
        return False
    if not (term.min_length or 0) <= prefix.length <= (term.max_length if term.max_length is not None else 128):
        return False
    blocks = [prefix_range(one, prefix.version) for one in term.prefixes]
    inside = any(ends is not None and ends[0] <= prefix.network and prefix.last <= ends[1] for ends in blocks)
    return inside or not term.prefixes


@analysis
def untranslated(network: Network, zone: str) -> tuple[str, ...]:
    """The private subnets of a zone that may send to the Internet though nothing translates them."""
    outside = internet_zone(network)
    if outside is None:
        return ()
    leaving = permitted(network, zone, outside)
    inside = [ends for one in network.design.addressing.nats for ends in _inside(one.inside)]
    found = []
    for version, ends in zone_ranges(network, zone):
        hidden = any(v == version and low <= ends[0] and ends[1] <= high for v, (low, high) in inside)
        own = space([Box(version, ends, (0, 2 ** (32 if version == 4 else 128) - 1))])
        if _private(version, ends[0]) and not hidden and leaving & own:
            found.append(f"{version}:{ends[0]}-{ends[1]}")
    return tuple(found)


def _inside(texts: Iterable[str]) -> list[tuple[int, Range]]:
    known = tuple(texts) or ("0.0.0.0/0", "::/0")
    return [(v, ends) for text in known for v in (4, 6) if (ends := prefix_range(text, v)) is not None]


PRIVATE = ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")


def _private(version: int, address: int) -> bool:
    return any((ends := prefix_range(text, version)) is not None and ends[0] <= address <= ends[1] for text in PRIVATE)
