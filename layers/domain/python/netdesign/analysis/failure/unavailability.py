"""How long single devices and links are down: failures, repair, software, circuits as sold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from netdesign.catalog.media import media
from netdesign.graph.network import Network
from netdesign.model.cabling import CircuitKind
from netdesign.model.parts import PartKind
from netdesign.model.vocabulary import LinkPurpose, Role

if TYPE_CHECKING:
    from netdesign.catalog.policy import Availability
    from netdesign.graph.multigraph import Floats
    from netdesign.model.cabling import Circuit, Link
    from netdesign.model.inventory import Device

HOURS_A_YEAR = 8766
MINUTES_A_YEAR = 525_600
KINDS = {
    Role.FIREWALL: "firewall",
    Role.LOAD_BALANCER: "load_balancer",
    Role.WIRELESS_CONTROLLER: "controller",
    Role.ACCESS_POINT: "access_point",
    Role.WAN_EDGE: "router",
    Role.INTERNET_EDGE: "router",
}
"""Elements of the policy parameters by role; other devices are fixed switches."""


def device_unavailability(network: Network, policy: Availability) -> Floats:
    """The share of time that each device is down for repair; 0 for a provider's.

    A device of which a spare lies on the shelf is repaired as the parameters say for parts on site;
    any other the next business day.
    """
    spared = _spared(network, PartKind.DEVICE)
    known: dict[tuple[str | None, Role], float] = {}
    return np.array(
        [_device(network, at, device, policy, spared, known) for at, device in enumerate(network.devices)], np.float64
    )


def _spared(network: Network, kind: PartKind) -> frozenset[str]:
    return frozenset(line.part for line in network.design.parts.lines if line.kind is kind and line.spares > 0)


def _device(
    network: Network,
    at: int,
    device: Device,
    policy: Availability,
    spared: frozenset[str],
    known: dict[tuple[str | None, Role], float],
) -> float:
    if device.role is Role.PROVIDER:
        return 0.0
    key = device.sku, device.role
    if key not in known:
        name, kind = KINDS.get(device.role, "fixed_switch"), network.device_types[at]
        mtbf = float(kind.mtbf()[0] if kind is not None else policy.mtbf_h[name])
        repair = repair_h(policy, name, stocked=device.sku in spared)
        down = share(mtbf, repair) + share(policy.mtbf_h["software"], policy.mttr_h["software"])
        if kind is not None and kind.power_supplies < 2:
            down += share(policy.mtbf_h["power_supply"], policy.mttr_h["power_supply"])
        known[key] = down
    return known[key]


def repair_h(policy: Availability, name: str, *, stocked: bool) -> float:
    """Hours until an element works again."""
    return policy.mttr_h[name] if stocked else max(policy.mttr_h[name], policy.mttr_next_business_day_h)


def share(mtbf_h: float, mttr_h: float) -> float:
    """The share of time that an element is down."""
    return mttr_h / (mtbf_h + mttr_h)


def link_unavailability(network: Network, policy: Availability) -> Floats:
    """The share of time that each link is down: its two optics and what digs up its fibre, or the circuit as sold."""
    sold = {one.link: one for one in network.design.cabling.circuits}
    spared = _spared(network, PartKind.TRANSCEIVER)
    return np.array([_link(link, sold.get(link.id), policy, spared) for link in network.links], np.float64)


def _link(link: Link, circuit: Circuit | None, policy: Availability, spared: frozenset[str]) -> float:
    if circuit is not None or link.purpose is LinkPurpose.CIRCUIT:
        return 1.0 - sold_availability(circuit, policy)
    phy = media().phys.get(link.phy or "")
    optics = 2 if phy is not None and (phy.fibres or phy.power_w) else 0
    down = optics * share(policy.mtbf_h["optic"], repair_h(policy, "optic", stocked=link.phy in spared))
    km = link.fibre_km or ((link.length_m or 0.0) / 1000 if link.between_buildings else 0.0)
    return down + max(0.0, km) * policy.fibre_cuts_per_km_year * policy.fibre_repair_h / HOURS_A_YEAR


def sold_availability(circuit: Circuit | None, policy: Availability) -> float:
    """What the provider promises, or what circuits of the kind keep as a rule."""
    if circuit is not None and circuit.availability is not None:
        return min(1.0, max(0.0, circuit.availability))
    kind = circuit.kind.value if circuit is not None else CircuitKind.DIA.value
    return policy.circuit.get(kind, policy.circuit[CircuitKind.DIA.value])
