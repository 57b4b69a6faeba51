"""The stronghold with policies that permit exactly what its flows need."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from netdesign.model.addressing import UnicastRpf
from netdesign.model.design import Design
from netdesign.model.infrastructure import ServiceInstance, ServiceKind
from netdesign.model.inventory import EndpointGroup, EndpointKind
from netdesign.model.patch import Add, Operation, Set, apply
from netdesign.model.security import Inspection, WirelessNetwork, Zone
from netdesign.model.switching import Vlan, Vrf
from netdesign.model.verdict import Status, Verdict
from netdesign.model.vocabulary import Exposure, SubnetPurpose, VlanPurpose
from netdesign.rules.card import Rule
from netdesign.rules.case import Case
from netdesign.rules.engine import judge_one
from tests.support.sketch import case
from tests.support.stronghold import HTTPS, SYSLOG, _svi, flow, permit, stronghold
from tests.support.stronghold import _vlan as vlan_facts

NAMED = tuple(
    Set("policy_rules", f"p{at}", {"flows": (name,)})
    for at, name in enumerate(("public", "web-apps", "staff-apps", "staff-web", "logs"), start=1)
)
"""Which flow each permit is for."""
WEB = (Inspection.IPS, Inspection.URL)


def mended(rule: Rule, made: Design) -> Design:
    """The design after the rule's own fixes, each kept where it leaves less to find; at most eight."""
    for _ in range(8):
        held = case(made)
        judged = judge_one(rule, held)
        better = _better(rule, held, judged) if judged.status is Status.FAIL else None
        if better is None:
            return made
        made = better
    return made


def _better(rule: Rule, held: Case, judged: Verdict) -> Design | None:
    for finding in judged.findings:
        for fix in rule.fixes:
            patch = fix.propose(held, finding)
            after = apply(held.design, patch) if patch else None
            verdict = judge_one(rule, case(after)) if after is not None else judged
            if verdict.status is not Status.FAIL or len(verdict.findings) < len(judged.findings):
                return after
    return None


def exact(*changes: Operation, **requirement_changes: Any) -> Design:
    """Every permit has a flow, every flow a permit, and egress is filtered."""
    logs = flow("logs", ("apps",), ("log1", "log2"), service=SYSLOG)
    narrow = {"sources": ("10.0.3.0/24",), "destinations": ("10.0.4.111/32", "10.0.4.112/32")}
    base: tuple[Operation, ...] = (
        Add("flows", logs),
        Set("policy_rules", "p5", narrow),
        Set("policy_rules", "p4", {"inspect": WEB}),
        *NAMED,
    )
    return stronghold(*base, *changes, **requirement_changes)


def administered(*changes: Operation, **requirement_changes: Any) -> Design:
    """The exact stronghold with a bastion that staff come by, and sources checked at the circuits."""
    bastion = ServiceInstance(
        id="bastion",
        kind=ServiceKind.BASTION,
        name="bastion",
        site="dc1",
        zone="management",
        address="10.0.4.150",
        subnet="management",
        attached_to=("core1", "core2"),
    )
    way = permit(
        "p9",
        9,
        "user",
        "management",
        HTTPS,
        sources=("10.0.2.0/24",),
        destinations=("10.0.4.150/32",),
        flows=("administration",),
    )
    base: tuple[Operation, ...] = (
        Add("service_instances", bastion),
        Add("flows", flow("administration", ("staff",), ("bastion",))),
        Add("policy_rules", way),
        Set("management_profiles", "managed", {"bastions": ("bastion",)}),
        *(Set("interfaces", f"edge{n}:wan", {"unicast_rpf": UnicastRpf.FEASIBLE}) for n in (1, 2)),
        Set("port_profiles", "desk", {"source_guard": True}),
    )
    return exact(*base, *changes, **requirement_changes)


def with_guests(*changes: Operation, **requirement_changes: Any) -> Design:
    """The same with a zone of guests and one of things, each with a VLAN, a leg and a permit that it needs."""
    facts: list[Any] = []
    for number, (name, trust, purpose) in enumerate(
        (("guest", 10, VlanPurpose.GUEST), ("iot", 30, VlanPurpose.IOT)), start=20
    ):
        facts += [Zone(id=name, name=name.title(), trust=trust, exposure=Exposure.INTERNAL)]
        facts += [Vrf(id=f"vrf-{name}", name=f"vrf-{name}", zone=name)]
        for vlan, at in ((name, number), (f"{name}-transit", number + 100)):
            facts += _networks(vlan, at, name, purpose if vlan == name else VlanPurpose.TRANSIT)
        facts += [_svi(f"fw{n}", f"{name}-transit", number + 100, n + 2, "default", zone=name) for n in (1, 2)]
    facts += [
        _group("visitors", EndpointKind.WIRELESS_CLIENT, "guest"),
        _group("cameras", EndpointKind.CAMERA, "iot"),
        WirelessNetwork(
            id="visitors", ssid="visitors", zone="guest", vlans=("guest",), security="owe", client_isolation=True
        ),
        flow("visitors-web", ("visitors",), ("isp1", "isp2")),
        flow("cameras-apps", ("cameras",), ("apps",)),
        permit("p6", 6, "guest", "internet", HTTPS, sources=("10.0.20.0/24",), inspect=WEB),
        permit("p7", 7, "iot", "server", HTTPS, sources=("10.0.21.0/24",), destinations=("10.0.3.0/24",)),
    ]
    home = {
        "Zone": "zones",
        "Vrf": "vrfs",
        "Vlan": "vlans",
        "Subnet": "subnets",
        "Interface": "interfaces",
        "EndpointGroup": "endpoint_groups",
        "WirelessNetwork": "wireless_networks",
        "Flow": "flows",
        "PolicyRule": "policy_rules",
    }
    added = tuple(Add(home[type(fact).__name__], fact) for fact in facts)
    return exact(*added, *changes, **requirement_changes)


def _networks(name: str, number: int, zone: str, purpose: VlanPurpose) -> list[Any]:
    made, subnet = vlan_facts(name, number, zone, SubnetPurpose.HOSTS)
    assert isinstance(made, Vlan)
    vrf = f"vrf-{zone}"
    gates = [_svi(f"core{n}", name, number, n, vrf) for n in (1, 2)]
    return [replace(made, purpose=purpose, vrf=vrf), replace(subnet, vrf=vrf), *gates]


def _group(name: str, kind: EndpointKind, zone: str) -> EndpointGroup:
    return EndpointGroup(id=name, name=name, site="dc1", kind=kind, count=10, zone=zone, vlans=(zone,))
