"""A network of fewer sites that stands for one of many: of sites that are alike a few, and all others.

What packets may do between two sites depends on these two, on one that the packet pretends to be from, and on sites on
the way that are like none: where three of a class are kept, whatever happens between sites of it happens among them.
Facts about sites that are left out go with them, and so do the places that name these in facts about others.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from netdesign.analysis.facts.like_sites import like_sites, placed_facts
from netdesign.analysis.facts.site_facts import NOBODY, NUMBERS, SiteFacts, plan_of
from netdesign.graph.network import Network, analysis
from netdesign.model.patch import collections

if TYPE_CHECKING:
    from netdesign.analysis.facts.site_facts import Owners

KEPT = 3
"""Sites of a class that are kept: one that sends, one that receives, and one in whose name is sent."""
SMALL = 20
"""Sites up to which a network stands for itself."""
MAY_BE_EMPTY = frozenset({"flows", "networks", "dhcp_relays", "attached_to", "devices", "vlans", "srlgs"})
"""Fields that say less, not more, when nothing is left in them."""


@analysis
def fewer_sites(network: Network) -> Network:
    """The network of the sites that stand for all; the network itself where that is small, or these are most of it."""
    sites = network.design.inventory.sites
    if len(sites) <= SMALL:
        return network
    fewer = standing_for_all(network)
    return fewer if 2 * len(fewer.design.inventory.sites) < len(sites) else network


def standing_for_all(network: Network) -> Network:
    """The network of some of each class of sites that are alike, however small it is."""
    return _without(network, frozenset(site for some in like_sites(network) for site in some[KEPT:]))


def _without(network: Network, gone: Owners) -> Network:
    placed = placed_facts(network)
    cut = _Cut(placed.known, gone)
    kept: dict[str, list[Any]] = {}
    for name, fact, about in zip(placed.collections, placed.facts, placed.about, strict=True):
        some = kept.setdefault(name, [])
        left = cut.left_of(fact) if about & gone else fact
        if left is not None:
            some.append(left)
    groups: dict[str, dict[str, tuple[Any, ...]]] = {}
    for name, some in kept.items():
        groups.setdefault(collections()[name][0], {})[name] = tuple(some)
    design = network.design
    changed = {group: replace(getattr(design, group), **some) for group, some in groups.items()}
    return Network(replace(design, **changed), network.catalog)


class _Cut:
    """Takes places that name sites out of facts."""

    def __init__(self, known: SiteFacts, gone: Owners) -> None:
        self.known, self.gone = known, gone
        self.seen: dict[tuple[str, ...], tuple[str, ...]] = {}

    def left_of(self, fact: Any) -> Any:
        """What is left of a fact; None where it says nothing without them."""
        plan, changes = plan_of(type(fact)), dict[str, Any]()
        for field, value in zip(plan.names, plan.named(fact), strict=True):
            if value is None or value == ():
                continue
            left: Any
            if type(value) is tuple:
                left = self._left(value)
                if not left and field not in MAY_BE_EMPTY:
                    return None
            elif hasattr(value, "__dataclass_fields__"):
                left = self.left_of(value)
            else:
                left = None if self._is_gone(("asn", value) if field in NUMBERS else value) else value
            if left is None:
                return None
            if left != value:
                changes[field] = left
        return replace(fact, **changes) if changes else fact

    def _left(self, values: tuple[Any, ...]) -> tuple[Any, ...]:
        if type(values[0]) is str:
            if values not in self.seen:
                self.seen[values] = tuple(text for text in values if not self._is_gone(text))
            return self.seen[values]
        if hasattr(values[0], "__dataclass_fields__"):
            return tuple(left for one in values if (left := self.left_of(one)) is not None)
        return values

    def _is_gone(self, key: object) -> bool:
        return bool(self.known.owners.get(key, NOBODY) & self.gone)
