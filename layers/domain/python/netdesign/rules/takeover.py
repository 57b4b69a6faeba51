"""Gateways that take over from one another: what keeps a standby from it, how to break it and how to mend it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from netdesign.analysis.addressing.gateway_groups import virtual_members
from netdesign.analysis.routing.takeover import one_sided_groups, pinned_routes, rivals, split_groups
from netdesign.model.inventory import HaMode
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netdesign.model.addressing import Interface
    from netdesign.rules.case import Case

SHOWN = 5


def pairs(case: Case) -> list[list[Interface]]:
    """Interfaces with VRRP that stand in for one another, in sets of two or more."""
    found: dict[tuple[int, int | None], list[Interface]] = defaultdict(list)
    for at, members in enumerate(virtual_members(case.network)):
        for member in members:
            found[at, member.group].append(case.network.interfaces[member.interface])
    return [sorted(some, key=lambda one: one.id) for some in found.values() if len(some) > 1]


def side_by_side(case: Case) -> Iterator[Finding]:
    """Members of active/standby groups that lead some shared addresses each: what one opens the other has to know."""
    for group, leading in split_groups(case.network):
        few = min(leading, key=lambda name: (len(leading[name]), name))
        names = [case.network.interfaces[at].id for at in leading[few]]
        yield Finding(
            message=f"{group} is active/standby, and {' and '.join(leading)} are both active: {few} for"
            f" {', '.join(names[:SHOWN])}",
            elements=(group, *leading, *names),
            witness={"fault": "split", "group": group, "interfaces": [*names[:SHOWN]]},
        )


def by_itself(case: Case) -> Iterator[Finding]:
    """Members of active/active groups that lead nothing: what is counted on both has one alone."""
    for group, leading in one_sided_groups(case.network):
        (name,) = leading
        yield Finding(
            message=f"{group} is active/active, and {name} alone is active for every address that its members share",
            elements=(group, name),
            witness={"fault": "one-sided", "group": group, "active": name},
        )


def sent_past(case: Case) -> Iterator[Finding]:
    """By gateway: what is sent to it stops with it."""
    by_gateway: dict[tuple[str, str], list[str]] = defaultdict(list)
    for routes, gateway, shared in pinned_routes(case.network):
        by_gateway[gateway, shared] += routes
    for (gateway, shared), names in sorted(by_gateway.items()):
        yield Finding(
            message=f"static routes that lead to the own address of {gateway} instead of {shared}, which moves with"
            f" the active gateway: {', '.join(names[:SHOWN])}",
            elements=(gateway, *names),
            witness={"fault": "pinned", "gateway": gateway, "shared": shared, "routes": [*names[:SHOWN]]},
        )


def standby_ahead(case: Case) -> Patch | None:
    """The standby of an active/standby group gets the highest priority on one segment."""
    for group in case.design.inventory.ha_groups if not split_groups(case.network) else ():
        mine = [pair for pair in pairs(case) if all(port.device in group.members for port in pair)]
        if group.mode is HaMode.ACTIVE_STANDBY and len(mine) > 1:
            last = min(mine[-1], key=lambda port: port.virtual_priority or 100)
            return (Set("interfaces", last.id, {"virtual_priority": 254}),)
    return None


def called_both_active(case: Case) -> Patch | None:
    """The first active/standby group of which one member leads is called active/active."""
    for group in case.design.inventory.ha_groups:
        ports = [pair for pair in pairs(case) if all(port.device in group.members for port in pair)]
        apart = all(len({port.virtual_priority for port in pair}) == len(pair) for pair in ports)
        if group.mode is HaMode.ACTIVE_STANDBY and ports and apart and not split_groups(case.network):
            return (Set("ha_groups", group.id, {"mode": HaMode.ACTIVE_ACTIVE}),)
    return None


def pinned(case: Case) -> Patch | None:
    """Every static route to one shared address leads to the own address of one router instead."""
    routes = case.design.routing.static_routes
    for pair in pairs(case):
        for shared in pair[0].virtual_addresses:
            own = [text.split("/")[0] for text in pair[0].addresses if (":" in text) == (":" in shared)]
            devices = {port.device for port in pair}
            led = [one for one in routes if one.next_hop == shared and one.device not in devices]
            if own and led and own[0] != shared:
                return tuple(Set("static_routes", one.id, {"next_hop": own[0]}) for one in led)
    return None


def stands_by(_: Case, finding: Finding) -> Patch | None:
    """A group of which one member alone is active is called what it is."""
    if finding.witness.get("fault") != "one-sided":
        return None
    return (Set("ha_groups", finding.elements[0], {"mode": HaMode.ACTIVE_STANDBY}),)


def one_active(case: Case, finding: Finding) -> Patch | None:
    """Where a standby is active for some networks: the priorities there change places."""
    if finding.witness.get("fault") != "split":
        return None
    index = {port.id: at for at, port in enumerate(case.network.interfaces)}
    made: list[Set] = []
    for name in (name for name in finding.elements if name in index):
        others = [one for one in rivals(case.network, index[name]) if one.interface != index[name]]
        if others:
            best = max(others, key=lambda one: one.priority)
            top = next(one.priority for one in rivals(case.network, index[name]) if one.interface == index[name])
            made.append(Set("interfaces", name, {"virtual_priority": best.priority}))
            made.append(Set("interfaces", case.network.interfaces[best.interface].id, {"virtual_priority": top}))
    return tuple(made) or None


def to_shared(case: Case, finding: Finding) -> Patch | None:
    """Routes to the own address of a gateway lead to the one that moves with the active gateway."""
    known, shared = case.network.by_id("static_routes"), finding.witness.get("shared")
    routes = [name for name in finding.elements if name in known]
    return tuple(Set("static_routes", name, {"next_hop": shared}) for name in routes if shared) or None
