"""Ways to break the separation of zones, for the mutants of rules that guard it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netdesign.analysis.policy.policy import bound_zones, enforced_policies, ordered_rules
from netdesign.analysis.policy.zones import enforcement_points, places, zones_exposed
from netdesign.errors import InvalidInputError
from netdesign.graph.prefixes import WIDTH, address_text, parse_prefix
from netdesign.model.addressing import Interface
from netdesign.model.cabling import Link, PortRef
from netdesign.model.inventory import Device
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.security import Action, PolicyRule, Service
from netdesign.model.vocabulary import Exposure, InterfaceKind, LinkPurpose, Medium, PortMode, Role, Trust

if TYPE_CHECKING:
    from netdesign.model.addressing import Subnet
    from netdesign.model.switching import Vlan
    from netdesign.rules.case import Case

NO_ROUTERS = frozenset({Role.PROVIDER, Role.ACCESS_POINT, Role.CONSOLE_SERVER, Role.FIREWALL})
BACK_DOOR = "back-door"


def back_door(case: Case, low: str, high: str) -> Patch | None:
    """Route between two zones on a switch, past every enforcement point; None where a zone has no VLAN."""
    device = _switch(case)
    inside = [_vlan_of(case, zone) for zone in (low, high) if not _is_internet(case, zone)]
    if device is None or not inside or any(found is None for found in inside):
        return None
    vrf = next((found[0].vrf for found in inside if found is not None and found[0].vrf), None)
    routes = tuple(_svi(device, vrf, *found) for found in inside if found is not None)
    return routes if len(inside) == 2 else (*routes, *_own_exit(device, vrf))


def _is_internet(case: Case, zone: str) -> bool:
    return any(one.id == zone for one in zones_exposed(case.network, Exposure.INTERNET))


def _switch(case: Case) -> Device | None:
    strong = {case.network.devices[at].id for at in enforcement_points(case.network)}
    for device in sorted(case.network.devices, key=lambda one: one.id):
        if device.in_service and device.managed and device.role not in NO_ROUTERS and device.id not in strong:
            return device
    return None


def _vlan_of(case: Case, zone: str) -> tuple[Vlan, Subnet] | None:
    if zone not in places(case.network):
        return None
    vlans = case.network.by_id("vlans")
    for subnet in case.design.addressing.subnets:
        vlan = vlans.get(subnet.vlan) if subnet.vlan is not None else None
        if vlan is not None and (vlan.zone or subnet.zone) == zone and _readable(subnet):
            return vlan, subnet
    return None


def _readable(subnet: Subnet) -> bool:
    try:
        return parse_prefix(subnet.prefix).size >= 4
    except InvalidInputError:
        return False


def _svi(device: Device, vrf: str | None, vlan: Vlan, subnet: Subnet) -> Add:
    prefix = parse_prefix(subnet.prefix)
    address = address_text(prefix.version, prefix.last - (1 if WIDTH[prefix.version] - prefix.length > 1 else 0))
    return Add(
        "interfaces",
        Interface(
            id=f"{device.id}:{BACK_DOOR}-{vlan.id}",
            device=device.id,
            name=f"{BACK_DOOR}-{vlan.id}",
            kind=InterfaceKind.SVI,
            mode=PortMode.ROUTED,
            vrf=vrf,
            vlan=vlan.id,
            addresses=(f"{address}/{prefix.length}",),
        ),
    )


def _own_exit(device: Device, vrf: str | None) -> Patch:
    """A circuit of its own to the Internet, on a port of the device."""
    provider = Device(
        id=BACK_DOOR, hostname=BACK_DOOR, role=Role.PROVIDER, site=device.site, managed=False, in_service=True
    )
    port = Interface(
        id=f"{device.id}:{BACK_DOOR}",
        device=device.id,
        name=BACK_DOOR,
        kind=InterfaceKind.PHYSICAL,
        mode=PortMode.ROUTED,
        vrf=vrf,
        addresses=("198.51.100.2/31",),
    )
    link = Link(
        id=BACK_DOOR,
        a=PortRef(device=device.id, port=BACK_DOOR),
        b=PortRef(device=BACK_DOOR, port="1"),
        speed_bps=100_000_000,
        medium=Medium.VIRTUAL,
        purpose=LinkPurpose.CIRCUIT,
        trust=Trust.PUBLIC,
    )
    return (Add("devices", provider), Add("interfaces", port), Add("links", link))


def first_rule(
    case: Case, action: Action, low: str, high: str, *, services: tuple[Service, ...] = (), mark: str = ""
) -> Patch | None:
    """Put a rule on top that permits or denies from one zone to another, everything or some services.

    It stands wherever both zones are bound; `mark` tells rules of one patch apart.
    """
    made = []
    for policy in enforced_policies(case.network):
        if not {low, high} <= bound_zones(case.network, policy.id):
            continue
        rules = ordered_rules(case.network, policy.id)
        rule = PolicyRule(
            id=f"{BACK_DOOR}{mark}-{policy.id}",
            policy=policy.id,
            order=min((one.order for one in rules), default=1) - 1,
            action=action,
            source_zones=(low,),
            destination_zones=(high,),
            services=services,
            log=True,
            owner="nobody",
            justification="none",
        )
        made.append(Add("policy_rules", rule))
    return tuple(made) or None


def open_default(case: Case) -> Patch | None:
    """Have every enforced policy permit what no rule of it names: a default that permits, and no denials."""
    policies = enforced_policies(case.network)
    denials = [rule for one in policies for rule in ordered_rules(case.network, one.id) if rule.action is Action.DENY]
    opened = [Set("policies", one.id, {"default_action": Action.PERMIT}) for one in policies]
    return (*opened, *(Remove("policy_rules", rule.id) for rule in denials)) or None


def without_device(case: Case, device: str) -> Patch:
    """Take a device away, with its links and interfaces, and out of the groups that name it."""
    design = case.design
    links = [Remove("links", one.id) for one in design.cabling.links if device in (one.a.device, one.b.device)]
    ports = [Remove("interfaces", one.id) for one in design.addressing.interfaces if one.device == device]
    groups = [
        Set("ha_groups", one.id, {"members": tuple(name for name in one.members if name != device)})
        for one in design.inventory.ha_groups
        if device in one.members
    ]
    policies = [
        Set("policies", one.id, {"devices": tuple(name for name in one.devices if name != device)})
        for one in design.security.policies
        if device in one.devices
    ]
    return (*groups, *policies, *links, *ports, Remove("devices", device))


def uninspected(case: Case) -> Patch | None:
    """Switch inspection off on every rule that has it."""
    rules = [rule for rule in case.design.security.policy_rules if rule.inspect]
    return tuple(Set("policy_rules", rule.id, {"inspect": ()}) for rule in rules) or None


def clear_flow(case: Case, flow: str, **changes: object) -> Patch:
    """Take end-to-end encryption from a flow, and from links and tunnels whatever protects them."""
    overlay, cabling = case.design.overlay, case.design.cabling
    tunnels = [Set("tunnels", one.id, {"crypto": None}) for one in overlay.tunnels if one.crypto is not None]
    links = [Set("links", one.id, {"crypto": None}) for one in cabling.links if one.crypto is not None]
    return (Set("flows", flow, {"encrypted": False, **changes}), *tunnels, *links)
