"""TOP-06: the top tier goes on without any one of its switches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from netdesign.analysis.facts.tiers import Fabric, fabrics, uplinks
from netdesign.graph.connectivity import components
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Redundancy, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case


def _applies(case: Case) -> bool:
    return case.requirements.redundancy.at_least(Redundancy.MEDIUM) and bool(_tiered(case))


def _tiered(case: Case) -> tuple[Fabric, ...]:
    return tuple(fabric for fabric in fabrics(case.network) if len(fabric.tiers) > 1)


@rule(
    code="TOP-06",
    name="core-redundancy",
    title="Core Redundancy",
    category=Category.TOPOLOGY,
    severity=Severity.CRITICAL,
    applies="redundancy medium and above, where a fabric has more than one tier",
    applicable=_applies,
    flags="A top tier of one switch; core switches that reach each other only through a lower tier; a"
    " switch that hangs"
    " on one switch of the top tier alone; two top switches in one rack (more than two only where racks"
    " are fewer than they),"
    " or all of them on one power feed.",
    passes="Each top tier has two switches or more, apart from each other, and whoever hangs on them hangs on two.",
    remedy="Add a second top switch in another rack, link cores to each other, and home every lower switch on two.",
    references=("NIST SP 800-53 CP-8(2)", "Campus reference designs: redundant core"),
)
def core_redundancy(case: Case) -> Iterator[Said]:
    """Takes each top switch away in thought and looks at what is left."""
    severity = None if case.requirements.redundancy.at_least(Redundancy.HIGH) else Severity.ERROR
    for fabric in _tiered(case):
        for finding in (
            *_alone(case, fabric),
            *_apart(case, fabric),
            *_single_homed(case, fabric),
            *_together(case, fabric),
        ):
            yield replace(finding, severity=severity)
        devices = [case.network.devices[place] for place in fabric.top.tolist()]
        if len(devices) > 1 and any(device.rack is None for device in devices):
            names = tuple(device.id for device in devices if device.rack is None)
            yield Gap(message=f"nothing says in which rack {', '.join(names)} are", elements=names)
    yield Measure(
        name="switches in the smallest top tier", value=min(len(fabric.top) for fabric in _tiered(case)), threshold=2
    )


def _alone(case: Case, fabric: Fabric) -> Iterator[Finding]:
    if len(fabric.top) < 2:
        name = case.network.devices[int(fabric.top[0])].id
        yield Finding(
            message=f"{name} is the whole top tier at {fabric.site}", elements=(name,), witness={"switches": 1}
        )


def _apart(case: Case, fabric: Fabric) -> Iterator[Finding]:
    """Spines meet in their leaves by design; cores must not need the tier below them."""
    network, top = case.network, fabric.top
    if network.devices[int(top[0])].role is not Role.CORE or len(top) < 2:
        return
    others = np.setdiff1d(np.arange(len(network.devices)), top)
    label = components(network.forwarding.without(nodes=others))[top]
    for place in top[label != label[0]].tolist():
        names = (network.devices[int(top[0])].id, network.devices[place].id)
        yield Finding(
            message=f"{names[0]} and {names[1]} reach each other only through a lower tier",
            elements=names,
            witness={"direct_paths": 0},
        )


def _single_homed(case: Case, fabric: Fabric) -> Iterator[Finding]:
    network, rising = case.network, uplinks(case.network)
    mine = np.isin(rising.upper, fabric.top)
    pairs = np.unique(np.stack([rising.lower[mine], rising.upper[mine]]), axis=1)
    lower, count = np.unique(pairs[0], return_counts=True)
    for place in lower[count == 1].tolist():
        above = network.devices[int(pairs[1][pairs[0] == place][0])].id
        name = network.devices[place].id
        message = f"{name} has uplinks to {above} only and loses them all with it"
        yield Finding(message=message, elements=(name,), witness={"uplinks_to": [above]})


def _together(case: Case, fabric: Fabric) -> Iterator[Finding]:
    devices = [case.network.devices[place] for place in fabric.top.tolist()]
    allowed = _allowed_together(case, fabric)
    places = Counter(device.rack for device in devices if device.rack is not None)
    for rack, count in places.items():
        if count > allowed:
            names = tuple(device.id for device in devices if device.rack == rack)
            message = f"{', '.join(names[:3])} share rack {rack}: it holds {count} of {len(devices)} top switches"
            yield Finding(message=message, elements=names, witness={"rack": rack, "held": count, "allowed": allowed})
    feeds = {feed for device in devices for feed in device.power_feeds}
    if len(devices) > 1 and all(device.power_feeds for device in devices) and len(feeds) == 1:
        names = tuple(device.id for device in devices)
        message = f"all top switches at {fabric.site} hang on power feed {min(feeds)} alone"
        yield Finding(message=message, elements=names, witness={"feed": min(feeds)})


def _allowed_together(case: Case, fabric: Fabric) -> int:
    """One; more only where a site has fewer racks than top switches, and these are more than two."""
    rooms = {room.id for room in case.design.inventory.rooms if room.site == fabric.site}
    racks = sum(1 for rack in case.design.inventory.racks if rack.room in rooms)
    return 1 if len(fabric.top) <= 2 else -(-len(fabric.top) // max(1, racks))


@core_redundancy.mutant("single-home a switch of the second tier")
def single_home(case: Case) -> Patch | None:
    """Its links to all top switches but one fail."""
    network, rising = case.network, uplinks(case.network)
    for fabric in _tiered(case) if _applies(case) else ():
        for place in fabric.tiers[1].tolist():
            mine = rising.lower == place
            above = rising.upper[mine]
            cut = rising.links[mine][above != above.min(initial=len(network.devices))].tolist()
            if cut:
                return tuple(Set("links", network.links[link].id, {"in_service": False}) for link in cut)
    return None


@core_redundancy.mutant("put the top tier into one rack")
def one_rack(case: Case) -> Patch | None:
    """The rack of its first switch."""
    for fabric in _tiered(case) if _applies(case) else ():
        devices = [case.network.devices[place] for place in fabric.top.tolist()]
        if devices[0].rack is not None and len(devices) > 1 and _allowed_together(case, fabric) < len(devices):
            return tuple(Set("devices", device.id, {"rack": devices[0].rack}) for device in devices)
    return None


@core_redundancy.mutant("leave the top tier with one switch")
def one_switch(case: Case) -> Patch | None:
    """All others go out of service."""
    for fabric in _tiered(case) if _applies(case) else ():
        gone = [case.network.devices[place].id for place in fabric.top[1:].tolist()]
        if gone:
            return tuple(Set("devices", name, {"in_service": False}) for name in gone)
    return None
