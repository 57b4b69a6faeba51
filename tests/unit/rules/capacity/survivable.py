"""Small sound networks that survive failures: a fabric with firewalls and exits, and several sites."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from netdesign.model.cabling import Circuit, CircuitKind, Lag
from netdesign.model.design import Design
from netdesign.model.inventory import EndpointKind, HaGroup, HaMode, Homing, PortProfile, Site
from netdesign.model.patch import apply
from netdesign.model.security import Action, Inspection, Policy, PolicyRule, Zone
from netdesign.model.verdict import Finding, Status, Verdict
from netdesign.model.vocabulary import Exposure, LinkPurpose, PortMode, Redundancy, Role, ServiceClass, Trust
from netdesign.rules.card import Rule
from netdesign.rules.engine import judge_one
from tests.support.sketch import GBPS, case, design, device, interface, link, site
from tests.unit.rules.capacity.small import attached, flow, group

FIREWALL = "FG-100F"
POLICY = PolicyRule(id="p1", policy="inner", order=1, action=Action.PERMIT, inspect=(Inspection.IPS,))


def fabric(*more: Any, bps: int = GBPS, **requirements: Any) -> Design:
    """Four leaves on two spines, servers on two, storage on the others, users behind two firewalls, two exits."""
    wanted: dict[str, Any] = {"redundancy": Redundancy.HIGH, "sites": (site(users=10, servers=20),), **requirements}
    facts: list[Any] = [Site(id="dc1", name="dc1", servers=20), PortProfile(id="servers", mode=PortMode.ACCESS)]
    facts += [Zone(id=zone, name=zone, trust=50, exposure=Exposure.INTERNAL) for zone in ("server", "user")]
    facts.append(Zone(id="internet", name="internet", trust=0, exposure=Exposure.INTERNET))
    facts += [device(f"spine{n}", Role.SPINE) for n in (1, 2)] + [device(f"leaf{n}", Role.LEAF) for n in (1, 2, 3, 4)]
    facts += [link(f"leaf{m}:u{n}", f"spine{n}:d{m}", id=f"l{m}s{n}") for m in (1, 2, 3, 4) for n in (1, 2)]
    facts += [device(f"fw{n}", Role.FIREWALL, sku=FIREWALL, ha_group="fw") for n in (1, 2)]
    facts.append(HaGroup(id="fw", mode=HaMode.ACTIVE_STANDBY, members=("fw1", "fw2"), state_sync=True))
    for n in (1, 2):
        facts += [interface(f"fw{n}", f"z-{zone}", zone=zone) for zone in ("server", "user", "internet")]
        facts += [link(f"fw{n}:{m}", f"leaf{m}:fw{n}", LinkPurpose.ATTACHMENT, id=f"fw{n}l{m}") for m in (1, 2)]
        facts += [device(f"edge{n}", Role.INTERNET_EDGE), device(f"isp{n}", Role.PROVIDER, managed=False)]
        facts += [link(f"edge{n}:{m}", f"leaf{m}:e{n}", LinkPurpose.ATTACHMENT, id=f"e{n}l{m}") for m in (1, 2)]
        wan = link(f"edge{n}:wan", f"isp{n}:1", LinkPurpose.CIRCUIT, id=f"wan{n}", trust=Trust.PUBLIC)
        facts += [wan, _dia(f"dia{n}", wan.id)]
    facts += [group("web", 20), attached("leaf1", 20, of="web"), attached("leaf2", 20, of="web")]
    facts += [group("disk", 4, kind=EndpointKind.STORAGE), attached("leaf3", 4, of="disk", first=40)]
    facts.append(attached("leaf4", 4, of="disk", first=40))
    people = {"kind": EndpointKind.USER, "zone": "user", "homing": Homing.SINGLE, "nics": 1}
    facts += [group("people", 10, **people), attached("leaf3", 10, of="people")]
    facts += [Policy(id="inner", name="inner", devices=("fw1", "fw2")), POLICY]
    facts += [flow("store", "web", "disk", bps), flow("browse", "people", "web", GBPS // 10)]
    facts.append(outside("surf", "web", GBPS // 10))
    return design(*facts, *more, **wanted)


def outside(identity: str, source: str, bps: int, *targets: str) -> Any:
    """A flow to the Internet."""
    return replace(flow(identity, source, "isp1", bps), targets=targets or ("isp1", "isp2"))


def _dia(name: str, on: str) -> Circuit:
    kind = CircuitKind.DIA
    rate = 1 * GBPS
    return Circuit(id=name, link=on, kind=kind, provider=name, site="dc1", rate_down_bps=rate, rate_up_bps=rate)


def bundle(members: int = 2, min_links: int | None = None, bps: int = GBPS, **requirements: Any) -> Design:
    """A switch on another by one bundle of 10 Gbit/s members, with a flow across it."""
    ports = [f"x{n}" for n in range(members)]
    facts: list[Any] = [device("up", Role.CORE), device("down", Role.ACCESS)]
    facts += [link(f"down:{port}", f"up:{port}", LinkPurpose.UPLINK, id=port, speed_bps=10 * GBPS) for port in ports]
    for end in ("down", "up"):
        facts.append(Lag(id=f"{end}-lag", device=end, interface="po1", members=tuple(ports), min_links=min_links))
    facts += [group("one", 2), attached("down", 2, of="one"), group("two", 2), attached("up", 2, of="two")]
    return design(*facts, flow("f", "one", "two", bps), **requirements)


def sites(count: int = 3, *more: Any, **requirements: Any) -> Design:
    """Sites in a ring with a switch, servers and an exit each; gold flows from the first to the others and out."""
    wanted = {"redundancy": Redundancy.CRITICAL, **requirements}
    names = [f"s{n}" for n in range(count)]
    facts: list[Any] = [Site(id=name, name=name) for name in names]
    facts += [Zone(id="server", name="server", trust=50, exposure=Exposure.INTERNAL)]
    facts.append(PortProfile(id="servers", mode=PortMode.ACCESS))
    facts += [device(f"core-{name}", Role.CORE, site=name) for name in names]
    facts += [device(f"isp-{name}", Role.PROVIDER, managed=False, site=name) for name in names]
    for n, name in enumerate(names):
        after = names[(n + 1) % count]
        if after != name and (count > 2 or n == 0):
            facts.append(link(f"core-{name}:r", f"core-{after}:l", LinkPurpose.UPLINK, id=f"{name}-{after}"))
        facts.append(
            link(f"core-{name}:wan", f"isp-{name}:1", LinkPurpose.CIRCUIT, trust=Trust.PUBLIC, id=f"wan-{name}")
        )
        facts += [group(f"hosts-{name}", 4, site=name), attached(f"core-{name}", 4, of=f"hosts-{name}")]
    gold = replace(
        flow("gold", "hosts-s0", "x", GBPS),
        targets=tuple(f"hosts-{name}" for name in names[1:]) or ("hosts-s0",),
        service_class=ServiceClass.GOLD,
    )
    everywhere = replace(
        outside("out", "hosts-s0", GBPS, *(f"isp-{name}" for name in names)), service_class=ServiceClass.GOLD
    )
    return design(*facts, gold, everywhere, *more, **wanted)


def verdict(rule: Rule, made: Design) -> Verdict:
    """The verdict; a rule that breaks fails the test."""
    found = judge_one(rule, case(made))
    assert not found.crashed, found.findings
    return found


def findings(rule: Rule, made: Design) -> tuple[Finding, ...]:
    """What a rule finds."""
    return verdict(rule, made).findings


def mended(rule: Rule, made: Design, mutant: str) -> bool | None:
    """Whether the rule's fixes undo one of its mutants; None where that does not apply. It has to be seen."""
    (mutate,) = (one.mutate for one in rule.mutants if one.title == mutant)
    patch = mutate(case(made))
    if patch is None:
        return None
    broken = apply(made, patch)
    assert findings(rule, broken)
    for _ in range(8):
        found = findings(rule, broken)
        ways = (fix.propose(case(broken), one) for one in found for fix in rule.fixes)
        better = (apply(broken, way) for way in ways if way)
        done = next((one for one in better if len(findings(rule, one)) < len(found)), None)
        if done is None:
            break
        broken = done
    return verdict(rule, broken).status is Status.PASS
