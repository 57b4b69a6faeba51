"""CAP-15: the exits to the Internet, and the routers that they end on, carry the peak, with one exit lost."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from typing import TYPE_CHECKING

from netdesign.analysis.traffic.demand import growth_of
from netdesign.analysis.traffic.exits import inward_peak_bps, outward_peak_bps
from netdesign.analysis.traffic.site_exits import Way, largest_lost, together, ways_out
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Redundancy, Severity, Trust
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case
from netdesign.rules.circuits import larger_tier
from netdesign.rules.replacement import other_type

if TYPE_CHECKING:
    from netdesign.catalog.sku import DeviceType

TINY = 1e-6
BITS = 8


def _applies(case: Case) -> bool:
    return bool(exits(case))


def exits(case: Case) -> tuple[Way, ...]:
    """Public circuits in service."""
    return tuple(way for way in ways_out(case.network) if way.public)


@rule(
    code="CAP-15",
    name="internet-edge",
    title="Internet Edge Size",
    category=Category.CAPACITY,
    severity=Severity.ERROR,
    applies="designs with exits to the Internet",
    applicable=_applies,
    flags="Exits that in a direction come to less than the peak of all flows with the Internet at the horizon over the"
    " target utilisation; at high and critical redundancy, with the largest exit lost, over the utilisation allowed"
    " after a failure; a device that forwards fewer packets of average size than the circuits on it bring.",
    passes="All exits carry the peak, those that one failure leaves carry it too, and their devices keep up.",
    remedy="Take the next tier of circuit, add an exit, or take a faster router.",
    references=("RFC 6985", "NIST SP 800-53 SC-5"),
    reading="A router whose maker states no packet rate is taken to forward average packets at the rate of its ports,"
    " a firewall at its plain throughput.",
)
def internet_edge(case: Case) -> Iterator[Said]:
    """Compares sums of circuits with the peak in both directions, then each device with its circuits."""
    level, found = case.parameters.redundancy[case.requirements.redundancy], exits(case)
    peak = tuple(growth_of(case.requirements) * rate for rate in _peaks(case))
    needed = tuple(rate / level.max_utilisation for rate in peak)
    if _short(together(found), needed):
        yield _finding(case, found, needed, lost=False)
    if case.requirements.redundancy.at_least(Redundancy.HIGH):
        failed = tuple(rate / (level.max_utilisation_failed or level.max_utilisation) for rate in peak)
        if _short(together(largest_lost(found)), failed):
            yield _finding(case, largest_lost(found), failed, lost=True)
    yield from _devices(case)
    yield Measure(name="inward rate of all exits (bit/s)", value=round(together(found)[0]), threshold=ceil(needed[0]))
    yield Measure(name="outward rate of all exits (bit/s)", value=round(together(found)[1]), threshold=ceil(needed[1]))


def _peaks(case: Case) -> tuple[int, int]:
    return inward_peak_bps(case.network), outward_peak_bps(case.network)


def _short(able: tuple[float, ...], needed: tuple[float, ...]) -> bool:
    return any(rate < need * (1 - TINY) for rate, need in zip(able, needed, strict=True))


def _finding(case: Case, left: tuple[Way, ...], needed: tuple[float, ...], *, lost: bool) -> Finding:
    down, up = together(left)
    when = " with the largest lost" if lost else ""
    return Finding(
        message=f"the exits carry {down / 1e9:,.3f}/{up / 1e9:,.3f} Gbit/s (in/out){when};"
        f" the Internet asks for {needed[0] / 1e9:,.3f}/{needed[1] / 1e9:,.3f} Gbit/s",
        elements=tuple(case.network.links[way.link].id for way in exits(case)),
        witness={
            "exits": len(left),
            "in_bps": round(down),
            "out_bps": round(up),
            "needed_in_bps": ceil(needed[0]),
            "needed_out_bps": ceil(needed[1]),
            "largest_lost": lost,
        },
    )


def _devices(case: Case) -> Iterator[Finding | Gap]:
    """Devices that circuits bring more packets than they forward."""
    for place in dict.fromkeys(way.device for way in exits(case)):
        device, kind, packets = case.network.devices[place], case.network.device_types[place], _brought(case, place)
        if kind is None:
            yield Gap(message=f"nothing says how fast {device.id} forwards", elements=(device.id,))
        elif packets > _able(case, kind) * (1 + TINY):
            able = _able(case, kind)
            yield Finding(
                message=f"{device.id} ({device.sku}) forwards {able / 1e6:,.2f} million packets a second;"
                f" its circuits bring {packets / 1e6:,.2f} million",
                elements=(device.id,),
                witness={"device": device.id, "sku": device.sku, "able_pps": round(able), "brought_pps": ceil(packets)},
            )


def _brought(case: Case, place: int) -> float:
    """Packets a second of average size that the circuits of a device bring, both ways."""
    rates = sum(way.down_bps + way.up_bps for way in exits(case) if way.device == place)
    return rates / (BITS * case.parameters.capacity.imix_bytes)


def _able(case: Case, kind: DeviceType) -> float:
    """Packets a second that a type forwards."""
    if kind.forwarding_pps is not None:
        return float(kind.forwarding_pps)
    rated = kind.firewall.l4_bps or kind.firewall.ngfw_bps if kind.firewall is not None else None
    return (rated or kind.port_capacity_bps) / (BITS * case.parameters.capacity.imix_bytes)


@internet_edge.mutant("take exits out of service until the rest carry too little")
def lose_exits(case: Case) -> Patch | None:
    """All but the smallest, which then carries less than the peak of today."""
    found = sorted(exits(case), key=lambda way: (way.down_bps, way.link))
    if not found or not any(_peaks(case)):
        return None
    gone = tuple(Set("links", case.network.links[way.link].id, {"in_service": False}) for way in found[1:])
    level = case.parameters.redundancy[case.requirements.redundancy]
    needed = tuple(rate * growth_of(case.requirements) / level.max_utilisation for rate in _peaks(case))
    if gone and _short(together(found[:1]), needed):
        return gone
    thin = _thinner(case, found[:1], 0.9)
    return (*gone, *thin) if thin else None


def _thinner(case: Case, ways: list[Way], share: float) -> Patch | None:
    """Circuits that come to a share of the peak."""
    down, up = (int(rate * share / len(ways)) for rate in _peaks(case))
    sold = {one.link: one.id for one in case.design.cabling.circuits}
    links = [case.network.links[way.link].id for way in ways]
    if any(link not in sold for link in links):
        return None
    return tuple(Set("circuits", sold[link], {"rate_down_bps": down, "rate_up_bps": up}) for link in links)


@internet_edge.mutant("order circuits of half the peak")
def thin_circuits(case: Case) -> Patch | None:
    """All exits together carry half of what flows need today."""
    return _thinner(case, list(exits(case)), 0.5) if exits(case) and any(_peaks(case)) else None


@internet_edge.mutant("order circuits that receive enough and send too little")
def one_way(case: Case) -> Patch | None:
    """As much as comes in, and a tenth of what goes out."""
    up = _peaks(case)[1]
    links = {case.network.links[way.link].id for way in exits(case)}
    sold = [one.id for one in case.design.cabling.circuits if one.link in links]
    if not up or len(sold) < len(links):
        return None
    return tuple(Set("circuits", one, {"rate_up_bps": int(up / len(links) / 10)}) for one in sold)


@internet_edge.mutant("end the circuits on a device that cannot forward what they bring")
def slow_router(case: Case) -> Patch | None:
    """The slowest type of its role; None where even that keeps up with the circuits."""
    for way in exits(case):
        device, packets = case.network.devices[way.device], _brought(case, way.device)
        for kind in case.catalog.devices(device.role):
            if _able(case, kind) * 1.01 < packets:
                return (Set("devices", device.id, {"sku": kind.sku}),)
    return None


@internet_edge.fix("put exits back into service")
def back_in_service(case: Case, finding: Finding) -> Patch | None:
    """Circuits that stand in the design and are switched off."""
    if "exits" not in finding.witness:
        return None
    sold = {one.link for one in case.design.cabling.circuits}
    idle = [one for one in case.network.links if one.id in sold and not one.in_service and one.trust is Trust.PUBLIC]
    return tuple(Set("links", link.id, {"in_service": True}) for link in idle) or None


@internet_edge.fix("order the next larger tier that its port takes")
def next_tier(case: Case, finding: Finding) -> Patch | None:
    """For every exit, so that those which a failure leaves carry the peak."""
    need_in, need_out = finding.witness.get("needed_in_bps"), finding.witness.get("needed_out_bps")
    ways = exits(case)
    if not isinstance(need_in, int) or not isinstance(need_out, int) or not ways:
        return None
    share = max(1, len(ways) - bool(finding.witness.get("largest_lost")))
    patches = [larger_tier(case, case.network.links[way.link].id, need_in / share, need_out / share) for way in ways]
    return tuple(step for patch in patches if patch for step in patch) or None


@internet_edge.fix("take a type that forwards what its circuits bring")
def faster_router(case: Case, finding: Finding) -> Patch | None:
    """With every port that the device uses."""
    place = case.network.device_index.get(str(finding.witness.get("device")))
    if place is None:
        return None
    packets = _brought(case, place)
    return other_type(case, place, lambda kind: _able(case, kind) >= packets)
