"""All lines between the data centres before anything is built: their offers, and the ports that they take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor

from netdesign.catalog.ports import PortUse
from netdesign.errors import InfeasibleError
from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.quantity import format_bandwidth
from netdesign.model.resolved import ResolvedRequirements, ResolvedSite
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.draft.selection import PortNeed
from netdesign.synthesis.interconnect.loads import demand, line_loads
from netdesign.synthesis.interconnect.offers import MOST, Offer, Offers, offers
from netdesign.synthesis.interconnect.spans import Layout, Span, layout
from netdesign.synthesis.needs.centres import centres, crossing, joined

FAST_PORT_BPS = 40_000_000_000
"""Servers at this speed and above stand at switches that have hardly a port for slow optics."""
CROSS_LINKS = 2
"""Routed links between two switches without a spine above them, so that either reaches the lines of the other."""
CROSS_BPS = 100_000_000_000


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a span: the ids of its sites, which way it takes (0 the shortest), and what it is made of."""

    a: str
    b: str
    span: Span
    way: int
    color: int
    """Lines that meet at a site have different ones; lines of one color come from one provider."""
    need_bps: float
    offers: Offers

    @property
    def offer(self) -> Offer:
        """The cheapest way to make the line."""
        return self.offers.fit[0]


@dataclass(frozen=True, slots=True)
class Plan:
    """The data centres, how they are joined, and all lines."""

    sites: tuple[ResolvedSite, ...]
    layout: Layout
    lines: tuple[Line, ...]
    macsec: bool
    """Whether the lines are to be encrypted by the switches at their ends."""

    def at(self, site: str) -> tuple[Line, ...]:
        """The lines of a site in order; border switches take them by turns."""
        return tuple(line for line in self.lines if site in (line.a, line.b))

    def most_bps(self, site: str, gates: int) -> int:
        """What all lines together carry that end on one of so many border switches of a site."""
        each = [0] * gates
        for turn, line in enumerate(self.at(site)):
            each[turn % gates] += line.offer.links * line.offer.speed_bps
        return max(each)

    def needed_bps(self, site: str, gates: int) -> float:
        """What the lines of one of so many border switches need at the most, which its way inward carries as well."""
        each = [0.0] * gates
        for turn, line in enumerate(self.at(site)):
            each[turn % gates] += line.need_bps
        return max(each)

    def ports(self, site: str, gates: int) -> tuple[PortNeed, ...]:
        """The ports that each of so many border switches of a site keeps for lines."""
        needs = []
        for speed in sorted({line.offer.speed_bps for line in self.at(site)}):
            each = [0] * gates
            for turn, line in enumerate(self.at(site)):
                each[turn % gates] += line.offer.links if line.offer.speed_bps == speed else 0
            needs.append(PortNeed(max(each), speed, port_use(speed)))
        return tuple(need for need in needs if need.count)


def port_use(speed_bps: int) -> PortUse:
    """The ports that lines of a speed go in: where servers would be, or where spines would be from 40 Gbit/s on."""
    return PortUse.UPLINK if speed_bps >= FAST_PORT_BPS else PortUse.DOWNLINK


def plan_interconnect(blueprint: Blueprint, most_bps: int) -> Plan | None:
    """The lines between all data centres, of links of `most_bps` at most; None where they are not joined.

    Raises `InfeasibleError` where no line carries what runs between two of them.
    """
    asked = blueprint.requirements
    if not joined(asked):
        return None
    sites, policy = centres(asked), blueprint.parameters.interconnect
    paths = blueprint.redundancy.edge_disjoint_paths
    shape = layout(sites, asked, paths, policy.assumed_distance_km)
    loads = line_loads(shape.spans, demand(sites, crossing(asked)))
    lines = (
        _line(blueprint, sites, (span, way, color + way), (_need(blueprint, load), most_bps))
        for span, load, color in zip(shape.spans, loads, _colors(shape.spans), strict=True)
        for way in range(span.ways)
    )
    return Plan(sites, shape, tuple(lines), _encrypted(blueprint))


def _need(blueprint: Blueprint, load: tuple[float, float]) -> float:
    """The rate of a line: its load grown at its highest use, and after a failure at the use allowed then."""
    level, growth = blueprint.redundancy, blueprint.growth
    whole = load[0] * growth / level.max_utilisation
    failed = load[1] * growth / level.max_utilisation_failed if level.max_utilisation_failed else 0.0
    return max(whole, failed, float(blueprint.parameters.interconnect.least_bps))


def _line(
    blueprint: Blueprint, sites: Sequence[ResolvedSite], what: tuple[Span, int, int], rates: tuple[float, int]
) -> Line:
    (span, way, color), (need, most) = what, rates
    parameters, asked = blueprint.parameters, blueprint.requirements
    detour = parameters.interconnect.diverse_route_factor if way else 1.0
    km = round(max(1.0, span.km * parameters.latency.route_factor * detour), 1)
    least = FAST_PORT_BPS if asked.servers.nic_speed_bps >= FAST_PORT_BPS else 0
    found = offers(km, need, parameters, asked.horizon_years, least, most)
    if not found.fit:
        raise InfeasibleError((_too_much(asked, sites, span, rates),))
    return Line(sites[span.a].id, sites[span.b].id, span, way, color, need, found)


def _colors(spans: Sequence[Span]) -> list[int]:
    """A number for each span and as many after it as it has further ways, none of which meets an equal one."""
    taken: dict[int, set[int]] = {}
    found = []
    for span in spans:
        used = taken.setdefault(span.a, set()) | taken.setdefault(span.b, set())
        color = next(c for c in range(len(used) + 1) if not used & set(range(c, c + span.ways))) if used else 0
        for site in (span.a, span.b):
            taken[site] |= set(range(color, color + span.ways))
        found.append(color)
    return found


def _encrypted(blueprint: Blueprint) -> bool:
    """Whether level, requirements or data ask for encrypted lines."""
    asked, posture = blueprint.requirements, blueprint.posture
    if asked.requires_encryption or posture.encrypt_leased == "all":
        return True
    sensitive = any(flow.data_class.sensitive for flow in crossing(asked))
    return sensitive and (posture.encrypt_leased == "sensitive" or bool(asked.frameworks))


def _too_much(
    asked: ResolvedRequirements, sites: Sequence[ResolvedSite], span: Span, rates: tuple[float, int]
) -> Conflict:
    """More between two data centres than one line carries, with the flows or servers that it would carry."""
    one, other = sites[span.a], sites[span.b]
    need_bps, most_bps = rates[0], MOST * rates[1]
    return Conflict(
        code="interconnect-above-lines",
        requirements=("flows", "servers/count"),
        statement=(
            f"A line between {one.name} and {other.name} would have to carry {format_bandwidth(ceil(need_bps))}, "
            f"more than {MOST} links of {format_bandwidth(rates[1])}."
        ),
        numbers=(("needed", format_bandwidth(ceil(need_bps))), ("most", format_bandwidth(most_bps))),
        relaxations=tuple(_less(asked, most_bps / need_bps)),
    )


def _less(asked: ResolvedRequirements, share: float) -> Iterator[Relaxation]:
    """The largest flow between data centres cut so far that the rest fits, or fewer servers where it is assumed."""
    flows = crossing(asked)
    largest = max(flows, key=lambda flow: max(flow.up_bps, flow.down_bps))
    if largest.assumed:
        count = floor(asked.servers.count * share)
        now, change, field = str(asked.servers.count), str(count), "servers/count"
        words, cost = f"build for {count:,} servers", "fewer servers, or other sites for the rest"
    else:
        total = sum(max(flow.up_bps, flow.down_bps) for flow in flows)
        rate = max(1, floor(largest.up_bps - total * (1 - share)))
        now, change = format_bandwidth(largest.up_bps), format_bandwidth(rate // 1_000_000 * 1_000_000 or rate)
        field = f"flows/{asked.flows.index(largest)}/up"
        words, cost = f"let {change} run from {largest.source} to {largest.target}", "copies that are older"
    yield Relaxation(field=field, from_value=now, to_value=change, statement=words, cost=cost)
