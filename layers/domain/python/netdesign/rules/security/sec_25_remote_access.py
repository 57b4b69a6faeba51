"""SEC-25: who comes in from outside proves who they are, twice, and gets to no more than they need."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netdesign.analysis.policy.policy import enforced_policies, ordered_rules, passage
from netdesign.analysis.policy.suites import weaknesses
from netdesign.analysis.routing.internet_edge import readable
from netdesign.graph.prefixes import Prefix
from netdesign.model.patch import Add, Operation, Patch, Remove, Set
from netdesign.model.security import (
    Action,
    CryptoKind,
    CryptoProfile,
    IpProtocol,
    PolicyRule,
    RemoteAccess,
    Service,
)
from netdesign.model.verdict import Finding, Gap, Measure, Status
from netdesign.model.vocabulary import Category, Framework, Redundancy, Role, SecurityLevel, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.posture import at_least
from netdesign.rules.security.sec_28_crypto_strength import limits
from netdesign.rules.verdicts import verdict_of

ALL_PORTS = 65_535
FEDERAL = frozenset({Framework.NIST, Framework.FEDRAMP})
NEW = "remote-access"


def _applies(case: Case) -> bool:
    return bool(case.design.security.remote_accesses)


@rule(
    code="SEC-25",
    name="remote-access",
    title="Remote access",
    category=Category.SECURITY,
    severity=Severity.ERROR,
    applies="designs where people come in from outside",
    applicable=_applies,
    flags="A head-end without a second one from redundancy high on, or none in service; a login without a second"
    " factor; a tunnel that takes a part of the traffic only, from level government on and with NIST or FedRAMP; a"
    " rule that lets those who came in use any service, or go anywhere; a cipher suite that is missing, weak or"
    " below the level's floor; head-ends that CAP-20 finds too small.",
    passes="Head-ends come in pairs, log people in with two factors, encrypt soundly, and let them to named services.",
    remedy="Add the second head-end, ask for a second factor, send all traffic by the tunnel, and permit by group.",
    references=(
        "NIST SP 800-53 AC-17(1) to (4), SC-7(7)",
        "PCI DSS 8.4.3",
        "NIST SP 800-77r1, SP 800-46r2",
    ),
    reading="What those who came in may do is what the enforced policies let pass from the subnets of their"
    " addresses, or from their whole zone where no subnets are named.",
)
def remote_access(case: Case) -> Iterator[Said]:
    """Each way in is judged for itself."""
    wrong = 0
    for access in case.design.security.remote_accesses:
        said = [*_heads(case, access), *_login(case, access), *_suite(case, access), *_open_rules(case, access)]
        wrong += any(isinstance(one, Finding) for one in said)
        yield from said
    verdict = verdict_of(case, "CAP-20")
    if verdict is not None and verdict.status is Status.FAIL:
        first = verdict.findings[0]
        yield Finding(
            message=f"the head-ends are too small (CAP-20): {first.message}",
            elements=first.elements,
            witness={"rule": "CAP-20"},
        )
    yield Measure(name="ways_in", value=len(case.design.security.remote_accesses))
    yield Measure(name="ways_in_at_fault", value=wrong, threshold=0)


def _of(access: RemoteAccess, words: str, *elements: str, **witness: str | int | bool | None) -> Finding:
    return Finding(
        message=f"remote access {access.id} {words}",
        elements=(access.id, *elements),
        witness={"access": access.id, **witness},
    )


def _alive(case: Case, access: RemoteAccess) -> list[str]:
    index = case.network.device_index
    return [name for name in dict.fromkeys(access.heads) if name in index and case.network.in_service[index[name]]]


def _heads(case: Case, access: RemoteAccess) -> Iterator[Finding]:
    heads = _alive(case, access)
    needed = 2 if case.requirements.redundancy.at_least(Redundancy.HIGH) else 1
    if len(heads) < needed:
        yield _of(access, f"has {len(heads)} head-ends in service; {needed} are asked for", *heads, heads=len(heads))


def _login(case: Case, access: RemoteAccess) -> Iterator[Finding]:
    if not access.multifactor:
        yield _of(access, "asks for no second factor", multifactor=False)
    if access.split_tunnel and _whole(case):
        yield _of(access, "leaves a part of the traffic outside the tunnel (SC-7(7))", split_tunnel=True)


def _whole(case: Case) -> bool:
    """Whether all traffic of those who come in has to pass the tunnel."""
    federal = any(ref.framework in FEDERAL for ref in case.requirements.frameworks)
    return federal or at_least(case, SecurityLevel.GOVERNMENT)


def _suite(case: Case, access: RemoteAccess) -> Iterator[Finding | Gap]:
    profile = case.network.by_id("crypto_profiles").get(access.crypto or "")
    if profile is None:
        yield _of(access, f"names {access.crypto or 'nothing'}, which is no known cipher suite", suite=access.crypto)
        return
    for weakness in weaknesses(profile, limits(case)):
        if weakness.unknown:
            yield Gap(message=f"{profile.id}: {weakness.words}", elements=(access.id, profile.id))
        else:
            yield _of(access, f"is encrypted by {profile.id}: {weakness.words}", profile.id, suite=profile.id)


def _open_rules(case: Case, access: RemoteAccess) -> Iterator[Finding]:
    """Rules that take anything from the addresses of those who came in."""
    network, pool = case.network, _pool(case, access)
    zones = sorted(network.by_id("zones"))
    for policy in enforced_policies(network):
        seen = set[str | None]()
        for target in zones:
            if target == access.zone:
                continue
            for permit in passage(network, policy.id, access.zone, target).permits:
                name = permit.rule.id if permit.rule is not None else policy.id
                if name not in seen and _boundless(permit.rule, pool):
                    seen.add(name)
                    yield _of(access, f"may use anything: {name} permits it to {target}", name, rule=name)


def _pool(case: Case, access: RemoteAccess) -> tuple[Prefix, ...]:
    subnets = case.network.by_id("subnets")
    return tuple(readable(subnets[name].prefix for name in access.subnets if name in subnets))


def _boundless(one: PolicyRule | None, pool: tuple[Prefix, ...]) -> bool:
    """Whether a rule (None: the default) lets some of the pool use any service, or go anywhere."""
    if one is None:
        return True
    sources = tuple(readable(one.sources))
    if sources and pool and not any(a.covers(b) or b.covers(a) for a in sources for b in pool):
        return False
    any_service = not one.services or any(_any(service) for service in one.services)
    return any_service or not (one.destination_zones or one.destinations)


def _any(service: Service) -> bool:
    whole = service.first_port <= 1 and service.last_port >= ALL_PORTS
    return service.protocol is IpProtocol.ANY or (service.protocol in (IpProtocol.TCP, IpProtocol.UDP) and whole)


# --- mutants and repairs


def _way_in(case: Case) -> tuple[list[Operation], RemoteAccess] | None:
    """The first way in; where people do not come in yet, a sound one by the firewalls, and what adds it."""
    present = sorted(case.design.security.remote_accesses, key=lambda one: one.id)
    if present:
        return [], present[0]
    heads = tuple(sorted(case.network.devices[at].id for at in case.network.with_role(Role.FIREWALL).tolist()))
    zones = sorted(case.network.by_id("zones").values(), key=lambda zone: (zone.trust, zone.id))
    if not heads or not zones or NEW in case.network.by_id("crypto_profiles"):
        return None
    suite = CryptoProfile(
        id=NEW,
        kind=CryptoKind.TLS,
        cipher="aes-256-gcm",
        key_bits=256,
        integrity="sha-384",
        key_exchange="ecdhe",
        protocol_version="tls1.3",
        certificate_days=90,
        certificate_key="ecdsa-p384",
    )
    made = RemoteAccess(id=NEW, heads=heads, zone=zones[0].id, users=1, crypto=NEW, multifactor=True)
    return [Add("crypto_profiles", suite), Add("remote_accesses", made)], made


def _broken(case: Case, **changes: object) -> Patch | None:
    found = _way_in(case)
    return (*found[0], Set("remote_accesses", found[1].id, changes)) if found else None


@remote_access.mutant("no second factor")
def one_factor(case: Case) -> Patch | None:
    """A password is all."""
    return _broken(case, multifactor=False)


@remote_access.mutant("a part of the traffic passes outside")
def split(case: Case) -> Patch | None:
    """Where that is prohibited."""
    return _broken(case, split_tunnel=True) if _whole(case) else None


@remote_access.mutant("a single head-end")
def one_head(case: Case) -> Patch | None:
    """Or none where one is enough."""
    found = _way_in(case)
    high = case.requirements.redundancy.at_least(Redundancy.HIGH)
    return _broken(case, heads=found[1].heads[: 1 if high else 0]) if found else None


@remote_access.mutant("no cipher suite")
def clear(case: Case) -> Patch | None:
    """None that is known."""
    return _broken(case, crypto=None)


@remote_access.mutant("those who came in may use anything")
def any_any(case: Case) -> Patch | None:
    """By a rule on top of the first enforced policy that binds their zone."""
    found = _way_in(case)
    if found is None:
        return None
    for policy in enforced_policies(case.network):
        first = min((one.order for one in ordered_rules(case.network, policy.id)), default=1)
        made = PolicyRule(id=f"{NEW}-any", policy=policy.id, order=max(0, first - 1), action=Action.PERMIT, log=True)
        return (*found[0], Add("policy_rules", replace(made, source_zones=(found[1].zone,))))
    return None


@remote_access.fix("set what the level asks for")
def tighten(case: Case, finding: Finding) -> Patch | None:
    """A second factor, the whole tunnel, every firewall of the site as a head-end, a sound suite."""
    access = case.network.by_id("remote_accesses").get(str(finding.witness.get("access")))
    if access is None:
        return None
    if "multifactor" in finding.witness:
        return (Set("remote_accesses", access.id, {"multifactor": True}),)
    if "split_tunnel" in finding.witness:
        return (Set("remote_accesses", access.id, {"split_tunnel": False}),)
    if "heads" in finding.witness:
        return _more_heads(case, access)
    if "suite" in finding.witness:
        return _sound_suite(case, access)
    one = case.network.by_id("policy_rules").get(str(finding.witness.get("rule")))
    return (Remove("policy_rules", one.id),) if one is not None and not one.flows else None


def _more_heads(case: Case, access: RemoteAccess) -> Patch | None:
    """All that stand in for the head-ends, or the firewalls where there are none."""
    index, devices = case.network.device_index, case.network.devices
    walls = [devices[at] for at in case.network.with_role(Role.FIREWALL).tolist()]
    sites = {devices[index[name]].site for name in access.heads if name in index}
    heads = tuple(sorted(one.id for one in walls if not sites or one.site in sites))
    return (Set("remote_accesses", access.id, {"heads": heads}),) if len(heads) > len(access.heads) else None


def _sound_suite(case: Case, access: RemoteAccess) -> Patch | None:
    suites = [p for p in case.design.security.crypto_profiles if p.kind in (CryptoKind.TLS, CryptoKind.IPSEC)]
    sound = sorted(p.id for p in suites if not weaknesses(p, limits(case)))
    return (Set("remote_accesses", access.id, {"crypto": sound[0]}),) if sound else None
