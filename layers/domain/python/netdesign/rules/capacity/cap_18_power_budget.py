"""CAP-18: a switch can feed all that is plugged into it, with one power supply lost where that must be borne."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.equipment.powered_devices import fed, fed_watts
from netdesign.catalog.ports import allocated_w
from netdesign.model.inventory import Attachment, EndpointGroup, EndpointKind
from netdesign.model.patch import Add, Patch, Set
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Redundancy, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

if TYPE_CHECKING:
    from netdesign.catalog.sku import DeviceType

TINY = 1e-6
HIGHEST_CLASS = 8


def _applies(case: Case) -> bool:
    return bool(fed(case.network))


@rule(
    code="CAP-18",
    name="power-budget",
    title="PoE Budget",
    category=Category.CAPACITY,
    severity=Severity.ERROR,
    applies="designs with devices that ports feed",
    applicable=_applies,
    flags="A switch that sets more watts aside for the classes of all that it feeds than its supplies give: all of"
    " them, or all but one at high and critical redundancy. A type that cannot do without its only supply then gives"
    " none.",
    passes="Every switch feeds all that is plugged into it, with a supply lost where the level asks for that.",
    remedy="Take larger or second supplies, a type with more power, or spread what is fed over more switches.",
    references=("IEEE 802.3af, 802.3at, 802.3bt",),
)
def power_budget(case: Case) -> Iterator[Said]:
    """Adds up classes by switch and compares them with the budget of the type."""
    watts, fullest = fed_watts(case.network), 0.0
    for place in np.flatnonzero(watts).tolist():
        device, kind = case.network.devices[place], case.network.device_types[place]
        if kind is None:
            yield Gap(message=f"nothing says how many watts {device.id} gives", elements=(device.id,))
            continue
        able = budget_w(case, kind)
        fullest = max(fullest, float(watts[place]) / able if able else float("inf"))
        if watts[place] > able + TINY:
            yield _finding(case, place, float(watts[place]), able)
    share = round(fullest, 4) if np.isfinite(fullest) else None
    yield Measure(name="highest share of a switch's power in use", value=share, threshold=1.0)


def budget_w(case: Case, kind: DeviceType) -> int:
    """Watts that a switch can feed at the redundancy asked for."""
    if case.requirements.redundancy.at_least(Redundancy.HIGH):
        return kind.poe_budget_one_supply_w or 0
    return kind.poe_budget_w or 0


def _finding(case: Case, place: int, watts: float, able: int) -> Finding:
    device = case.network.devices[place]
    short = case.requirements.redundancy.at_least(Redundancy.HIGH)
    users = [one for one in fed(case.network) if one.device == place]
    return Finding(
        message=f"{device.id} ({device.sku}) sets aside {watts:,.1f} W for {sum(one.number for one in users)} devices;"
        f" it gives {able:,} W{' with one supply lost' if short else ''}",
        elements=(device.id,),
        witness={
            "device": device.id,
            "sku": device.sku,
            "allocated_w": round(watts, 1),
            "budget_w": able,
            "supply_lost": short,
            "fed": [one.owner for one in users[:10]],
        },
    )


def _busiest(case: Case) -> tuple[int, DeviceType] | None:
    """The switch that feeds most, of a known type."""
    watts = fed_watts(case.network)
    for place in sorted(np.flatnonzero(watts).tolist(), key=lambda at: (-watts[at], case.network.devices[at].id)):
        kind = case.network.device_types[place]
        if kind is not None:
            return place, kind
    return None


@power_budget.mutant("attach so many moving cameras to one switch that its supplies do not feed them")
def many_cameras(case: Case) -> Patch | None:
    """On ports that nobody looks at here: CAP-07 counts them."""
    found = _busiest(case)
    if found is None:
        return None
    place, kind = found
    device = case.network.devices[place]
    count = ceil(budget_w(case, kind) / allocated_w(6)) + 1
    group = EndpointGroup(
        id="power-mutant", name="cameras", site=device.site, kind=EndpointKind.CAMERA, count=count, zone="", poe_class=6
    )
    attachment = Attachment(
        id="power-mutant", group=group.id, device=device.id, endpoints=count, ports=(), profile="power-mutant"
    )
    return Add("endpoint_groups", group), Add("attachments", attachment)


@power_budget.mutant("take a type for a switch that feeds nothing")
def weak_switch(case: Case) -> Patch | None:
    """The like type without power over its ports."""
    found = _busiest(case)
    if found is None:
        return None
    device = case.network.devices[found[0]]
    weakest = min(case.catalog.devices(device.role), key=lambda kind: (budget_w(case, kind), kind.sku), default=None)
    if weakest is None or budget_w(case, weakest) >= fed_watts(case.network)[found[0]]:
        return None
    return (Set("devices", device.id, {"sku": weakest.sku}),)


@power_budget.mutant("plug in devices of the highest class, and as many as would drain the switch")
def hungrier(case: Case) -> Patch | None:
    """A group that is fed asks for the most that there is."""
    found = _busiest(case)
    if found is None:
        return None
    facts = case.network.by_id("attachments")
    for one in (one for one in fed(case.network) if one.device == found[0] and one.owner in facts):
        attachment = facts[one.owner]
        count = ceil(budget_w(case, found[1]) / allocated_w(HIGHEST_CLASS)) + 1
        more = replace(attachment, endpoints=max(count, attachment.endpoints))
        return (
            Set("endpoint_groups", attachment.group, {"poe_class": HIGHEST_CLASS}),
            Set("attachments", attachment.id, {"endpoints": more.endpoints}),
        )
    return None


@power_budget.mutant("hang every access point on one switch")
def one_switch(case: Case) -> Patch | None:
    """All links of access points end at the switch that feeds most; None where it would feed them all."""
    found = _busiest(case)
    points = [one for one in fed(case.network) if one.link >= 0]
    if found is None or sum(one.watts for one in points) <= budget_w(case, found[1]):
        return None
    name, patch = case.network.devices[found[0]].id, list[Set]()
    for one in points:
        link = case.network.links[one.link]
        end = "a" if link.a.device == case.network.devices[one.device].id else "b"
        patch.append(Set("links", link.id, {end: replace(getattr(link, end), device=name)}))
    return tuple(patch)
