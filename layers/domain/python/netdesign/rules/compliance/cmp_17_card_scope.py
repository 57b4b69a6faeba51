"""CMP-17: few hosts are connected to card data, and what may pass between is laid out for the test of separation."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.policy.card_data import (
    border_pairs,
    border_rules,
    card_zones,
    connected_hosts,
    open_borders,
    strangers,
)
from netdesign.analysis.policy.needs import bits
from netdesign.analysis.policy.permissions import permitted
from netdesign.analysis.policy.zones import bypass
from netdesign.model.patch import Patch, Remove, Set
from netdesign.model.security import Action
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Exposure, Framework, Severity
from netdesign.rules.breaches import back_door, first_rule
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.frameworks import requested
from netdesign.rules.mending import cut, home


def _applies(case: Case) -> bool:
    return requested(case, Framework.PCI_DSS)


@rule(
    code="CMP-17",
    name="card-data-scope",
    title="PCI scope quantification",
    category=Category.COMPLIANCE,
    severity=Severity.WARNING,
    applies="requirements that ask for PCI DSS",
    applicable=_applies,
    flags="A larger share of endpoints than compliance.pci_scope_share in zones that hold card data, may send"
    " there or hear from there.",
    passes="The share is small, and the matrix of what may pass between card data and every other zone is complete.",
    remedy="Move what need not be near card data to other zones, and take away rules that lead there.",
    references=("PCI DSS 11.4.5, 12.5.2",),
    reading="Nodes are endpoints. A zone is connected when any header may pass between it and card data, either way;"
    " all endpoints of a connected zone count. The matrix (in bits of permitted header space) is the list of what a"
    " test of separation has to show, and everything else what it has to refute.",
)
def card_scope(case: Case) -> Iterator[Said]:
    """Endpoints of connected zones against all, then the matrix."""
    zones, limit = card_zones(case.network), case.parameters.compliance.pci_scope_share
    near, total = connected_hosts(case.network)
    share = near / total if total else 0.0
    pairs = [pair for pair in border_pairs(case.network, zones) if permitted(case.network, *pair)]
    if share > limit:
        connected = sorted({zone for pair in pairs for zone in pair} | set(zones))
        yield Finding(
            message=f"{near} of {total} endpoints ({share:.0%}) are connected to card data, more than {limit:.0%}:"
            f" those of {', '.join(connected)}",
            elements=tuple(connected),
            witness={"connected": near, "endpoints": total, "share": round(share, 4), "zones": [*connected]},
        )
    yield Measure(name="share_of_endpoints_connected_to_card_data", value=round(share, 4), threshold=limit)
    for source, target in pairs:
        size = bits(permitted(case.network, source, target))
        yield Measure(name=f"permitted_{source}_to_{target}_bits", value=round(size, 1))
    yield Measure(
        name="pairs_that_a_test_has_to_find_closed", value=len(border_pairs(case.network, zones)) - len(pairs)
    )


def _target(case: Case) -> str | None:
    return next(iter(card_zones(case.network)), None)


@card_scope.mutant("let every zone into card data")
def let_all_in(case: Case) -> Patch | None:
    """By a rule for each."""
    zone = _target(case)
    others = [other.id for other in case.design.security.zones if zone is not None and other.id != zone]
    opened = (first_rule(case, Action.PERMIT, other, zone or "", mark=f"-{at}") for at, other in enumerate(others))
    return tuple(operation for patch in opened for operation in patch or ()) or None


@card_scope.mutant("put everybody among card data")
def flatten(case: Case) -> Patch | None:
    """Every group with ports, into the first VLAN there."""
    zone = _target(case)
    vlans = tuple(vlan.id for vlan in case.design.switching.vlans if vlan.zone == zone)[:1]
    groups = [one for one in case.design.inventory.endpoint_groups if one.zone != zone]
    wired = [one for one in groups if case.network.grouped("attachments", "group").get(one.id)]
    if zone is None or not vlans:
        return None
    return tuple(Set("endpoint_groups", one.id, {"zone": zone, "vlans": vlans}) for one in wired) or None


@card_scope.mutant("route between the zone with most endpoints and card data")
def route_past(case: Case) -> Patch | None:
    """On a switch."""
    zone, count = _target(case), dict[str, int]()
    for group in case.design.inventory.endpoint_groups:
        count[group.zone] = count.get(group.zone, 0) + group.count
    known = case.network.by_id("zones")
    others = [name for name in count if name in known and known[name].exposure is Exposure.INTERNAL and name != zone]
    largest = max(sorted(others), key=lambda name: count[name], default=None)
    return back_door(case, largest, zone) if largest is not None and zone is not None else None


@card_scope.fix("take away a rule at card data that no flow needs")
def without_rule(case: Case, finding: Finding) -> Patch | None:
    """All of them."""
    del finding
    lines = border_rules(case.network, card_zones(case.network))
    return tuple(Remove("policy_rules", one.id) for one in lines if not one.flows) or None


@card_scope.fix("send endpoints among card data where their ports are")
def send_home(case: Case, finding: Finding) -> Patch | None:
    """All that have nothing to do with it."""
    del finding
    patches = (home(case, group.id) for group in strangers(case.network))
    return tuple(operation for patch in patches if patch is not None for operation in patch) or None


@card_scope.fix("remove interfaces that join zones past the firewall")
def cut_ways(case: Case, finding: Finding) -> Patch | None:
    """On the devices of the ways to card data."""
    del finding
    pairs = open_borders(case.network, card_zones(case.network))
    return cut(case, tuple(dict.fromkeys(name for pair in pairs for name in bypass(case.network, pair))))
