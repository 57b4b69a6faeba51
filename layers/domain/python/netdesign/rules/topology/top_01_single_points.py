"""TOP-01: nothing alone may stand between two required ends."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.facts.tiers import fabrics
from netdesign.analysis.failure.redundancy import SinglePoint, disjoint_paths, single_points, weakest_links
from netdesign.analysis.policy.enforcers import Enforcer
from netdesign.analysis.switching.gateways import gateways, host_vlans
from netdesign.analysis.traffic.pairs import Pair, PairKind
from netdesign.analysis.traffic.traffic import stretches
from netdesign.graph.network import Network
from netdesign.model.infrastructure import ServiceKind
from netdesign.model.patch import Patch, Remove, Set
from netdesign.model.verdict import Finding, Measure, Scalar, Witness
from netdesign.model.vocabulary import Category, Redundancy, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

DOUBLED_SERVICES = (ServiceKind.DNS, ServiceKind.DHCP, ServiceKind.AAA)
SHOWN = 10


def _applies(case: Case) -> bool:
    return case.requirements.redundancy.at_least(Redundancy.MEDIUM) and bool(fabrics(case.network))


@rule(
    code="TOP-01",
    name="no-single-point-of-failure",
    title="No Single Point of Failure",
    category=Category.TOPOLOGY,
    severity=Severity.CRITICAL,
    applies="redundancy medium and above, where there are switches",
    applicable=_applies,
    flags="A device or link that every path between two switches of a site leads through, from redundancy high on also"
    " every path to the Internet or to other sites; such ends that nothing joins as it is; a firewall without partner"
    " on the path of a flow (from redundancy high on, or where the security level asks for pairs); hosts whose gateway"
    " is on one device only; a control-plane service (DNS, DHCP, AAA, route reflector) with one instance, or with all"
    " instances on one device.",
    passes="No device, link or control-plane instance separates required ends by failing alone.",
    remedy="Add a parallel device or link beside the one named; give gateways and services a second instance.",
    references=("NIST SP 800-53 CP-8(2), SC-36", "ISO/IEC 27001 A.8.14", "Menger's theorem"),
)
def single_points_of_failure(case: Case) -> Iterator[Said]:
    """Articulation points and bridges of the graph, and what the control plane has only once."""
    severity = None if _high(case) else Severity.WARNING
    findings = [
        *_apart(case, severity),
        *_in_graph(case, severity),
        *_firewalls(case, severity),
        *_gateways(case, severity),
        *_control(case, severity),
        *_hung(case, severity),
    ]
    yield from findings
    yield Measure(name="single points of failure", value=len(findings), threshold=0)


def _high(case: Case) -> bool:
    return case.requirements.redundancy.at_least(Redundancy.HIGH)


def _spared(case: Case) -> frozenset[int]:
    """Firewalls that may be alone: below redundancy high, where the security level asks for no pair either."""
    paired = case.parameters.security[case.requirements.security_level].enforcement_ha
    return frozenset() if _high(case) or paired else frozenset(case.network.with_role(Role.FIREWALL).tolist())


def _in_graph(case: Case, severity: Severity | None) -> Iterator[Finding]:
    network, spared = case.network, _spared(case)
    for point in single_points(network, _high(case)):
        if point.device in spared:
            continue
        what = network.devices[point.device].id if point.device is not None else network.links[point.link or 0].id
        lost = _lost(network, point)
        yield Finding(
            message=f"{len(lost)} ends lose the rest of their network when {what} alone fails: {', '.join(lost[:3])}",
            elements=(what,),
            witness={"failed": what, "kind": "link" if point.device is None else "device", "lost": list(lost[:SHOWN])},
            severity=severity,
        )


def _apart(case: Case, severity: Severity | None) -> Iterator[Finding]:
    """Required ends without any path: they need not even wait for a failure."""
    devices = case.network.devices
    for pair in _pathless(case):
        ends = [[devices[place].id for place in places[:SHOWN]] for places in (pair.sources, pair.targets)]
        yield Finding(
            message=f"as it is, nothing joins {', '.join(ends[0][:3])} to {', '.join(ends[1][:3])}",
            elements=(*ends[0], *ends[1]),
            witness={"kind": pair.kind.value, "sources": [*ends[0]], "targets": [*ends[1]]},
            severity=severity,
        )


def _pathless(case: Case) -> list[Pair]:
    found = (one.pair for one in disjoint_paths(case.network, 2) if not one.edges)
    return [pair for pair in found if pair.kind is not PairKind.WAY_OUT or _high(case)]


def _lost(network: Network, point: SinglePoint) -> tuple[str, ...]:
    count = len(network.devices)
    return tuple(network.devices[place].id if place < count else "the Internet" for place in point.lost)


def _firewalls(case: Case, severity: Severity | None) -> Iterator[Finding]:
    network, flows = case.network, dict[int, str]()
    for stretch in stretches(network):
        for enforcers in stretch.past:
            alone = [e.members for e in enforcers if len([m for m in e.members if network.in_service[m]]) == 1]
            if len(enforcers) == 1 and alone and alone[0][0] not in _spared(case):
                flows.setdefault(alone[0][0], stretch.flow)
    for firewall, flow in flows.items():
        name = network.devices[firewall].id
        message = f"flow {flow} and others between zones pass firewall {name}, which has no partner"
        yield Finding(message=message, elements=(name,), witness={"failed": name, "flow": flow}, severity=severity)


def _gateways(case: Case, severity: Severity | None) -> Iterator[Finding]:
    network = case.network
    for vlan, attached in host_vlans(network).items():
        serving = gateways(network).get(vlan, frozenset())
        if len(serving) == 1 and attached - serving and not serving <= _spared(case):
            name = network.devices[min(serving)].id
            message = f"{name} is the only gateway of VLAN {vlan}, whose hosts are attached elsewhere"
            hosts: list[Scalar] = [network.devices[place].id for place in sorted(attached)[:SHOWN]]
            witness: Witness = {"failed": name, "vlan": vlan, "attached_to": hosts}
            yield Finding(message=message, elements=(name, vlan), witness=witness, severity=severity)


def _control(case: Case, severity: Severity | None) -> Iterator[Finding]:
    lonely = [kind.value for kind in DOUBLED_SERVICES if _instances(case, kind) == 1]
    processes = case.network.by_id("processes")
    reflectors = {
        processes[n.process].device
        for n in case.design.routing.bgp_neighbors
        if n.route_reflector_client and n.process in processes
    }
    lonely += ["route reflector"] if len(reflectors) == 1 else []
    for what in lonely:
        yield Finding(
            message=f"only one instance of {what if len(what) > 4 else what.upper()} is there",
            elements=(what,),
            witness={"instances": 1},
            severity=severity,
        )


def _hung(case: Case, severity: Severity | None) -> Iterator[Finding]:
    """Services whose instances all hang on one device, so that it takes them all along."""
    for kind in DOUBLED_SERVICES:
        places = [i.attached_to for i in case.design.infrastructure.service_instances if i.kind is kind]
        on = {name for names in places for name in names}
        if len(places) > 1 and len(on) == 1 and case.requirements.redundancy.at_least(Redundancy.MEDIUM):
            (name,) = on
            yield Finding(
                message=f"all {len(places)} instances of {kind.value} hang on {name} alone",
                elements=(name,),
                witness={"failed": name, "service": kind.value, "instances": len(places)},
                severity=severity,
            )


def _instances(case: Case, kind: ServiceKind) -> int:
    """Instances that are told apart by their address."""
    return len({i.address for i in case.design.infrastructure.service_instances if i.kind is kind})


@single_points_of_failure.mutant("take out of service what stands beside a switch or firewall")
def lonely(case: Case) -> Patch | None:
    """The first switch of a top tier, or the first member of a firewall pair, is left alone."""
    network = case.network
    if not _applies(case):
        return None
    groups = [enforcer.members for enforcers in _passed(case) for enforcer in enforcers]
    tops = [tuple(fabric.top.tolist()) for fabric in fabrics(network) if len(fabric.tiers) > 1]
    pairs = [group for group in groups if not _spared(case).issuperset(group)]
    for group in (*pairs, *tops):
        gone = [network.devices[place].id for place in group[1:] if network.in_service[place]]
        if gone:
            return tuple(Set("devices", name, {"in_service": False}) for name in gone)
    return None


def _passed(case: Case) -> list[tuple[Enforcer, ...]]:
    return [past for stretch in stretches(case.network) for past in stretch.past if len(past) == 1]


@single_points_of_failure.mutant("leave one instance of a service that needs two")
def lonely_service(case: Case) -> Patch | None:
    """The others of its kind are gone."""
    for kind in DOUBLED_SERVICES if _applies(case) else ():
        gone = [service.id for service in case.design.infrastructure.service_instances if service.kind is kind][1:]
        if gone:
            return tuple(Remove("service_instances", name) for name in gone)
    return None


@single_points_of_failure.mutant("cut a switch off from all others")
def cut_off(case: Case) -> Patch | None:
    """The first below a top tier loses all its ways up."""
    pairs = (one.pair for one in disjoint_paths(case.network, 2) if one.edges)
    for pair in pairs if _applies(case) else ():
        cut = weakest_links(case.network, pair) if pair.kind is PairKind.SWITCH else ()
        if cut:
            return tuple(Set("links", name, {"in_service": False}) for name in cut)
    return None
