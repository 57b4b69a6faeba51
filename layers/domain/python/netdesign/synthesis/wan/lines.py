"""The leased lines themselves: links between the routers of two sites, and the circuits that they are sold as."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from netdesign.model.cabling import Circuit, CircuitKind, Link, Srlg, SrlgKind
from netdesign.model.inventory import Device
from netdesign.model.vocabulary import LinkPurpose, Medium, Trust
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.edge.border import Edge
from netdesign.synthesis.edge.gate import entry
from netdesign.synthesis.edge.sizing import CIRCUIT_OWNER, first_review
from netdesign.synthesis.wan.line_plan import Line, LinePlan


def build_lines(blueprint: Blueprint, edges: Mapping[str, Edge], plan: LinePlan) -> tuple[Link, ...]:
    """All lines of the plan; the routers of a site take them by turns, and lines that meet have other providers."""
    turn = dict.fromkeys(edges, 0)
    sold: dict[str, set[int]] = {site: set() for site in edges}
    made = []
    for line in plan.lines:
        ends = [edges[site].wans[turn[site] % len(edges[site].wans)] for site in (line.a, line.b)]
        provider = next(number for number in range(1, 100) if number not in sold[line.a] | sold[line.b])
        made.append(_line(blueprint, line, ends, (turn[line.a], turn[line.b]), provider))
        for site in (line.a, line.b):
            turn[site] += 1
            sold[site].add(provider)
    _explain(blueprint, plan)
    return tuple(made)


def _line(blueprint: Blueprint, line: Line, ends: Sequence[Device], turns: tuple[int, int], provider: int) -> Link:
    a, b = ends
    crypto = blueprint.gates[line.a].crypto
    entries = (entry(blueprint, site, at) for site, at in zip((line.a, line.b), turns, strict=True))
    (link,) = blueprint.connect_routed(
        a,
        b,
        line.tier.rate_bps,
        LinkPurpose.CIRCUIT,
        medium=Medium.VIRTUAL,
        length_m=0.0,
        srlgs=(_route(blueprint, line), *entries),
        trust=Trust.LEASED,
        crypto=crypto,
    )
    blueprint.change(link, fibre_km=line.km, between_buildings=False)
    blueprint.add(
        Circuit(
            id=f"{link.id}-circuit",
            link=link.id,
            kind=CircuitKind.WAVE,
            provider=f"line-provider-{provider}",
            site=line.a,
            rate_down_bps=line.tier.rate_bps,
            rate_up_bps=line.tier.up_bps,
            monthly_usd=round(line.usd_per_month),
            price_assumed=True,
            availability=blueprint.parameters.availability.circuit[CircuitKind.WAVE.value],
            owner=CIRCUIT_OWNER,
            review_date=first_review(blueprint.requirements, blueprint.parameters),
        )
    )
    return link


def _route(blueprint: Blueprint, line: Line) -> str:
    """The conduit of a line's route, another one for each line between the same sites."""
    stem = f"{line.a}--{line.b}-route"
    letter = "abcdefgh"[blueprint.number(stem) - 1]
    name = f"route {letter} from {line.a} to {line.b}"
    return blueprint.add(Srlg(id=f"{stem}-{letter}", kind=SrlgKind.CONDUIT, name=name)).id


def _explain(blueprint: Blueprint, plan: LinePlan) -> None:
    """Which pairs were chosen, with the bound and the gap; and how fast the lines are."""
    km = sum(line.km for line in plan.lines)
    blueprint.decide(
        "Which sites do leased lines join?",
        f"{len(plan.lines)} lines of {km:,.0f} km, {plan.bought_usd:,.0f} USD a month at the slowest rate",
        formula="min sum(monthly price + price per km * great circle * route factor) so that every cut is crossed by "
        "as many lines as ways are asked for, and no loss of a site parts the others where that is asked for",
        inputs={
            "pairs to choose from": plan.considered,
            "ways between any two sites": plan.paths,
            "sites may fail": plan.nodes,
            "lower_bound_usd_per_month": f"{plan.least_usd:.2f}",
            "gap": f"{plan.gap:.4f}",
            "added so that none is too far": plan.added,
            "length_km": f"{km:.0f}",
            "places": "as stated" if plan.known else "unknown, assumed",
        },
        result=f"{plan.bought_usd:.2f}",
        alternatives=(("tunnels over the Internet", "lines were asked for, or no site may ever be cut off"),),
        fields=("technology_stack", "special_requirements", "topology_preference", "sites", "redundancy"),
        source="Groetschel, Monma and Stoer, Design of survivable networks (1995); catalogue of circuits",
    )
    fastest = max((line.tier.rate_bps for line in plan.lines), default=0)
    blueprint.decide(
        "How fast are the leased lines?",
        f"{plan.usd_per_month:,.0f} USD a month, up to {fastest / 1e9:g} Gbit/s",
        formula="rate >= max(load / U0, load with the worst other line failed / U1) * g; where several ways have the "
        "fewest hops each must carry all",
        inputs={
            "busiest_bps": round(max((line.need_bps for line in plan.lines), default=0.0)),
            "slowest_rate_bps": min((line.tier.rate_bps for line in plan.lines), default=0),
            "g": f"{blueprint.growth:.3f}",
            "U0": blueprint.redundancy.max_utilisation,
            "U1": blueprint.redundancy.max_utilisation_failed,
        },
        result=fastest,
        fields=("flows", "sites", "redundancy", "expected_growth_rate"),
        source="policy parameters redundancy; catalogue of circuits",
    )
