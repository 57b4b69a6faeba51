"""Firewall rules made from flows: what a flow needs and nothing else, then a logged denial of the rest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import Final, Literal

from netdesign.catalog.policy import SecurityPosture
from netdesign.model.security import Action, Inspection, Policy, PolicyRule, Service
from netdesign.model.traffic import Flow
from netdesign.synthesis.needs.zones import DATABASE, DMZ, INTERNET, SERVER, STORAGE

OWNER: Final = "network-security"
INTERNET_BITS: Final = 32
"""Of the Internet, whichever family: nobody can number the hosts of either."""
_DATACENTRE: Final = frozenset({INTERNET, DMZ, SERVER, STORAGE, DATABASE})


@dataclass(frozen=True, slots=True)
class Place:
    """Where an end of flows lies: its zone, and its prefixes of both families.

    The Internet has no prefixes: rules leave addresses open there.
    """

    zone: str
    prefixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """What a rule is keyed by: the zones and the prefixes on both sides, of one address family."""

    source_zone: str
    destination_zone: str
    sources: tuple[str, ...]
    destinations: tuple[str, ...]
    family: Literal[4, 6]


def rules_from_flows(
    policy: str,
    flows: Iterable[Flow],
    places: Mapping[str, Place],
    posture: SecurityPosture,
    trust: Mapping[str, int],
    *,
    ipv6: bool = False,
    delta: int = 20,
    within: bool = False,
    through: str | None = None,
    most_bits: int | None = None,
) -> tuple[PolicyRule, ...]:
    """The rules of a policy in order: one per pair of zones and prefixes that flows need, and the final denial.

    What both comes from and goes to one zone passes where the policy stands between its parts: in every zone with
    `within`, and in the zone `through`. A rule that would open more than 2^`most_bits` pairs of addresses and ports
    to the Internet is made one for each service.
    """
    needed: dict[Pair, list[Flow]] = {}
    for flow in flows:
        for pair in _pairs(flow, places, ipv6=ipv6, within=within or through is not None):
            if not within and pair.source_zone == pair.destination_zone != through:
                continue
            needed.setdefault(pair, []).append(flow)
    rules = [
        _permit(policy, at, pair, some, inspection(pair.source_zone, pair.destination_zone, posture, trust, delta))
        for at, (pair, some) in enumerate(_narrowed(needed, most_bits), start=1)
    ]
    return (*rules, deny_rest(policy, len(rules) + 1))


def _narrowed(needed: Mapping[Pair, list[Flow]], most_bits: int | None) -> Iterator[tuple[Pair, list[Flow]]]:
    """What each rule permits, in order: all that a pair needs, or one service of it where that opens too much.

    Where the rule of one family is divided, that of the other is as well.
    """
    wide = {_ends(pair, flows) for pair, flows in needed.items() if _opened(pair, flows) > 2 ** (most_bits or 0)}
    for pair, flows in sorted(needed.items(), key=lambda item: _key(item[0])):
        if most_bits is None or pair.source_zone != INTERNET or _ends(pair, flows) not in wide:
            yield pair, flows
            continue
        for key in sorted({_service_key(flow.service) for flow in flows}):
            yield pair, [flow for flow in flows if _service_key(flow.service) == key]


def _ends(pair: Pair, flows: Iterable[Flow]) -> tuple[str, str, tuple[str, ...]]:
    """What a pair has in common with that of the other family."""
    return pair.source_zone, pair.destination_zone, tuple(flow.id for flow in flows)


def _opened(pair: Pair, flows: Iterable[Flow]) -> int:
    """Pairs of addresses and ports that a rule for hosts of the Internet opens; of IPv6 a subnet counts as one."""
    bits = 32 if pair.family == 4 else 64
    hosts = sum(2 ** max(0, bits - _net(prefix).prefixlen) for prefix in pair.destinations)
    services = {_service_key(flow.service): flow.service for flow in flows}
    ports = sum(one.last_port - one.first_port + 1 for one in services.values())
    return int(2**INTERNET_BITS * max(1, hosts) * max(1, ports))


def host_rules(
    policy: str, zone: str, flows: Iterable[Flow], places: Mapping[str, Place], *, ipv6: bool = False
) -> tuple[PolicyRule, ...]:
    """The rules that hosts of a zone enforce themselves: what flows to, from and within the zone need, then denial."""
    needed: dict[Pair, list[Flow]] = {}
    for flow in flows:
        for pair in _pairs(flow, places, ipv6=ipv6, within=True):
            if zone in (pair.source_zone, pair.destination_zone):
                needed.setdefault(pair, []).append(flow)
    ordered = sorted(needed.items(), key=lambda item: _key(item[0]))
    rules = [_permit(policy, at, pair, some, ()) for at, (pair, some) in enumerate(ordered, start=1)]
    return (*rules, deny_rest(policy, len(rules) + 1))


def deny_rest(policy: str, at: int) -> PolicyRule:
    """The last rule: everything else is refused and logged."""
    return PolicyRule(
        id=f"{policy}-{at:04d}",
        policy=policy,
        order=at * 10,
        action=Action.DENY,
        log=True,
        owner=OWNER,
        justification="Whatever no flow needs is refused and logged.",
    )


def make_policy(identity: str, devices: Iterable[str]) -> Policy:
    """The policy of a firewall group."""
    return Policy(id=identity, name=identity, devices=tuple(devices))


def inspection(
    source: str, destination: str, posture: SecurityPosture, trust: Mapping[str, int], delta: int
) -> tuple[Inspection, ...]:
    """What is looked into between two zones: intrusion prevention by level, and web addresses toward the Internet."""
    pair = {source, destination}
    apart = abs(trust.get(source, 0) - trust.get(destination, 0)) >= delta
    covered = {
        "none": False,
        "internet": INTERNET in pair,
        "internet-dmz-datacenter": bool(pair & _DATACENTRE),
        "trust-delta": apart or bool(pair & _DATACENTRE),
        "all": True,
    }[posture.ips_coverage]
    found = (Inspection.IPS,) if covered else ()
    return (*found, Inspection.URL) if destination == INTERNET else found


def _pairs(flow: Flow, places: Mapping[str, Place], *, ipv6: bool, within: bool = False) -> Iterable[Pair]:
    """The pairs of zones of a flow's ends, per family, with all its prefixes in each; equal ones only `within`."""
    sources, destinations = _by_zone(flow.sources, places), _by_zone(flow.targets, places)
    families: tuple[Literal[4, 6], ...] = (4, 6) if ipv6 else (4,)
    for source_zone, source in sources.items():
        for destination_zone, destination in destinations.items():
            if source_zone == destination_zone and not within:
                continue
            for family in families:
                pair = Pair(
                    source_zone,
                    destination_zone,
                    _narrow(source, family),
                    _narrow(destination, family),
                    family,
                )
                if pair.sources or pair.destinations:
                    yield pair


def _by_zone(ends: Iterable[str], places: Mapping[str, Place]) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = {}
    for end in ends:
        found.setdefault(places[end].zone, []).append(places[end])
    return found


def _narrow(places: Iterable[Place], family: int) -> tuple[str, ...]:
    """The fewest prefixes of a family that cover the places exactly: a rule permits what its flows need, no more."""
    return _collapsed((prefix for place in places for prefix in place.prefixes), family)


def _collapsed(prefixes: Iterable[str], family: int) -> tuple[str, ...]:
    nets = [net for net in map(_net, set(prefixes)) if net.version == family]
    return tuple(str(net) for net in collapse_addresses(nets))  # type: ignore[type-var]  # all of one family


@lru_cache(maxsize=65_536)
def _net(prefix: str) -> IPv4Network | IPv6Network:
    return ip_network(prefix)


def _key(pair: Pair) -> tuple[str, ...]:
    return (pair.source_zone, pair.destination_zone, str(pair.family), *pair.sources, ">", *pair.destinations)


def _permit(policy: str, at: int, pair: Pair, flows: list[Flow], inspect: tuple[Inspection, ...]) -> PolicyRule:
    services = {_service_key(flow.service): flow.service for flow in flows}
    ids = tuple(sorted({flow.id for flow in flows}))
    return PolicyRule(
        id=f"{policy}-{at:04d}",
        policy=policy,
        order=at * 10,
        action=Action.PERMIT,
        source_zones=(pair.source_zone,),
        destination_zones=(pair.destination_zone,),
        sources=pair.sources,
        destinations=pair.destinations,
        services=tuple(services[key] for key in sorted(services)),
        inspect=inspect,
        log=True,
        owner=OWNER,
        justification=f"Needed by {', '.join(ids)} (IPv{pair.family}).",
        flows=ids,
    )


def _service_key(service: Service) -> tuple[str, int, int]:
    return service.protocol.value, service.first_port, service.last_port
