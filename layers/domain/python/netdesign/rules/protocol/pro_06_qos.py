"""PRO-06: queues serve voice first, starve nobody, and agree from hop to hop."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np

from netdesign.graph.network import FORWARDING_PURPOSES, PURPOSES, Network
from netdesign.model.inventory import EndpointKind
from netdesign.model.patch import Patch, Set
from netdesign.model.traffic import QosClass, QosPlan
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, LinkPurpose, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

EXPEDITED, BEST_EFFORT, HIGHEST = 46, 0, 63
TRUSTED = frozenset({EndpointKind.SERVER, EndpointKind.STORAGE, EndpointKind.GPU_SERVER, EndpointKind.PHONE})
"""Endpoints whose marking is ours: the rest may claim any class."""


def is_mixed(case: Case) -> bool:
    """Whether voice, video, many users or flows of several classes share links."""
    asked = case.requirements
    classes = {flow.service_class for flow in case.design.traffic.flows}
    return _realtime(case) or asked.users > case.parameters.protocols.qos_users or len(classes) > 1


def _realtime(case: Case) -> bool:
    return case.requirements.voice or case.requirements.video


@rule(
    code="PRO-06",
    name="queue-plan-unsound",
    title="QoS Configuration",
    category=Category.PROTOCOL,
    severity=Severity.ERROR,
    applies="voice, video, more users than protocols.qos_users, or flows of more than one class",
    applicable=is_mixed,
    flags="A managed device on links that carry users' traffic without a queue plan; a plan whose shares do not add up "
    "to 100 %, with more strict priority or less best effort than the parameters allow, with a DSCP in two classes, "
    "or without a priority class for expedited forwarding where voice is asked for; neighbours whose plans group "
    "DSCPs differently; ports that trust the marking of users, printers, cameras, sensors or guests; voice on a "
    "circuit beyond its priority share. A warning where neither voice nor video is asked for.",
    passes="Every such device has one sound plan, the same classes at both ends of each link.",
    remedy="Apply one template of four or eight classes to every device, and trust DSCP of servers and phones alone.",
    references=("RFC 4594 (service classes)", "RFC 8622 (lower effort)", "RFC 8325 (Wi-Fi)", "ITU-T G.114"),
)
def queue_plan_unsound(case: Case) -> Iterator[Said]:
    """Priority for everything is priority for nothing."""
    severity = None if _realtime(case) else Severity.WARNING
    for finding in _findings(case):
        yield Finding(message=finding.message, elements=finding.elements, witness=finding.witness, severity=severity)
    plans = case.design.traffic.qos_plans
    share = max((_share(plan, priority=True) for plan in plans), default=0)
    yield Measure(name="largest share of strict priority in percent", value=share, threshold=_most_priority(case))


def _findings(case: Case) -> Iterator[Finding]:
    network = case.network
    yield from _without_plan(network)
    for plan in network.design.traffic.qos_plans:
        yield from _unsound(case, plan)
    yield from _disagreeing(network)
    yield from _trusting(network)
    yield from _crowded_circuits(case)


def _most_priority(case: Case) -> int:
    return round(case.parameters.protocols.qos_max_priority_share * 100)


def _forwarding_devices(network: Network) -> list[int]:
    """Managed devices on links that carry what users send."""
    kept = network.links_for(*FORWARDING_PURPOSES)
    joined = np.zeros(len(network.devices), np.bool_)
    for end in network.link_ends:
        joined[end[kept]] = True
    return np.flatnonzero(joined & network.ours).tolist()


def _without_plan(network: Network) -> Iterator[Finding]:
    plans = network.by_id("qos_plans")
    lacking = [at for at in _forwarding_devices(network) if network.devices[at].qos_plan not in plans]
    if lacking:
        ids = sorted(network.devices[at].id for at in lacking)
        yield Finding(
            message=f"{len(ids)} devices have no queue plan for what users send, {ids[0]} among them",
            elements=tuple(ids[:20]),
            witness={"devices": len(ids), "first": ids[0]},
        )


def _share(plan: QosPlan, *, priority: bool) -> int:
    return sum(one.bandwidth_percent for one in plan.classes if one.priority is priority)


def _unsound(case: Case, plan: QosPlan) -> Iterator[Finding]:
    limits = case.parameters.protocols
    classes: dict[int, list[QosClass]] = defaultdict(list)
    for one in plan.classes:
        for dscp in one.dscp:
            classes[dscp].append(one)
    strict = _share(plan, priority=True)
    total = strict + _share(plan, priority=False)
    best = max((one.bandwidth_percent for one in classes[BEST_EFFORT] if not one.priority), default=0)
    least = round(limits.qos_min_best_effort_share * 100)
    problems = {
        f"shares out {total} % of the link": total != 100,
        f"gives {_share(plan, priority=True)} % strict priority, above {_most_priority(case)} %": _share(
            plan, priority=True
        )
        > _most_priority(case),
        f"leaves {best} % to best effort, below {least} %": best < least,
        "has a share outside 0..100 %": any(not 0 <= one.bandwidth_percent <= 100 for one in plan.classes),
        "puts a DSCP into two classes": any(len(those) > 1 for those in classes.values()),
        f"names a DSCP outside 0..{HIGHEST}": any(not 0 <= dscp <= HIGHEST for dscp in classes),
        "has no priority class for expedited forwarding": case.requirements.voice
        and not any(one.priority for one in classes[EXPEDITED]),
    }
    for problem, wrong in problems.items():
        if wrong:
            witness = {
                "total_percent": total,
                "best_effort_percent": best,
                "priority_percent": _share(plan, priority=True),
            }
            yield Finding(message=f"queue plan {plan.id} {problem}", elements=(plan.id,), witness={**witness})


def _treatment(plan: QosPlan) -> dict[int, tuple[bool, int]]:
    """Whether each DSCP has strict priority, and which class of the plan it is in."""
    return {dscp: (one.priority, at) for at, one in enumerate(plan.classes) for dscp in one.dscp}


def _agree(a: QosPlan, b: QosPlan) -> bool:
    """Whether the classes of one plan are those of the other, some split; a DSCP not named is best effort."""
    left, right = _treatment(a), _treatment(b)
    other = (False, -1)
    seen = [
        (left.get(d, left.get(BEST_EFFORT, other)), right.get(d, right.get(BEST_EFFORT, other))) for d in left | right
    ]
    kinds = len(set(seen)), len({one for one, _ in seen}), len({one for _, one in seen})
    return kinds[0] == max(kinds[1:]) and all(one[0] == two[0] for one, two in seen)


def _disagreeing(network: Network) -> Iterator[Finding]:
    """Neighbours whose plans treat a class in different ways, one finding for each pair of plans."""
    plans = network.design.traffic.qos_plans
    if len(plans) < 2:
        return
    code = {plan.id: at for at, plan in enumerate(plans)}
    of_device = np.array([code.get(device.qos_plan or "", -1) for device in network.devices] + [-1])
    kept = np.flatnonzero(network.links_for(*FORWARDING_PURPOSES))
    ends = np.stack([of_device[end[kept]] for end in network.link_ends])
    pairs, first = np.unique(np.sort(ends, axis=0), axis=1, return_index=True)
    for (a, b), at in zip(pairs.T.tolist(), first.tolist(), strict=True):
        if a >= 0 and a != b and not _agree(plans[a], plans[b]):
            link = network.links[int(kept[at])].id
            yield Finding(
                message=f"queue plans {plans[a].id} and {plans[b].id} at the ends of {link} group DSCPs differently",
                elements=(link, *sorted((plans[a].id, plans[b].id))),
                witness={"link": link},
            )


def _trusting(network: Network) -> Iterator[Finding]:
    groups, profiles = network.by_id("endpoint_groups"), network.by_id("port_profiles")
    used = {(fact.profile, fact.group) for fact in network.design.inventory.attachments if fact.ports}
    for profile, group in sorted(used):
        trusts = profile in profiles and profiles[profile].trust_dscp
        if trusts and group in groups and groups[group].kind not in TRUSTED:
            yield Finding(
                message=f"ports of profile {profile} trust the marking of {group} ({groups[group].kind.value})",
                elements=(profile, group),
                witness={"kind": groups[group].kind.value},
            )


def _crowded_circuits(case: Case) -> Iterator[Finding]:
    """Voice to a provider against the priority share of the circuits that lead there."""
    network = case.network
    phones = {group.id for group in network.design.inventory.endpoint_groups if group.kind is EndpointKind.PHONE}
    demand: Counter[str] = Counter()
    for flow in network.design.traffic.flows if phones else ():
        ends = {*flow.sources, *flow.targets}
        if ends & phones:
            providers = sorted(ends & network.device_index.keys())
            for provider in providers:
                demand[provider] += max(flow.up_bps, flow.down_bps) // len(providers)
    rooms = _priority_rooms(network)
    for provider, load in demand.items():
        if provider in rooms and load > rooms[provider]:
            yield Finding(
                message=f"{load / 1e6:g} Mbit/s of voice go to {provider}, priority there is {rooms[provider] / 1e6:g}",
                elements=(provider,),
                witness={"load_bps": load, "priority_bps": int(rooms[provider])},
            )


def _priority_rooms(network: Network) -> dict[str, float]:
    """The priority bandwidth on circuits to each provider's device, where the near device has a plan."""
    plans, at = network.by_id("qos_plans"), network.link_index
    code = PURPOSES.index(LinkPurpose.CIRCUIT)
    rooms: dict[str, float] = defaultdict(float)
    for circuit in network.design.cabling.circuits:
        link = network.links[at[circuit.link]] if circuit.link in at else None
        if link is None or network.link_purposes[at[circuit.link]] != code:
            continue
        for near, far in ((link.a.device, link.b.device), (link.b.device, link.a.device)):
            device = network.devices[network.device_index[near]] if near in network.device_index else None
            if device is not None and device.qos_plan in plans:
                rate = min(circuit.rate_down_bps, circuit.rate_up_bps)
                rooms[far] += rate * _share(plans[device.qos_plan], priority=True) / 100
    return rooms


@queue_plan_unsound.mutant("strict priority takes 60 % of the link")
def greedy_priority(case: Case) -> Patch | None:
    """Raise the first priority class of each plan to 60 %."""
    changes = []
    for plan in case.design.traffic.qos_plans:
        chosen = next((one for one in plan.classes if one.priority), plan.classes[0] if plan.classes else None)
        if chosen is not None:
            greedy = QosClass(name=chosen.name, dscp=chosen.dscp, bandwidth_percent=60, priority=True)
            classes = tuple(greedy if one is chosen else one for one in plan.classes)
            changes.append(Set("qos_plans", plan.id, {"classes": classes}))
    return tuple(changes) or None


@queue_plan_unsound.mutant("a device loses its queue plan")
def plain_device(case: Case) -> Patch | None:
    """Take the plan off the first device that carries users' traffic."""
    for at in _forwarding_devices(case.network):
        return (Set("devices", case.network.devices[at].id, {"qos_plan": None}),)
    return None


@queue_plan_unsound.mutant("ports of users trust what users mark")
def trusting_ports(case: Case) -> Patch | None:
    """Let the first profile with endpoints that are not trusted believe them."""
    groups = case.network.by_id("endpoint_groups")
    for fact in case.design.inventory.attachments:
        known = fact.group in groups and fact.profile in case.network.by_id("port_profiles")
        if known and fact.ports and groups[fact.group].kind not in TRUSTED:
            return (Set("port_profiles", fact.profile, {"trust_dscp": True}),)
    return None
