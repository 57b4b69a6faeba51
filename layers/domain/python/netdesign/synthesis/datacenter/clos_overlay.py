"""Routing of a Clos fabric: one EBGP session per link (RFC 7938) that carries the underlay and EVPN."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from netdesign.model.cabling import Link
from netdesign.model.inventory import Device
from netdesign.model.overlay import Vni, VniKind
from netdesign.model.routing import AddressFamily, BgpNeighbor, Redistribution, RoutingProcess
from netdesign.model.switching import Vlan, Vrf
from netdesign.model.vocabulary import RoutingProtocol
from netdesign.synthesis.datacenter.clos_fabric import Fabric, leaf_pods
from netdesign.synthesis.draft.blueprint import UNDERLAY, Blueprint, zone_vrf
from netdesign.synthesis.draft.standing import NOTHING, Standing

FIRST_ASN = 4_200_000_000
ASN_PER_SITE = 1_000_000
ASN_PER_POD = 10_000
FIRST_L2_VNI = 10_000
FIRST_L3_VNI = 50_000
MAX_PREFIXES = 20_000


def number_fabric(blueprint: Blueprint, fabric: Fabric, site: int) -> None:
    """Loopbacks, VTEPs, AS numbers and sessions of all switches; `site` counts data centres from 0."""
    asns = autonomous_systems(fabric, site, blueprint.standing)
    size = fabric.plan.size
    width = max(size.uplinks, size.plane_width * size.spine_parallel)
    vteps = {leaf.id for leaf in (*fabric.leaves, *fabric.borders)}
    devices = (*fabric.super_spines, *fabric.spines, *fabric.borders, *fabric.leaves)
    for device in devices:
        _process(blueprint, device, asns[device.id], width, device.id in vteps)
    sessions(blueprint, fabric.links, asns)
    _explain_underlay(blueprint, fabric, len(devices), len(vteps))


def _explain_underlay(blueprint: Blueprint, fabric: Fabric, switches: int, tunnels: int) -> None:
    """Which prefixes the sessions of a fabric carry, and why no others."""
    families, links = 1 + blueprint.requirements.ipv6, len(fabric.links)
    announced = families * switches + tunnels
    blueprint.decide(
        f"What does the underlay of {fabric.site} announce?",
        f"{announced:,} host prefixes: loopbacks and tunnel endpoints, no link",
        formula="address families x switches + tunnel endpoints, which are IPv4 alone",
        inputs={"switches": switches, "tunnel endpoints": tunnels, "address families": families},
        result=announced,
        alternatives=(
            ("links announced too", f"{families * links:,} prefixes more that no packet is sent to"),
            ("a summary for each pod", "a spine that lost its link to a leaf would draw in what it cannot deliver"),
        ),
        fields=("servers", "addressing"),
        source="RFC 7938 sections 5.2.3 and 8.2; RFC 7348",
    )


def autonomous_systems(fabric: Fabric, site: int, standing: Standing = NOTHING) -> dict[str, int]:
    """One number for the super-spines of a site, one for the spines of each pod, one for each leaf; what stands keeps
    its own."""
    base = FIRST_ASN + site * ASN_PER_SITE
    size = fabric.plan.size
    found = {device.id: base for device in fabric.super_spines}
    found |= {spine.id: base + (at // size.spines + 1) * ASN_PER_POD for at, spine in enumerate(fabric.spines)}
    stands = {
        one.device: one.asn for one in standing.all(RoutingProcess) if one.vrf == UNDERLAY and one.asn is not None
    }
    taken, counts = set(stands.values()), dict[int, int]()
    for leaf, pod in leaf_pods(fabric):
        while leaf.id not in stands and leaf.id not in found:
            counts[pod] = counts.get(pod, 0) + 1
            number = base + (pod + 1) * ASN_PER_POD + counts[pod]
            if number not in taken:
                found[leaf.id] = number
    return found | {device: stands[device] for device in fabric.ids if device in stands}


def process_id(device: str, vrf: str = UNDERLAY) -> str:
    """Id of the BGP process of a device in a VRF."""
    return f"{device}:bgp:{vrf}"


def _process(blueprint: Blueprint, device: Device, asn: int, width: int, vtep: bool) -> None:
    """The BGP process of a switch, which originates its loopbacks alone."""
    mtu = blueprint.parameters.fabric.underlay_mtu_bytes
    loopback = blueprint.loopback(device)
    own = list(loopback.addresses)
    if vtep:
        own += blueprint.change(blueprint.vtep(device), mtu_bytes=mtu).addresses
    blueprint.add(
        RoutingProcess(
            id=process_id(device.id),
            device=device.id,
            vrf=UNDERLAY,
            protocol=RoutingProtocol.BGP,
            router_id=loopback.addresses[0].partition("/")[0],
            asn=asn,
            max_paths=min(width, blueprint.parameters.fabric.max_ecmp_paths),
            multipath_relax=True,
            networks=tuple(own),
        )
    )


def sessions(
    blueprint: Blueprint, links: Iterable[Link], asns: Mapping[str, int], told: Mapping[str, str] | None = None
) -> None:
    """Both sides of the session over each link, for the underlay and EVPN together.

    `told` names the policy by which a device tells routes; the others tell all.
    """
    asked = blueprint.requirements
    six = (AddressFamily.IPV6,) if asked.ipv6 else ()
    families = (AddressFamily.IPV4, *six, AddressFamily.EVPN)
    for link in links:
        for own, peer in ((link.a, link.b), (link.b, link.a)):
            far = blueprint.interface(peer.device, peer.port)
            address = far.addresses[0].partition("/")[0]
            process = process_id(own.device)
            blueprint.add(
                BgpNeighbor(
                    id=f"{process}:{address}",
                    process=process,
                    remote_asn=asns[peer.device],
                    peer_address=address,
                    interface=f"{own.device}:{own.port}",
                    families=families,
                    export_policy=(told or {}).get(own.device),
                    max_prefixes=MAX_PREFIXES,
                    authentication="tcp-ao",
                    bfd=True,
                    next_hop_self=asns[own.device] == asns[peer.device],
                )
            )


def zone_overlay(blueprint: Blueprint, zones: Iterable[str]) -> None:
    """A VRF and layer-3 VNI for each zone, with route targets of its own, the same at every site."""
    for vrf in map(blueprint.vrf, zones):
        if blueprint.has(Vni, f"vni-{vrf.id}"):
            continue
        number = vni_number(blueprint, f"vni-{vrf.id}", "l3-vni", FIRST_L3_VNI)
        target = f"{number}:{number}"
        blueprint.change(vrf, route_targets_import=(target,), route_targets_export=(target,))
        blueprint.add(Vni(id=f"vni-{vrf.id}", number=number, kind=VniKind.L3, vrf=vrf.id, route_target=target))


def vni_number(blueprint: Blueprint, identity: str, sequence: str, first: int) -> int:
    """The number of a VNI: the one that it has, else the next of a sequence that none has."""
    known = blueprint.standing.find(Vni, identity)
    if known is not None:
        return known.number
    while (number := first + blueprint.number(sequence)) in blueprint.standing.vni_numbers:
        pass
    return number


def vlan_overlay(blueprint: Blueprint, vlan: Vlan) -> Vni:
    """The layer-2 VNI of a VLAN, numbered on its own since VLAN numbers repeat between leaf groups."""
    number = vni_number(blueprint, f"vni-{vlan.id}", "l2-vni", FIRST_L2_VNI)
    return blueprint.add(
        Vni(
            id=f"vni-{vlan.id}",
            number=number,
            kind=VniKind.L2,
            vlan=vlan.id,
            route_target=f"{number}:{number}",
        )
    )


def zone_process(blueprint: Blueprint, device: Device, zone: str, *, exit_to: bool = False) -> None:
    """The BGP process of a zone's VRF on a leaf: its subnets, and at an exit the static default route."""
    vrf = zone_vrf(zone)
    identity = process_id(device.id, vrf)
    if blueprint.has(RoutingProcess, identity):
        return
    underlay = blueprint.get(RoutingProcess, process_id(device.id))
    sources = ("connected", "static") if exit_to else ("connected",)
    blueprint.add(
        RoutingProcess(
            id=identity,
            device=device.id,
            vrf=blueprint.get(Vrf, vrf).id,
            protocol=RoutingProtocol.BGP,
            router_id=underlay.router_id,
            asn=underlay.asn,
            max_paths=underlay.max_paths,
            multipath_relax=True,
            redistribute=tuple(Redistribution(source=source) for source in sources),
            default_originate=exit_to,
        )
    )
