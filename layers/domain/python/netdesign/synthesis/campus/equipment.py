"""Which device types a campus is built from: access switches, access points, controllers, and the tiers above."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from netdesign.catalog.ports import FormFactor, PoeType, PortUse
from netdesign.catalog.sku import DeviceType
from netdesign.errors import CatalogError, InfeasibleError
from netdesign.model.vocabulary import Redundancy, Role, SecurityLevel
from netdesign.synthesis.campus.radios import GBPS, UPLINK_BPS, Radios, no_choice, supplies
from netdesign.synthesis.campus.standing_campus import unit_switches
from netdesign.synthesis.draft.blueprint import Blueprint
from netdesign.synthesis.draft.cabling import SERVER_CABLE_M, endpoint_cable
from netdesign.synthesis.draft.port_bank import PortBank, PortTable
from netdesign.synthesis.draft.selection import Choice, Needs, PortNeed, select, suitable
from netdesign.synthesis.needs.campus_plan import CampusPlan, Unit, igp
from netdesign.synthesis.needs.campus_sizing import PSE_W, ports_needed, shares, switch_count

PHONE_CLASS = 3
CAMERA_CLASS = 3
MAX_SWITCHES = 64
GUARDS = frozenset({"dhcp_snooping", "dai", "ra_guard", "storm_control", "dot1x"})
FABRIC = frozenset({"evpn", "vxlan", "vrf", "bgp"})


@dataclass(frozen=True, slots=True)
class AccessChoice:
    """The access switch type and how many of it each unit takes."""

    kind: DeviceType
    counts: dict[str, int]
    refused: tuple[tuple[str, str], ...] = ()


def fabric_wanted(blueprint: Blueprint) -> bool:
    """Whether the campus is a fabric (an overlay from the access layer up) rather than switched."""
    return blueprint.requirements.sdn_required


def unit_poe(plan: CampusPlan, unit: Unit, radios: Radios | None, *, switches: int = 1) -> float:
    """Watts that the ports of the busiest of a unit's switches allocate."""
    serves = unit.serves
    phones = shares(serves.users if plan.voice else 0, switches)[0]
    powered = shares(unit.powered, switches)[0]
    points = shares(serves.access_points, switches)[0]
    watts = phones * PSE_W[PHONE_CLASS] + powered * PSE_W[CAMERA_CLASS]
    return watts + (points * PSE_W[radios.poe_class] if radios else 0)


def choose_access(
    blueprint: Blueprint,
    plan: CampusPlan,
    units: Sequence[Unit],
    radios: Radios | None,
    uplinks: int,
    *,
    most: int = MAX_SWITCHES,
) -> AccessChoice:
    """The access switch that serves all units at the least cost, ports and power counted, `most` of it in any unit."""
    needs = access_needs(blueprint, plan, units, radios, uplinks)
    kinds = suitable(blueprint.catalog.devices(Role.ACCESS), Role.ACCESS, needs, blueprint.requirements)
    stands = {unit.name: unit_switches(blueprint, plan.site.id, unit.name) for unit in units}
    skus = {switch.sku for switches in stands.values() for switch in switches}
    offers = []
    allowed = failing_together(blueprint, plan)
    for kind in kinds if not skus else [kind for kind in kinds if kind.sku in skus]:
        counts = {
            unit.name: len(stands[unit.name]) or _switches_for(blueprint, plan, unit, radios, kind, allowed)
            for unit in units
        }
        if max(counts.values()) > most:
            continue
        cost = sum(counts.values()) * (kind.priced()[0] + 200)
        offers.append((cost, kind.sku, AccessChoice(kind, counts)))
    if not offers:
        raise no_choice(Role.ACCESS, needs, blueprint.requirements)
    offers.sort(key=lambda offer: offer[:2])
    refused = tuple(
        (sku, f"costs {cost:,.0f} USD against {offers[0][0]:,.0f} USD in all") for cost, sku, _ in offers[1:6]
    )
    best = offers[0][2]
    return AccessChoice(best.kind, best.counts, refused)


def access_needs(
    blueprint: Blueprint, plan: CampusPlan, units: Sequence[Unit], radios: Radios | None, uplinks: int
) -> Needs:
    """What every access switch must have."""
    asked = blueprint.requirements
    watts = max((unit_poe(plan, unit, radios) for unit in units), default=0)
    classes = {PHONE_CLASS} if plan.voice else set()
    if any(unit.powered for unit in units):
        classes.add(CAMERA_CLASS)
    if radios:
        classes.add(radios.poe_class)
    features = set(GUARDS if asked.security_level.at_least(SecurityLevel.ENTERPRISE) else {"dhcp_snooping", "dot1x"})
    features |= FABRIC if fabric_wanted(blueprint) and plan.archetype.value != "branch" else {"stp", "lacp"}
    ports = [PortNeed(uplinks, UPLINK_BPS, PortUse.UPLINK)] if uplinks else []
    if blueprint.posture.management_plane == "out-of-band":
        ports.append(PortNeed(1, GBPS, PortUse.MANAGEMENT))
    if radios and radios.uplink_bps > GBPS:
        ports.append(PortNeed(4, radios.uplink_bps, PortUse.DOWNLINK))

    def refuse(kind: DeviceType) -> str:
        if asked.redundancy.at_least(Redundancy.HIGH) and kind.power_supplies < 2 and watts:
            return "feeds nothing once its only supply fails"
        if watts and not poe_budget(blueprint, kind):
            return "feeds no devices with one supply down"
        fed = max((PSE_W[one] for one in classes), default=0)
        if fed and _fed_ports(kind, fed) < 24:
            return f"has too few ports that feed {fed:g} W"
        return ""

    return Needs(ports=tuple(ports), features=frozenset(features), refuse=refuse, field="scale")


def poe_budget(blueprint: Blueprint, kind: DeviceType) -> int:
    """Watts that a switch can feed: with one supply down at high redundancy, else with all."""
    if not blueprint.requirements.redundancy.at_least(Redundancy.HIGH):
        return kind.poe_budget_w or 0
    return kind.poe_budget_one_supply_w or 0


def _fed_ports(kind: DeviceType, watts: float) -> int:
    return sum(group.count for group in kind.ports if group.poe and PoeType(group.poe).pse_w >= watts)


def access_ports(kind: DeviceType) -> int:
    """Copper ports of a switch for endpoints."""
    return sum(
        group.count
        for group in kind.ports
        if group.form_factor is FormFactor.RJ45 and group.use in (PortUse.DOWNLINK, PortUse.ANY)
    )


def _switches_for(
    blueprint: Blueprint, plan: CampusPlan, unit: Unit, radios: Radios | None, kind: DeviceType, allowed: float
) -> int:
    """Switches of a type that a unit needs, for ports at the horizon, for power today, and so that none of them takes
    more than `allowed` endpoints with it."""
    serves = unit.serves
    needed = ports_needed(
        serves.users,
        serves.devices + serves.terminals,
        serves.access_points,
        blueprint.growth,
        blueprint.redundancy.spare_share,
    )
    count = switch_count(needed, access_ports(kind))
    most = max(1, unit.endpoints(plan))
    while unit_poe(plan, unit, radios, switches=count) > (poe_budget(blueprint, kind) or float("inf")) or (
        count < most and shares(unit.endpoints(plan), count)[0] > allowed
    ):
        count += 1
    return count


def failing_together(blueprint: Blueprint, plan: CampusPlan) -> float:
    """How many endpoints of a site may fall with one switch or feed."""
    levels = blueprint.parameters.redundancy.values()
    floor = min(level.max_single_homed_endpoints for level in levels if level.max_single_homed_endpoints is not None)
    limit = blueprint.redundancy.max_single_homed_endpoints or float("inf")
    if not blueprint.requirements.redundancy.at_least(Redundancy.MEDIUM):
        return limit
    whole = sum(unit.endpoints(plan) for unit in plan.units)
    return min(limit, max(floor, int(whole * blueprint.parameters.topology.max_failure_domain_share)))


def choose_top(
    blueprint: Blueprint,
    role: Role,
    ports: Sequence[PortNeed],
    *,
    double: bool,
    multihoming: bool = False,
) -> tuple[Choice, int]:
    """A core or distribution switch with all those ports and two peer links, and the speed of the latter."""
    features = {"vrf", igp(blueprint.requirements).value, "lacp", "stp"}
    if double and not multihoming:
        features.add("mlag")
    if fabric_wanted(blueprint):
        features |= FABRIC
    if blueprint.posture.encrypt_owned != "none":
        features.add("macsec")
    failure = InfeasibleError(())
    for peer_bps in (100 * GBPS, 40 * GBPS, 25 * GBPS, 10 * GBPS):
        joined = double and (role is Role.CORE or not multihoming)
        peers = (PortNeed(2, peer_bps, PortUse.UPLINK, apart=True),) if joined else ()
        needs = Needs(
            ports=(*ports, *peers), features=frozenset(features), power_supplies=supplies(blueprint), field="scale"
        )
        try:
            return _choose(blueprint, role, needs), peer_bps
        except InfeasibleError as exc:
            failure = failure if failure.conflicts else exc
    raise failure


def _choose(blueprint: Blueprint, role: Role, needs: Needs) -> Choice:
    return select(blueprint.catalog.devices(role), role, needs, blueprint.requirements)


def choose_server_switch(blueprint: Blueprint, ports: int, nic_bps: int, uplinks: int, slow: int) -> DeviceType:
    """An access switch for servers: the cheapest of any switching role with the ports at their speed, and `slow` ones
    for management and controllers."""
    features = {"lacp", "stp"} | (FABRIC if fabric_wanted(blueprint) else set())
    needs = Needs(
        ports=(
            PortNeed(ports, nic_bps, PortUse.DOWNLINK),
            PortNeed(slow, GBPS, PortUse.DOWNLINK),
            PortNeed(uplinks, UPLINK_BPS),
            PortNeed(1, GBPS, PortUse.MANAGEMENT),
        ),
        features=frozenset(features),
        power_supplies=supplies(blueprint),
        refuse=lambda kind: _no_server_cable(kind, ports, nic_bps),
        field="servers",
    )
    roles = (Role.ACCESS, Role.DISTRIBUTION, Role.LEAF)
    offers: list[tuple[int, str, DeviceType]] = []
    for role in roles:
        found = suitable(blueprint.catalog.devices(role), role, needs, blueprint.requirements)
        offers.extend((kind.priced()[0], kind.sku, kind) for kind in found)
    if not offers:
        raise no_choice(Role.ACCESS, needs, blueprint.requirements)
    return min(offers, key=lambda offer: offer[:2])[2]


def _no_server_cable(kind: DeviceType, ports: int, nic_bps: int) -> str:
    """Why servers cannot be plugged into the ports; empty when they can."""
    bank = PortBank(PortTable(kind))
    for _ in range(ports):
        port = bank.take(nic_bps, PortUse.DOWNLINK)
        if port is None:
            break
        try:
            endpoint_cable(port, nic_bps, SERVER_CABLE_M)
        except CatalogError as exc:
            return str(exc)
    return ""


def explain_top(blueprint: Blueprint, role: Role, choice: Choice, ports: Iterable[PortNeed]) -> None:
    wanted = {f"{need.speed_bps / 1e9:g} Gbit/s ports": need.count for need in ports if need.count}
    blueprint.decide(
        f"Which {role.value} switch carries the campus?",
        choice.kind.sku,
        formula="the cheapest with ports for every link below, beside and above it",
        inputs=dict(wanted),
        result=ceil(choice.cost_usd),
        alternatives=choice.refused,
        fields=("scale", "redundancy", "preferred_vendors", "excluded_vendors"),
        source="catalogue of devices",
    )
