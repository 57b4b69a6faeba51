"""TOP-22: every cable ends at a port that exists, is its own, is on, and runs at its speed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from netdesign.analysis.equipment.link_ports import link_ports
from netdesign.analysis.equipment.port_matching import seat_of
from netdesign.analysis.equipment.port_use import (
    NO_PORT,
    SHARED,
    SHUT,
    SPEED,
    Misuse,
    free_port,
    meets,
    misuses,
    orphan_for,
)
from netdesign.model.cabling import Link, PortRef
from netdesign.model.inventory import Attachment
from netdesign.model.patch import Operation, Patch, Set
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, LinkPurpose, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

SHOWN = 10
NOWHERE = "no-such-port"


def _applies(case: Case) -> bool:
    return bool(case.network.links or case.design.inventory.attachments)


@rule(
    code="TOP-22",
    name="port-uniqueness",
    title="Port uniqueness & existence",
    category=Category.TOPOLOGY,
    severity=Severity.CRITICAL,
    applies="designs with links or attachments",
    applicable=_applies,
    flags="A port that two links, two attachments, or a link and an attachment take; a link with both ends on one"
    " device; a port that the device type does not have; a port that is shut although a link in service or endpoints of"
    " a flow hang on it; a link at a speed that the port has not, or an interface set to another speed than its link.",
    passes="Every end has a port of its own that exists, is on, and runs at the speed of what is plugged in.",
    remedy="Assign another port, turn it on, or set both ends to one speed.",
    references=("IEEE 802.3-2022", "data sheets of the device types"),
    reading="The ports of a provider's device and of access points' radios are free text: only sharing is looked for."
    " Lanes of a split cage are ports of their own.",
)
def port_uniqueness(case: Case) -> Iterator[Said]:
    """Counts users of each port, and looks each up in its device type and among the interfaces."""
    found = misuses(case.network)
    for misuse in found:
        yield _finding(misuse)
    for link in case.network.links:
        if link.a.device == link.b.device:
            yield Finding(
                message=f"link {link.id} leads from {link.a.device} to itself",
                elements=(link.id, link.a.device),
                witness={"reason": "loop", "link": link.id, "device": link.a.device},
            )
    bare = [device.id for device, kind in zip(case.network.devices, case.network.device_types, strict=True)
            if kind is None and device.managed and device.in_service]  # fmt: skip
    if bare:
        yield Gap(message=f"nothing says which ports {', '.join(bare[:3])} have", elements=tuple(bare[:SHOWN]))
    yield Measure(name="ports misused", value=len(found), threshold=0)
    yield Measure(name="link ends", value=2 * len(case.network.links))


def _finding(misuse: Misuse) -> Finding:
    words = {
        SHARED: "is taken by more than one cable or endpoint",
        NO_PORT: "does not exist on its device type",
        SHUT: "is shut",
        SPEED: "does not run at the speed of its link",
    }[misuse.reason]
    return Finding(
        message=f"port {misuse.port} of {misuse.device}, asked for by {', '.join(misuse.users[:3])}, {words}",
        elements=(misuse.device, *misuse.users[:SHOWN]),
        witness={"reason": misuse.reason, "device": misuse.device, "port": misuse.port, "users": list(misuse.users)},
    )


class End(NamedTuple):
    """One end of a link of a known device type."""

    link: Link
    side: str
    ref: PortRef


def _ends(case: Case) -> list[End]:
    """Ends of links in service that users' traffic crosses, on devices whose ports are known."""
    ports, found = link_ports(case.network), []
    for place, link in enumerate(case.network.links):
        if link.in_service and link.purpose not in (LinkPurpose.MANAGEMENT, LinkPurpose.HEARTBEAT):
            found += [End(link, side, ref) for side, ref, code in (("a", link.a, ports.a), ("b", link.b, ports.b))
                      if code[place] >= 0]  # fmt: skip
    return found


@port_uniqueness.mutant("plug two links into one port")
def two_links(case: Case) -> Patch | None:
    """The second link of a device goes to the port of the first."""
    first: dict[str, PortRef] = {}
    for end in _ends(case):
        if end.ref.device in first:
            return (Set("links", end.link.id, {end.side: first[end.ref.device]}),)
        first[end.ref.device] = end.ref
    return None


@port_uniqueness.mutant("lead a link back to its own device")
def loop(case: Case) -> Patch | None:
    """To the port of its far end."""
    ours = {end.link.id for end in _ends(case) if end.side == "b"}
    for end in sorted(_ends(case), key=lambda end: end.side != "a" or end.link.id not in ours):
        far = end.link.b if end.side == "a" else end.link.a
        other = "b" if end.side == "a" else "a"
        return (Set("links", end.link.id, {other: PortRef(device=end.ref.device, port=far.port)}),)
    return None


@port_uniqueness.mutant("plug a link into a port that the device does not have")
def nowhere(case: Case) -> Patch | None:
    """The last end."""
    for end in reversed(_ends(case)):
        return (Set("links", end.link.id, {end.side: PortRef(device=end.ref.device, port=NOWHERE)}),)
    return None


@port_uniqueness.mutant("shut the port of a link")
def shut(case: Case) -> Patch | None:
    """The first that has an interface."""
    at = case.network.interface_at
    for end in _ends(case):
        if (end.ref.device, end.ref.port) in at:
            return (Set("interfaces", f"{end.ref.device}:{end.ref.port}", {"enabled": False}),)
    return None


@port_uniqueness.mutant("set an interface to another speed than its link")
def other_speed(case: Case) -> Patch | None:
    """A tenth of it."""
    interfaces = case.network.by_id("interfaces")
    for end in _ends(case):
        interface = interfaces.get(f"{end.ref.device}:{end.ref.port}")
        if interface is not None and interface.speed_bps:
            return (Set("interfaces", interface.id, {"speed_bps": interface.speed_bps // 10 + 7}),)
    return None


@port_uniqueness.mutant("plug endpoints into a port that a link takes")
def shared_with_endpoint(case: Case) -> Patch | None:
    """The first port of an attachment becomes that of a link."""
    taken = {end.ref.device: end.ref.port for end in _ends(case)}
    for one in case.design.inventory.attachments:
        if one.ports and one.device in taken:
            return (Set("attachments", one.id, {"ports": (taken[one.device], *one.ports[1:])}),)
    return None


@port_uniqueness.fix("plug endpoints into a free port")
def other_endpoint_port(case: Case, finding: Finding) -> Patch | None:
    """Like the attachment's other ports."""
    held, port = _held(case, finding), str(finding.witness.get("port"))
    for one in held if finding.witness.get("reason") in (SHARED, NO_PORT, SPEED) else ():
        group = case.network.by_id("endpoint_groups").get(one.group)
        others = tuple(name for name in one.ports if name != port)
        speed = group.nic_speed_bps if group is not None else 0
        free = free_port(case.network, one.device, speed, None, like=others)
        if free:
            return (Set("attachments", one.id, {"ports": tuple(free if n == port else n for n in one.ports)}),)
    return None


def _held(case: Case, finding: Finding) -> list[Attachment]:
    users, known = finding.witness.get("users"), case.network.by_id("attachments")
    return [known[str(name)] for name in users if str(name) in known] if isinstance(users, list) else []


@port_uniqueness.fix("plug the link into the port that was set up for it, or into a free one")
def other_port(case: Case, finding: Finding) -> Patch | None:
    """Of links that share a port, that one moves whose far end shares a subnet with the other port."""
    device, port, users = (finding.witness.get(key) for key in ("device", "port", "users"))
    known = case.network.by_id("links")
    links = [known[str(name)] for name in users if str(name) in known] if isinstance(users, list) else []
    if finding.witness.get("reason") not in (SHARED, NO_PORT) or not links or _held(case, finding):
        return None
    for link in reversed(links):
        far = link.b if (link.a.device, link.a.port) == (device, port) else link.a
        found = orphan_for(case.network, link, far, str(device))
        if found is not None and (len(links) == 1 or meets(case.network, found, far)):
            return _plug(link, str(device), str(port), found.name)
    last = links[-1]
    far = last.b if (last.a.device, last.a.port) == (device, port) else last.a
    found = orphan_for(case.network, last, far, str(device))
    name = found.name if found is not None else free_port(case.network, str(device), last.speed_bps, last.phy)
    return _plug(last, str(device), str(port), name) if name else None


def _plug(link: Link, device: str, port: str, name: str) -> Patch:
    side = "a" if (link.a.device, link.a.port) == (device, port) else "b"
    return (Set("links", link.id, {side: PortRef(device=device, port=name)}),)


@port_uniqueness.fix("turn the port on")
def turned_on(case: Case, finding: Finding) -> Patch | None:
    """The interface, or the profile of the attachment."""
    device, port, users = (finding.witness.get(key) for key in ("device", "port", "users"))
    if finding.witness.get("reason") != SHUT:
        return None
    made: list[Operation] = []
    if (device, port) in case.network.interface_at:
        at = case.network.interface_at[str(device), str(port)]
        made.append(Set("interfaces", case.network.interfaces[at].id, {"enabled": True}))
    held = [case.network.by_id("attachments").get(str(name)) for name in (users if isinstance(users, list) else [])]
    profiles = {one.profile for one in held if one is not None} & case.network.by_id("port_profiles").keys()
    made += [Set("port_profiles", name, {"enabled": True}) for name in sorted(profiles)]
    return tuple(made) or None


@port_uniqueness.fix("set the interface to the speed of its link")
def same_speed(case: Case, finding: Finding) -> Patch | None:
    """Where the port has that speed."""
    device, port, users = (finding.witness.get(key) for key in ("device", "port", "users"))
    at = case.network.interface_at.get((str(device), str(port)))
    links = case.network.by_id("links")
    link = next((links[str(n)] for n in (users if isinstance(users, list) else []) if str(n) in links), None)
    kind = case.network.device_types[case.network.device_index.get(str(device), -1)] if device else None
    if finding.witness.get("reason") != SPEED or at is None or link is None or kind is None:
        return None
    if seat_of(kind, str(port), link.speed_bps, None).fault:
        return None
    return (Set("interfaces", case.network.interfaces[at].id, {"speed_bps": link.speed_bps}),)


@port_uniqueness.fix("lead the link to the device that was set up for it")
def to_the_other(case: Case, finding: Finding) -> Patch | None:
    """A port of another device that has an interface and no cable."""
    link = case.network.by_id("links").get(str(finding.witness.get("link")))
    if link is None or finding.witness.get("reason") != "loop":
        return None
    at = case.network.interface_at
    near, side = (link.a, "b") if (link.a.device, link.a.port) in at else (link.b, "a")
    found = orphan_for(case.network, link, near)
    if found is None:
        return None
    return (Set("links", link.id, {side: PortRef(device=found.device, port=found.name)}),)
