"""What parts two partners from hearing each other: links, switches between, line cards, shared risks."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.graph.network import Network, analysis
from netdesign.model.vocabulary import LinkPurpose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from netdesign.model.cabling import Link, Mlag, PortRef


class Weakness(NamedTuple):
    """What takes all links between two partners along: `kind` is link, device, cage or risk, or nothing."""

    kind: str
    name: str


@analysis
def heartbeat_links(network: Network) -> tuple[int, ...]:
    """The usable links that partners hear each other on."""
    return tuple(np.flatnonzero(network.links_for(LinkPurpose.HEARTBEAT)).tolist())


def weakness(network: Network, source: str, target: str, links: Iterable[int]) -> Weakness | None:
    """What single loss parts two devices that only these links join; None where none does."""
    chosen = [network.links[place] for place in links]
    near = _reached(source, chosen)
    chosen = [link for link in chosen if link.a.device in near and link.b.device in near]
    if target not in near:
        return Weakness("nothing", "")
    causes = [Weakness("device", name) for name in sorted(near - {source, target})]
    causes += [Weakness("risk", name) for name in sorted({name for link in chosen for name in link.srlgs})]
    causes += [Weakness("cage", name) for name in sorted({cage_of(network, end) for x in chosen for end in (x.a, x.b)})]
    causes += [Weakness("link", link.id) for link in sorted(chosen, key=lambda link: link.id)]
    order = ("link", "device", "risk", "cage")
    causes.sort(key=lambda cause: order.index(cause.kind))
    return next((cause for cause in causes if target not in _reached(source, _left(network, chosen, cause))), None)


def _left(network: Network, links: list[Link], cause: Weakness) -> list[Link]:
    """The links that outlast a cause."""
    tests: dict[str, Callable[[Link], bool]] = {
        "link": lambda link: link.id != cause.name,
        "device": lambda link: cause.name not in (link.a.device, link.b.device),
        "risk": lambda link: cause.name not in link.srlgs,
        "cage": lambda link: cause.name not in (cage_of(network, link.a), cage_of(network, link.b)),
    }
    return [link for link in links if tests[cause.kind](link)]


def _reached(source: str, links: list[Link]) -> set[str]:
    found, grown = {source}, True
    while grown:
        grown = False
        for link in links:
            if (link.a.device in found) != (link.b.device in found):
                found |= {link.a.device, link.b.device}
                grown = True
    return found


def cage_of(network: Network, end: PortRef) -> str:
    """The physical cage of a port, which the lanes of a split port share."""
    place = network.device_index.get(end.device, -1)
    kind = network.device_types[place] if place >= 0 else None
    port = kind.port(end.port) if kind is not None else None
    return f"{end.device}:{port.cage if port is not None else end.port}"


def peer_places(network: Network, mlag: Mlag) -> tuple[int, ...]:
    """The usable links that are named as peer links of a pair and join its two members."""
    index, members = network.link_index, set(mlag.peers)
    places = [index[name] for name in dict.fromkeys(mlag.peer_links) if name in index]
    return tuple(p for p in places if network.usable_links[p] and _ends(network.links[p]) == members)


def _ends(link: Link) -> set[str]:
    return {link.a.device, link.b.device}


def between(network: Network, names: tuple[str, ...], purpose: LinkPurpose) -> tuple[int, ...]:
    """The usable links of a purpose that join two devices directly."""
    found = np.flatnonzero(network.links_for(purpose)).tolist()
    return tuple(place for place in found if _ends(network.links[place]) == set(names))
