"""CMP-12: the card data environment is whole, alone, and bordered by enforcement points."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.policy.card_data import (
    border_pairs,
    border_rules,
    card_zones,
    holders_outside,
    open_borders,
    strangers,
)
from netdesign.analysis.policy.permissions import undecided
from netdesign.analysis.policy.zones import bypass
from netdesign.model.inventory import EndpointGroup
from netdesign.model.patch import Patch, Set
from netdesign.model.security import Action
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, DataClass, Exposure, Framework, Severity
from netdesign.rules.breaches import back_door, open_default
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.frameworks import requested
from netdesign.rules.mending import closed, cut, home
from netdesign.rules.ports import led_home, on_a_trunk, strayed

SHOWN = 20


def _applies(case: Case) -> bool:
    return requested(case, Framework.PCI_DSS)


@rule(
    code="CMP-12",
    name="card-data-border",
    title="PCI CDE boundary",
    category=Category.COMPLIANCE,
    severity=Severity.CRITICAL,
    applies="requirements that ask for PCI DSS",
    applicable=_applies,
    flags="No zone with card data; a zone with card data that hangs together with another without an enforcement"
    " point; what a policy at the border leaves to its default; endpoints in the zone or a VLAN of card data that have"
    " nothing to do with it, endpoints with card data elsewhere, and ports of such endpoints whose profile carries a"
    " VLAN of another zone.",
    passes="Card data is in zones of its own, every way out of which leads through rules of an enforcement point; these"
    " rules are the list of connections.",
    remedy="Move what does not belong inside, cut the ways past the firewall, and deny what no rule names.",
    references=("PCI DSS 1.2.1, 1.2.3, 1.4.1, 12.5.2",),
    reading="The list of connections is generated: it holds the rules of enforcement points that concern the border. A"
    " connection that is not in it is one that no such rule decides: a way past the enforcement points, or the default"
    " of a policy.",
)
def card_border(case: Case) -> Iterator[Said]:
    """What is inside, what lies at the border, what leads past it."""
    zones = card_zones(case.network)
    if not zones:
        yield Finding(message="PCI DSS was asked for, but no zone holds card data", witness={"zones": 0})
    yield from _misplaced(case)
    yield from strayed(case, _holds)
    yield from _open(case, zones)
    yield from _unlisted(case, zones)
    yield Measure(name="zones_with_card_data", value=", ".join(zones) or "none")
    yield Measure(name="rules_at_the_border", value=len(border_rules(case.network, zones)))
    yield Measure(name="ways_past_enforcement", value=len(open_borders(case.network, zones)), threshold=0)


def _misplaced(case: Case) -> Iterator[Finding]:
    for group in strangers(case.network):
        yield Finding(
            message=f"{group.count} endpoints of {group.id} ({group.kind}) are among card data without handling any",
            elements=(group.id, group.zone),
            witness={"group": group.id, "kind": group.kind.value, "zone": group.zone, "inside": True},
        )
    for group in holders_outside(case.network):
        yield Finding(
            message=f"{group.id} holds card data in {group.zone}, which is no zone of card data",
            elements=(group.id, group.zone),
            witness={"group": group.id, "zone": group.zone, "inside": False},
        )


def _holds(group: EndpointGroup) -> bool:
    return DataClass.CHD in group.data_classes


def _open(case: Case, zones: tuple[str, ...]) -> Iterator[Finding]:
    for pair in open_borders(case.network, zones):
        way = bypass(case.network, pair)[:SHOWN]
        yield Finding(
            message=f"{pair.low.id} and {pair.high.id} hang together without an enforcement point: {' - '.join(way)}",
            elements=(*way, pair.low.id, pair.high.id),
            witness={"zones": [pair.low.id, pair.high.id], "way": [*way]},
        )


def _unlisted(case: Case, zones: tuple[str, ...]) -> Iterator[Finding]:
    policies = case.network.by_id("policies")
    for near, far in border_pairs(case.network, zones):
        for name, left in undecided(case.network, near, far):
            if policies[name].default_action is Action.PERMIT and left:
                yield Finding(
                    message=f"policy {name} lets from {near} to {far} whatever no rule of it names",
                    elements=(name, near, far),
                    witness={"policy": name, "from_zone": near, "to_zone": far},
                )


def _inside(case: Case) -> str | None:
    return next(iter(card_zones(case.network)), None)


@card_border.mutant("place printers or other strangers among card data")
def place_strangers(case: Case) -> Patch | None:
    """The first group with ports that is outside."""
    zone = _inside(case)
    vlans = tuple(vlan.id for vlan in case.design.switching.vlans if vlan.zone == zone)
    for group in case.design.inventory.endpoint_groups:
        wired = case.network.grouped("attachments", "group").get(group.id)
        if zone is not None and vlans and wired and group.zone != zone and DataClass.CHD not in group.data_classes:
            return (Set("endpoint_groups", group.id, {"zone": zone, "vlans": vlans[:1]}),)
    return None


@card_border.mutant("route between card data and another zone on a switch")
def route_past(case: Case) -> Patch | None:
    """The first other zone with a VLAN."""
    zone = _inside(case)
    for other in case.design.security.zones:
        if zone is not None and other.id != zone and other.exposure is not Exposure.INTERNET:
            patch = back_door(case, other.id, zone)
            if patch is not None:
                return patch
    return None


@card_border.mutant("forget which zone holds the card data")
def forget_zone(case: Case) -> Patch | None:
    """Its endpoints still hold it."""
    changes = []
    for zone in case.design.security.zones:
        if DataClass.CHD in zone.data_classes:
            kept = tuple(one for one in zone.data_classes if one is not DataClass.CHD)
            changes.append(Set("zones", zone.id, {"data_classes": kept}))
    return tuple(changes) or None


@card_border.mutant("let pass at the border whatever no rule names")
def permit_by_default(case: Case) -> Patch | None:
    """No last denial, and a default that permits."""
    return open_default(case) if _inside(case) else None


@card_border.fix("send misplaced endpoints where their ports are, and give the zone of holders its data class")
def put_right(case: Case, finding: Finding) -> Patch | None:
    """Only what facts say already."""
    group, zone = finding.witness.get("group"), finding.witness.get("zone")
    if group is None or zone is None:
        return None
    if finding.witness.get("inside"):
        return home(case, str(group))
    fact = case.network.by_id("zones").get(str(zone))
    if fact is None or fact.exposure is not Exposure.RESTRICTED:
        return None
    return (Set("zones", fact.id, {"data_classes": (*fact.data_classes, DataClass.CHD)}),)


@card_border.fix("remove interfaces that join zones past the firewall")
def cut_way(case: Case, finding: Finding) -> Patch | None:
    """On the devices of the way."""
    return cut(case, finding.elements) if "way" in finding.witness else None


@card_border.fix("deny what no rule names")
def deny_default(case: Case, finding: Finding) -> Patch | None:
    """By its default and by a last rule."""
    return closed(case, str(finding.witness.get("policy")))


@card_border.mutant("carry a VLAN of users to the ports of those who hold card data")
def trunked(case: Case) -> Patch | None:
    """Their profile becomes a trunk."""
    return on_a_trunk(case, _holds)


card_border.fix("lead the ports into the zone of their endpoints alone")(led_home)
