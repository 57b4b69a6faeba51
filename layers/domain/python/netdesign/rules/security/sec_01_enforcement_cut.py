"""SEC-01: between zones of different trust there is no way around the firewalls."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.policy.zones import ZonePair, bypass, enforcement_points, mixed, zone_pairs
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Exposure, Severity
from netdesign.rules.breaches import back_door
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.posture import corporate


def _apart(case: Case) -> list[ZonePair]:
    """The pairs that call for enforcement: below corporate only those with the Internet."""
    delta = case.parameters.zones.enforcement_trust_delta
    return [
        pair
        for pair in zone_pairs(case.network)
        if pair.delta >= delta and (corporate(case) or pair.low.exposure is Exposure.INTERNET)
    ]


def _applies(case: Case) -> bool:
    return bool(_apart(case))


@rule(
    code="SEC-01",
    name="firewall-presence",
    title="Firewall Presence",
    category=Category.SECURITY,
    severity=Severity.CRITICAL,
    applies="two zones whose trust differs by the enforcement threshold; at level basic only the Internet",
    applicable=_applies,
    flags="Two zones of different trust that stay joined on layer 3 when every enforcement point is taken away. An"
    " enforcement point is a stateful firewall of the catalogue that a policy lists.",
    passes="The enforcement points are a vertex cut between every two zones of different trust.",
    remedy="Move the gateway of one of the zones to a firewall, or put a firewall on the path that the finding shows.",
    references=("PCI DSS 1.2.1, 1.4.1", "NIST SP 800-53 SC-7", "NIST SP 800-41 r1 section 2", "ISO 27001 A.8.20"),
)
def firewall_presence(case: Case) -> Iterator[Said]:
    """Zones that share a component of the routed network without enforcement points can talk unseen."""
    pairs = _apart(case)
    open_pairs = [pair for pair in pairs if mixed(case.network, pair)]
    for pair in open_pairs:
        path = bypass(case.network, pair)
        yield Finding(
            message=f"{pair.low.name} (trust {pair.low.trust}) reaches {pair.high.name} (trust {pair.high.trust})"
            f" without passing a firewall, by {' > '.join(path)}",
            elements=(pair.low.id, pair.high.id, *path),
            witness={"from_zone": pair.low.id, "to_zone": pair.high.id, "path": list(path)},
        )
    yield Measure(name="zone_pairs_separated", value=len(pairs) - len(open_pairs), threshold=len(pairs))
    yield Measure(name="enforcement_points", value=len(enforcement_points(case.network)))


@firewall_presence.mutant("route between two zones on a switch, past the firewalls")
def add_back_door(case: Case) -> Patch | None:
    """The pair that differs most in trust comes first."""
    for pair in sorted(_apart(case), key=lambda one: (-one.delta, one.low.id, one.high.id)):
        patch = back_door(case, pair.low.id, pair.high.id)
        if patch is not None:
            return patch
    return None


@firewall_presence.mutant("let a VRF import the routes of another")
def leak_routes(case: Case) -> Patch | None:
    """Route leaking joins the tables of two zones on every device that has them."""
    for pair in _apart(case):
        by_zone = {vrf.zone: vrf for vrf in case.design.switching.vrfs if vrf.zone is not None}
        low, high = by_zone.get(pair.low.id), by_zone.get(pair.high.id)
        if low is not None and high is not None and _routed(case, low.id) and _routed(case, high.id):
            shared = (*high.route_targets_export, "65535:1")
            return (
                Set("vrfs", high.id, {"route_targets_export": shared}),
                Set("vrfs", low.id, {"route_targets_import": (*low.route_targets_import, "65535:1")}),
            )
    return None


def _routed(case: Case, vrf: str) -> bool:
    """Whether a device that enforces nothing routes in the VRF."""
    strong = set(enforcement_points(case.network))
    index = case.network.device_index
    return any(
        i.vrf == vrf and i.enabled and (i.addresses or i.virtual_addresses) and index.get(i.device, -1) not in strong
        for i in case.network.interfaces
    )
