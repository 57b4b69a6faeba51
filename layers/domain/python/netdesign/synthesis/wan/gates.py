"""What stands at the gate of each site: routers with a port for every line, or a circuit of the carrier each."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Final

from netdesign.catalog.circuits import CircuitKind, Tier
from netdesign.errors import InfeasibleError
from netdesign.model.conflict import Conflict
from netdesign.model.security import CryptoProfile
from netdesign.model.vocabulary import Redundancy, Role
from netdesign.synthesis.conditions.question import relax
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.draft.gate_plan import GatePlan
from netdesign.synthesis.draft.selection import Choice, Needs, PortNeed, select
from netdesign.synthesis.edge.sizing import port_speed
from netdesign.synthesis.needs.joined_sites import WanShape
from netdesign.synthesis.needs.transports import Transport
from netdesign.synthesis.wan.line_plan import Line, LinePlan
from netdesign.synthesis.wan.overlay import CRYPTO, crypto_profile
from netdesign.synthesis.wan.site_pairs import Pairs, site_pairs

GBPS: Final = 1_000_000_000
MOST_ROUTERS: Final = 3
"""Addresses of the routers in the VLAN of the gate end where those of the firewalls begin."""
SPEAKS: Final = frozenset({"bgp", "acl", "qos", "bfd"})


def plan_gates(blueprint: Blueprint, shape: WanShape, plan: LinePlan | None) -> dict[str, GatePlan]:
    """The gate of every site that has one; no site has one where all are joined by tunnels."""
    if shape.transport is Transport.TUNNELS:
        return {}
    demand, crypto = site_pairs(blueprint.requirements, shape), _crypto(blueprint)
    gates: dict[str, GatePlan] = {}
    for site in blueprint.requirements.sites:
        mine = [line for line in plan.lines if site.id in (line.a, line.b)] if plan else []
        if mine or plan is None:
            gates[site.id] = _gate(blueprint, site.id, mine, demand, crypto)
    return gates


def _gate(blueprint: Blueprint, site: str, lines: Sequence[Line], demand: Pairs, crypto: str | None) -> GatePlan:
    """Two routers where a device may fail, each with half of the lines or a circuit that carries all."""
    double, level = blueprint.requirements.redundancy.at_least(Redundancy.HIGH), blueprint.redundancy
    peak = max(sum(bps for pair, bps in demand.items() if pair[way] == site) for way in (0, 1))
    most = (level.max_utilisation_failed or level.max_utilisation) if double else level.max_utilisation
    need = peak * blueprint.growth / most
    tier = None if lines else _tier(blueprint, site, need)
    outward = [line.tier.rate_bps for line in lines] or [port_speed(tier.rate_bps) if tier else GBPS]
    inward = max(GBPS, port_speed(need))
    routers, choice = _routers(blueprint, 1 + double, outward, inward, crypto)
    joined = f"{len(lines)} lines" if tier is None else f"a circuit of {tier.rate_bps / 1e6:g} Mbit/s each"
    _explain(blueprint, site, f"{routers} x {choice.kind.sku}, {joined}", choice, round(need))
    return GatePlan(routers, choice.kind, inward, len(lines), tier, outward[0], crypto)


def _routers(
    blueprint: Blueprint, least: int, outward: Sequence[int], inward: int, crypto: str | None
) -> tuple[int, Choice]:
    """As few routers as have ports for all lines between them, and never fewer than the least."""
    for routers in range(least, MOST_ROUTERS):
        try:
            return routers, _router(blueprint, routers, outward, inward, crypto)
        except InfeasibleError:
            continue
    return MOST_ROUTERS, _router(blueprint, MOST_ROUTERS, outward, inward, crypto)


def _router(blueprint: Blueprint, routers: int, outward: Sequence[int], inward: int, crypto: str | None) -> Choice:
    """The cheapest router with its share of the ports outward, two inward and one for management."""
    asked, high = blueprint.requirements, blueprint.requirements.redundancy.at_least(Redundancy.HIGH)
    each = {speed: ceil(outward.count(speed) / routers) for speed in sorted(set(outward))}
    ports = tuple(PortNeed(count, speed) for speed, count in each.items())
    features = SPEAKS | ({"ipv6"} if asked.ipv6 else set()) | ({"ipsec"} if crypto else set())
    needs = Needs(
        ports=(*ports, PortNeed(2, inward), PortNeed(1, GBPS)),
        features=frozenset(features),
        power_supplies=2 if high else 1,
        field="technology_stack",
    )
    return select(blueprint.catalog.devices(Role.WAN_EDGE), Role.WAN_EDGE, needs, asked)


def _tier(blueprint: Blueprint, site: str, need_bps: float) -> Tier:
    """What a site has of the carrier's network; raises `InfeasibleError` where no tier carries it."""
    sold = blueprint.catalog.circuit(CircuitKind.MPLS)
    tier = sold.tier(need_bps)
    if tier is None:
        raise InfeasibleError((_too_much(blueprint, site, need_bps, max(one.rate_bps for one in sold.tiers)),))
    return tier


def _too_much(blueprint: Blueprint, site: str, need_bps: float, most_bps: int) -> Conflict:
    stack = blueprint.requirements.technology_stack
    return Conflict(
        code="carrier-too-slow",
        requirements=("technology_stack", "flows"),
        statement=f"{site} exchanges {need_bps / 1e9:.1f} Gbit/s with other sites; the largest circuit of a carrier's"
        f" network has {most_bps / 1e9:g} Gbit/s.",
        numbers=(("needed_bps", f"{need_bps:.0f}"), ("largest_bps", str(most_bps))),
        relaxations=(relax("technology_stack", (stack, ("leased lines",)), "join the sites by leased lines", "lines"),),
    )


def _crypto(blueprint: Blueprint) -> str | None:
    """The suite with which routers encrypt what leaves for other sites, where the level or the requirements ask."""
    wanted, asked = blueprint.posture.encrypt_leased, blueprint.requirements
    sensitive = any(data.sensitive for data in asked.data_classes)
    if not (wanted == "all" or asked.requires_encryption or (wanted == "sensitive" and sensitive)):
        return None
    if not blueprint.has(CryptoProfile, CRYPTO):
        blueprint.add(crypto_profile())
    return CRYPTO


def _explain(blueprint: Blueprint, site: str, chosen: str, choice: Choice, need: int) -> None:
    blueprint.decide(
        f"What joins {site} to the others?",
        chosen,
        formula="two routers from high redundancy on, more where ports ask for them; a port for each line, or a "
        "circuit each, which alone carries max(sent, received) * g / U",
        inputs={
            "peak_with_others_bps": need,
            "g": f"{blueprint.growth:.3f}",
            "U0": blueprint.redundancy.max_utilisation,
            "U1": blueprint.redundancy.max_utilisation_failed,
        },
        result=choice.kind.sku,
        alternatives=choice.refused,
        fields=("technology_stack", "special_requirements", "redundancy", "flows"),
        source="policy parameters redundancy; catalogue of circuits and devices",
    )
