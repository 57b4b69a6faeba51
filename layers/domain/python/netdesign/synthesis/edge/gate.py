"""The gate of a site to the other sites: routers between its firewalls and leased lines, or a provider's network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from netdesign.catalog.circuits import Tier
from netdesign.model.addressing import Interface
from netdesign.model.cabling import Circuit, CircuitKind, Srlg, SrlgKind
from netdesign.model.inventory import Device
from netdesign.model.switching import Vlan
from netdesign.model.vocabulary import (
    InterfaceKind,
    LinkPurpose,
    Medium,
    PortMode,
    Role,
    ServiceClass,
    SubnetPurpose,
    Trust,
    VlanPurpose,
)
from netdesign.synthesis.draft.blueprint import UNDERLAY, Blueprint
from netdesign.synthesis.draft.gate_plan import GatePlan
from netdesign.synthesis.draft.pairs import Pair, feeds, trunk
from netdesign.synthesis.needs.zones import WAN

GATE_VLAN: Final = 992
TRANSIT_LENGTH: Final = 29
CARRIER: Final = "carrier"
"""The provider whose network joins all sites."""
FIRST_ENTRY: Final = "bacdefgh"
"""Entries of a building in the order in which lines take them; circuits to the Internet begin with the first."""


def gate_vlan(blueprint: Blueprint, site: str, devices: Sequence[Device]) -> Vlan:
    """The VLAN between the firewalls and the routers toward other sites; no switch has an address in it."""
    vlan = blueprint.add(
        Vlan(
            id=f"{site}-wan",
            number=GATE_VLAN,
            name="wan",
            purpose=VlanPurpose.TRANSIT,
            site=site,
            vrf=UNDERLAY,
            zone=WAN,
        )
    )
    blueprint.define_vlan(vlan, *(device.id for device in devices))
    blueprint.subnet(vlan, TRANSIT_LENGTH, SubnetPurpose.TRANSIT, planned_hosts=3)
    return vlan


def add_gate(  # noqa: PLR0917 - what the routers depend on
    blueprint: Blueprint, site: str, pair: Pair, plan: GatePlan, vlan: Vlan, racks: Sequence[str], mtu_bytes: int
) -> tuple[Device, ...]:
    """The routers in the VLAN, each with its circuit of the carrier where there is one."""
    routers = tuple(
        blueprint.device(
            Role.WAN_EDGE,
            site,
            plan.kind,
            rack=racks[at % len(racks)],
            criticality=ServiceClass.GOLD,
            **feeds(plan.kind, at),
        )
        for at in range(plan.routers)
    )
    for at, router in enumerate(routers):
        _join(blueprint, pair, router, vlan, plan, at=at, mtu_bytes=mtu_bytes)
        if plan.tier is not None:
            _circuit(blueprint, site, router, plan, plan.tier, at)
    return routers


def _join(
    blueprint: Blueprint, pair: Pair, router: Device, vlan: Vlan, plan: GatePlan, *, at: int, mtu_bytes: int
) -> None:
    """The router's routed interface in the VLAN."""
    inward = LinkPurpose.ATTACHMENT
    name = trunk(
        blueprint, router, pair, plan.port_bps, inward, mtu_bytes=mtu_bytes, mode=PortMode.ACCESS, vlan=vlan.id
    )
    blueprint.change(
        blueprint.interface(router, name),
        mode=PortMode.ROUTED,
        vlan=None,
        vrf=UNDERLAY,
        addresses=tuple(net.host(at + 1) for net in blueprint.nets(vlan)),
    )


def entry(blueprint: Blueprint, site: str, at: int) -> str:
    """Id of the building entry that the `at`-th line or circuit of a gate takes."""
    letter = FIRST_ENTRY[at % max(2, blueprint.redundancy.edge_disjoint_paths)]
    risk = Srlg(id=f"{site}-entry-{letter}", kind=SrlgKind.CONDUIT, name=f"building entry {letter} of {site}")
    return risk.id if blueprint.has(Srlg, risk.id) else blueprint.add(risk).id


def _circuit(blueprint: Blueprint, site: str, router: Device, plan: GatePlan, tier: Tier, at: int) -> None:
    """A circuit to a router of the carrier, which is the neighbour there."""
    edge = blueprint.device(Role.PROVIDER, site, None, stem="pe")
    blueprint.carriers.add(edge.id)
    pop = Srlg(id=f"{edge.id}-pop", kind=SrlgKind.POP, name=f"point of presence {at + 1} of the carrier near {site}")
    (link,) = blueprint.connect(
        router,
        edge,
        plan.circuit_bps,
        LinkPurpose.CIRCUIT,
        medium=Medium.VIRTUAL,
        srlgs=(entry(blueprint, site, at), blueprint.add(pop).id),
        trust=Trust.LEASED,
        crypto=plan.crypto,
    )
    far = Interface(
        id=f"{edge.id}:{link.b.port}",
        device=edge.id,
        name=link.b.port,
        kind=InterfaceKind.PHYSICAL,
        speed_bps=plan.circuit_bps,
        description=f"to:{router.id}:{link.a.port}",
    )
    if not blueprint.has(Interface, far.id):
        blueprint.add(far)
    blueprint.point_to_point(link)
    from netdesign.synthesis.edge.sizing import CIRCUIT_OWNER, first_review  # that module sizes with this one

    blueprint.add(
        Circuit(
            id=f"{link.id}-circuit",
            link=link.id,
            kind=CircuitKind.MPLS,
            provider=CARRIER,
            site=site,
            rate_down_bps=tier.rate_bps,
            rate_up_bps=tier.up_bps,
            monthly_usd=round(tier.usd_per_month),
            price_assumed=True,
            availability=blueprint.parameters.availability.circuit[CircuitKind.MPLS.value],
            owner=CIRCUIT_OWNER,
            review_date=first_review(blueprint.requirements, blueprint.parameters),
        )
    )
