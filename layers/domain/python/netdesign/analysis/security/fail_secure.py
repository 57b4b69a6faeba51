"""What stays apart and what passes between zones in every state of failure, with all that stands by switched on.

What has failed joins nothing, so that zones which are apart with everything up stay apart in every state.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from netdesign.analysis.facts.degraded import links_at
from netdesign.analysis.policy.needs import crossings_between, needed
from netdesign.analysis.policy.permissions import distances, permitted, zone_labels, zone_matrix
from netdesign.analysis.policy.terrain import Failed, circuit_links, near_end
from netdesign.analysis.policy.zones import enforcement_points
from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netdesign.graph.headerspace import Space

MOST_STATES = 40


@analysis
def awake(network: Network) -> Network:
    """The network with every device and link in service that stands by; itself where none does."""
    design = network.design
    if all(d.in_service for d in network.devices) and all(link.in_service for link in network.links):
        return network
    devices = tuple(device if device.in_service else replace(device, in_service=True) for device in network.devices)
    links = tuple(link if link.in_service else replace(link, in_service=True) for link in network.links)
    changed = replace(
        design,
        inventory=replace(design.inventory, devices=devices),
        cabling=replace(design.cabling, links=links),
    )
    return Network(changed, network.catalog)


@analysis
def dormant(network: Network) -> frozenset[str]:
    """Ids of the devices and links that stand by."""
    devices = {device.id for device in network.devices if not device.in_service}
    return frozenset(devices | {link.id for link in network.links if not link.in_service})


class Degraded(NamedTuple):
    """What goes wrong between two zones while devices (ids) are down: headers lost to a policy, or gained."""

    failed: tuple[str, ...]
    source: str
    target: str
    lost: Space
    gained: Space


@analysis
def states(network: Network) -> tuple[frozenset[int], ...]:
    """Devices whose loss can change which policies decide: firewalls, what they hang off, and exits; one at a time."""
    points = list(enforcement_points(network))
    near = [near_end(network, at) for at, is_one in enumerate(circuit_links(network).tolist()) if is_one]
    ends = network.link_ends
    beside = [int(end[link]) for at in points for link in links_at(network).get(at, ()) for end in ends]
    ours = dict.fromkeys(at for at in (*points, *near, *beside) if network.ours[at])
    return tuple(frozenset((at,)) for at in list(ours)[:MOST_STATES])


@analysis
def degraded_policies(network: Network, closed: bool) -> tuple[Degraded, ...]:
    """Where one device is down and policies refuse what a flow needs, or (with `closed`) permit what none needs.

    A zone that cannot be reached at all is lost to the failure, not to a policy.
    """
    return tuple(one for down in states(network) for one in _in_state(network, down, closed))


def _in_state(network: Network, down: frozenset[int], closed: bool) -> Iterator[Degraded]:
    failed, names = Failed(down), tuple(network.devices[at].id for at in sorted(down))
    asked = crossings_between(network)
    for source, target in zone_matrix(network):
        now, wanted = permitted(network, source, target, failed), needed(network, source, target)
        lost = (wanted & permitted(network, source, target)) - now if (source, target) in asked else wanted
        gained = now - wanted if closed else now - now
        if (lost and _joined(network, source, target, failed)) or gained:
            yield Degraded(names, source, target, lost, gained)


def _joined(network: Network, source: str, target: str, failed: Failed) -> bool:
    """Whether some way by gates is left between the zones."""
    labels = zone_labels(network, failed)
    far = distances(network, labels.get(target, frozenset()), failed)
    return bool(labels.get(source, frozenset()) & far.keys())
