"""Why data centres are joined as they are: shape, every line with its light, and what decides in a split."""

from __future__ import annotations

from netdesign.model.quantity import format_bandwidth
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.interconnect.plan import Line, Plan


def explain_interconnect(blueprint: Blueprint, plan: Plan, *, encrypted: bool) -> None:
    """The decisions about the interconnect."""
    _explain_shape(blueprint, plan)
    for line in plan.lines:
        _explain_line(blueprint, line)
    _explain_crypto(blueprint, plan, encrypted=encrypted)
    _explain_witness(blueprint, plan)


def _explain_shape(blueprint: Blueprint, plan: Plan) -> None:
    """The decision about the topology, with the bound where the shortest one was sought."""
    found, spans = plan.layout.found, plan.layout.spans
    inputs: dict[str, object] = {
        "data centres": len(plan.sites),
        "paths": blueprint.redundancy.edge_disjoint_paths,
        "great circles": f"{sum(span.km for span in spans):.0f} km",
        "route factor": blueprint.parameters.latency.route_factor,
    }
    if found is not None:
        inputs |= {"no shorter than": f"{found.bound:.0f} km", "gap": f"{found.gap:.1%}"}
    blueprint.decide(
        "How are the data centres joined?",
        f"{plan.layout.shape} of {len(spans)} spans with {len(plan.lines)} lines",
        formula="fewest kilometres that keep as many ways without a common span as the redundancy asks for; all to all "
        "up to three; lines of a span = ceil(paths / ways that the shape keeps)",
        inputs=inputs,
        result=len(plan.lines),
        alternatives=(
            ("VLANs between the data centres", "a storm or loop of one would take the other along"),
            ("lines that a provider routes (MPLS)", "it would see our prefixes, and VRFs would end at it"),
        ),
        fields=("network_type", "topology_preference", "redundancy", "sites"),
        source="policy parameters redundancy and interconnect; RFC 9136 (type-5 routes)",
    )


def _explain_line(blueprint: Blueprint, line: Line) -> None:
    """The decision about one line: rate, route, optics and their budget, and what else was offered."""
    offer, policy, level = line.offer, blueprint.parameters.interconnect, blueprint.redundancy
    inputs: dict[str, object] = {
        "needed": format_bandwidth(round(line.need_bps)),
        "great circle": f"{line.span.km:.1f} km",
        "route": f"{offer.km:g} km",
        "round trip": f"{2 * offer.km * blueprint.parameters.latency.fibre_us_per_km / 1000:.2f} ms",
        "g": f"{blueprint.growth:.3f}",
        "U0": level.max_utilisation,
        "U1": level.max_utilisation_failed,
    }
    formula = "rate = max(load * g / U0, load after a failure * g / U1); the cheapest over the horizon"
    if offer.reach is not None:
        formula += "; loss = km * a + connectors * c + splices * s, and margin = budget - loss >= least margin"
        inputs |= {
            "loss": f"{offer.reach.loss_db:.1f} dB",
            "budget": f"{offer.reach.bears_db:g} dB",
            "margin": f"{offer.reach.margin_db:.1f} dB, {policy.margin_db:g} dB at the least",
        }
    blueprint.decide(
        f"What is line {'abcdefgh'[line.way % 8]} from {line.a} to {line.b} made of?",
        offer.words,
        formula=formula,
        inputs=inputs,
        result=f"{offer.links * offer.speed_bps / 1e9:g} Gbit/s",
        alternatives=line.offers.refused[:6],
        fields=("flows", "sites", "redundancy", "expected_growth_rate"),
        source="catalogue of circuits and media; policy parameters interconnect; ITU-T G.652",
    )


def _explain_crypto(blueprint: Blueprint, plan: Plan, *, encrypted: bool) -> None:
    """The decision about encryption."""
    choice = "MACsec on every line" if encrypted else "nothing on the lines themselves"
    if plan.macsec and not encrypted:
        choice = "the applications, end to end: no border switch that suits speaks MACsec"
    blueprint.decide(
        "What protects what leaves a data centre?",
        choice,
        formula="encrypt when the requirements, the level, or a level or framework with sensitive data ask for it",
        inputs={
            "encrypt_leased": blueprint.posture.encrypt_leased,
            "requires_encryption": blueprint.requirements.requires_encryption,
        },
        result="aes-256-gcm" if encrypted else "none",
        alternatives=(("IPsec between the borders", "MACsec runs at line rate and hides addresses as well"),)
        if encrypted
        else (),
        fields=("security_level", "requires_encryption", "data_classes", "compliance"),
        source="IEEE 802.1AE; policy parameter encrypt_leased",
    )


def _explain_witness(blueprint: Blueprint, plan: Plan) -> None:
    """The decision about the third vote, which no network of two sites can give."""
    third = next((site.id for site in plan.sites[2:3]), None)
    blueprint.decide(
        "Who decides which data centre goes on when they lose sight of each other?",
        f"a witness at {third}" if third else "a witness at a third place, which these requirements do not name",
        formula="votes of clusters = an odd number of places",
        inputs={"data centres": len(plan.sites)},
        result=third or "open",
        alternatives=(("a vote at each of the two", "after a cut both go on, or neither does"),),
        fields=("sites", "critical_applications"),
        source="majority quorum",
    )
