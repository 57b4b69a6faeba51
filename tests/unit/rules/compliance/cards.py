"""A stronghold whose server zone holds card data, as PCI DSS asks."""

from __future__ import annotations

from typing import Any

from netdesign.model.design import Design
from netdesign.model.infrastructure import ServiceInstance, ServiceKind
from netdesign.model.patch import Add, Operation, Patch, Set, apply
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import DataClass, Framework
from netdesign.rules.card import Rule
from netdesign.rules.engine import judge_one
from tests.support.sketch import case
from tests.unit.rules.compliance.audited import audited, holding

BASTION = ServiceInstance(
    id="bastion1",
    kind=ServiceKind.BASTION,
    name="bastion",
    site="dc1",
    zone="management",
    address="10.0.4.200",
    subnet="management",
    attached_to=("core1", "core2"),
)


def shop(*changes: Operation, **wanted: Any) -> Design:
    """Card data on the application servers alone; only what flows need passes."""
    sound = (
        holding(DataClass.CHD),
        Set("endpoint_groups", "apps", {"data_classes": (DataClass.CHD,)}),
        Set("policy_rules", "p5", {"sources": ("10.0.3.0/24",), "destinations": ("10.0.4.111/32", "10.0.4.112/32")}),
        Set("policy_rules", "p4", {"sources": ("10.0.2.0/24",)}),
        Set("wireless_networks", "corp", {"rogue_detection": True}),
        Add("service_instances", BASTION),
        Set("management_profiles", "managed", {"bastions": ("bastion1",)}),
    )
    return audited(*sound, *changes, asked=(Framework.PCI_DSS,), **wanted)


def mended(rule: Rule, made: Design) -> bool:
    """Whether the rule's fixes, applied to its findings again and again, make it hold."""
    for _ in range(8):
        held = case(made)
        judged = judge_one(rule, held)
        if judged.status is not Status.FAIL:
            return True
        patch = _first(rule, held, judged.findings)
        if patch is None:
            return False
        made = apply(made, patch)
    return False


def _first(rule: Rule, held: Any, findings: tuple[Finding, ...]) -> Patch | None:
    for finding in findings:
        for fix in rule.fixes:
            patch = fix.propose(held, finding)
            if patch:
                return patch
    return None
