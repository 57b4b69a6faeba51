"""Cost, availability, headroom and power of candidates, worked out again from the facts alone."""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from itertools import combinations
from math import ceil

import pytest

from netdesign.model.comparison import Score
from netdesign.model.design import Design
from netdesign.model.inventory import Homing
from netdesign.model.parts import PartKind
from netdesign.model.vocabulary import LinkPurpose, Role
from netdesign.synthesis.candidates.headroom import SERVING
from netdesign.synthesis.candidates.scoring import score
from tests.unit.synthesis.candidates.examples import CASES, SHOP, designs

POLICY = SHOP.parameters
CARRYING = {LinkPurpose.FABRIC, LinkPurpose.UPLINK, LinkPurpose.PEER, LinkPurpose.ATTACHMENT, LinkPurpose.CIRCUIT}
ASIDE = {Role.MANAGEMENT_SWITCH, Role.CONSOLE_SERVER, Role.ACCESS_POINT, Role.WIRELESS_CONTROLLER, Role.LOAD_BALANCER}
NAMES = {Role.FIREWALL: "firewall", Role.INTERNET_EDGE: "router", Role.WAN_EDGE: "router"}


def scored(name: str, variant: str) -> Score:
    return score(designs(name)[variant], SHOP.catalog, POLICY)


@pytest.mark.parametrize(("name", "variant"), CASES)
def test_cost_is_what_the_bill_and_the_circuits_come_to(name, variant):
    design, cost = designs(name)[variant], POLICY.cost

    def bought(*kinds: PartKind) -> float:
        return sum((p.quantity + p.spares) * (p.unit_usd or 0) for p in design.parts.lines if p.kind in kinds)

    full = bought(PartKind.DEVICE, PartKind.POWER_SUPPLY) * (1 - cost.discount)
    hosts = bought(PartKind.SERVER, PartKind.STORAGE) * (1 - cost.discount)
    optics = bought(PartKind.TRANSCEIVER) * (1 - cost.discount)
    installed = full + hosts + optics + bought(PartKind.RACK)
    capital = installed * (1 + cost.install_share) + bought(PartKind.CABLE)
    watts = sum(p.power_w for p in design.parts.lines) * cost.typical_power_share
    energy = watts * 8.76 * cost.power_usage_effectiveness * cost.tariff_usd_per_kwh
    circuits = 12 * sum(one.monthly_usd or 0 for one in design.cabling.circuits)
    yearly = (full + hosts) * cost.support_share + bought(PartKind.LICENCE) + circuits + energy

    assert scored(name, variant).tco_usd == pytest.approx(
        capital + design.requirements.horizon_years * yearly, abs=0.02
    )


@pytest.mark.parametrize(("name", "variant"), CASES)
def test_power_is_what_devices_draw_and_what_their_optics_add(name, variant):
    design = designs(name)[variant]
    devices = sum(SHOP.catalog.device(d.sku).power_max_w for d in design.inventory.devices if d.sku is not None)
    others = sum(p.power_w for p in design.parts.lines if p.kind is not PartKind.DEVICE)

    assert scored(name, variant).power_w == pytest.approx(
        (devices + others) * POLICY.cost.typical_power_share, rel=0.02
    )


@pytest.mark.parametrize(("name", "variant"), CASES)
def test_availability_is_what_every_pair_of_failures_leaves(name, variant):
    design = designs(name)[variant]

    worst = max(cut_off_share(design, home) for home in homes(design))

    assert scored(name, variant).unavailability == pytest.approx(worst, rel=1e-6)


def homes(design: Design) -> set[frozenset[str]]:
    """The sets of devices that wired endpoints are attached to."""
    wired = {group.id: group for group in design.inventory.endpoint_groups if group.homing is not Homing.WIRELESS}
    found: dict[str, set[str]] = defaultdict(set)
    for one in design.inventory.attachments:
        if one.group in wired:
            found[one.group].add(one.device)
    role = {device.id: device.role for device in design.inventory.devices}
    made: set[frozenset[str]] = set()
    for group, devices in found.items():
        kept = frozenset(device for device in devices if role[device] not in ASIDE)
        made |= {frozenset({one}) for one in kept} if wired[group].homing is Homing.SINGLE else {kept}
    return {home for home in made if home}


def cut_off_share(design: Design, home: frozenset[str]) -> float:
    """How long a home misses the firewalls, or these the circuits: all cuts of one and of two elements."""
    down = {**device_shares(design), **link_shares(design)}
    walls = {device.id for device in design.inventory.devices if device.role is Role.FIREWALL}
    far = {device.id for device in design.inventory.devices if device.role is Role.PROVIDER}
    total: dict[frozenset[str], float] = {}
    for start, end in ((home, walls), (walls, far)):
        # A place of several devices stands, whatever becomes of one of them; a single one is its own end.
        ends = {one for side in (start, end) if len(side) == 1 and side is home for one in side}
        elements = [one for one in down if down[one] > 0 and one not in ends]
        single = {one for one in elements if not joined(design, start, end, {one})}
        for one in single:
            alone = POLICY.availability.planned_outage_h_per_year / 8766 if one in device_shares(design) else 0.0
            total[frozenset({one})] = down[one] + alone
        for pair in combinations([one for one in elements if one not in single], 2):
            if not joined(design, start, end, set(pair)):
                total[frozenset(pair)] = together(design, down, *pair)
    return sum(total.values())


def joined(design: Design, start: frozenset[str] | set[str], end: set[str], lost: set[str]) -> bool:
    """Whether a way is left from one of `start` to one of `end`."""
    role = {device.id: device.role for device in design.inventory.devices}
    beside: dict[str, set[str]] = defaultdict(set)
    for link in design.cabling.links:
        ends = link.a.device, link.b.device
        if link.purpose in CARRYING and link.id not in lost and not {role[one] for one in ends} & ASIDE:
            beside[ends[0]].add(ends[1])
            beside[ends[1]].add(ends[0])
    seen = {one for one in start if one not in lost}
    waiting = list(seen)
    while waiting:
        for other in beside[waiting.pop()] - seen - lost:
            seen.add(other)
            waiting.append(other)
    return bool(seen & (end - lost))


def device_shares(design: Design) -> dict[str, float]:
    policy = POLICY.availability
    spared = {line.part for line in design.parts.lines if line.kind is PartKind.DEVICE and line.spares}
    shares = {}
    for device in design.inventory.devices:
        if device.role is Role.PROVIDER or device.role in ASIDE or device.sku is None:
            continue
        kind, name = SHOP.catalog.device(device.sku), NAMES.get(device.role, "fixed_switch")
        repair = policy.mttr_h[name] if device.sku in spared else policy.mttr_next_business_day_h
        down = repair / (kind.mtbf()[0] + repair)
        down += policy.mttr_h["software"] / (policy.mtbf_h["software"] + policy.mttr_h["software"])
        if kind.power_supplies < 2:
            down += policy.mttr_h["power_supply"] / (policy.mtbf_h["power_supply"] + policy.mttr_h["power_supply"])
        shares[device.id] = down
    return shares


def link_shares(design: Design) -> dict[str, float]:
    policy, sold = POLICY.availability, {one.link: one for one in design.cabling.circuits}
    spared = {line.part for line in design.parts.lines if line.kind is PartKind.TRANSCEIVER and line.spares}
    shares = {}
    for link in design.cabling.links:
        if link.purpose is LinkPurpose.CIRCUIT:
            shares[link.id] = 1 - (sold[link.id].availability or policy.circuit[sold[link.id].kind.value])
        elif link.purpose in CARRYING:
            phy = SHOP.catalog.phy(link.phy) if link.phy else None
            repair = policy.mttr_h["optic"] if link.phy in spared else policy.mttr_next_business_day_h
            optics = 2 if phy and (phy.fibres or phy.power_w) else 0
            shares[link.id] = optics * repair / (policy.mtbf_h["optic"] + repair)
    return shares


def together(design: Design, down: dict[str, float], one: str, other: str) -> float:
    policy = POLICY.availability
    q = max(down[one], down[other])
    for group in design.inventory.ha_groups:
        if {one, other} <= set(group.members):
            return 2 * q * (1 - policy.failover_coverage) + q * q + policy.common_cause * q
    for pair in design.cabling.mlags:
        if {one, other} <= set(pair.peers):
            return q * q + policy.common_cause * q
    return down[one] * down[other]


@pytest.mark.parametrize(("name", "variant"), CASES)
def test_headroom_is_the_least_of_what_is_left(name, variant):
    found = scored(name, variant)

    assert found.headroom == min(margin.left for margin in found.margins)
    assert [margin.left for margin in found.margins] == sorted(margin.left for margin in found.margins)


@pytest.mark.parametrize(("name", "variant"), CASES)
def test_addresses_left_are_those_of_the_fullest_subnet(name, variant):
    design = designs(name)[variant]
    left = {margin.kind: margin for margin in scored(name, variant).margins}
    subnet = next(one for one in design.addressing.subnets if one.prefix == left["address"].of)
    hosts = ipaddress.ip_network(subnet.prefix).num_addresses - 2
    today = (1 - left["address"].left) * hosts / design.requirements.growth_multiplier
    groups = {one.id: one for one in design.inventory.endpoint_groups}
    attached = sum(group.count for group in groups.values() if subnet.vlan in group.vlans)

    assert 0 < today <= max(subnet.planned_hosts, attached) + 1e-3


@pytest.mark.parametrize(("name", "variant"), CASES)
def test_ports_left_are_those_that_no_cable_between_devices_takes(name, variant):
    design = designs(name)[variant]
    asked, site = design.requirements, design.requirements.sites[0]
    servers = ceil(site.servers * asked.servers.nics_per_server * asked.growth_multiplier - 1e-9)
    offered = 0
    points = {device.id for device in design.inventory.devices if device.role is Role.ACCESS_POINT}
    for device in design.inventory.devices:
        if device.role not in SERVING or device.sku is None:
            continue
        kind = SHOP.catalog.device(device.sku)
        taken = {
            kind_port.cage
            for link in design.cabling.links
            for near, far in ((link.a, link.b), (link.b, link.a))
            if near.device == device.id and far.device not in points and (kind_port := kind.port(near.port))
        }
        cages = {port.cage: len(port.split(asked.servers.nic_speed_bps)) for port in kind.data_ports()}
        offered += sum(lanes for cage, lanes in cages.items() if cage not in taken)
    left = {margin.kind: margin.left for margin in scored(name, variant).margins}

    assert left["server port"] == pytest.approx(1 - servers / offered, abs=1e-6)


@pytest.mark.parametrize(("name", "variant"), CASES)
def test_firewalls_inspect_the_larger_direction_of_what_crosses_them(name, variant):
    design = designs(name)[variant]
    ends = {group.id: group.zone for group in design.inventory.endpoint_groups}
    ends |= {device.id: "internet" for device in design.inventory.devices if device.role is Role.PROVIDER}
    ends |= {service.id: "services" for service in design.infrastructure.service_instances}
    crossing = sum(
        max(flow.up_bps, flow.down_bps)
        for flow in design.traffic.flows
        if {ends[one] for one in flow.sources} != {ends[one] for one in flow.targets}
    )
    wall = next(device for device in design.inventory.devices if device.role is Role.FIREWALL)
    rated = SHOP.catalog.device(wall.sku or "").firewall
    assert rated is not None
    left = {margin.kind: margin.left for margin in scored(name, variant).margins}

    most = crossing * design.requirements.growth_multiplier / (rated.ngfw_bps or 0)
    assert 1 - most - 1e-6 <= left["firewall"] <= 1


@pytest.mark.parametrize(("name", "variant"), CASES)
def test_the_busiest_link_carries_no_more_than_all_flows(name, variant):
    design = designs(name)[variant]
    left = {margin.kind: margin for margin in scored(name, variant).margins}
    link = next(one for one in design.cabling.links if one.id == left["link"].of)
    circuit = next((one for one in design.cabling.circuits if one.link == link.id), None)
    rate = min(circuit.rate_down_bps, circuit.rate_up_bps) if circuit else link.speed_bps
    providers = {device.id for device in design.inventory.devices if device.role is Role.PROVIDER}
    outside = sum(
        max(flow.up_bps, flow.down_bps) for flow in design.traffic.flows if providers & {*flow.sources, *flow.targets}
    )
    every = sum(flow.up_bps + flow.down_bps for flow in design.traffic.flows)
    most = (outside if circuit else every) * design.requirements.growth_multiplier / rate

    assert 0 < 1 - left["link"].left <= most + 1e-6
