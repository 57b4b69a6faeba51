"""Small networks with ways out: circuits of a size to providers, on edge devices of a type."""

from __future__ import annotations

from typing import Any

from netdesign.model.cabling import Circuit, CircuitKind
from netdesign.model.design import Design
from netdesign.model.inventory import Site
from netdesign.model.patch import apply
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import LinkPurpose, Medium, Role, Trust
from netdesign.rules.card import Rule
from netdesign.rules.engine import judge_one
from tests.support.sketch import GBPS, case, design, device, link

MBPS = 1_000_000
ROUTER = "DCS-7280SR3-48YC8"


def way(number: int, rate: int, edge: str = "edge1", port_bps: int = GBPS, **changes: Any) -> list[Any]:
    """A provider, the link to it and the circuit on it, symmetric at `rate`."""
    drawn = link(
        f"{edge}:Ethernet{number}",
        f"isp{number}:1",
        LinkPurpose.CIRCUIT,
        speed_bps=port_bps,
        medium=Medium.VIRTUAL,
        phy=None,
        trust=Trust.PUBLIC,
        **changes,
    )
    sold = Circuit(
        id=f"circuit{number}",
        link=drawn.id,
        kind=CircuitKind.DIA,
        provider=f"carrier{number}",
        site="dc1",
        rate_down_bps=rate,
        rate_up_bps=rate,
    )
    return [device(f"isp{number}", Role.PROVIDER, managed=False), drawn, sold]


def exits(*rates: int, facts: tuple[Any, ...] = (), **requirements: Any) -> Design:
    """An edge router with a circuit of each rate."""
    made = [fact for number, rate in enumerate(rates, start=1) for fact in way(number, rate)]
    edge = device("edge1", Role.INTERNET_EDGE, sku=ROUTER)
    return design(Site(id="dc1", name="dc1"), edge, *made, *facts, **requirements)


def fixed(rule: Rule, made: Design, rounds: int = 6) -> tuple[Design, tuple[Finding, ...]]:
    """The design after its findings were mended one by one by the rule's fixes, and what is left of them."""
    for _ in range(rounds):
        held = case(made)
        findings = judge_one(rule, held).findings
        if not findings:
            break
        patches = (fix.propose(held, finding) for finding in findings for fix in rule.fixes)
        better = (apply(made, patch) for patch in patches if patch)
        after = next((one for one in better if len(judge_one(rule, case(one)).findings) < len(findings)), None)
        if after is None:
            break
        made = after
    return made, judge_one(rule, case(made)).findings


def mended(rule: Rule, made: Design) -> list[bool | None]:
    """For each mutant whether its findings are mended; None where it does not apply."""
    assert judge_one(rule, case(made)).status is Status.PASS
    found: list[bool | None] = []
    for mutant in rule.mutants:
        patch = mutant.mutate(case(made))
        found.append(None if patch is None else not fixed(rule, apply(made, patch))[1])
    return found
