"""TOP-07: a Clos fabric is a complete bipartite graph with equal links, or it is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import numpy as np

from netdesign.analysis.facts.attachments import endpoint_port_counts
from netdesign.analysis.facts.clos import Plane, bundles, links_between, planes
from netdesign.analysis.facts.tiers import fabric_of, lateral_links, role_tiers, uplinks
from netdesign.catalog.sku import DeviceType
from netdesign.graph.network import ROLES
from netdesign.model.cabling import PortRef
from netdesign.model.patch import Add, Patch, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, LinkPurpose, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

CLOS_ROLES = frozenset({Role.SUPER_SPINE, Role.SPINE, Role.LEAF, Role.BORDER_LEAF})
SPINE_ROLES = (Role.SUPER_SPINE, Role.SPINE)


def _applies(case: Case) -> bool:
    return bool(planes(case.network))


@rule(
    code="TOP-07",
    name="spine-leaf-ratio",
    title="Spine-Leaf Ratio",
    category=Category.TOPOLOGY,
    severity=Severity.ERROR,
    applies="fabrics of spines and leaves",
    applicable=_applies,
    flags="A leaf without the same number of links to every spine of its plane; leaves of one role, or links of one"
    " leaf, that differ in number or speed; fewer than two spines; a spine that reaches the super-spines unlike"
    " the others; more links than a spine has ports; spine to spine links, leaf to leaf links that join no pair,"
    " and endpoints on a spine.",
    passes="Every leaf reaches every spine of its plane by the same number of links of one speed, and"
    " nothing else does.",
    remedy="Complete the links between leaves and spines with equal speeds; take the next larger spine"
    " where ports run out.",
    references=("RFC 7938 sections 3.1 and 3.2",),
)
def clos_correctness(case: Case) -> Iterator[Said]:
    """Tables of link counts, leaves by spines; equal rows and columns or a finding."""
    for plane in planes(case.network):
        yield from _plane(case, plane)
        yield Measure(
            name=f"spines for {len(plane.leaves)} leaves at {plane.site}", value=len(plane.spines), threshold=2
        )
    yield from _speeds(case)
    yield from _above(case)
    yield from _lateral(case)
    yield from _spine_ports(case)


def _plane(case: Case, plane: Plane) -> Iterator[Finding]:
    devices = case.network.devices
    if len(plane.spines) < 2:
        names = tuple(devices[place].id for place in plane.spines.tolist())
        yield Finding(
            message=f"{len(names)} spine serves {len(plane.leaves)} leaves",
            elements=names,
            witness={"spines": len(names)},
        )
    table = links_between(case.network, plane.leaves, plane.spines)
    roles = np.array([devices[place].role.value for place in plane.leaves.tolist()])
    for role in sorted(set(roles.tolist())):
        mine = roles == role
        usual = int(np.bincount(table[mine].ravel()).argmax()) if table[mine].size else 0
        wanted = max(1, usual)
        for leaf, spine in np.argwhere(mine[:, None] & (table != wanted)).tolist():
            names = (devices[int(plane.leaves[leaf])].id, devices[int(plane.spines[spine])].id)
            yield Finding(
                message=f"{names[0]} has {int(table[leaf, spine])} links to {names[1]}; its like have"
                f" {wanted} to each spine",
                elements=names,
                witness={"links": int(table[leaf, spine]), "expected": wanted},
            )


def _speeds(case: Case) -> Iterator[Finding]:
    """One speed for all links between two roles of a fabric."""
    network = case.network
    (lower, upper, slowest, fastest), _ = bundles(network)
    roles = len(ROLES)
    kind = (fabric_of(network)[lower] * roles + network.role_codes[lower]) * roles + network.role_codes[upper]
    _, first, group = np.unique(kind, return_index=True, return_inverse=True)
    expected = fastest[first][group]
    clos = np.isin(network.role_codes[lower], [ROLES.index(role) for role in CLOS_ROLES])
    for index in np.flatnonzero(clos & ((slowest != fastest) | (fastest != expected))).tolist():
        below, above = network.devices[int(lower[index])].id, network.devices[int(upper[index])].id
        speeds = (int(slowest[index]), int(expected[index]))
        yield Finding(
            message=f"links from {below} to {above} run at {speeds[0] / 1e9:g} Gbit/s, others of their"
            f" kind at {speeds[1] / 1e9:g}",
            elements=(below, above),
            witness={"slowest_bps": speeds[0], "expected_bps": speeds[1]},
        )


def _above(case: Case) -> Iterator[Finding]:
    """Spines of one fabric have equally many links to super-spines, and super-spines to spines of each pod."""
    network = case.network
    for site, members in sorted(network.devices_by("site").items()):
        spines, supers = (np.array([m for m in members if network.devices[m].role is r]) for r in SPINE_ROLES[::-1])
        if not supers.size or not spines.size:
            continue
        rows = links_between(network, spines, supers).sum(axis=1)
        usual = max(1, int(np.bincount(rows).argmax()))
        for place in spines[rows != usual].tolist():
            name = network.devices[place].id
            found = int(rows[spines == place][0])
            message = f"{name} has {found} links to super-spines at {site}; the others have {usual}"
            yield Finding(message=message, elements=(name,), witness={"links": found, "expected": usual})


def _lateral(case: Case) -> Iterator[Finding]:
    network = case.network
    pairs = {link for mlag in network.design.cabling.mlags for link in mlag.peer_links}
    for place in lateral_links(network).tolist():
        link = network.links[place]
        role = network.devices[network.device_index[link.a.device]].role
        if role in CLOS_ROLES and link.id not in pairs:
            message = f"link {link.id} joins {link.a.device} and {link.b.device}, both of the {role.value} tier"
            yield Finding(message=message, elements=(link.id,), witness={"a": link.a.device, "b": link.b.device})


def _spine_ports(case: Case) -> Iterator[Finding]:
    network = case.network
    spines = network.with_role(*SPINE_ROLES)
    facing = endpoint_port_counts(network)
    for place in spines[facing[spines] > 0].tolist():
        name, ports = network.devices[place].id, int(facing[place])
        yield Finding(
            message=f"{ports} endpoint ports are in use on spine {name}", elements=(name,), witness={"ports": ports}
        )
    ends = np.concatenate(network.link_ends)
    mine = np.isin(ends, spines)
    speeds, rank = np.unique(network.link_speed_bps, return_inverse=True)
    keys, count = np.unique(ends[mine].astype(np.int64) * speeds.size + np.tile(rank, 2)[mine], return_counts=True)
    usable = cache(DeviceType.usable_ports)
    for key, links in zip(keys.tolist(), count.tolist(), strict=True):
        place, speed = key // speeds.size, int(speeds[key % speeds.size])
        kind = network.device_types[place]
        if kind is not None and 0 < usable(kind, speed) < links:
            name, ports = network.devices[place].id, usable(kind, speed)
            message = f"{links} links of {speed / 1e9:g} Gbit/s end at {name}, which has {ports} ports for them"
            yield Finding(message=message, elements=(name,), witness={"links": links, "ports": ports})


@clos_correctness.mutant("remove the link of one leaf to one spine")
def missing_link(case: Case) -> Patch | None:
    """One link less than to the other spines."""
    network = case.network
    rising, tier = uplinks(network), role_tiers(network)
    leaves = {int(leaf) for plane in planes(network) for leaf in plane.leaves.tolist()}
    for link, lower in zip(rising.links.tolist(), rising.lower.tolist(), strict=True):
        if lower in leaves and tier[lower] > 0:
            return (Set("links", network.links[link].id, {"in_service": False}),)
    return None


@clos_correctness.mutant("slow down one uplink of a leaf")
def slow_link(case: Case) -> Patch | None:
    """To half its speed."""
    for operation in missing_link(case) or ():
        name = operation.id if isinstance(operation, Set) else ""
        speed: int = case.network.by_id("links")[name].speed_bps
        return (Set("links", name, {"speed_bps": speed // 2}),)
    return None


@clos_correctness.mutant("join two spines")
def joined_spines(case: Case) -> Patch | None:
    """By a link like those to the leaves."""
    network = case.network
    for plane in planes(network):
        if len(plane.spines) > 1 and network.links:
            ends = [PortRef(device=network.devices[place].id, port="sideways") for place in plane.spines[:2].tolist()]
            return (
                Add(
                    "links",
                    replace(
                        network.links[0],
                        id="sideways",
                        a=ends[0],
                        b=ends[1],
                        purpose=LinkPurpose.FABRIC,
                        in_service=True,
                    ),
                ),
            )
    return None
