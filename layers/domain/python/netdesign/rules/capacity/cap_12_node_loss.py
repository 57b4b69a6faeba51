"""CAP-12: one device may fail without cutting off what is not on it, or overloading what is left."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.failure.worst_failures import Worst, worst_single
from netdesign.analysis.policy.enforcers import enforcers
from netdesign.analysis.traffic.failures import FailureKind
from netdesign.analysis.traffic.traffic import stretches
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding
from netdesign.model.vocabulary import Category, Redundancy, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.failing import restored, said_of, slowed, thinned, ways_from_endpoints, wider


def _applies(case: Case) -> bool:
    level = case.requirements.redundancy
    return level.at_least(Redundancy.HIGH) and _allowed(case) is not None and bool(case.design.traffic.flows)


def _allowed(case: Case) -> float | None:
    return case.parameters.redundancy[case.requirements.redundancy].max_utilisation_failed


def _worst(case: Case) -> Worst:
    return worst_single(case.network, (FailureKind.NODE,))


@rule(
    code="CAP-12",
    name="node-loss-capacity",
    title="Capacity After Loss of a Device",
    category=Category.CAPACITY,
    severity=Severity.ERROR,
    applies="redundancy high and above, with flows",
    applicable=_applies,
    flags="A device of ours, firewalls and routers included, whose failure leaves traffic between others without a path"
    " (critical), or leaves a link, or the circuit bought on it, with more in a direction than the utilisation allowed"
    " after a failure. Traffic that starts or ends on the device itself is not asked for.",
    passes="Whatever single device fails, all other traffic finds a path and no link carries too much.",
    remedy="Add a device beside the one that fails, or raise the speed of the links of those that take over.",
    references=("NIST SP 800-53 CP-8(2), CP-10", "SOC 2 A1.2"),
    reading="Endpoints at home on several devices start and end on a failed one only when all of these failed;"
    " those behind an access point when nothing is left of its links.",
    sweeping=True,
)
def node_loss(case: Case) -> Iterator[Said]:
    """Fails every device, one at a time, has its partner take over, and routes again what that touches."""
    yield from said_of(case, _worst(case), _allowed(case) or 1.0)


@node_loss.mutant("slow the links of the devices that take over")
def slow_links(case: Case) -> Patch | None:
    """What is enough with nothing failed is too little with a device gone."""
    return slowed(case, _worst(case), _allowed(case) or 1.0) if _applies(case) else None


@node_loss.mutant("order circuits that cannot stand in for those of a lost router")
def thin_circuits(case: Case) -> Patch | None:
    """Each carries less than what is left to it when another fails."""
    return thinned(case, _worst(case), _allowed(case) or 1.0) if _applies(case) else None


@node_loss.mutant("leave some switches one neighbour above")
def single_neighbour(case: Case) -> Patch | None:
    """Links of the first place with endpoints to all neighbours but one go out of service."""
    network = case.network
    a, b = network.link_ends
    for links in ways_from_endpoints(case) if _applies(case) else ():
        ends = [(int(a[place]), int(b[place])) for place in links]
        inner = set.intersection(*map(set, ends)) if len(links) > 1 else set()
        if len(inner) != 1:
            continue
        (here,) = inner
        far = [one if other == here else other for one, other in ends]
        gone = [place for place, neighbour in zip(links, far, strict=True) if neighbour != far[0]]
        if gone and not _holds(case, far[0]):
            return tuple(Set("links", network.links[place].id, {"in_service": False}) for place in gone)
    return None


def _holds(case: Case, place: int) -> bool:
    """Whether a device is itself an end of all flows."""
    ends = [{*s.source.spread.nodes.tolist(), *s.target.spread.nodes.tolist()} for s in stretches(case.network)]
    return all(place in nodes for nodes in ends)


@node_loss.mutant("take the partners of firewalls out of service")
def lone_firewall(case: Case) -> Patch | None:
    """Of every group that flows pass one firewall is left."""
    if not _applies(case):
        return None
    passed = {e.members for stretch in stretches(case.network) for stop in stretch.past for e in stop}
    spare = [m for one in enforcers(case.network) if one.members in passed for m in one.members[1:]]
    return tuple(Set("devices", case.network.devices[m].id, {"in_service": False}) for m in spare) or None


@node_loss.mutant("end all circuits on one router")
def lone_exit(case: Case) -> Patch | None:
    """The other routers of the Internet edge go out of service."""
    routers = case.network.with_role(Role.INTERNET_EDGE).tolist() if _applies(case) else []
    return tuple(Set("devices", case.network.devices[r].id, {"in_service": False}) for r in routers[1:]) or None


@node_loss.fix("raise the speed of the links that carry too much")
def raise_speed(case: Case, finding: Finding) -> Patch | None:
    """Of all links that are alike, or the rate of their circuits."""
    return wider(case, finding)


@node_loss.fix("put partners and links back in service")
def put_back(case: Case, finding: Finding) -> Patch | None:
    """Devices of the role of the one that failed, and links at them."""
    return restored(case, finding)
