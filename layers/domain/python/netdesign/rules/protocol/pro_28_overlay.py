"""PRO-28: the overlay means the same on every device, and its endpoints find each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from netdesign.analysis.failure.lookalikes import reduced
from netdesign.analysis.routing.endpoint_hearing import unheard_endpoints
from netdesign.analysis.routing.overlay_faults import (
    Fault,
    ethernet_segments,
    members,
    overlay_faults,
    routed_vrfs,
    valid_segment,
)
from netdesign.graph.network import Network
from netdesign.model.overlay import Vni, VniKind
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.routing import AddressFamily, Redistribution, RoutePolicy, RoutingProcess
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, InterfaceKind, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

SHOWN = 6


def _failures(case: Case) -> tuple[str, ...]:
    return tuple(case.parameters.redundancy[case.requirements.redundancy].failure_set)


def _applies(case: Case) -> bool:
    return bool(case.design.overlay.vnis)


@rule(
    code="PRO-28",
    name="overlay-consistency",
    title="EVPN / VXLAN consistency",
    category=Category.PROTOCOL,
    severity=Severity.ERROR,
    applies="designs with VXLAN segments",
    applicable=_applies,
    flags="Two segments with one number, two of one VLAN or VRF, or one of neither; a segment without a route"
    " target, or with another's; a VRF that does not import and export its own segment's target, or imports what"
    " nobody exports; one router id on two tunnel endpoints; an endpoint without EVPN sessions to the others, not"
    " announced, filtered on the way to them, or parted from them by a failure that the redundancy level counts;"
    " legs of one bundle without a common Ethernet segment, or a segment of two bundles; a VRF on several endpoints"
    " without a layer-3 segment; an endpoint that tells nobody of its subnets, or of the way out.",
    passes="Every segment has one number, one target and one meaning, and its endpoints hear each other.",
    remedy="Make numbers and targets from the VLAN and VRF plan, one Ethernet segment a bundle, and redistribute"
    " connected and static routes in every zone's process.",
    references=("RFC 7348", "RFC 7432", "RFC 8365", "RFC 9135", "RFC 9136"),
    reading="Route targets belong to segments here, not to devices, so that a leaf that has a segment has its target"
    " too. Route distinguishers are made of the router id, as all platforms do by default. Sites that no cable,"
    " circuit or tunnel joins are fabrics of their own, whose endpoints need not hear each other. A default route is"
    " no route to a tunnel endpoint. Beyond `protocols.routing_exact_devices`, two of each kind of devices that look"
    " alike stand for all when endpoints are asked whether they have a route to each other.",
)
def overlay_consistency(case: Case) -> Iterator[Said]:
    """Each fault of the overlay is one finding."""
    faults = overlay_faults(case.network, _failures(case))
    if len(case.network.devices) <= case.parameters.protocols.routing_devices:
        yield from _unheard(case, reduced(case.network, case.parameters.protocols.routing_exact_devices))
    for fault in faults:
        yield Finding(message=fault.words, elements=fault.elements, witness={"fault": fault.fault.value})
    vnis = case.design.overlay.vnis
    yield Measure(name="segments", value=len(vnis))
    yield Measure(name="tunnel_endpoints", value=len({at for vni in vnis for at in members(case.network, vni.id)}))
    yield Measure(name="faults", value=len(faults), threshold=0)


def _unheard(case: Case, network: Network) -> Iterator[Finding]:
    devices = network.devices
    silent = {name for fault in overlay_faults(case.network, _failures(case)) for name in fault.elements}
    for at, prefix, listeners, deaf in unheard_endpoints(network):
        if devices[at].id not in silent:
            yield Finding(
                message=f"{len(deaf)} of {listeners} other endpoints have no route to {prefix}, the tunnel endpoint of"
                f" {devices[at].id}, {devices[deaf[0]].id} among them",
                elements=(devices[at].id, *(devices[one].id for one in deaf[:SHOWN])),
                witness={"fault": "unheard", "prefix": str(prefix), "deaf": len(deaf)},
            )


# --- mutants and repairs


def _vnis(case: Case, kind: VniKind) -> list[Vni]:
    return sorted((vni for vni in case.design.overlay.vnis if vni.kind is kind), key=lambda one: one.id)


@overlay_consistency.mutant("two segments have one number")
def reuse_number(case: Case) -> Patch | None:
    """Those of two VRFs where there are two."""
    some = [*_vnis(case, VniKind.L3), *_vnis(case, VniKind.L2)]
    return (Set("vnis", some[1].id, {"number": some[0].number}),) if len(some) > 1 else None


@overlay_consistency.mutant("two segments share a route target")
def reuse_target(case: Case) -> Patch | None:
    """So that routes leak."""
    some = [*_vnis(case, VniKind.L3), *_vnis(case, VniKind.L2)]
    return (Set("vnis", some[-1].id, {"route_target": some[0].route_target}),) if len(some) > 1 else None


@overlay_consistency.mutant("a VRF does not import its own target")
def import_nothing(case: Case) -> Patch | None:
    """The first one."""
    some = [vni for vni in _vnis(case, VniKind.L3) if vni.vrf in case.network.by_id("vrfs")]
    return (Set("vrfs", str(some[0].vrf), {"route_targets_import": ()}),) if some else None


@overlay_consistency.mutant("the layer-3 segment of a VRF is missing")
def drop_segment(case: Case) -> Patch | None:
    """Of one that several endpoints route in."""
    wide = {vrf for vrf, devices in routed_vrfs(case.network).items() if len(devices) > 1}
    some = [vni for vni in _vnis(case, VniKind.L3) if vni.vrf in wide]
    return (Remove("vnis", some[0].id),) if some else None


def _carriers(case: Case) -> list[RoutingProcess]:
    """The processes whose networks announce a tunnel endpoint of a segment."""
    places = {at for vni in case.design.overlay.vnis for at in members(case.network, vni.id)}
    names = {case.network.devices[at].id for at in places}
    return sorted(
        (p for p in case.design.routing.processes if p.device in names and p.networks and not p.redistribute),
        key=lambda one: one.id,
    )


@overlay_consistency.mutant("a tunnel endpoint is not announced")
def hide_endpoint(case: Case) -> Patch | None:
    """Its process states no networks any more."""
    some = _carriers(case)
    return (Set("processes", some[0].id, {"networks": ()}),) if some else None


def _filtered(case: Case, field: str) -> Patch | None:
    """A policy that denies everything on every session of the first announcing process."""
    some = _carriers(case)
    spoken = case.network.grouped("bgp_neighbors", "process").get(some[0].id, ()) if some else ()
    made = RoutePolicy(id=f"{some[0].id if some else ''}:nothing", name="nothing")
    changed = tuple(Set("bgp_neighbors", one.id, {field: made.id}) for one in spoken)
    return (Add("route_policies", made), *changed) if changed else None


@overlay_consistency.mutant("the policies of an endpoint let nothing out")
def tell_nothing(case: Case) -> Patch | None:
    """So that nobody hears of it, although it is announced."""
    return _filtered(case, "export_policy")


@overlay_consistency.mutant("the policies of an endpoint let nothing in")
def hear_nothing(case: Case) -> Patch | None:
    """So that it hears of nobody."""
    return _filtered(case, "import_policy")


@overlay_consistency.mutant("an endpoint speaks no EVPN")
def drop_family(case: Case) -> Patch | None:
    """On any of its sessions."""
    some = _carriers(case)
    spoken = case.network.grouped("bgp_neighbors", "process").get(some[0].id, ()) if some else ()
    other = tuple(one for one in spoken if AddressFamily.EVPN in one.families)
    kept = {one.id: tuple(f for f in one.families if f is not AddressFamily.EVPN) for one in other}
    return tuple(Set("bgp_neighbors", name, {"families": families}) for name, families in kept.items()) or None


@overlay_consistency.mutant("two endpoints have one router id")
def reuse_router_id(case: Case) -> Patch | None:
    """In the underlay."""
    some = _carriers(case)
    return (Set("processes", some[1].id, {"router_id": some[0].router_id}),) if len(some) > 1 else None


@overlay_consistency.mutant("the legs of a bundle name different Ethernet segments")
def split_segment(case: Case) -> Patch | None:
    """One of them names none."""
    some = ethernet_segments(case.network)
    return (Set("lags", some[0].legs[0].id, {"esi": None}),) if some and some[0].legs else None


@overlay_consistency.mutant("the border tells nobody of the way out")
def hide_exit(case: Case) -> Patch | None:
    """Where a static default route leads out of a zone."""
    leading = {
        (r.device, r.vrf) for r in case.design.routing.static_routes if r.prefix == "0.0.0.0/0" and not r.discard
    }
    names = {vrf: {case.network.devices[at].id for at in some} for vrf, some in routed_vrfs(case.network).items()}
    overlaid = {vni.vrf for vni in _vnis(case, VniKind.L3)}
    for process in case.design.routing.processes:
        inside = process.device in names.get(process.vrf, ()) and process.vrf in overlaid
        if inside and (process.device, process.vrf) in leading:
            kept = tuple(one for one in process.redistribute if one.source != "static")
            return (Set("processes", process.id, {"redistribute": kept, "default_originate": False}),)
    return None


@overlay_consistency.fix("number the segments anew")
def renumber(case: Case, finding: Finding) -> Patch | None:
    """The last of those at fault gets the next free number, and the target that goes with it."""
    fault, known = finding.witness.get("fault"), case.network.by_id("vnis")
    named = [known[name] for name in finding.elements if name in known]
    if fault in (Fault.TWICE, Fault.NOTHING) and named:
        return (Remove("vnis", named[-1].id),)
    if fault not in (Fault.NUMBER, Fault.TARGET, Fault.SHARED) or not named:
        return None
    return _numbered(case, max(named, key=_own_target), keep=fault != Fault.NUMBER)


def _own_target(vni: Vni) -> tuple[bool, str]:
    """Segments whose target goes with their number keep it."""
    return vni.route_target != f"{vni.number}:{vni.number}", vni.id


def _numbered(case: Case, vni: Vni, *, keep: bool) -> Patch:
    number = vni.number if keep else max(one.number for one in case.design.overlay.vnis) + 1
    taken = {one.route_target for one in case.design.overlay.vnis if one.id != vni.id}
    target = f"{number}:{number}"
    if target in taken:
        return _numbered(case, vni, keep=False) if keep else ()
    if not keep and vni.route_target and vni.route_target not in taken:
        target = vni.route_target
    made: list[Set] = [Set("vnis", vni.id, {"number": number, "route_target": target})]
    if vni.vrf in case.network.by_id("vrfs"):
        made.append(Set("vrfs", str(vni.vrf), {"route_targets_import": (target,), "route_targets_export": (target,)}))
    return tuple(made)


@overlay_consistency.fix("import and export the segment's target")
def close_targets(case: Case, finding: Finding) -> Patch | None:
    """In the VRF, and nothing else that nobody exports."""
    if finding.witness.get("fault") != Fault.CLOSED:
        return None
    vrf = finding.elements[0]
    mine = tuple(vni.route_target for vni in _vnis(case, VniKind.L3) if vni.vrf == vrf and vni.route_target)
    return (Set("vrfs", vrf, {"route_targets_import": mine, "route_targets_export": mine}),) if mine else None


@overlay_consistency.fix("join the VRF")
def join(case: Case, finding: Finding) -> Patch | None:
    """A layer-3 segment with the next free number and a target of its own."""
    if finding.witness.get("fault") != Fault.UNROUTED:
        return None
    vrf, vnis = finding.elements[0], case.design.overlay.vnis
    number = max((vni.number for vni in vnis), default=50_000) + 1
    made = Vni(id=f"vni-{vrf}-{number}", number=number, kind=VniKind.L3, vrf=vrf, route_target=f"{number}:{number}")
    targets = {"route_targets_import": (made.route_target,), "route_targets_export": (made.route_target,)}
    return (Add("vnis", made), *((Set("vrfs", vrf, targets),) if vrf in case.network.by_id("vrfs") else ()))


@overlay_consistency.fix("name one Ethernet segment")
def name_segment(case: Case, finding: Finding) -> Patch | None:
    """That of the other legs where it is sound and used by none else, or a new one."""
    legs = [lag for lag in case.design.cabling.lags if lag.id in finding.elements]
    if finding.witness.get("fault") != Fault.SEGMENT or not legs:
        return None
    others = {lag.esi for lag in case.design.cabling.lags} - {None}
    rest = {lag.esi for lag in case.design.cabling.lags if lag.id not in finding.elements}
    own = sorted(str(leg.esi) for leg in legs if valid_segment(leg.esi) and leg.esi not in rest)
    number = len(case.design.cabling.lags)
    while not own:
        number += 1
        fresh = ":".join(f"{octet:02x}" for octet in number.to_bytes(10, "big"))
        own = [] if fresh in others else [fresh]
    return tuple(Set("lags", leg.id, {"esi": own[0]}) for leg in legs)


@overlay_consistency.fix("filter as the other endpoints do")
def open_filters(case: Case, finding: Finding) -> Patch | None:
    """The policies that most sessions of the underlay have, on those that differ."""
    if finding.witness.get("fault") != "unheard":
        return None
    under = {p.id for p in _carriers(case)}
    spoken = [one for name in under for one in case.network.grouped("bgp_neighbors", "process").get(name, ())]
    ways = Counter((one.import_policy, one.export_policy) for one in spoken if one.process in under)
    if not ways:
        return None
    usual = min(ways, key=lambda way: (-ways[way], str(way)))
    odd = sorted(one.id for one in spoken if (one.import_policy, one.export_policy) != usual)
    return tuple(Set("bgp_neighbors", n, {"import_policy": usual[0], "export_policy": usual[1]}) for n in odd) or None


@overlay_consistency.fix("tell the others")
def announce(case: Case, finding: Finding) -> Patch | None:
    """Endpoint addresses as networks, EVPN on the sessions, subnets and exits in the zone's process."""
    fault, name = finding.witness.get("fault"), finding.elements[0]
    mine = case.network.grouped("processes", "device").get(name, [])
    under = [
        p for p in mine if p.protocol.value == "bgp" and case.network.grouped("bgp_neighbors", "process").get(p.id)
    ]
    if fault == Fault.UNANNOUNCED and under:
        ports = case.network.grouped("interfaces", "device").get(name, ())
        ends = [a for p in ports if p.kind in (InterfaceKind.VTEP, InterfaceKind.LOOPBACK) for a in p.addresses
                if p.vrf == under[0].vrf]  # fmt: skip
        return (Set("processes", under[0].id, {"networks": tuple(dict.fromkeys((*under[0].networks, *ends)))}),)
    if fault == Fault.SILENT and under:
        spoken = case.network.grouped("bgp_neighbors", "process")[under[0].id]
        wanted = {s.id: tuple(dict.fromkeys((*s.families, AddressFamily.EVPN))) for s in spoken}
        return tuple(Set("bgp_neighbors", session, {"families": families}) for session, families in wanted.items())
    if fault == Fault.NO_EXIT:
        process = case.network.by_id("processes")[name]
        sources = (*process.redistribute, Redistribution(source="static"))
        return (Set("processes", name, {"redistribute": sources, "default_originate": True}),)
    if fault == Fault.NO_PROCESS and under:
        return _zone_process(case, under[0], finding.elements[1])
    if fault == Fault.DISTINGUISHER:
        return _own_router_ids(case, finding)
    return None


def _zone_process(case: Case, under: RoutingProcess, vrf: str) -> Patch | None:
    """The process of a zone's table, as the underlay's, which tells of connected subnets."""
    connected = (Redistribution(source="connected"),)
    present = [p for p in case.network.grouped("processes", "device").get(under.device, ()) if p.vrf == vrf]
    if present:
        return (Set("processes", present[0].id, {"redistribute": (*present[0].redistribute, *connected)}),)
    made = replace(under, id=f"{under.id}:{vrf}", vrf=vrf, networks=(), redistribute=connected, default_originate=False)
    return None if made.id in case.network.by_id("processes") else (Add("processes", made),)


def _own_router_ids(case: Case, finding: Finding) -> Patch | None:
    """The address of its device's loopback for each process at fault."""
    made = []
    for name in finding.elements:
        process = case.network.by_id("processes")[name]
        ports = case.network.grouped("interfaces", "device").get(process.device, ())
        addresses = [a for p in ports if p.kind is InterfaceKind.LOOPBACK for a in p.addresses if ":" not in a]
        made += [Set("processes", name, {"router_id": addresses[0].partition("/")[0]})] if addresses else []
    return tuple(made) or None
