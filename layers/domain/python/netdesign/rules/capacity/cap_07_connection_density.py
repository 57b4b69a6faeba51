"""CAP-07: every cable and endpoint has a port of its own that can take it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from netdesign.analysis.equipment.port_matching import PortFault, port_faults, port_uses, shortage
from netdesign.model.cabling import PortRef
from netdesign.model.patch import Add, Patch, Set
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

MATCHED = 20
"""Devices for which a report says whether other ports would do; the rest are only listed."""


@rule(
    code="CAP-07",
    name="connection-density",
    title="Connection Density",
    category=Category.CAPACITY,
    severity=Severity.CRITICAL,
    flags="A cable or endpoint on a port that its device type does not have, that does not run at its speed, that its"
    " transceiver does not fit, or that another one takes; a cage used whole and split, or split two ways. The"
    " finding says whether any assignment of cables to ports would do.",
    passes="Every cable and endpoint has its own port, of its speed and form.",
    remedy="Assign other ports; where no assignment does, take the next larger device type.",
    references=("IEEE 802.3", "data sheets of the device types"),
)
def connection_density(case: Case) -> Iterator[Said]:
    """Looks each port up in its device type; devices with a fault are matched anew."""
    network = case.network
    faults: dict[int, list[PortFault]] = {}
    for fault in port_faults(network):
        faults.setdefault(fault.device, []).append(fault)
    for number, (place, found) in enumerate(sorted(faults.items())):
        yield _finding(case, place, found, matched=number < MATCHED)
    for place in np.flatnonzero(network.in_service).tolist():
        device = network.devices[place]
        if network.device_types[place] is None and device.sku is not None:
            yield Gap(
                message=f"{device.id} is a {device.sku}, which the catalogue does not have", elements=(device.id,)
            )
    yield Measure(name="ports in use", value=int(port_uses(network).device.size))
    yield Measure(
        name="ports that cannot be used as drawn", value=sum(len(found) for found in faults.values()), threshold=0
    )


def _finding(case: Case, place: int, found: list[PortFault], *, matched: bool) -> Finding:
    device, first = case.network.devices[place], found[0]
    witness = {"device": device.id, "sku": device.sku, "port": first.port, "reason": first.reason, "faults": len(found)}
    verdict = ""
    if matched:
        short = shortage(case.network, place)
        witness |= {"uses": short.needed, "placed_at_best": short.placed}
        verdict = "; other ports would do"
        if short.placed < short.needed:
            verdict = f"; no assignment does: {len(short.crowded)} of its uses have {short.ports} ports between them"
    users = tuple(dict.fromkeys(user for fault in found for user in fault.users))
    more = f" (faults in all: {len(found)})" if len(found) > 1 else ""
    return Finding(
        message=f"port {first.port} of {device.id} ({device.sku}), asked for by {', '.join(first.users[:3])}:"
        f" {first.reason}{more}{verdict}",
        elements=(device.id, *users[:10]),
        witness={**witness, "users": list(users[:10])},
    )


@connection_density.mutant("attach more links to a switch than it has ports")
def crowd(case: Case) -> Patch | None:
    """Copies of a link, each on the next port of the device, until there are more links than ports."""
    network = case.network
    for link, place in zip(network.links, network.link_ends[0].tolist(), strict=True):
        kind = network.device_types[place] if place >= 0 else None
        if kind is not None:
            names = kind.port_names
            copies = (
                replace(link, id=f"{link.id}+{at}", a=PortRef(device=link.a.device, port=names[at % len(names)]))
                for at in range(len(names) + 1)
            )
            return tuple(Add("links", copy) for copy in copies)
    return None


@connection_density.mutant("plug a cable into a port that another one takes")
def share_port(case: Case) -> Patch | None:
    """The second link of a device goes to the port of the first."""
    first: dict[str, PortRef] = {}
    for link, place in zip(case.network.links, case.network.link_ends[0].tolist(), strict=True):
        if place >= 0 and case.network.device_types[place] is not None:
            if link.a.device in first:
                return (Set("links", link.id, {"a": first[link.a.device]}),)
            first[link.a.device] = link.a
    return None


@connection_density.mutant("run a link at a speed that no port has")
def impossible_speed(case: Case) -> Patch | None:
    """The first link on a known device type gets an odd speed."""
    for link, place in zip(case.network.links, case.network.link_ends[0].tolist(), strict=True):
        if place >= 0 and case.network.device_types[place] is not None:
            return (Set("links", link.id, {"speed_bps": 7}),)
    return None
