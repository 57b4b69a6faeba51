"""How many endpoints one failure drops: of a device and what hangs behind it, of a feed of a rack, of a pair."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from netdesign.analysis.equipment.homing import endpoints_at
from netdesign.analysis.failure.redundancy import single_points
from netdesign.graph.network import Network, analysis
from netdesign.model.inventory import Homing

DEVICE, FEED, PAIR = "device", "power feed", "pair"


class Domain(NamedTuple):
    """What fails together (ids of devices), where, and how many wired endpoints lose their last port with it."""

    kind: str
    name: str
    site: str
    devices: tuple[str, ...]
    endpoints: int


@analysis
def site_endpoints(network: Network) -> dict[str, int]:
    """How many wired endpoints each site has."""
    found: dict[str, int] = defaultdict(int)
    for group in network.design.inventory.endpoint_groups:
        if group.homing is not Homing.WIRELESS:
            found[group.site] += max(0, group.count)
    return dict(found)


@analysis
def homes(network: Network) -> tuple[tuple[tuple[tuple[str, int], ...], int], ...]:
    """(endpoints by device, endpoints in all) of every wired group; what shares another's port counts as well."""
    groups, known = network.by_id("endpoint_groups"), network.by_id("devices")
    found: dict[str, dict[str, int]] = {name: dict(at) for name, at in endpoints_at(network).items()}
    for one in network.design.inventory.attachments:
        if not one.ports and one.device in known and known[one.device].in_service:
            at = found.setdefault(one.group, {})
            at[one.device] = at.get(one.device, 0) + max(0, one.endpoints)
    return tuple(
        (tuple(sorted(at.items())), max(0, groups[name].count))
        for name, at in found.items()
        if name in groups and groups[name].homing is not Homing.WIRELESS
    )


@analysis
def _at_device(network: Network) -> dict[str, tuple[tuple[int, int], ...]]:
    """The rows of `homes` with endpoints on each device, and how many."""
    found: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row, (at, _) in enumerate(homes(network)):
        for device, count in at:
            found[device].append((row, count))
    return {device: tuple(rows) for device, rows in found.items()}


def dropped(network: Network, devices: frozenset[str]) -> int:
    """How many endpoints lose all of their ports when devices fail, at best.

    Endpoints with one port each fall with it; of others as many as the devices that are left cannot hold.
    """
    lost: dict[int, int] = defaultdict(int)
    held: dict[int, int] = defaultdict(int)
    for device in devices:
        for row, count in _at_device(network).get(device, ()):
            lost[row] += count
            held[row] += min(homes(network)[row][1], count)
    total = 0
    for row, gone in lost.items():
        left = _held(network)[row] - held[row]
        total += min(gone, max(0, homes(network)[row][1] - left))
    return total


@analysis
def _held(network: Network) -> tuple[int, ...]:
    """How many endpoints of each row of `homes` its devices could hold, each device no more than there are."""
    return tuple(sum(min(count, here) for _, here in at) for at, count in homes(network))


@analysis
def domains(network: Network) -> tuple[Domain, ...]:
    """Every device, rack feed and pair that endpoints hang on, with what it drops; the largest first."""
    found = [*_of_devices(network), *_of_feeds(network), *_of_pairs(network)]
    return tuple(sorted((one for one in found if one.endpoints), key=lambda one: (-one.endpoints, one.name)))


def _of_devices(network: Network) -> list[Domain]:
    behind: dict[str, list[str]] = {}
    for point in single_points(network, False) if network.devices else ():
        if point.device is not None:
            count = len(network.devices)
            lost = [network.devices[place].id for place in point.lost if place < count]
            behind[network.devices[point.device].id] = lost
    found = []
    for device in network.devices:
        if device.in_service and (device.id in _at_device(network) or device.id in behind):
            together = (device.id, *behind.get(device.id, ()))
            found.append(Domain(DEVICE, device.id, device.site, together, dropped(network, frozenset(together))))
    return found


def _of_feeds(network: Network) -> list[Domain]:
    fed: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for device in network.devices:
        if device.in_service and device.rack and len(set(device.power_feeds)) == 1 and device.id in _at_device(network):
            fed[device.site, device.rack, device.power_feeds[0]].append(device.id)
    return [
        Domain(FEED, f"{rack} feed {feed}", site, tuple(names), dropped(network, frozenset(names)))
        for (site, rack, feed), names in fed.items()
        if len(names) > 1
    ]


def _of_pairs(network: Network) -> list[Domain]:
    known = network.by_id("devices")
    return [
        Domain(PAIR, mlag.id, known[mlag.peers[0]].site, mlag.peers, dropped(network, frozenset(mlag.peers)))
        for mlag in network.design.cabling.mlags
        if mlag.peers and mlag.peers[0] in known
    ]
