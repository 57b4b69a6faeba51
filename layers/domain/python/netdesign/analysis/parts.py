"""What the devices and links of a design need to be bought: by part, with the most that endpoints may add."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.catalog.media import media
from netdesign.graph.network import Network, analysis
from netdesign.model.inventory import Homing
from netdesign.model.parts import PartKind
from netdesign.model.vocabulary import Medium, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netdesign.catalog.media import PhyType

UNBOUGHT = frozenset({Medium.VIRTUAL, Medium.RADIO})


class Need(NamedTuple):
    """How many of a part the facts call for: at least `least`, and no more than `most`."""

    kind: PartKind
    part: str
    least: int
    most: int


@analysis
def endpoint_cables(network: Network) -> int:
    """Ports that wired endpoints take; the facts do not say which cable each of them gets."""
    groups = network.by_id("endpoint_groups")
    return sum(
        len(attachment.ports)
        for attachment in network.design.inventory.attachments
        if (group := groups.get(attachment.group)) is None or group.homing is not Homing.WIRELESS
    )


@analysis
def needs(network: Network) -> dict[tuple[PartKind, str], Need]:
    """Devices, power supplies, licences, transceivers, cables and racks that the facts call for."""
    found = [*_devices(network), *_link_parts(network)]
    return {(need.kind, need.part): need for need in found}


def _devices(network: Network) -> Iterator[Need]:
    owned = [kind for kind, here in zip(network.device_types, network.in_service, strict=True) if kind and here]
    counts = Counter(kind.sku for kind in owned)
    supplies = {kind.sku: kind.power_supplies for kind in owned}
    for sku, count in sorted(counts.items()):
        yield Need(PartKind.DEVICE, sku, count, count)
        yield Need(PartKind.POWER_SUPPLY, sku, count * supplies[sku], count * supplies[sku])
        yield Need(PartKind.LICENCE, sku, count, count)


def _link_parts(network: Network) -> Iterator[Need]:
    """Cables and transceivers of links in service; endpoints may take more of each."""
    extra = endpoint_cables(network)
    cables, ends = _counted(network)
    known = media().phys
    for name, count in sorted(cables.items()):
        yield Need(PartKind.CABLE, name, count, count + extra)
    for name, count in sorted(ends.items()):
        if is_optical(known[name]):
            yield Need(PartKind.TRANSCEIVER, name, count, count + 2 * extra)


def _counted(network: Network) -> tuple[Counter[str], Counter[str]]:
    """Links by ready-made or copper cable, and ends of ours by transceiver."""
    known, cables, ends = media().phys, Counter[str](), Counter[str]()
    provider = np.append([device.role is Role.PROVIDER for device in network.devices], True)
    ours = sum((~provider[end]).astype(np.int64) for end in network.link_ends)
    pairs = Counter(
        (link.phy, count)
        for link, count in zip(network.links, np.asarray(ours).tolist(), strict=True)
        if link.in_service and link.medium not in UNBOUGHT and link.phy in known
    )
    for (name, count), links in pairs.items():
        if name is not None:
            (ends if is_optical(known[name]) else cables)[name] += links * (count if is_optical(known[name]) else 1)
    return cables, ends


def is_optical(phy: PhyType) -> bool:
    """Whether a link of this physical layer takes a transceiver at each end."""
    return not phy.per_cable and phy.fibres > 0
