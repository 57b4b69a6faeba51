"""SEC-30: whatever fails, zones stay apart and policies decide as before."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netdesign.analysis.policy.needs import bits, packet_text, surplus
from netdesign.analysis.policy.permissions import zone_matrix
from netdesign.analysis.policy.policy import ordered_rules
from netdesign.analysis.policy.zones import ZonePair, bypass, enforcement_points, mixed, zone_pairs
from netdesign.analysis.security.fail_secure import awake, degraded_policies, dormant, states
from netdesign.analysis.traffic.failures import FailureKind, failure_kinds
from netdesign.graph.headerspace import Space
from netdesign.model.addressing import Interface
from netdesign.model.cabling import Link, PortRef
from netdesign.model.inventory import Device, HaGroup
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.security import Action, Policy, PolicyRule
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import (
    Category,
    Exposure,
    InterfaceKind,
    LinkPurpose,
    Medium,
    PortMode,
    Role,
    Severity,
    Trust,
)
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.posture import corporate, posture


def _closed(case: Case) -> bool:
    return posture(case).inter_zone_default == "deny"


@rule(
    code="SEC-30",
    name="fail-secure",
    title="Fail-secure under failure",
    category=Category.SECURITY,
    severity=Severity.CRITICAL,
    applies="two zones that lie somewhere",
    applicable=lambda case: bool(zone_matrix(case.network)),
    flags="Zones of different trust that are joined past the firewalls once what stands by is in service; what passes"
    " between zones then and no flow needs; a flow that the policy of whatever takes over refuses, or headers that it"
    " permits beyond the flows, while a firewall, a device beside it or an exit is down.",
    passes="In every state of failure firewalls part the zones, and those that are left permit exactly the flows.",
    remedy="End backup circuits outside the firewalls, and have all members of a group enforce one policy.",
    references=("NIST SP 800-53 SC-7(18), SC-24, SI-17",),
    reading="A failure takes ways away and adds none but those that stand by: zones that are apart with all links and"
    " devices in service are apart in every state. Of single failures those of firewalls, of what they hang off and of"
    " exits change which policy decides; they are gone through where the redundancy level asks to survive devices.",
    by_likeness=True,
    sweeping=True,
)
def fail_secure(case: Case) -> Iterator[Said]:
    """The cut once with everything awake, policies in each state."""
    network = awake(case.network)
    pairs = _apart(case)
    for pair in pairs:
        if mixed(network, pair):
            yield _joined(case, pair, bypass(network, pair))
    if network is not case.network and _closed(case):
        for source, target in zone_matrix(network):
            left = surplus(network, source, target)
            if left:
                yield _changed(case, ("what stands by is in service",), (source, target), left, "passes needlessly")
    count = 1
    if FailureKind.NODE in failure_kinds(case.parameters, case.requirements.redundancy):
        count += len(states(case.network))
        yield from _degraded(case)
    yield Measure(name="zone_pairs_apart", value=len(pairs))
    yield Measure(name="states_examined", value=count)


def _degraded(case: Case) -> Iterator[Finding]:
    for one in degraded_policies(case.network, _closed(case)):
        down = tuple(f"{name} is down" for name in one.failed)
        if one.lost:
            yield _changed(
                case, down, (one.source, one.target), one.lost, "is refused though a flow needs it", one.failed
            )
        if one.gained:
            yield _changed(case, down, (one.source, one.target), one.gained, "passes needlessly", one.failed)


def _apart(case: Case) -> list[ZonePair]:
    """The pairs that call for enforcement: below corporate only those with the Internet."""
    delta = case.parameters.zones.enforcement_trust_delta
    return [
        pair
        for pair in zone_pairs(awake(case.network))
        if pair.delta >= delta and (corporate(case) or pair.low.exposure is Exposure.INTERNET)
    ]


def _joined(case: Case, pair: ZonePair, path: tuple[str, ...]) -> Finding:
    backups = _backups(case, path)
    return Finding(
        message=f"{pair.low.name} reaches {pair.high.name} past the firewalls by {' > '.join(path)}"
        + (f" once {', '.join(backups)} takes over" if backups else ""),
        elements=(pair.low.id, pair.high.id, *path),
        witness={"from_zone": pair.low.id, "to_zone": pair.high.id, "path": [*path], "standby": [*backups]},
    )


def _backups(case: Case, path: tuple[str, ...]) -> list[str]:
    """What stands by, of the devices on a path and of the links at them."""
    asleep, on = dormant(case.network), set(path)
    links = [
        link.id for link in case.network.links if link.id in asleep and {link.a.device, link.b.device} & (on | asleep)
    ]
    return sorted({*links, *(asleep & on)})


def _changed(
    case: Case, state: tuple[str, ...], pair: tuple[str, str], some: Space, what: str, failed: tuple[str, ...] = ()
) -> Finding:
    packet = some.witness()
    text = packet_text(packet) if packet is not None else ""
    standby = sorted(dormant(case.network)) if not failed else []
    return Finding(
        message=f"while {' and '.join(state)}, {text} from {pair[0]} to {pair[1]} {what} (2^{bits(some):.1f} headers)",
        elements=(*pair, *failed, *standby),
        witness={"failed": [*failed], "packet": text, "from_zone": pair[0], "to_zone": pair[1], "standby": [*standby]},
    )


@fail_secure.fix("have every member of a group enforce the policy that most rules of flows are in")
def one_policy(case: Case, finding: Finding) -> Patch | None:
    """Members leave other policies, which go when nobody is left to enforce them."""
    names = set(finding.elements)
    for group in case.design.inventory.ha_groups:
        policies = [p for p in case.design.security.policies if set(p.devices) & set(group.members)]
        if policies and names & set(group.members):
            best = max(policies, key=lambda p: (sum(bool(line.flows) for line in _rules(case, p)), p.id))
            made: list[Set | Remove] = []
            if not set(group.members) <= set(best.devices):
                made.append(
                    Set("policies", best.id, {"devices": tuple(dict.fromkeys((*best.devices, *group.members)))})
                )
            for policy in policies:
                left = tuple(name for name in policy.devices if name not in group.members)
                if policy.id != best.id and left:
                    made.append(Set("policies", policy.id, {"devices": left}))
                elif policy.id != best.id:
                    made += [Remove("policy_rules", line.id) for line in _rules(case, policy)]
                    made.append(Remove("policies", policy.id))
            others = {policy.id for policy in policies if policy.id != best.id}
            return (*made, *_bound(case, group, others, best.id)) or None
    return None


def _bound(case: Case, group: HaGroup, others: set[str], best: str) -> Patch:
    """Legs of the members that other policies filter name the one that stays."""
    ports = [port for port in case.network.interfaces if port.device in group.members and port.access_list in others]
    return tuple(Set("interfaces", port.id, {"access_list": best}) for port in ports)


def _rules(case: Case, policy: Policy) -> tuple[PolicyRule, ...]:
    return ordered_rules(case.network, policy.id)


@fail_secure.fix("take out what stands by and leads past the firewalls")
def drop_backup(case: Case, finding: Finding) -> Patch | None:
    """Links, with the ports and providers that nothing else uses: other devices that stand by keep their place."""
    stated = finding.witness.get("standby")
    known = case.network.by_id("links")
    links = [known[str(name)] for name in (stated if isinstance(stated, list) else []) if str(name) in known]
    gone = {link.id for link in links}
    kept = {end.device for link in case.network.links if link.id not in gone for end in (link.a, link.b)}
    ends = {(end.device, end.port) for link in links for end in (link.a, link.b)}
    ports = [port.id for port in case.network.interfaces if (port.device, port.name) in ends]
    far = {name for name, _ in ends if name not in kept}
    devices = [d.id for d in case.network.devices if d.id in far and d.role is Role.PROVIDER]
    made = [Remove("links", name) for name in sorted(gone)]
    made += [Remove("interfaces", name) for name in ports]
    return (*made, *(Remove("devices", name) for name in devices)) or None


def _group(case: Case) -> HaGroup | None:
    """The first group of several firewalls that enforce."""
    strong = {case.network.devices[at].id for at in enforcement_points(case.network)}
    return next((g for g in case.design.inventory.ha_groups if len(strong & set(g.members)) > 1), None)


def _second_policy(case: Case, name: str, keep: bool, default: Action) -> Patch | None:
    """The last member of a group gets a policy of its own: a copy without permits, or an empty one."""
    group = _group(case) if FailureKind.NODE in failure_kinds(case.parameters, case.requirements.redundancy) else None
    if group is None:
        return None
    last = group.members[-1]
    mine = [p for p in case.design.security.policies if last in p.devices]
    parted = [Set("policies", p.id, {"devices": tuple(n for n in p.devices if n != last)}) for p in mine]
    lists = {p.id for p in mine}
    bare = [
        Set("interfaces", port.id, {"access_list": name})
        for port in case.network.interfaces
        if port.device == last and port.access_list in lists
    ]
    rules = ordered_rules(case.network, mine[0].id) if keep and mine else ()
    lines = [
        Add("policy_rules", replace(line, id=f"{name}-{line.id}", policy=name))
        for line in rules
        if line.action is Action.DENY or line.flows[:1] != _first_flow(case, mine[0])
    ]
    return (
        *parted,
        *bare,
        Add("policies", Policy(id=name, name=name, devices=(last,), default_action=default)),
        *lines,
    )


def _first_flow(case: Case, policy: Policy) -> tuple[str, ...]:
    return next((line.flows[:1] for line in ordered_rules(case.network, policy.id) if line.flows), ())


@fail_secure.mutant("leave the permits of one flow out of the policy of the firewall that takes over")
def forget_flow(case: Case) -> Patch | None:
    """Nothing shows while the other member carries traffic."""
    return _second_policy(case, "standby-less", True, Action.DENY)


@fail_secure.mutant("have the firewall that takes over permit everything")
def open_standby(case: Case) -> Patch | None:
    """By a policy without rules that permits by default, where the level denies between zones."""
    return _second_policy(case, "standby-open", False, Action.PERMIT) if _closed(case) else None


@fail_secure.mutant("have the firewall that takes over refuse everything")
def shut_standby(case: Case) -> Patch | None:
    """By a policy without rules."""
    return _second_policy(case, "standby-shut", False, Action.DENY)


@fail_secure.mutant("keep a backup circuit on an inside switch, past the firewalls")
def backup_circuit(case: Case) -> Patch | None:
    """It stands by until the others fail."""
    inside = {pair.high.id for pair in _apart(case) if pair.low.exposure is Exposure.INTERNET}
    vrfs = {vrf.id for vrf in case.design.switching.vrfs if vrf.zone in inside}
    strong = {case.network.devices[at].id for at in enforcement_points(case.network)}
    for gate in case.network.interfaces:
        known = gate.device in case.network.device_index and gate.device not in strong
        if known and gate.vrf in vrfs and gate.addresses and gate.enabled:
            return _own_exit(case, gate)
    return None


def _own_exit(case: Case, gate: Interface) -> Patch:
    """A circuit in the VRF of a gateway, on a port of its own, that is not in service."""
    site = case.network.devices[case.network.device_index[gate.device]].site
    provider = Device(id="spare-isp", hostname="spare-isp", role=Role.PROVIDER, site=site, managed=False)
    port = Interface(
        id=f"{gate.device}:spare",
        device=gate.device,
        name="spare",
        kind=InterfaceKind.PHYSICAL,
        mode=PortMode.ROUTED,
        vrf=gate.vrf,
        addresses=("198.51.100.2/31",),
    )
    link = Link(
        id="spare-circuit",
        a=PortRef(device=gate.device, port="spare"),
        b=PortRef(device="spare-isp", port="1"),
        speed_bps=100_000_000,
        medium=Medium.VIRTUAL,
        purpose=LinkPurpose.CIRCUIT,
        trust=Trust.PUBLIC,
        in_service=False,
    )
    return (Add("devices", provider), Add("interfaces", port), Add("links", link))


@fail_secure.mutant("let the standby firewall forward without enforcing")
def fail_open(case: Case) -> Patch | None:
    """It is on no policy's list."""
    group = _group(case)
    if group is None:
        return None
    last = group.members[-1]
    return tuple(
        Set("policies", p.id, {"devices": tuple(n for n in p.devices if n != last)})
        for p in case.design.security.policies
        if last in p.devices
    )
