"""Small repairs that several fixes share: endpoints back where their ports are, stray ways cut, policies closed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.security import Action, PolicyRule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netdesign.model.addressing import Interface
    from netdesign.rules.case import Case


def home(case: Case, group: str) -> Patch | None:
    """Say of a group what its ports say: their VLANs, and the zone of these. None where that changes nothing."""
    fact = case.network.by_id("endpoint_groups").get(group)
    vlans = _of_ports(case, group)
    if fact is None or not vlans:
        return None
    zones = {case.network.by_id("vlans")[vlan].zone for vlan in vlans}
    (zone,) = zones if len(zones) == 1 else (None,)
    if zone is None or (fact.zone == zone and fact.vlans == vlans):
        return None
    return (Set("endpoint_groups", group, {"zone": zone, "vlans": vlans}),)


def _of_ports(case: Case, group: str) -> tuple[str, ...]:
    """The VLANs without a tag on the ports of a group, in the design's order."""
    profiles, known = case.network.by_id("port_profiles"), case.network.by_id("vlans")
    found: dict[str, None] = {}
    for attachment in case.network.grouped("attachments", "group").get(group, ()):
        profile = profiles.get(attachment.profile)
        if profile is not None and profile.vlans and profile.vlans[0] in known:
            found[profile.vlans[0]] = None
    return tuple(found)


def cut(case: Case, elements: tuple[str, ...]) -> Patch | None:
    """Remove what joins two zones on the named devices: interfaces whose VLAN and VRF belong to different ones.

    The other interfaces of such a VRF go too where nothing else of the device routes in it, or where another one is
    in the same VLAN.
    """
    removed = [one.id for name in elements for one in _joining(case, name)]
    return tuple(Remove("interfaces", name) for name in dict.fromkeys(removed)) or None


def _joining(case: Case, device: str) -> Iterator[Interface]:
    ports = case.network.grouped("interfaces", "device").get(device, [])
    stray = [port for port in ports if _astray(case, port)]
    routed = {
        one.vrf
        for name in ("processes", "static_routes")
        for one in case.network.grouped(name, "device").get(device, ())
    }
    tables = {port.vrf for port in stray}
    vlans = Counter(port.vlan for port in ports)
    for port in ports:
        idle = port.vlan is not None and port.vrf in tables - routed
        double = port.vrf in tables and port.vlan is not None and vlans[port.vlan] > 1 and not port.virtual_addresses
        if port in stray or idle or double:
            yield port


def _astray(case: Case, port: Interface) -> bool:
    vlan = case.network.by_id("vlans").get(port.vlan or "")
    vrf = case.network.by_id("vrfs").get(port.vrf or "")
    return bool(vlan and vrf and vlan.zone and vrf.zone and vlan.zone != vrf.zone)


def closed(case: Case, policy: str) -> Patch | None:
    """Have a policy deny and log what no rule of it names, by default and by a last rule; None for an unknown one."""
    fact = case.network.by_id("policies").get(policy)
    if fact is None:
        return None
    rules = case.network.grouped("policy_rules", "policy").get(policy, [])
    owners = Counter(one.owner for one in rules if one.owner)
    last = PolicyRule(
        id=f"{policy}-rest",
        policy=policy,
        order=max((one.order for one in rules), default=0) + 10,
        action=Action.DENY,
        log=True,
        owner=next((name for name, _ in owners.most_common(1)), None),
        justification="Whatever no flow needs is refused and logged.",
    )
    patch: Patch = (Set("policies", policy, {"default_action": Action.DENY, "default_log": True}),)
    ended = any(one.action is Action.DENY and not _narrow(one) for one in rules)
    return patch if ended or last.id in case.network.by_id("policy_rules") else (*patch, Add("policy_rules", last))


def _narrow(one: PolicyRule) -> bool:
    return bool(one.source_zones or one.destination_zones or one.sources or one.destinations or one.services)
