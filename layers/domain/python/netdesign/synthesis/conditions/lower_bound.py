"""A cost that no design can undercut: for each mandatory part, the least that the catalogue asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil

from netdesign.catalog.media import media
from netdesign.catalog.sku import DeviceType
from netdesign.model.resolved import FabricWorkload
from netdesign.model.vocabulary import Redundancy, Role
from netdesign.synthesis.conditions.question import Question
from netdesign.synthesis.needs.circuits import LEAVING_BY_CIRCUITS, MAX_CIRCUITS, circuit_kind


@dataclass(frozen=True, slots=True)
class Part:
    """One mandatory part: what it is, how the least cost comes about, and that cost before installation."""

    name: str
    formula: str
    usd: float


def parts(question: Question) -> tuple[Part, ...]:
    """The mandatory parts with the least cost of each."""
    made = _campus_parts(question) if question.campus else _fabric_parts(question)
    return tuple(part for part in (*made, _firewalls(question)) if part.usd > 0)


def total_usd(question: Question) -> int:
    """Least cost over the horizon: parts, their installation, support and circuits; 0 where nothing is on offer."""
    cost, years = question.parameters.cost, question.requirements.horizon_years
    factor = (1 - cost.discount) * (1 + cost.install_share + cost.support_share * years)
    bought = sum(part.usd for part in parts(question)) * factor
    return ceil(bought + sum(part.usd for part in circuits(question))) if bought else 0


def circuits(question: Question) -> tuple[Part, ...]:
    """The circuits of every site over the horizon: one, two from high redundancy on, of the cheapest rate."""
    wanted = question.requirements
    if wanted.network_type not in LEAVING_BY_CIRCUITS:
        return ()
    leaving = len(wanted.sites) if question.campus else max(1, sum(bool(site.servers) for site in wanted.sites))
    count = leaving * (MAX_CIRCUITS if wanted.redundancy.at_least(Redundancy.HIGH) else 1)
    least = min(tier.usd_per_month for tier in question.catalog.circuit(circuit_kind(wanted)).tiers)
    usd = count * least * 12 * wanted.horizon_years
    return (Part("circuits", f"{count:,} x {least:,.0f} USD x 12 x {wanted.horizon_years} years", usd),)


def paired(question: Question) -> int:
    """How many of a thing that must not fail alone: two from medium redundancy on, else one."""
    return 2 if question.requirements.redundancy.at_least(Redundancy.MEDIUM) else 1


def _fabric_parts(question: Question) -> Iterator[Part]:
    wanted, policy = question.requirements, question.parameters
    spare = policy.redundancy[wanted.redundancy].spare_share
    servers = wanted.servers
    ports = ceil(servers.count * servers.nics_per_server * wanted.growth_multiplier * (1 + spare))
    yield from _switches(question, Role.LEAF, ports, servers.nic_speed_bps, paired(question))
    if servers.racks <= policy.fabric.collapsed_max_racks or ports <= policy.fabric.collapsed_max_ports:
        return
    uplink_gbps = ports * servers.nic_speed_bps / 1e9 / oversubscription(question)
    rates = [_usd(device) / (device.port_capacity_bps / 1e9) for device in _with_ports(question, Role.SPINE)]
    if rates:
        formula = f"{uplink_gbps:,.0f} Gbit/s of uplinks x {min(rates):.2f} USD a Gbit/s"
        yield Part("spine ports", formula, uplink_gbps * min(rates))
    optic = _cheapest_link_usd_per_gbps()
    yield Part("fabric cables", f"{uplink_gbps:,.0f} Gbit/s x {optic:.2f} USD a Gbit/s", uplink_gbps * optic)


def oversubscription(question: Question) -> float:
    """The highest ratio of a leaf that the policy allows for the workload."""
    limits = question.parameters.oversubscription
    workload = question.requirements.fabric_workload
    if workload in (FabricWorkload.AI, FabricWorkload.STORAGE):
        return limits.leaf_lossless
    return limits.leaf_light if workload is FabricWorkload.LIGHT else limits.leaf_general


def _campus_parts(question: Question) -> Iterator[Part]:
    wanted, policy = question.requirements, question.parameters
    spare = policy.redundancy[wanted.redundancy].spare_share
    endpoints = sum(site.endpoints for site in wanted.sites)
    edge = (wanted.users * policy.campus.ports_per_user + endpoints) * wanted.growth_multiplier * (1 + spare)
    closets = sum(site.closets for site in wanted.sites)
    yield from _switches(question, Role.ACCESS, ceil(edge), 10**9, closets)
    points = access_points(question)
    yield from _each(question, Role.ACCESS_POINT, points)
    several = sum(site.closets > 1 for site in wanted.sites)
    if several:
        tops = (*question.devices(Role.CORE), *question.devices(Role.DISTRIBUTION))
        yield from _cheapest("core switches", tops, paired(question) * several)


def access_points(question: Question) -> int:
    """As many as the area and the clients ask for; none without wireless."""
    wanted, air = question.requirements, question.parameters.wireless
    if not wanted.wireless:
        return 0
    per_point = air.area_voice_m2 if wanted.voice else air.area_data_m2
    by_area = sum(ceil(site.area_m2 / per_point) for site in wanted.sites)
    by_clients = ceil(wanted.users * air.devices_per_user * air.active_share / air.clients_per_access_point)
    return max(by_area, by_clients)


def _switches(question: Question, role: Role, ports: int, speed_bps: int, least: int) -> Iterator[Part]:
    """Switches of a role: by the cheapest port of the speed, and never fewer than `least` of the cheapest."""
    devices = [device for device in question.devices(role) if device.usable_ports(speed_bps)]
    if not devices:
        return
    port_usd = min(_usd(device) / device.usable_ports(speed_bps) for device in devices)
    floor = least * min(map(_usd, devices))
    formula = f"max({ports:,} ports x {port_usd:,.0f} USD, {least} switches)"
    yield Part(f"{role.value.replace('_', ' ')} switches", formula, max(ports * port_usd, floor))


def _each(question: Question, role: Role, count: int) -> Iterator[Part]:
    yield from _cheapest(f"{role.value.replace('_', ' ')}s", question.devices(role), count)


def _cheapest(name: str, devices: tuple[DeviceType, ...], count: int) -> Iterator[Part]:
    if devices and count:
        least = min(map(_usd, devices))
        yield Part(name, f"{count:,} x {least:,.0f} USD", count * least)


def _firewalls(question: Question) -> Part:
    """One firewall a network, two where the security level wants enforcement to survive a failure."""
    posture = question.parameters.security[question.requirements.security_level]
    count = 2 if posture.enforcement_ha else 1
    found = next(_each(question, Role.FIREWALL, count), None)
    return found or Part("firewalls", "none on offer", 0.0)


def _with_ports(question: Question, role: Role) -> tuple[DeviceType, ...]:
    return tuple(device for device in question.devices(role) if device.port_capacity_bps)


def _usd(device: DeviceType) -> float:
    return float(device.priced()[0])


def _cheapest_link_usd_per_gbps() -> float:
    """The least that any ready-made cable, or two optics, cost for each Gbit/s."""
    phys = [phy for phy in media().phys.values() if phy.speed_bps >= 10**10]
    return min(phy.priced()[0] * (1 if phy.per_cable else 2) / (phy.speed_bps / 1e9) for phy in phys)
