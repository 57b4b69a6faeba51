"""CAP-05: the bill of materials is that of the drawing, with spares."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from math import ceil

from netdesign.analysis.equipment.endpoint_ports import endpoint_ports_taken
from netdesign.analysis.equipment.parts import Need, endpoint_cables, needs
from netdesign.catalog.media import Cage, media
from netdesign.model.parts import PartKind, PartLine
from netdesign.model.patch import Patch, Remove, Set
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Medium, Redundancy, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

REQUIRED = (PartKind.DEVICE, PartKind.TRANSCEIVER, PartKind.CABLE)
SERVING = (PartKind.SERVER, PartKind.STORAGE)
CENT = 0.01
SPARED = (PartKind.DEVICE, PartKind.TRANSCEIVER)
FIBRES = frozenset({Medium.SMF.value, Medium.MMF_OM3.value, Medium.MMF_OM4.value, Medium.MMF_OM5.value})
"""Names of fibre cables: a fibre is billed by its medium, any other cable by its physical layer."""


def _applies(case: Case) -> bool:
    return bool(case.design.parts.lines)


@rule(
    code="CAP-05",
    name="component-quantity",
    title="Component Quantity",
    category=Category.CAPACITY,
    severity=Severity.ERROR,
    applies="designs with a bill of materials",
    applicable=_applies,
    flags="A device type, transceiver or cable that the drawing needs and the bill lacks or counts wrongly, or that it"
    " bills without need; hosts of network services and disks of collectors likewise; power supplies, device licences"
    " or racks that do not match the devices; a line whose total is not quantity times price; and at high redundancy"
    " fewer spares than the share that parts installed in numbers call for. How each endpoint is cabled the facts leave"
    " open: by part their ports widen the range; in sum cables and transceivers must agree.",
    passes="Every line of the bill agrees with what devices and links come to, and spares suffice.",
    remedy="Count the parts again from the devices and links.",
    references=("SOC 2 A1.2", "NIST SP 800-53 CM-8, MA-6"),
)
def component_quantity(case: Case) -> Iterator[Said]:
    """Compares line by line, then looks for what has no line."""
    wanted, billed = needs(case.network), _billed(case)
    for key, lines in billed.items():
        need = wanted.get(key) or _without_need(case, key)
        if need is not None:
            yield from _compare(need, lines)
        yield from _spares(case, lines)
    for key, need in wanted.items():
        if key not in billed and (need.kind in (*REQUIRED, *SERVING) or _licensed(case, need)):
            yield from _compare(need, ())
    yield from _balance(case)
    yield from _racks(case)
    yield from _sums(case)
    yield Measure(name="lines of the bill", value=len(case.design.parts.lines))
    yield Measure(
        name="devices billed",
        value=_total(case, PartKind.DEVICE),
        threshold=sum(n.least for n in wanted.values() if n.kind is PartKind.DEVICE),
    )


def _billed(case: Case) -> dict[tuple[PartKind, str], tuple[PartLine, ...]]:
    found: dict[tuple[PartKind, str], tuple[PartLine, ...]] = {}
    for line in case.design.parts.lines:
        key = (line.kind, line.part)
        found[key] = (*found.get(key, ()), line)
    return found


def _without_need(case: Case, key: tuple[PartKind, str]) -> Need | None:
    """What may be billed of a part that no device or link needs: only what endpoints and cabling can take."""
    kind, part = key
    owned = kind in (PartKind.LICENCE, PartKind.POWER_SUPPLY) and part in case.catalog
    if kind is PartKind.DEVICE or kind in SERVING or owned:
        return Need(kind, part, 0, 0)
    extra = endpoint_cables(case.network)
    if kind is PartKind.TRANSCEIVER:
        return Need(kind, part, 0, 2 * extra)
    if kind is PartKind.CABLE:
        return Need(kind, part, 0, extra)
    return None


def _compare(need: Need, lines: tuple[PartLine, ...]) -> Iterator[Finding]:
    quantity = sum(line.quantity for line in lines)
    if need.least <= quantity <= need.most:
        return
    asked = str(need.least) if need.least == need.most else f"{need.least} to {need.most}"
    yield Finding(
        message=f"the bill has {quantity} of {need.part} ({need.kind.value.replace('_', ' ')});"
        f" the drawing needs {asked}",
        elements=tuple(line.id for line in lines),
        witness={
            "kind": need.kind.value,
            "part": need.part,
            "billed": quantity,
            "least": need.least,
            "most": need.most,
        },
    )


def _spares(case: Case, lines: tuple[PartLine, ...]) -> Iterator[Finding]:
    capacity = case.parameters.capacity
    quantity, spares = sum(line.quantity for line in lines), sum(line.spares for line in lines)
    if lines[0].kind not in SPARED or not case.requirements.redundancy.at_least(Redundancy.HIGH):
        return
    if quantity < capacity.spare_device_from:
        return
    needed = max(1, ceil(capacity.spare_device_share * quantity - 1e-9))
    if spares < needed:
        yield Finding(
            message=f"{spares} spares for {quantity} of {lines[0].part}; {needed} are needed",
            elements=tuple(line.id for line in lines),
            witness={"part": lines[0].part, "installed": quantity, "spares": spares, "needed": needed},
        )


def _balance(case: Case) -> Iterator[Finding]:
    """What endpoints add, over all parts: one cable for each port, two transceivers for each fibre.

    Lanes of a split cage share a ready-made cable, or a module and its harness with a fibre and a transceiver
    for each lane: how many lanes are fibres follows from the number of cables.
    """
    wanted = needs(case.network).values()
    least = {kind: sum(n.least for n in wanted if n.kind is kind) for kind in REQUIRED}
    cables, ports = _total(case, PartKind.CABLE), endpoint_ports_taken(case.network)
    lanes = cables - least[PartKind.CABLE] - ports.whole - ports.cages - ports.fibred
    if not 0 <= lanes <= ports.lanes:
        yield Finding(
            message=f"the bill has {cables} cables; links take {least[PartKind.CABLE]} and endpoints"
            f" {ports.whole + ports.cages + ports.fibred}{f' to {ports.lanes} more' if ports.lanes else ''}",
            witness={"billed": cables, "links": least[PartKind.CABLE], "endpoints": ports.total},
        )
        return
    fibres, harnesses = _beyond_links(case, FIBRES), _beyond_links(case, _harnesses())
    optics = _total(case, PartKind.TRANSCEIVER) - least[PartKind.TRANSCEIVER]
    if optics != 2 * fibres - lanes - ports.fibred + harnesses:
        asked = 2 * fibres - lanes - ports.fibred + harnesses
        yield Finding(
            message=f"the bill has {optics + least[PartKind.TRANSCEIVER]} transceivers; links take"
            f" {least[PartKind.TRANSCEIVER]} and the fibres to endpoints {asked}",
            witness={"transceivers": optics, "fibres": fibres},
        )


@cache
def _harnesses() -> frozenset[str]:
    """Names of fibre harnesses for split cages."""
    names = (phy.fan_out(Cage(*split)) for phy in media().phys.values() for split in phy.splits)
    return frozenset(name for name in names if name is not None)


def _beyond_links(case: Case, parts: frozenset[str]) -> int:
    """Pieces of some sorts of cable that the bill holds and links do not take."""
    billed = (line for line in case.design.parts.lines if line.kind is PartKind.CABLE and line.part in parts)
    drawn = (n.least for n in needs(case.network).values() if n.kind is PartKind.CABLE and n.part in parts)
    return sum(line.quantity for line in billed) - sum(drawn)


def _licensed(case: Case, need: Need) -> bool:
    """Whether the part is a licence that its device type cannot do without."""
    return need.kind is PartKind.LICENCE and bool(case.catalog.device(need.part).licence()[0])


def _sums(case: Case) -> Iterator[Finding]:
    """Money is quantity times price, nothing else."""
    for line in case.design.parts.lines:
        if line.unit_usd is None or line.total_usd is None:
            continue
        due = (line.quantity + line.spares) * line.unit_usd
        if abs(due - line.total_usd) > CENT * max(1.0, line.quantity + line.spares):
            yield Finding(
                message=f"{line.part}: {line.quantity} and {line.spares} spares at {line.unit_usd:,.2f} USD come to"
                f" {due:,.2f} USD; the bill says {line.total_usd:,.2f}",
                elements=(line.id,),
                witness={"part": line.part, "billed_usd": line.total_usd, "due_usd": round(due, 2)},
            )


def _racks(case: Case) -> Iterator[Finding]:
    lines = [line for line in case.design.parts.lines if line.kind is PartKind.RACK]
    billed, drawn = sum(line.quantity for line in lines), len(case.design.inventory.racks)
    if lines and billed != drawn:
        yield Finding(
            message=f"the bill has {billed} racks; the drawing has {drawn}",
            elements=tuple(line.id for line in lines),
            witness={"kind": PartKind.RACK.value, "billed": billed, "drawn": drawn},
        )


def _total(case: Case, kind: PartKind) -> int:
    return sum(line.quantity for line in case.design.parts.lines if line.kind is kind)


@component_quantity.mutant("bill one device less than is drawn")
def miscount(case: Case) -> Patch | None:
    """The first line of devices loses one."""
    lines = [line for line in case.design.parts.lines if line.kind is PartKind.DEVICE]
    return (Set("lines", lines[0].id, {"quantity": lines[0].quantity - 1}),) if lines else None


@component_quantity.mutant("bill one transceiver less than the links need")
def miscount_transceivers(case: Case) -> Patch | None:
    """The first line of transceivers that links need falls one short."""
    wanted = needs(case.network)
    for line in case.design.parts.lines:
        need = wanted.get((line.kind, line.part))
        if line.kind is PartKind.TRANSCEIVER and need is not None:
            return (Set("lines", line.id, {"quantity": need.least - 1}),)
    return None


@component_quantity.mutant("bill one cable more")
def miscount_cables(case: Case) -> Patch | None:
    """The first line of cables counts one too many."""
    lines = [line for line in case.design.parts.lines if line.kind is PartKind.CABLE]
    return (Set("lines", lines[0].id, {"quantity": lines[0].quantity + 1}),) if lines else None


@component_quantity.mutant("bill a tenth of what a line comes to")
def undercharge(case: Case) -> Patch | None:
    """The first line that is priced."""
    for line in case.design.parts.lines:
        if line.unit_usd and line.total_usd and line.quantity:
            return (Set("lines", line.id, {"total_usd": line.total_usd / 10}),)
    return None


@component_quantity.mutant("leave a licence out")
def unlicensed(case: Case) -> Patch | None:
    """The first licence of a device type that is not sold without one."""
    for line in case.design.parts.lines:
        if line.kind is PartKind.LICENCE and line.part in case.catalog and case.catalog.device(line.part).licence()[0]:
            return (Remove("lines", line.id),)
    return None
