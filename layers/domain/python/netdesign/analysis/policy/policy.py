"""What ordered policies let pass between two zones: exact header spaces, and the decision on one packet."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from netdesign.analysis.policy.cloud_zones import bound_at_providers
from netdesign.analysis.policy.zones import legs, policies_of
from netdesign.errors import InvalidInputError
from netdesign.graph.headerspace import ANY_ADDRESS, Box, Packet, Rule, address_range, any_box, first_match
from netdesign.graph.network import Network, analysis
from netdesign.graph.prefixes import parse_prefix
from netdesign.model.security import Action, IpProtocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netdesign.graph.headerspace import Range
    from netdesign.model.security import Policy, PolicyRule, Service

PROTOCOLS: dict[IpProtocol, tuple[Range, ...]] = {
    IpProtocol.ANY: ((0, 255),),
    IpProtocol.TCP: ((6, 6),),
    IpProtocol.UDP: ((17, 17),),
    IpProtocol.ICMP: ((1, 1), (58, 58)),
    IpProtocol.ESP: ((50, 50),),
}
TCP, UDP = 6, 17
ALL_PORTS = 65536


class Permit(NamedTuple):
    """What a rule lets pass, as boxes that earlier rules leave to it; without a rule it is the policy's default."""

    rule: PolicyRule | None
    boxes: tuple[Box, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """All that one policy lets pass from one zone to another."""

    policy: str
    source: str
    target: str
    permits: tuple[Permit, ...]

    @property
    def boxes(self) -> tuple[Box, ...]:
        """The boxes of all permits; they may overlap."""
        return tuple(box for permit in self.permits for box in permit.boxes)


@analysis
def ordered_rules(network: Network, policy: str) -> tuple[PolicyRule, ...]:
    """The rules of a policy in the order in which they are tried."""
    rules = network.grouped("policy_rules", "policy").get(policy, [])
    return tuple(sorted(rules, key=lambda rule: (rule.order, rule.id)))


@analysis
def bound_zones(network: Network, policy: str) -> frozenset[str]:
    """The zones that the enforcement points of a policy bind interfaces to."""
    devices = {device for device, mine in policies_of(network).items() if any(p.id == policy for p in mine)}
    here = frozenset(leg.zone for leg in legs(network) if leg.zone is not None and leg.device in devices)
    return here | bound_at_providers(network, policy)


@analysis
def enforced_policies(network: Network) -> tuple[Policy, ...]:
    """The policies that at least one enforcement point enforces, in the design's order."""
    enforced = {policy.id for policies in policies_of(network).values() for policy in policies}
    return tuple(
        policy
        for policy in network.design.security.policies
        if policy.id in enforced or (policy.gateways and bound_at_providers(network, policy.id))
    )


@analysis
def passage(network: Network, policy: str, source: str, target: str) -> Passage:
    """What `policy` lets pass from zone `source` to zone `target`; exact where a denial comes before a permit."""
    fact = network.by_id("policies")[policy]
    lines = [rule for rule in ordered_rules(network, policy) if concerns(rule, source, target)]
    boxes = [tuple(rule_boxes(rule)) for rule in lines]
    permits = [Permit(rule, mine) for rule, mine in zip(lines, boxes, strict=True) if rule.action is Action.PERMIT]
    first_denial = next((at for at, rule in enumerate(lines) if rule.action is Action.DENY), len(lines))
    late = any(rule.action is Action.PERMIT for rule in lines[first_denial:]) or fact.default_action is Action.PERMIT
    if late:
        permits = _exact(lines, boxes, fact)
    return Passage(policy, source, target, tuple(permit for permit in permits if permit.boxes))


def _exact(lines: list[PolicyRule], boxes: list[tuple[Box, ...]], policy: Policy) -> list[Permit]:
    rules = [Rule(rule.action is Action.PERMIT, mine) for rule, mine in zip(lines, boxes, strict=True)]
    rules.append(Rule(policy.default_action is Action.PERMIT, (any_box(4), any_box(6))))
    spaces = first_match(rules).effective
    owners: list[PolicyRule | None] = [*lines, None]
    return [
        Permit(rule, space.boxes)
        for rule, line, space in zip(owners, rules, spaces, strict=True)
        if line.permit and space
    ]


@analysis
def passages(network: Network) -> tuple[Passage, ...]:
    """What every enforced policy lets pass between every two zones that it binds, leaving out pairs without permits."""
    found = []
    for policy in enforced_policies(network):
        zones = sorted(bound_zones(network, policy.id))
        for source in zones:
            for target in zones:
                if source != target:
                    one = passage(network, policy.id, source, target)
                    if one.permits:
                        found.append(one)
    return tuple(found)


def concerns(rule: PolicyRule, source: str | None, target: str | None) -> bool:
    """Whether a rule may match what goes from one zone to another."""
    return (not rule.source_zones or source in rule.source_zones) and (
        not rule.destination_zones or target in rule.destination_zones
    )


def rule_boxes(rule: PolicyRule) -> Iterator[Box]:
    """The headers that a rule names, family by family."""
    for version in (4, 6):
        for source in _ranges(rule.sources, version):
            for target in _ranges(rule.destinations, version):
                for protocol, ports in service_ranges(rule.services):
                    yield Box(version, source, target, protocol, target_port=ports)


def _ranges(prefixes: Iterable[str], version: int) -> list[Range]:
    names = tuple(prefixes)
    if not names:
        return [ANY_ADDRESS[version]]
    return [mine for name in names if (mine := prefix_range(name, version)) is not None]


def prefix_range(text: str, version: int) -> Range | None:
    """The addresses of a prefix; None where the text is no prefix of that family."""
    try:
        prefix = parse_prefix(text)
    except InvalidInputError:
        return None
    return address_range(prefix) if prefix.version == version else None


def service_ranges(services: Iterable[Service]) -> list[tuple[Range, Range]]:
    """(protocols, target ports) that services name; all where there are none of them."""
    found = [(protocol, (s.first_port, s.last_port)) for s in services for protocol in PROTOCOLS[s.protocol]]
    kept = [(protocol, ports) for protocol, ports in found if ports[0] <= ports[1]]
    return kept if tuple(services) else [((0, 255), (0, ALL_PORTS - 1))]


def open_share(boxes: Iterable[Box]) -> float:
    """The largest share of TCP's or UDP's ports that the boxes open between some two addresses.

    The sum over boxes that agree on addresses never counts a port twice.
    """
    ports: dict[tuple[int, Range, Range, int], list[Range]] = {}
    for box in boxes:
        for protocol in (TCP, UDP):
            if box.protocol[0] <= protocol <= box.protocol[1]:
                ports.setdefault((box.version, box.source, box.target, protocol), []).append(box.target_port)
    return max((_covered(ranges) / ALL_PORTS for ranges in ports.values()), default=0.0)


def _covered(ranges: list[Range]) -> int:
    total, end = 0, -1
    for low, high in sorted(ranges):
        total += max(0, high - max(low, end + 1) + 1)
        end = max(end, high)
    return total


def opens(boxes: Iterable[Box], ports: Iterable[tuple[int, int]]) -> tuple[int, int] | None:
    """The first of the (protocol, port) pairs that a box lets pass; None where none does."""
    wanted = tuple(ports)
    for box in boxes:
        for protocol, port in wanted:
            if box.protocol[0] <= protocol <= box.protocol[1] and box.target_port[0] <= port <= box.target_port[1]:
                return protocol, port
    return None


class Line(NamedTuple):
    """A rule with the addresses that it names, by IP version, as ascending ranges apart, and its services."""

    rule: PolicyRule
    sources: dict[int, Spans]
    targets: dict[int, Spans]
    services: tuple[tuple[Range, Range], ...]

    def matches(self, packet: Packet) -> bool:
        """Whether the rule names a packet."""
        return (
            self.sources[packet.version].hold(packet.source)
            and self.targets[packet.version].hold(packet.target)
            and any(
                low <= packet.protocol <= high and first <= packet.target_port <= last
                for (low, high), (first, last) in self.services
            )
        )


class Spans(NamedTuple):
    """Ranges that do not meet, by their first and last values, ascending."""

    first: list[int]
    last: list[int]

    def hold(self, value: int) -> bool:
        """Whether a value is in one of them."""
        at = bisect_right(self.first, value) - 1
        return at >= 0 and value <= self.last[at]


def _spans(ranges: Iterable[Range]) -> Spans:
    first, last = list[int](), list[int]()
    for low, high in sorted(ranges):
        if last and low <= last[-1] + 1:
            last[-1] = max(last[-1], high)
        else:
            first.append(low)
            last.append(high)
    return Spans(first, last)


def decide(network: Network, policy: str, zones: tuple[str | None, str | None], packet: Packet) -> bool:
    """Whether a policy lets a packet pass from one zone to another."""
    for line in _lines_between(network, policy, *zones):
        if line.matches(packet):
            return line.rule.action is Action.PERMIT
    return bool(network.by_id("policies")[policy].default_action is Action.PERMIT)


@analysis
def _lines_between(network: Network, policy: str, source: str | None, target: str | None) -> tuple[Line, ...]:
    """The lines of a policy that may match what goes from one zone to another, in order."""
    return tuple(line for line in _lines(network, policy) if concerns(line.rule, source, target))


@analysis
def _lines(network: Network, policy: str) -> tuple[Line, ...]:
    return tuple(
        Line(
            rule,
            {version: _spans(_ranges(rule.sources, version)) for version in (4, 6)},
            {version: _spans(_ranges(rule.destinations, version)) for version in (4, 6)},
            tuple(service_ranges(rule.services)),
        )
        for rule in ordered_rules(network, policy)
    )


@dataclass(frozen=True, slots=True)
class Cuts:
    """Where the source ranges of any rule begin or have just ended, by IP version, ascending."""

    by_version: dict[int, list[int]]

    def like(self, version: int, address: int) -> int:
        """The smallest address that every rule treats like `address`."""
        cuts = self.by_version[version]
        return cuts[bisect_right(cuts, address) - 1]


@analysis
def source_cuts(network: Network) -> Cuts:
    """The cuts of all rules of the design."""
    found = {4: {0}, 6: {0}}
    for name in {name for rule in network.design.security.policy_rules for name in rule.sources}:
        for version, cuts in found.items():
            ends = prefix_range(name, version)
            if ends is not None:
                cuts.update((ends[0], ends[1] + 1))
    return Cuts({version: sorted(cuts) for version, cuts in found.items()})


def is_prefix(text: str) -> bool:
    """Whether the text is a prefix of either family."""
    return prefix_range(text, 4) is not None or prefix_range(text, 6) is not None
