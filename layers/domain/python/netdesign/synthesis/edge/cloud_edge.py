"""The way from the premises to a cloud provider: routers of their own between the firewalls and dedicated ports."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final

from netdesign.catalog.circuits import CircuitKind as CatalogCircuit
from netdesign.catalog.parameters import Parameters
from netdesign.catalog.selection import Catalog
from netdesign.catalog.sku import DeviceType
from netdesign.model.addressing import Interface, VirtualGateway
from netdesign.model.cabling import Circuit, CircuitKind, Srlg, SrlgKind
from netdesign.model.inventory import Device
from netdesign.model.resolved import Population, ResolvedRequirements
from netdesign.model.switching import Vlan
from netdesign.model.vocabulary import (
    InterfaceKind,
    LinkPurpose,
    Medium,
    NetworkType,
    PortMode,
    Redundancy,
    Role,
    ServiceClass,
    SubnetPurpose,
    Trust,
    VlanPurpose,
)
from netdesign.synthesis.draft.blueprint import UNDERLAY, Blueprint
from netdesign.synthesis.draft.pairs import Pair, feeds, trunk
from netdesign.synthesis.draft.selection import Needs, PortNeed, select
from netdesign.synthesis.edge.cloud_place import CloudPlace, choose_place
from netdesign.synthesis.edge.cloud_sessions import speak
from netdesign.synthesis.edge.cloud_ways import Ways, size_ways, tunnel_crypto
from netdesign.synthesis.needs.zones import CLOUD

GBPS: Final = 1_000_000_000
PORT_SPEEDS: Final = (GBPS, 10 * GBPS, 25 * GBPS, 40 * GBPS, 100 * GBPS, 400 * GBPS)
CLOUD_VLAN: Final = 991
TRANSIT_LENGTH: Final = 29


@dataclass(frozen=True, slots=True)
class WanPlan:
    """Routers toward a cloud provider: how many, of which type, and the ports that they end."""

    place: CloudPlace
    ways: Ways
    bps: float
    routers: int
    kind: DeviceType
    port_bps: int
    """Of the links inward, and of the circuits' ports."""


def plan_wan(
    requirements: ResolvedRequirements, parameters: Parameters, catalog: Catalog, share: float, least_bps: int
) -> WanPlan | None:
    """Routers for the flows to the provider; None where the premises have nothing to do with one."""
    if requirements.network_type is not NetworkType.HYBRID:
        return None
    bps = cloud_bps(requirements) * max(1.0, share)
    if not bps:
        return None
    place = choose_place(requirements, parameters)
    ways = size_ways(place, parameters, requirements, bps, dedicated=True)
    double = ways.locations > 1 or requirements.redundancy.at_least(Redundancy.MEDIUM)
    routers = 2 if double else 1
    port = next((speed for speed in PORT_SPEEDS if speed >= max(ways.port_bps, least_bps)), PORT_SPEEDS[-1])
    needs = Needs(
        ports=(PortNeed(ceil(ways.ports / routers), port), PortNeed(2, port), PortNeed(1, GBPS)),
        features=frozenset({"bgp", "acl", "qos", "bfd", "ipsec"} | ({"ipv6"} if requirements.ipv6 else set())),
        power_supplies=2 if requirements.redundancy.at_least(Redundancy.HIGH) else 1,
        field="flows",
    )
    choice = select(catalog.devices(Role.WAN_EDGE), Role.WAN_EDGE, needs, requirements)
    return WanPlan(place, ways, bps, routers, choice.kind, port)


def cloud_bps(requirements: ResolvedRequirements) -> int:
    """Peak of the flows between the premises and the provider, the larger direction of each."""
    return sum(
        max(flow.up_bps, flow.down_bps) for flow in requirements.flows if Population.CLOUD in (flow.source, flow.target)
    )


def cloud_doors(blueprint: Blueprint, site: str) -> tuple[str, ...]:
    """The provider's ends of the dedicated ports of a site."""
    doors = blueprint.cloud_side.doors if blueprint.cloud_side is not None else ()
    return tuple(name for name in doors if blueprint.get(Device, name).site == site)


def cloud_vlan(blueprint: Blueprint, site: str, devices: Sequence[Device]) -> Vlan:
    """The VLAN between the firewalls and the routers toward the provider; no switch has an address in it."""
    vlan = blueprint.add(
        Vlan(
            id=f"{site}-cloud",
            number=CLOUD_VLAN,
            name="cloud",
            purpose=VlanPurpose.TRANSIT,
            site=site,
            vrf=UNDERLAY,
            zone=CLOUD,
        )
    )
    blueprint.define_vlan(vlan, *(device.id for device in devices))
    blueprint.subnet(vlan, TRANSIT_LENGTH, SubnetPurpose.TRANSIT, planned_hosts=3)
    return vlan


def add_routers(  # noqa: PLR0917 - what the routers depend on
    blueprint: Blueprint, site: str, pair: Pair, wan: WanPlan, vlan: Vlan, racks: Sequence[str], mtu_bytes: int
) -> tuple[tuple[Device, ...], tuple[Device, ...]]:
    """The routers with their sessions, and the provider's ends of their circuits."""
    routers = tuple(
        blueprint.device(
            Role.WAN_EDGE,
            site,
            wan.kind,
            rack=racks[at % len(racks)],
            criticality=ServiceClass.GOLD,
            **feeds(wan.kind, at),
        )
        for at in range(wan.routers)
    )
    for at, router in enumerate(routers):
        _join(blueprint, pair, router, vlan, wan, at=at, mtu_bytes=mtu_bytes)
    doors = tuple(_circuit(blueprint, site, routers[at % len(routers)], wan, at) for at in range(wan.ways.ports))
    speak(blueprint, site, routers, vlan)
    return routers, doors


def _join(
    blueprint: Blueprint, pair: Pair, router: Device, vlan: Vlan, wan: WanPlan, *, at: int, mtu_bytes: int
) -> None:
    """The router's routed interface in the VLAN; two routers share the first address."""
    name = trunk(
        blueprint,
        router,
        pair,
        wan.port_bps,
        LinkPurpose.ATTACHMENT,
        mtu_bytes=mtu_bytes,
        mode=PortMode.ACCESS,
        vlan=vlan.id,
    )
    nets, double = blueprint.nets(vlan), wan.routers > 1
    blueprint.change(
        blueprint.interface(router, name),
        mode=PortMode.ROUTED,
        vlan=None,
        vrf=UNDERLAY,
        addresses=tuple(net.host(at + 2 if double else 1) for net in nets),
        virtual_gateway=VirtualGateway.VRRP if double else VirtualGateway.NONE,
        virtual_addresses=tuple(net.address(1) for net in nets) if double else (),
        virtual_group=2 if double else None,
        virtual_priority=110 - 10 * at if double else None,
    )


def _circuit(blueprint: Blueprint, site: str, near: Device, wan: WanPlan, at: int) -> Device:
    """A dedicated port at a location, brought by a carrier of its own through an entry of its own."""
    door = blueprint.device(Role.PROVIDER, site, None, stem="cloud")
    letter = "mnopqrstuvwx"[at]
    risks = (
        Srlg(id=f"{site}-entry-{letter}", kind=SrlgKind.CONDUIT, name=f"building entry {letter} of {site}"),
        Srlg(id=f"{site}-pop-{letter}", kind=SrlgKind.POP, name=f"interconnect location {letter} near {site}"),
    )
    blueprint.add_all(risks)
    crypto = tunnel_crypto(blueprint) if encrypts_ports(blueprint) else None
    (link,) = blueprint.connect(
        near,
        door,
        wan.port_bps,
        LinkPurpose.CIRCUIT,
        medium=Medium.VIRTUAL,
        srlgs=tuple(risk.id for risk in risks),
        trust=Trust.LEASED,
        crypto=crypto,
    )
    far = f"{door.id}:{link.b.port}"
    if not blueprint.has(Interface, far):
        blueprint.add(
            Interface(
                id=far,
                device=door.id,
                name=link.b.port,
                kind=InterfaceKind.PHYSICAL,
                speed_bps=wan.port_bps,
                description=f"to:{near.id}:{link.a.port}",
            )
        )
    blueprint.point_to_point(link)
    from netdesign.synthesis.edge.sizing import CIRCUIT_OWNER, first_review  # that module sizes with this one

    blueprint.add(
        Circuit(
            id=f"{link.id}-circuit",
            link=link.id,
            kind=CircuitKind.DIRECT_CONNECT,
            provider=f"{site}-carrier-{letter}",
            site=site,
            rate_down_bps=wan.ways.port_bps,
            rate_up_bps=wan.ways.port_bps,
            monthly_usd=round(_carrier_usd(blueprint, wan.ways.port_bps)),
            price_assumed=True,
            availability=blueprint.parameters.availability.circuit[CircuitKind.DIRECT_CONNECT.value],
            owner=CIRCUIT_OWNER,
            review_date=first_review(blueprint.requirements, blueprint.parameters),
        )
    )
    return door


def _carrier_usd(blueprint: Blueprint, rate_bps: int) -> float:
    """A month of the line to the location: a wavelength, or a tier of a carrier's network below the least of those."""
    kinds = (blueprint.catalog.circuit(kind).tier(rate_bps) for kind in (CatalogCircuit.MPLS, CatalogCircuit.WAVE))
    return min((tier.usd_per_month for tier in kinds if tier is not None), default=0.0)


def encrypts_ports(blueprint: Blueprint) -> bool:
    """Whether what passes dedicated ports is encrypted: as the level asks of leased lines, or as is required."""
    wanted, asked = blueprint.posture.encrypt_leased, blueprint.requirements
    sensitive = any(data.sensitive for data in asked.data_classes)
    return wanted == "all" or asked.requires_encryption or (wanted == "sensitive" and sensitive)
