"""What has to be bought for the devices and links of a design, by part, and the most that endpoints may add."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.equipment.endpoint_ports import endpoint_ports_taken
from netdesign.analysis.equipment.plugs import lane_cage, split_cages
from netdesign.analysis.equipment.service_hosts import collector_tb, service_hosts
from netdesign.catalog.media import media
from netdesign.graph.network import Network, analysis
from netdesign.model.parts import PartKind
from netdesign.model.vocabulary import Medium, Role

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netdesign.catalog.media import Cage, PhyType

SERVICE_HOST, LOG_STORAGE = "service host", "log storage (TB)"
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
    return endpoint_ports_taken(network).total


@analysis
def needs(network: Network) -> dict[tuple[PartKind, str], Need]:
    """Devices, power supplies, licences, transceivers, cables and hosts of services that the facts call for."""
    found = [*_devices(network), *_link_parts(network), *_services(network)]
    return {(need.kind, need.part): need for need in found}


def _devices(network: Network) -> Iterator[Need]:
    owned = [kind for kind, here in zip(network.device_types, network.in_service, strict=True) if kind and here]
    counts = Counter(kind.sku for kind in owned)
    supplies = {kind.sku: kind.power_supplies for kind in owned}
    for sku, count in sorted(counts.items()):
        yield Need(PartKind.DEVICE, sku, count, count)
        yield Need(PartKind.POWER_SUPPLY, sku, count * supplies[sku], count * supplies[sku])
        yield Need(PartKind.LICENCE, sku, count, count)


def _services(network: Network) -> Iterator[Need]:
    """Hosts of network services, and terabytes of collectors."""
    for kind, part, count in (
        (PartKind.SERVER, SERVICE_HOST, service_hosts(network)),
        (PartKind.STORAGE, LOG_STORAGE, collector_tb(network)),
    ):
        if count:
            yield Need(kind, part, count, count)


def _link_parts(network: Network) -> Iterator[Need]:
    """Cables and transceivers of links in service; endpoints may take more of each."""
    extra, known = endpoint_cables(network), media().phys
    cables, ends = Counter[str](), Counter[str]()
    for (name, medium, ours), links in _alike(network).items():
        if is_optical(known[name]):
            ends[name] += links * ours
            cables[medium.value] += links
        else:
            cables[name] += links
    _share_cages(network, cables, ends)
    # A part that only lanes take is not bought by itself.
    bought, optics = ({name: count for name, count in tally.items() if count > 0} for tally in (cables, ends))
    yield from (Need(PartKind.CABLE, name, count, count + extra) for name, count in sorted(bought.items()))
    yield from (Need(PartKind.TRANSCEIVER, name, count, count + 2 * extra) for name, count in sorted(optics.items()))


def _share_cages(network: Network, cables: Counter[str], ends: Counter[str]) -> None:
    """Take what lanes of split cages do not need for themselves, and add what serves all lanes of a cage."""
    known, tails = media().phys, set[int]()
    for (device, _), links in split_cages(network).items():
        pieces: dict[str, tuple[PhyType, Cage]] = {}
        for at in links:
            link = network.links[at]
            phy, cage = known[link.phy or ""], lane_cage(network, at, device)
            if link.medium in UNBOUGHT or cage is None:
                continue
            pieces[phy.plugged(cage)] = phy, cage
            if is_optical(phy):
                ends[phy.name] -= 1
            else:
                tails.add(at)
        for name, (phy, cage) in pieces.items():
            harness = phy.fan_out(cage)
            (ends if is_optical(phy) else cables)[name] += 1
            if harness is not None:
                cables[harness] += 1
    for at in tails:
        cables[network.links[at].phy or ""] -= 1


def _alike(network: Network) -> Counter[tuple[str, Medium, int]]:
    """Cabled links by physical layer, medium and number of ends of ours."""
    provider = np.array([*(device.role is Role.PROVIDER for device in network.devices), True])
    a, b = network.link_ends
    ours = (~provider[a]).astype(np.int64) + ~provider[b]
    known = media().phys
    return Counter(
        (link.phy, link.medium, count)
        for link, count in zip(network.links, ours.tolist(), strict=True)
        if link.in_service and link.medium not in UNBOUGHT and link.phy is not None and link.phy in known
    )


def is_optical(phy: PhyType) -> bool:
    """Whether a link of this physical layer takes a transceiver at each end."""
    return not phy.per_cable and phy.fibres > 0
