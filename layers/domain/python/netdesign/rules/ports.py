"""Ports that lead endpoints into zones of others: what is said of them, how to break them and how to mend them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netdesign.analysis.switching.port_zones import Stray, stray_ports
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding
from netdesign.model.vocabulary import PortMode, Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from netdesign.model.inventory import EndpointGroup
    from netdesign.rules.case import Case

SHOWN = 5


def strayed(case: Case, wanted: Callable[[EndpointGroup], bool], severity: Severity | None = None) -> Iterator[Finding]:
    """A finding for each wanted group and profile whose ports lead into zones other than the group's."""
    groups = case.network.by_id("endpoint_groups")
    for one in stray_ports(case.network):
        if wanted(groups[one.group]):
            yield _found(one, groups[one.group].zone, severity)


def _found(one: Stray, zone: str, severity: Severity | None) -> Finding:
    return Finding(
        message=f"ports of {one.group} in {zone} have the profile {one.profile}, which carries VLANs of"
        f" {', '.join(one.zones)}: {', '.join(one.vlans[:SHOWN])}",
        elements=(one.group, one.profile, *one.attachments[:SHOWN]),
        witness={"stray_group": one.group, "profile": one.profile, "vlans": [*one.vlans[:SHOWN]]},
        severity=severity,
    )


def on_others_ports(case: Case, wanted: Callable[[EndpointGroup], bool]) -> Patch | None:
    """Every attachment of the first wanted group gets the profile of a group in another zone."""
    vlans, profiles = case.network.by_id("vlans"), case.network.by_id("port_profiles")
    for group in case.design.inventory.endpoint_groups:
        mine = case.network.grouped("attachments", "group").get(group.id, [])
        for other in case.design.inventory.attachments if wanted(group) and mine else ():
            profile = profiles.get(other.profile)
            zones = {vlans[name].zone for name in profile.vlans if name in vlans} if profile is not None else set()
            if zones and None not in zones and group.zone not in zones:
                return tuple(Set("attachments", one.id, {"profile": other.profile}) for one in mine)
    return None


def on_a_trunk(case: Case, wanted: Callable[[EndpointGroup], bool]) -> Patch | None:
    """The profile of the first wanted group becomes a trunk that carries a VLAN of another zone too."""
    profiles = case.network.by_id("port_profiles")
    for group in case.design.inventory.endpoint_groups:
        used = [one.profile for one in case.network.grouped("attachments", "group").get(group.id, ())]
        others = [vlan.id for vlan in case.design.switching.vlans if vlan.zone not in (None, group.zone)]
        for name in used[:1] if wanted(group) and others else ():
            if name in profiles:
                carried = (*profiles[name].vlans, others[0])
                return (Set("port_profiles", name, {"mode": PortMode.TRUNK, "vlans": carried}),)
    return None


def led_home(case: Case, finding: Finding) -> Patch | None:
    """Take the VLANs of other zones from a profile that serves one zone, or give the ports one that leads home."""
    name, profiles = str(finding.witness.get("stray_group")), case.network.by_id("port_profiles")
    one = next((s for s in stray_ports(case.network) if s.group == name and s.profile in finding.elements), None)
    if one is None:
        return None
    groups = case.network.by_id("endpoint_groups")
    profile, zone = profiles[one.profile], groups[name].zone
    kept = tuple(vlan for vlan in profile.vlans if vlan not in one.vlans)
    users = {a.group for a in case.network.grouped("attachments", "profile").get(one.profile, ())}
    if kept and all(groups[user].zone == zone for user in users if user in groups):
        mode = PortMode.ACCESS if len(kept) == 1 else profile.mode
        native = profile.native_vlan if profile.native_vlan in kept and mode is PortMode.TRUNK else None
        return (Set("port_profiles", profile.id, {"vlans": kept, "mode": mode, "native_vlan": native}),)
    attached = [a for a in case.network.grouped("attachments", "group")[name] if a.profile == one.profile]
    homes = {a.id: _home(case, a.device, groups[name]) for a in attached}
    return tuple(Set("attachments", key, {"profile": home}) for key, home in homes.items() if home) or None


def _home(case: Case, device: str, group: EndpointGroup) -> str | None:
    """A profile that carries VLANs of a group alone; one whose VLANs are on the device, where there is such a one."""
    vlans = case.network.by_id("vlans")
    fitting = [
        profile
        for profile in case.design.inventory.port_profiles
        if profile.enabled
        and profile.vlans
        and {*profile.vlans, profile.native_vlan or profile.vlans[0]} <= {*group.vlans}
    ]
    near = [p for p in fitting if all(device in vlans[name].devices for name in p.vlans if name in vlans)]
    return next((profile.id for profile in (*near, *fitting)), None)
