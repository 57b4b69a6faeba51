"""SEC-03: what crosses between covered zones is inspected for intrusions."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.policy.policy import Passage, Permit, enforced_policies, passages
from netdesign.analysis.policy.zones import mixed, policies_of, zone_pairs
from netdesign.graph.headerspace import Box
from netdesign.graph.prefixes import address_text
from netdesign.model.inventory import EndpointKind
from netdesign.model.patch import Patch
from netdesign.model.security import Inspection, Zone
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Exposure, Severity
from netdesign.rules.breaches import uninspected
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.posture import posture

DATACENTRE = frozenset({EndpointKind.SERVER, EndpointKind.STORAGE, EndpointKind.GPU_SERVER})


def _covered(case: Case, one: Zone, two: Zone) -> bool:
    """Whether the level asks for intrusion prevention between two zones."""
    exposures = {one.exposure, two.exposure}
    coverage = posture(case).ips_coverage
    if coverage == "internet":
        return Exposure.INTERNET in exposures
    if coverage == "internet-dmz-datacenter":
        return bool(exposures & {Exposure.INTERNET, Exposure.DMZ}) or bool({one.id, two.id} & _server_zones(case))
    if coverage == "trust-delta":
        return abs(one.trust - two.trust) >= case.parameters.zones.inspected_trust_delta
    return coverage == "all"


def _server_zones(case: Case) -> frozenset[str]:
    """The zones in which servers or storage of applications are (the network's own services aside)."""
    groups = case.design.inventory.endpoint_groups
    own = {zone.id for zone in case.design.security.zones if zone.exposure is Exposure.MANAGEMENT}
    return frozenset(group.zone for group in groups if group.kind in DATACENTRE) - own


def _passages(case: Case) -> list[Passage]:
    zones = case.network.by_id("zones")
    return [
        one
        for one in passages(case.network)
        if one.source in zones and one.target in zones and _covered(case, zones[one.source], zones[one.target])
    ]


def _applies(case: Case) -> bool:
    pairs = zone_pairs(case.network)
    return posture(case).ips_coverage != "none" and any(_covered(case, pair.low, pair.high) for pair in pairs)


@rule(
    code="SEC-03",
    name="intrusion-prevention",
    title="IDS/IPS Coverage",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    applies="security level corporate and above, where two zones lie that the level has inspected",
    applicable=_applies,
    flags="Traffic between zones of the coverage set that a policy permits without intrusion prevention, that a"
    " firewall without an inspection rating lets pass, or that meets no firewall at all.",
    passes="Every permitted header between covered zones passes a rule that inspects, on a device that can.",
    remedy="Switch intrusion prevention on for the rule that the finding names.",
    references=("PCI DSS 11.5.1", "NIST SP 800-53 SI-4, SI-4(4), SI-4(11)", "CIS Controls 13.3, 13.8"),
)
def intrusion_prevention(case: Case) -> Iterator[Said]:
    """Each permit that some header still reaches has to inspect."""
    count = blind = 0
    for one in _passages(case):
        for permit in one.permits:
            count += 1
            if permit.rule is None or Inspection.IPS not in permit.rule.inspect:
                blind += 1
                yield _blind(one, permit)
    if count:
        yield from _unable(case)
    for pair in zone_pairs(case.network):
        if _covered(case, pair.low, pair.high) and mixed(case.network, pair):
            yield Finding(
                message=f"traffic between {pair.low.name} and {pair.high.name} meets no device that could inspect it",
                elements=(pair.low.id, pair.high.id),
                witness={"from_zone": pair.low.id, "to_zone": pair.high.id},
            )
    yield Measure(name="permits_inspected", value=count - blind, threshold=count)


def _blind(one: Passage, permit: Permit) -> Finding:
    line = permit.rule.id if permit.rule is not None else f"the default of {one.policy}"
    box = permit.boxes[0]
    return Finding(
        message=f"{line} lets traffic from {one.source} to {one.target} pass without intrusion prevention",
        elements=(one.policy, *((permit.rule.id,) if permit.rule is not None else ()), one.source, one.target),
        witness={"from_zone": one.source, "to_zone": one.target, **packet_of(box)},
    )


def packet_of(box: Box) -> dict[str, str | int]:
    """A packet of a box, as a witness shows it."""
    return {
        "source": address_text(box.version, box.source[0]),
        "destination": address_text(box.version, box.target[0]),
        "protocol": box.protocol[0],
        "destination_port": box.target_port[0],
    }


def _unable(case: Case) -> Iterator[Finding]:
    """Firewalls that enforce but have no rating for inspection."""
    for place in policies_of(case.network):
        kind = case.network.device_types[place]
        if kind is None or kind.firewall is None or not kind.firewall.ngfw_bps:
            name = case.network.devices[place].id
            yield Finding(
                message=f"{name} enforces, but its type has no throughput with intrusion prevention",
                elements=(name,),
                witness={"device": name},
            )


@intrusion_prevention.mutant("switch inspection off on every rule")
def stop_inspecting(case: Case) -> Patch | None:
    """Only where some rule lets covered traffic pass."""
    return uninspected(case) if _passages(case) and enforced_policies(case.network) else None
