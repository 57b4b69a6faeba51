"""CAP-19: each port gives the class of power that its device asks for, over a cable that carries it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netdesign.analysis.equipment.powered_devices import Fed, fed, port_watts, unfed
from netdesign.catalog.ports import allocated_w
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Medium, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

COPPER = frozenset({Medium.CAT6, Medium.CAT6A})
CHANNEL_M = 100
"""Length up to which structured copper carries power (IEEE 802.3, TIA-568)."""
HIGHEST_CLASS = 8


def _applies(case: Case) -> bool:
    return bool(fed(case.network))


@rule(
    code="CAP-19",
    name="power-class",
    title="PoE Class per Port",
    category=Category.CAPACITY,
    severity=Severity.ERROR,
    applies="designs with devices that ports feed",
    applicable=_applies,
    flags="A device on a port that sets fewer watts aside than its class asks for, or none at all; telephones before"
    " users' computers for which too few ports feed; an access point whose link is no copper cable, or one longer"
    " than a channel of 100 m.",
    passes="Every fed device is on a port of its class, over a copper cable of at most 100 m.",
    remedy="Move the device to a port, or to a switch, that feeds its class; move it nearer to the closet.",
    references=("IEEE 802.3bt", "TIA TSB-184-A"),
    reading="The facts know no bundles of cables, so that ratings of bundles are not judged; lengths are those of links"
    " to access points, for attachments have none.",
)
def power_class(case: Case) -> Iterator[Said]:
    """Compares each port with the class that hangs on it, and looks at the cables of access points."""
    total = 0
    for one in fed(case.network):
        total += one.number
        device, kind = case.network.devices[one.device], case.network.device_types[one.device]
        if kind is None:
            yield Gap(message=f"nothing says what the ports of {device.id} feed", elements=(device.id,))
            continue
        short = unfed(kind, one)
        if short:
            yield _weak(case, one, short)
        if one.link >= 0:
            yield from _cable(case, one)
    yield Measure(name="devices that ports feed", value=total)


def _weak(case: Case, one: Fed, short: int) -> Finding:
    device, wanted = case.network.devices[one.device], allocated_w(one.poe_class)
    kind = case.network.device_types[one.device]
    gives = {name: port_watts(kind, name) for name in one.ports} if kind else {}
    worst = min(gives, key=lambda name: (gives[name], name), default=None)
    least = f"port {worst} gives {gives[worst]:g} W" if worst is not None else "there is no port for them"
    return Finding(
        message=f"{short} of {one.number} devices of {one.owner} on {device.id} are not fed: class {one.poe_class} asks"
        f" for {wanted:g} W; {least}",
        elements=(device.id, one.owner),
        witness={
            "device": device.id,
            "sku": device.sku,
            "owner": one.owner,
            "class": one.poe_class,
            "wanted_w": wanted,
            "port": worst,
            "port_w": gives[worst] if worst is not None else None,
            "unfed": short,
        },
    )


def _cable(case: Case, one: Fed) -> Iterator[Finding]:
    link = case.network.links[one.link]
    if link.medium not in COPPER:
        yield Finding(
            message=f"{one.owner} is fed over {link.id}, which is {link.medium.value} and carries no power",
            elements=(link.id,),
            witness={"link": link.id, "medium": link.medium.value},
        )
    elif link.length_m is not None and link.length_m > CHANNEL_M:
        yield Finding(
            message=f"{one.owner} is fed over {link.length_m:g} m of {link.id}; {CHANNEL_M} m is the most",
            elements=(link.id,),
            witness={"link": link.id, "length_m": link.length_m, "most_m": CHANNEL_M},
        )


def _first(case: Case, *, linked: bool) -> Fed | None:
    """The first fed device of a known switch: an access point where `linked`, or else endpoints."""
    for one in fed(case.network):
        if case.network.device_types[one.device] is not None and (one.link >= 0) == linked:
            return one
    return None


@power_class.mutant("ask for a class that no port of the switch feeds")
def stronger_devices(case: Case) -> Patch | None:
    """The first group whose ports do not all give the highest class."""
    facts = case.network.by_id("attachments")
    for one in fed(case.network):
        kind = case.network.device_types[one.device]
        if one.owner in facts and kind is not None and unfed(kind, one._replace(poe_class=HIGHEST_CLASS)):
            return (Set("endpoint_groups", facts[one.owner].group, {"poe_class": HIGHEST_CLASS}),)
    return None


@power_class.mutant("plug an access point into a port that feeds nothing")
def plain_port(case: Case) -> Patch | None:
    """The first port of its switch without power."""
    one = _first(case, linked=True)
    kind = case.network.device_types[one.device] if one is not None else None
    if one is None or kind is None:
        return None
    plain = next((name for name in kind.port_names if not port_watts(kind, name)), None)
    return _at_port(case, one, plain) if plain is not None else None


def _at_port(case: Case, one: Fed, port: str) -> Patch:
    link = case.network.links[one.link]
    end = "a" if link.a.device == case.network.devices[one.device].id else "b"
    return (Set("links", link.id, {end: replace(getattr(link, end), port=port)}),)


@power_class.mutant("feed an access point over a cable that is too long")
def long_cable(case: Case) -> Patch | None:
    """Half as long again as a channel."""
    one = _first(case, linked=True)
    return (Set("links", case.network.links[one.link].id, {"length_m": 1.5 * CHANNEL_M}),) if one else None


@power_class.mutant("join an access point by fibre")
def over_fibre(case: Case) -> Patch | None:
    """Glass carries no power."""
    one = _first(case, linked=True)
    return (Set("links", case.network.links[one.link].id, {"medium": Medium.MMF_OM4}),) if one else None


@power_class.mutant("take a switch that feeds less for one that feeds an access point")
def weaker_switch(case: Case) -> Patch | None:
    """The first type of its role whose port of that name gives too little, or that has none."""
    one = _first(case, linked=True) or _first(case, linked=False)
    if one is None:
        return None
    device = case.network.devices[one.device]
    for kind in case.catalog.devices(device.role):
        if unfed(kind, one):
            return (Set("devices", device.id, {"sku": kind.sku}),)
    return None
