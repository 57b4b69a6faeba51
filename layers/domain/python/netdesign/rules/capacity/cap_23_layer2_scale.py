"""CAP-23: VLANs, virtual networks, routing tables and spanning-tree ports stay within what types take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.traffic.layer2_scale import spanning_tree_ports, vlan_counts, vni_counts, vrf_counts
from netdesign.analysis.traffic.table_demand import vlan_devices
from netdesign.model.addressing import Interface
from netdesign.model.overlay import Vni, VniKind
from netdesign.model.patch import Add, Patch, Remove, Set
from netdesign.model.switching import SpanningTreeMode, Vlan, Vrf
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, InterfaceKind, PortMode, Role, Severity, VlanPurpose
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Longs

MOST_VLANS = 4094
"""Numbers that IEEE 802.1Q leaves for VLANs."""
UNSWITCHED = frozenset({Role.ACCESS_POINT, Role.CONSOLE_SERVER, Role.PROVIDER, Role.FIREWALL, Role.WIRELESS_CONTROLLER})
WORDS = {"vlan": "VLANs", "vni": "virtual networks", "vrf": "routing tables", "stp_ports": "spanning-tree ports"}


def _counts(case: Case) -> dict[str, Longs]:
    network = case.network
    return {
        "vlan": vlan_counts(network),
        "vni": vni_counts(network),
        "vrf": vrf_counts(network),
        "stp_ports": spanning_tree_ports(network),
    }


def _applies(case: Case) -> bool:
    return bool(case.design.switching.vlans or case.design.overlay.vnis)


@rule(
    code="CAP-23",
    name="layer2-scale",
    title="VLAN/VNI/VRF/STP Scale",
    category=Category.CAPACITY,
    severity=Severity.ERROR,
    applies="designs with VLANs or an overlay",
    applicable=_applies,
    flags="A switch with more VLANs than numbers exist, or than the planned share of its type; with more virtual"
    " networks or routing tables than that share; or whose ports, each as often as trees run on it, are more than its"
    " type takes.",
    passes="Every switch stays within the scale of its type.",
    remedy="Prune VLANs where nobody needs them, run one tree for many VLANs, or route.",
    references=("IEEE 802.1Q", "RFC 7348", "RFC 7432"),
)
def layer2_scale(case: Case) -> Iterator[Said]:
    """Counts by device and compares with the type."""
    share, counts, worst = case.parameters.capacity.table_share, _counts(case), (0.0, "none")
    for place in np.flatnonzero(case.network.in_service & case.network.ours).tolist():
        device, kind = case.network.devices[place], case.network.device_types[place]
        if device.role in UNSWITCHED:
            continue
        for name, numbers in counts.items():
            count = int(numbers[place])
            size = kind.table(name)[0] if kind is not None else None
            most = _most(name, size, share)
            if most is None and count:
                yield Gap(message=f"nothing says how many {WORDS[name]} {device.id} takes", elements=(device.id,))
            elif most is not None and count:
                worst = max(worst, (count / most if most else float("inf"), f"{WORDS[name]} of {device.id}"))
                if count > most:
                    yield _finding(case, place, name, (count, most))
    yield Measure(name=f"nearest to its limit: {worst[1]}", value=round(min(worst[0], 1e6), 4), threshold=1.0)


def _most(name: str, size: int | None, share: float) -> float | None:
    """How many a device may have: of a table the planned share, of spanning-tree ports all."""
    if size is None:
        return None
    return float(size) if name == "stp_ports" else min(size * share, MOST_VLANS)


def _finding(case: Case, place: int, name: str, numbers: tuple[int, float]) -> Finding:
    device, (count, most) = case.network.devices[place], numbers
    return Finding(
        message=f"{device.id} ({device.sku}) has {count:,} {WORDS[name]}; {int(most):,} may be",
        elements=(device.id,),
        witness={"device": device.id, "sku": device.sku, "table": name, "count": count, "most": int(most)},
    )


def _smallest(case: Case, name: str) -> tuple[int, int] | None:
    """(size, device) of the switch of the smallest table among those that have any of it."""
    counts, found = _counts(case)[name], []
    for place in np.flatnonzero(case.network.in_service & case.network.ours & (counts > 0)).tolist():
        kind = case.network.device_types[place]
        size = kind.table(name)[0] if kind is not None else None
        if size is not None and case.network.devices[place].role not in UNSWITCHED:
            found.append((size, place))
    return min(found, default=None)


def _vlans(case: Case, count: int, *devices: str) -> list[Vlan]:
    site = case.network.devices[0].site
    return [
        Vlan(
            id=f"scale-mutant-{n}",
            number=1 + n % MOST_VLANS,
            name=f"m{n}",
            purpose=VlanPurpose.USERS,
            site=site,
            devices=devices,
        )
        for n in range(count)
    ]


@layer2_scale.mutant("define more VLANs on a switch than it takes")
def many_vlans(case: Case) -> Patch | None:
    """On that with the smallest table."""
    found = _smallest(case, "vlan")
    if found is None:
        return None
    return tuple(Add("vlans", vlan) for vlan in _vlans(case, found[0] + 1, case.network.devices[found[1]].id))


@layer2_scale.mutant("run a tree for every VLAN, with all VLANs on all trunks")
def tree_for_each(case: Case) -> Patch | None:
    """Three thousand VLANs at most, on a switch that has trunks and spanning tree; None where it bears even that."""
    trees = {tree.device: tree.id for tree in case.design.switching.spanning_trees}
    for place in np.flatnonzero(spanning_tree_ports(case.network)).tolist():
        device, kind = case.network.devices[place], case.network.device_types[place]
        size = kind.table("stp_ports")[0] if kind is not None else None
        trunks = [
            i for i in case.network.interfaces if i.device == device.id and i.mode is PortMode.TRUNK and i.enabled
        ]
        trunks = [i for i in trunks if i.kind in (InterfaceKind.PHYSICAL, InterfaceKind.LAG)]
        if size is None or device.id not in trees or device.role in UNSWITCHED or size >= 3000 * len(trunks):
            continue
        vlans = _vlans(case, min(3000, size // len(trunks) + 1), device.id)
        names = tuple(vlan.id for vlan in vlans)
        return (
            *(Add("vlans", vlan) for vlan in vlans),
            *(Set("interfaces", i.id, {"vlans": (*i.vlans, *names)}) for i in trunks),
            Set("spanning_trees", trees[device.id], {"mode": SpanningTreeMode.PVST}),
        )
    return None


@layer2_scale.mutant("give a device more routing tables than it takes")
def many_vrfs(case: Case) -> Patch | None:
    """Each with a loopback."""
    found = _smallest(case, "vrf")
    if found is None:
        return None
    device = case.network.devices[found[1]].id
    patch: list[Add] = []
    for n in range(found[0] + 1):
        name = f"scale-mutant-{n}"
        patch.append(Add("vrfs", Vrf(id=name, name=name)))
        loopback = Interface(
            id=f"{device}:{name}", device=device, name=name, kind=InterfaceKind.LOOPBACK, vrf=name, mode=PortMode.ROUTED
        )
        patch.append(Add("interfaces", loopback))
    return tuple(patch)


@layer2_scale.mutant("lay more virtual networks over a device than it takes")
def many_vnis(case: Case) -> Patch | None:
    """All of one VLAN that it has."""
    found = _smallest(case, "vni")
    if found is None:
        return None
    vlan = next((name for name, places in sorted(vlan_devices(case.network).items()) if found[1] in places), None)
    if vlan is None:
        return None
    return tuple(
        Add("vnis", Vni(id=f"scale-mutant-{n}", number=1_000_000 + n, kind=VniKind.L2, vlan=vlan))
        for n in range(found[0] + 1)
    )


@layer2_scale.fix("take away what nothing uses, and run one tree")
def prune(case: Case, finding: Finding) -> Patch | None:
    """VLANs, routing tables and virtual networks that stand for nothing go; trees for each VLAN become one."""
    device = finding.witness.get("device")
    trees = [one for one in case.design.switching.spanning_trees if one.device == device]
    patch: list[Remove | Set] = [
        Set("spanning_trees", one.id, {"mode": SpanningTreeMode.RSTP})
        for one in trees
        if one.mode is SpanningTreeMode.PVST
    ]
    return (*patch, *_idle_vlans(case), *_idle_vrfs(case), *_idle_vnis(case)) or None


def _idle_vlans(case: Case) -> Iterator[Remove | Set]:
    """VLANs that no gateway, endpoint, subnet, port or virtual network has, with their places on trunks."""
    design = case.design
    used = {i.vlan for i in design.addressing.interfaces} | {s.vlan for s in design.addressing.subnets}
    used |= {vlan for group in design.inventory.endpoint_groups for vlan in group.vlans}
    used |= {vlan for profile in design.inventory.port_profiles for vlan in (*profile.vlans, profile.native_vlan)}
    used |= {vni.vlan for vni in design.overlay.vnis} | {i.native_vlan for i in design.addressing.interfaces}
    idle = {vlan.id for vlan in design.switching.vlans} - used
    yield from (Remove("vlans", name) for name in sorted(idle))
    for interface in design.addressing.interfaces if idle else ():
        if idle.intersection(interface.vlans):
            yield Set("interfaces", interface.id, {"vlans": tuple(v for v in interface.vlans if v not in idle)})


def _idle_vrfs(case: Case) -> Iterator[Remove | Set]:
    """Routing tables without an address, a process, a route or a virtual network, with their loopbacks."""
    design = case.design
    used = {i.vrf for i in design.addressing.interfaces if i.addresses or i.kind is not InterfaceKind.LOOPBACK}
    used |= {process.vrf for process in design.routing.processes} | {one.vrf for one in design.routing.static_routes}
    used |= {subnet.vrf for subnet in design.addressing.subnets} | {vlan.vrf for vlan in design.switching.vlans}
    used |= {vni.vrf for vni in design.overlay.vnis}
    idle = {vrf.id for vrf in design.switching.vrfs} - used
    yield from (Remove("interfaces", i.id) for i in design.addressing.interfaces if i.vrf in idle)
    yield from (Remove("vrfs", name) for name in sorted(idle))


def _idle_vnis(case: Case) -> Iterator[Remove | Set]:
    """All virtual networks of a VLAN or a routing table but the first by number."""
    seen: set[tuple[VniKind, str | None, str | None]] = set()
    for vni in sorted(case.design.overlay.vnis, key=lambda one: (one.number, one.id)):
        key = (vni.kind, vni.vlan, vni.vrf if vni.kind is VniKind.L3 else None)
        if key in seen:
            yield Remove("vnis", vni.id)
        seen.add(key)
