"""SEC-11: no place on the network is trusted for being that place."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.security.cloud_trust import workload_sets
from netdesign.analysis.security.trust_index import trust_index, unfiltered_sets
from netdesign.model.patch import Patch, Set
from netdesign.model.security import Action
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.breaches import uninspected
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.posture import enterprise, government, posture


def _components(case: Case) -> dict[str, float]:
    return trust_index(case.network, posture(case).crypto_bits)


def _applies(case: Case) -> bool:
    return enterprise(case) and bool(case.design.security.zones)


@rule(
    code="SEC-11",
    name="zero-trust",
    title="Zero Trust Principles",
    category=Category.SECURITY,
    severity=Severity.WARNING,
    applies="security level enterprise and above, where there are zones",
    applicable=_applies,
    flags="A mean below the level's index over what there is to show of: zone pairs denied by default, endpoints"
    " outside the largest unfiltered set, edge ports with 802.1X, traffic encrypted, traffic between zones inspected,"
    " gold flows between zones that only lead through firewalls, management kept apart. An error from level"
    " government on.",
    passes="The mean of the components reaches the level's index.",
    remedy="Raise the lowest component first.",
    references=("NIST SP 800-207 tenets 1-7", "OMB M-22-09", "CISA Zero Trust Maturity Model 2.0"),
)
def zero_trust(case: Case) -> Iterator[Said]:
    """Every component is a share between 0 and 1 that is worked out from facts."""
    parts, wanted = _components(case), posture(case).zero_trust_index
    index = sum(parts.values()) / len(parts)
    if index < wanted:
        lowest = min(sorted(parts), key=lambda name: parts[name])
        shown = ", ".join(f"{name} {value:.2f}" for name, value in sorted(parts.items()))
        yield Finding(
            message=f"the zero-trust index is {index:.2f}; the level asks for {wanted:.2f}."
            f" Lowest is {lowest} ({shown})",
            witness={"index": round(index, 4), "lowest": lowest, **{k: round(v, 4) for k, v in parts.items()}},
            severity=Severity.ERROR if government(case) else Severity.WARNING,
        )
    yield Measure(name="zero_trust_index", value=round(index, 4), threshold=wanted)
    for name, value in sorted(parts.items()):
        yield Measure(name=name, value=round(value, 4))
    yield Measure(name="largest_unfiltered_set", value=_largest(case))


def _largest(case: Case) -> int:
    sets = (*unfiltered_sets(case.network).values(), *workload_sets(case.network).values())
    return max(sets, default=0)


@zero_trust.mutant("go back to a perimeter: nothing authenticated, encrypted, inspected or denied inside")
def trust_the_inside(case: Case) -> Patch | None:
    """Port profiles lose 802.1X, flows their encryption, rules their inspection, policies their denials."""
    design = case.design
    ports = tuple(Set("port_profiles", one.id, {"dot1x": False}) for one in design.inventory.port_profiles)
    flows = (
        *(Set("flows", one.id, {"encrypted": False}) for one in design.traffic.flows),
        *(Set("cloud_flows", one.id, {"encrypted": False}) for one in design.cloud.cloud_flows),
    )
    open_ends = tuple(Set("policies", one.id, {"default_action": Action.PERMIT}) for one in design.security.policies)
    denials = tuple(
        Set("policy_rules", one.id, {"action": Action.PERMIT})
        for one in design.security.policy_rules
        if one.action is Action.DENY
    )
    return (*ports, *flows, *(uninspected(case) or ()), *denials, *open_ends)
