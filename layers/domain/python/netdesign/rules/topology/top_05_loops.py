"""TOP-05: no VLAN may loop without a protocol that breaks the loop."""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.analysis.switching.layer2 import OVERLAY, bridging, loops, vlans_on, widest_tree
from netdesign.model.addressing import Interface
from netdesign.model.cabling import Link, PortRef
from netdesign.model.patch import Add, Patch, Set
from netdesign.model.switching import SpanningTreeMode
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, InterfaceKind, LinkPurpose, Medium, PortMode, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

SHOWN = 10


def _applies(case: Case) -> bool:
    return bool(vlans_on(case.network))


@rule(
    code="TOP-05",
    name="loop-prevention",
    title="Loop Prevention",
    category=Category.TOPOLOGY,
    severity=Severity.CRITICAL,
    applies="designs with VLANs on switches",
    applicable=_applies,
    flags="A VLAN with a cycle of bridged links, bundles and MLAG pairs drawn as one and overlays as a bridge without"
    " spanning tree, on which some bridge runs none; and a VLAN whose bridges lie further apart than"
    " spanning tree allows.",
    passes="Every VLAN is a tree once bundles and pairs are drawn as one, or every bridge on its cycles"
    " runs spanning tree.",
    remedy="Run rapid or multiple spanning tree on the bridges named, bundle the parallel links, or route the link.",
    references=("IEEE 802.1Q (rapid and multiple spanning tree)", "RFC 7432 section 8"),
)
def unprotected_loops(case: Case) -> Iterator[Said]:
    """Cycle space of each VLAN's bridging, from the trunks and access ports alone."""
    network, limit = case.network, case.parameters.topology.stp_max_diameter
    cycles = loops(network)
    for loop in cycles:
        if loop.unprotected:
            bare = [network.devices[place].id for place in loop.unprotected if place != OVERLAY]
            who = ", ".join(bare[:3]) or "the overlay that closes it"
            yield Finding(
                message=f"VLAN {loop.number} loops over {len(loop.devices)} bridges; without spanning tree: {who}",
                elements=tuple(network.links[place].id for place in loop.links),
                witness={
                    "vlan": loop.number,
                    "bridges": [network.devices[place].id for place in loop.devices[:SHOWN]],
                    "without_spanning_tree": list(bare[:SHOWN] or ("overlay",)),
                },
            )
    bridges, number = widest_tree(network, limit)
    if bridges > limit:
        message = f"VLAN {number} has {bridges} bridges in a row; spanning tree converges over {limit} at most"
        yield Finding(message=message, elements=(), witness={"vlan": number, "bridges": bridges, "limit": limit})
    yield Measure(
        name="VLAN cycles without spanning tree", value=sum(1 for loop in cycles if loop.unprotected), threshold=0
    )
    yield Measure(name="most bridges in a row, where more than the limit are joined", value=bridges, threshold=limit)


@unprotected_loops.mutant("add a trunk beside a bridged link, with spanning tree off")
def second_trunk(case: Case) -> Patch | None:
    """The new link is in no bundle, so that it closes a loop; it joins two bridges of one VLAN."""
    found = _joined(case)
    if found is None:
        return None
    number, ends = found
    vlans = [[v.id for v in case.design.switching.vlans if v.number == number and end in v.devices] for end in ends]
    trunks = [
        Interface(
            id=f"{end}:extra",
            device=end,
            name="extra",
            kind=InterfaceKind.PHYSICAL,
            mode=PortMode.TRUNK,
            vlans=tuple(mine),
        )
        for end, mine in zip(ends, vlans, strict=True)
    ]
    a, b = (PortRef(device=end, port="extra") for end in ends)
    cable = Link(id="extra", a=a, b=b, speed_bps=10**9, medium=Medium.CAT6A, purpose=LinkPurpose.UPLINK)
    trees = [tree.id for tree in case.design.switching.spanning_trees if tree.device in ends]
    off = [Set("spanning_trees", name, {"mode": SpanningTreeMode.NONE}) for name in trees]
    return (*(Add("interfaces", trunk) for trunk in trunks), Add("links", cable), *off)


def _joined(case: Case) -> tuple[int, tuple[str, str]] | None:
    """A VLAN number and two devices that it already joins, over a link, an overlay or as a pair."""
    bridged, devices = bridging(case.network), case.network.devices
    by_overlay: dict[int, str] = {}
    ends = zip(bridged.graph.tail.tolist(), bridged.graph.head.tolist(), strict=True)
    for tail, head in ends:
        number = int(bridged.number[tail])
        names = [devices[bridged.devices[node][0]].id for node in (tail, head) if bridged.devices[node][0] != OVERLAY]
        if len(names) == 2:
            return number, (names[0], names[1])
        hub = tail if bridged.devices[tail][0] == OVERLAY else head
        if by_overlay.setdefault(hub, names[0]) != names[0]:
            return number, (by_overlay[hub], names[0])
    for mlag in case.design.cabling.mlags:
        carried = [vlans_on(case.network).get(case.network.device_index.get(p, -1), frozenset()) for p in mlag.peers]
        if len(carried) == 2 and carried[0] & carried[1]:
            return min(carried[0] & carried[1]), (mlag.peers[0], mlag.peers[1])
    return None
