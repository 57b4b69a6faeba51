"""CMP-20: the inventory knows of everything what it is, where it is, and who answers for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from netdesign.model.governance import Approval, State
from netdesign.model.inventory import Device
from netdesign.model.parts import PartKind
from netdesign.model.patch import Patch, Set, SetGovernance
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

SHOWN = 10


@rule(
    code="CMP-20",
    name="asset-inventory",
    title="Asset inventory completeness",
    category=Category.COMPLIANCE,
    severity=Severity.ERROR,
    flags="A device of ours without a known type, a site that is there, or an owner, or that nobody manages; in an"
    " approved design also one without its software train; endpoints of an unknown zone or site; links, interfaces or"
    " attachments of devices that the inventory does not hold; a bill that counts other devices than the inventory.",
    passes="Every device and group is known, owned and managed, and bill and inventory agree.",
    remedy="Fill in what is missing; take into the inventory what links and ports name.",
    references=("PCI DSS 12.5.1", "NIST SP 800-53 CM-8", "ISO/IEC 27001 A.5.9", "CIS 1.1"),
    reading="The zone of a device is that of its management; endpoints have zones of their own. Every device has a"
    " criticality by default. The software train is asked of approved designs alone: before, it is not chosen. The"
    " export to compare with is the bill of materials, where there is one.",
)
def asset_inventory(case: Case) -> Iterator[Said]:
    """Devices, then endpoints, then what names devices, then the bill."""
    yield from _devices(case)
    yield from _endpoints(case)
    yield from _unknown(case)
    yield from _billed(case)
    ours = [one for one in case.network.devices if one.role is not Role.PROVIDER]
    yield Measure(name="devices", value=len(ours))
    yield Measure(name="devices_without_a_software_train", value=sum(one.software is None for one in ours))


def _devices(case: Case) -> Iterator[Finding]:
    missing: dict[str, list[str]] = {}
    for at, device in enumerate(case.network.devices):
        if device.role is not Role.PROVIDER:
            for what in _lacks(case, at, device):
                missing.setdefault(what, []).append(device.id)
    for what, names in missing.items():
        yield Finding(
            message=f"devices that {what} ({len(names)}): {', '.join(names[:SHOWN])}",
            elements=tuple(names[:SHOWN]),
            witness={"lack": what, "devices": len(names)},
        )


def _lacks(case: Case, at: int, device: Device) -> Iterator[str]:
    if case.network.device_types[at] is None:
        yield "have no type that the catalogue knows"
    if device.site not in case.network.by_id("sites"):
        yield "are at no known site"
    if not (device.owner or "").strip():
        yield "have no owner"
    if not device.managed:
        yield "are managed by nobody"
    if case.design.governance.state is State.APPROVED and not (device.software or "").strip():
        yield "are approved without a software train"


def _endpoints(case: Case) -> Iterator[Finding]:
    zones, sites = case.network.by_id("zones"), case.network.by_id("sites")
    for group in case.design.inventory.endpoint_groups:
        if group.zone not in zones or group.site not in sites:
            yield Finding(
                message=f"{group.id} is in an unknown zone or at an unknown site",
                elements=(group.id,),
                witness={"group": group.id, "zone": group.zone, "site": group.site},
            )


def _unknown(case: Case) -> Iterator[Finding]:
    """Devices that something names and that are not there."""
    known = case.network.device_index
    named = {end.device: link.id for link in case.network.links for end in (link.a, link.b) if end.device not in known}
    named |= {one.device: one.id for one in case.network.interfaces if one.device not in known}
    named |= {one.device: one.id for one in case.design.inventory.attachments if one.device not in known}
    for name, by in sorted(named.items()):
        yield Finding(
            message=f"{by} names the device {name}, which is in no inventory",
            elements=(name, by),
            witness={"device": name, "named_by": by},
        )


def _billed(case: Case) -> Iterator[Finding]:
    lines = [line for line in case.design.parts.lines if line.kind is PartKind.DEVICE]
    if not lines:
        return
    billed: Counter[str] = Counter()
    for line in lines:
        billed[line.part] += line.quantity
    held = Counter(one.sku for one in case.network.devices if one.sku and one.role is not Role.PROVIDER)
    for sku in sorted(billed.keys() | held.keys()):
        if billed[sku] != held[sku]:
            yield Finding(
                message=f"the bill counts {billed[sku]} of {sku}, the inventory {held[sku]}",
                elements=tuple(one.id for one in case.network.devices if one.sku == sku)[:SHOWN],
                witness={"sku": sku, "billed": billed[sku], "held": held[sku]},
            )


def _first(case: Case) -> Device | None:
    ours = [one for one in case.network.devices if one.role is not Role.PROVIDER]
    return ours[0] if ours else None


def _set(case: Case, **changes: object) -> Patch | None:
    device = _first(case)
    return (Set("devices", device.id, changes),) if device is not None else None


@asset_inventory.mutant("forget who owns a device")
def forget_owner(case: Case) -> Patch | None:
    """The first."""
    return _set(case, owner=None)


@asset_inventory.mutant("let a device go unmanaged")
def let_go(case: Case) -> Patch | None:
    """The first."""
    return _set(case, managed=False)


@asset_inventory.mutant("forget what a device is")
def forget_type(case: Case) -> Patch | None:
    """The first."""
    return _set(case, sku=None)


@asset_inventory.mutant("lose a device on the way to nowhere")
def lose_device(case: Case) -> Patch | None:
    """The first is at a site that is not there."""
    return _set(case, site="nowhere")


@asset_inventory.mutant("approve without software trains")
def approve_bare(case: Case) -> Patch | None:
    """Of devices whose train is not chosen yet."""
    if all(one.software for one in case.network.devices if one.role is not Role.PROVIDER):
        return None
    held = case.design.governance
    approval = Approval(approver=f"not {held.author}", digest="0" * 64)
    return (SetGovernance({"state": State.APPROVED, "approval": approval}),)


@asset_inventory.fix("give devices their usual owner, and manage them")
def own(case: Case, finding: Finding) -> Patch | None:
    """As most devices."""
    del finding
    ours = [one for one in case.network.devices if one.role is not Role.PROVIDER]
    owners = Counter(one.owner for one in ours if (one.owner or "").strip())
    usual = next((name for name, _ in owners.most_common(1)), None)
    bare = [one for one in ours if not (one.owner or "").strip() or not one.managed]
    changes = [(one.id, {"managed": True, "owner": (one.owner or "").strip() or usual}) for one in bare]
    return tuple(Set("devices", name, change) for name, change in changes) or None


@asset_inventory.fix("take the type that the bill counts and the inventory lacks")
def billed_type(case: Case, finding: Finding) -> Patch | None:
    """Where exactly one type is missing."""
    del finding
    bare = [at for at, kind in enumerate(case.network.device_types) if kind is None]
    names = [case.network.devices[at].id for at in bare if case.network.devices[at].role is not Role.PROVIDER]
    lacking = [
        (str(f.witness["sku"]), f) for f in _billed(case) if int(str(f.witness["billed"])) > int(str(f.witness["held"]))
    ]
    if len(lacking) != 1 or not names:
        return None
    return tuple(Set("devices", name, {"sku": lacking[0][0]}) for name in names)


@asset_inventory.fix("put devices where their rack is, or what they are linked to")
def place(case: Case, finding: Finding) -> Patch | None:
    """The site of most of its neighbours where it has no rack."""
    del finding
    sites, racks, rooms = (case.network.by_id(name) for name in ("sites", "racks", "rooms"))
    patch = []
    for device in case.network.devices:
        if device.role is Role.PROVIDER or device.site in sites:
            continue
        room = rooms.get((racks[device.rack].room if device.rack in racks else device.room) or "")
        near = Counter(_neighbour_sites(case, device.id))
        found = room.site if room is not None else next((site for site, _ in near.most_common(1)), None)
        patch += [Set("devices", device.id, {"site": found})] if found in sites else []
    return tuple(patch) or None


def _neighbour_sites(case: Case, name: str) -> Iterator[str]:
    devices = case.network.by_id("devices")
    for link in case.network.links:
        ends = (link.a.device, link.b.device)
        other = ends[0] if ends[1] == name else ends[1]
        if name in ends and other in devices and devices[other].site in case.network.by_id("sites"):
            yield devices[other].site


@asset_inventory.fix("return an approved design to draft until software is chosen")
def redraft(case: Case, finding: Finding) -> Patch | None:
    """Without the approval."""
    lacking = "software" in str(finding.witness.get("lack"))
    approved = case.design.governance.state is State.APPROVED
    return (SetGovernance({"state": State.DRAFT, "approval": None}),) if lacking and approved else None
