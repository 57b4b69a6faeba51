"""TOP-04: one network, not islands; every cable ends where it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.facts.carriage import carriage
from netdesign.analysis.facts.row_codes import column
from netdesign.analysis.facts.tiers import fabrics
from netdesign.graph.connectivity import components
from netdesign.graph.network import Network
from netdesign.model.cabling import Link, PortRef
from netdesign.model.patch import Patch, Set
from netdesign.model.verdict import Finding, Gap, Measure
from netdesign.model.vocabulary import Category, Role, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

if TYPE_CHECKING:
    from netdesign.graph.multigraph import Bools, Ints

OUT_OF_BAND = frozenset({Role.MANAGEMENT_SWITCH, Role.CONSOLE_SERVER})
SHOWN = 10


def _applies(case: Case) -> bool:
    return bool(case.network.devices)


@rule(
    code="TOP-04",
    name="connected-components",
    title="Connected Components",
    category=Category.TOPOLOGY,
    severity=Severity.CRITICAL,
    applies="designs with devices",
    applicable=_applies,
    flags="A site whose devices fall into separate networks (management and consoles aside; circuits of one provider"
    " and the Internet join), a device in service without any link, and a link to a device or port that"
    " does not exist.",
    passes="Every site is one network, every device is cabled, and every cable ends at a port of its device's type.",
    remedy="Cable the island to the tier above it; correct the end of the link.",
    references=("Graph connectivity", "NIST SP 800-53 CM-8"),
)
def connected_components(case: Case) -> Iterator[Said]:
    """Counts components with array operations; dangling ends are looked up in the catalogue."""
    yield from _islands(case)
    yield from _unlinked(case)
    yield from _dangling(case)
    yield Measure(name="links", value=len(case.network.links))


def _islands(case: Case) -> Iterator[Said]:
    network = case.network
    label = components(carriage(network).graph)
    most = 0
    for site, members in sorted(network.devices_by("site").items()):
        places = np.array([m for m in members if network.devices[m].role not in OUT_OF_BAND], dtype=np.int64)
        pieces, sizes = np.unique(label[places], return_counts=True)
        most = max(most, pieces.size)
        for piece in np.delete(pieces, np.argmax(sizes)).tolist() if pieces.size else ():
            names = tuple(network.devices[place].id for place in places[label[places] == piece].tolist())
            yield Finding(
                message=f"{len(names)} devices of site {site} are cut off from the rest of it: {', '.join(names[:3])}",
                elements=names,
                witness={"site": site, "separate_networks": int(pieces.size), "island": list(names[:SHOWN])},
            )
    yield Measure(name="separate networks at the worst site", value=most, threshold=1)


def _unlinked(case: Case) -> Iterator[Finding]:
    network = case.network
    bare = network.in_service & (network.physical.degree() == 0)
    if len(network.devices) > 1:
        for place in np.flatnonzero(bare).tolist():
            name = network.devices[place].id
            yield Finding(
                message=f"{name} is in service but no link reaches it", elements=(name,), witness={"links": 0}
            )


def _dangling(case: Case) -> Iterator[Said]:
    network, unknown = case.network, set[str]()
    a, b = network.link_ends
    for position in np.flatnonzero(_doubtful(network, a, "a") | _doubtful(network, b, "b")).tolist():
        link = network.links[position]
        for reference, place in ((link.a, int(a[position])), (link.b, int(b[position]))):
            if place < 0:
                yield _nowhere(link, reference, "device")
                continue
            sku = network.devices[place].sku
            if sku is None:
                continue
            if not _has_port(network, place, reference.port):
                yield _nowhere(link, reference, "port")
            if network.device_types[place] is None and sku not in unknown:
                unknown.add(sku)
                yield Gap(message=f"the catalogue has no device {sku}, so its ports are unknown", elements=(sku,))


def _doubtful(network: Network, places: Ints, end: str) -> Bools:
    """Links whose end is at an unknown device, a device of an unknown type, or a port that its type lacks."""
    number = {sku: code for code, sku in enumerate(dict.fromkeys(column(network.devices, "sku")))}
    kinds = np.array([*map(number.__getitem__, column(network.devices, "sku")), -1])[places].tolist()
    example = dict(zip(kinds, places.tolist(), strict=True))
    asked = [*zip(kinds, column(network.links, f"{end}.port"), strict=True)]
    bad = {(kind, port) for kind, port in set(asked) if not _sound(network, example[kind], port)}
    return np.fromiter(map(bad.__contains__, asked), np.bool_, len(asked))


def _sound(network: Network, place: int, port: str) -> bool:
    if place < 0:
        return False
    kind = network.device_types[place]
    return network.devices[place].sku is None or (kind is not None and kind.port(port) is not None)


def _has_port(network: Network, place: int, port: str) -> bool:
    kind = network.device_types[place]
    return kind is None or kind.port(port) is not None


def _nowhere(link: Link, end: PortRef, missing: str) -> Finding:
    what = f"device {end.device}" if missing == "device" else f"port {end.port} of {end.device}"
    return Finding(
        message=f"link {link.id} ends at {what}, which does not exist",
        elements=(link.id,),
        witness={"link": link.id, "device": end.device, "port": end.port, "missing": missing},
    )


@connected_components.mutant("cut every link of a switch of the lowest tier")
def cut_off(case: Case) -> Patch | None:
    """The switch stays in service, alone."""
    network = case.network
    if len(network.devices) < 2 or not fabrics(network):
        return None
    lonely = int(fabrics(network)[0].edge[0])
    a, b = network.link_ends
    cut = np.flatnonzero((a == lonely) | (b == lonely)).tolist()
    return tuple(Set("links", network.links[place].id, {"in_service": False}) for place in cut)


@connected_components.mutant("end a link at a device that does not exist")
def end_nowhere(case: Case) -> Patch | None:
    """The far end of the first link."""
    for link in case.network.links[:1]:
        return (Set("links", link.id, {"b": PortRef(device="nowhere", port="none")}),)
    return None
