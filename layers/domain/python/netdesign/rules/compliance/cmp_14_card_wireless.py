"""CMP-14: wireless networks reach card data by a firewall that denies by default, or not at all."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.policy.card_data import card_zones, open_borders
from netdesign.analysis.policy.permissions import undecided
from netdesign.analysis.policy.zones import bypass
from netdesign.model.patch import Patch, Set
from netdesign.model.security import Action, WirelessNetwork
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Framework, Severity
from netdesign.rules.breaches import back_door, open_default
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.frameworks import requested
from netdesign.rules.mending import closed, cut

STRONG = ("wpa2-enterprise", "wpa3-enterprise")


def _applies(case: Case) -> bool:
    return requested(case, Framework.PCI_DSS) and bool(case.design.security.wireless_networks)


@rule(
    code="CMP-14",
    name="card-data-wireless",
    title="PCI wireless vs CDE",
    category=Category.COMPLIANCE,
    severity=Severity.CRITICAL,
    applies="requirements that ask for PCI DSS, where there are wireless networks",
    applicable=_applies,
    flags="A zone of wireless clients that hangs together with card data without an enforcement point, or whose policy"
    " toward card data permits by default; a wireless network inside a zone or VLAN of card data without WPA2- or"
    " WPA3-Enterprise; a wireless network that does not look for rogue access points.",
    passes="Every wireless network is kept from card data by a firewall that denies by default, and rogues are found.",
    remedy="Put a firewall between, deny by default, authenticate by 802.1X, switch the search for rogues on.",
    references=("PCI DSS 1.3.3, 2.3.1, 4.2.1.2, 11.2.1",),
)
def card_wireless(case: Case) -> Iterator[Said]:
    """Each wireless network, whether it is thought to be in scope or not."""
    zones = card_zones(case.network)
    networks = case.design.security.wireless_networks
    radio = {one.zone for one in networks} - set(zones)
    for pair in open_borders(case.network, zones):
        if {pair.low.id, pair.high.id} & radio:
            yield _way(pair.low.id, pair.high.id, bypass(case.network, pair))
    for zone in sorted(radio):
        yield from _by_default(case, zone, zones)
    for one in networks:
        yield from _network(case, one)
    inside = sum(_is_inside(case, one) for one in networks)
    yield Measure(name="wireless_networks", value=len(networks))
    yield Measure(name="wireless_networks_in_card_data", value=inside)


def _way(low: str, high: str, way: tuple[str, ...]) -> Finding:
    return Finding(
        message=f"wireless clients get from {low} to {high} without an enforcement point: {' - '.join(way[:10])}",
        elements=(*way[:10], low, high),
        witness={"zones": [low, high], "way": [*way[:10]]},
    )


def _by_default(case: Case, zone: str, zones: tuple[str, ...]) -> Iterator[Finding]:
    policies = case.network.by_id("policies")
    for target in zones:
        for name, left in undecided(case.network, zone, target):
            if left and policies[name].default_action is Action.PERMIT:
                yield Finding(
                    message=f"policy {name} permits wireless clients of {zone} into {target} by default",
                    elements=(name, zone, target),
                    witness={"policy": name, "from_zone": zone, "to_zone": target},
                )


def _is_inside(case: Case, one: WirelessNetwork) -> bool:
    zones, vlans = card_zones(case.network), case.network.by_id("vlans")
    return one.zone in zones or any(name in vlans and vlans[name].zone in zones for name in one.vlans)


def _network(case: Case, one: WirelessNetwork) -> Iterator[Finding]:
    if _is_inside(case, one) and one.security not in STRONG:
        yield Finding(
            message=f"wireless network {one.id} carries card data with {one.security}",
            elements=(one.id,),
            witness={"network": one.id, "security": one.security},
        )
    if not one.rogue_detection:
        yield Finding(
            message=f"nothing looks for rogue access points where wireless network {one.id} is",
            elements=(one.id,),
            witness={"network": one.id, "rogue_detection": False},
        )


@card_wireless.mutant("land a wireless network with a shared key among card data")
def land_inside(case: Case) -> Patch | None:
    """The first network."""
    zones = card_zones(case.network)
    for one in case.design.security.wireless_networks if zones else ():
        return (Set("wireless_networks", one.id, {"zone": zones[0], "security": "wpa2-personal"}),)
    return None


@card_wireless.mutant("route from wireless clients into card data on a switch")
def route_past(case: Case) -> Patch | None:
    """The first zone of wireless clients with a VLAN."""
    zones = card_zones(case.network)
    for one in case.design.security.wireless_networks if zones else ():
        patch = back_door(case, one.zone, zones[0]) if one.zone not in zones else None
        if patch is not None:
            return patch
    return None


@card_wireless.mutant("stop looking for rogue access points")
def overlook_rogues(case: Case) -> Patch | None:
    """On every network."""
    networks = case.design.security.wireless_networks
    return tuple(Set("wireless_networks", one.id, {"rogue_detection": False}) for one in networks) or None


@card_wireless.mutant("permit wireless clients into card data by default")
def permit_by_default(case: Case) -> Patch | None:
    """No last denial, and a default that permits."""
    return open_default(case) if card_zones(case.network) else None


@card_wireless.fix("authenticate by 802.1X, and look for rogues")
def strengthen(case: Case, finding: Finding) -> Patch | None:
    """The network of the finding; its zone is what its VLANs say."""
    name = finding.witness.get("network")
    one = case.network.by_id("wireless_networks").get(str(name))
    if one is None:
        return None
    vlans = case.network.by_id("vlans")
    zone = next((vlans[v].zone for v in one.vlans if v in vlans and vlans[v].zone), one.zone)
    security = one.security if one.security in (*STRONG, "owe") else STRONG[-1]
    return (Set("wireless_networks", one.id, {"zone": zone, "security": security, "rogue_detection": True}),)


@card_wireless.fix("remove interfaces that join zones past the firewall")
def cut_way(case: Case, finding: Finding) -> Patch | None:
    """On the devices of the way."""
    return cut(case, finding.elements) if "way" in finding.witness else None


@card_wireless.fix("deny what no rule names")
def deny_default(case: Case, finding: Finding) -> Patch | None:
    """By its default and by a last rule."""
    return closed(case, str(finding.witness.get("policy")))
