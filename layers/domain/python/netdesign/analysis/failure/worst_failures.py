"""The worst that any failure does: the highest load of every link, and all flows that find no path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.failure.cut_off import watch
from netdesign.analysis.failure.failure_images import link_classes
from netdesign.analysis.failure.failure_sweep import outcomes, sent_by
from netdesign.analysis.traffic.failure_pairs import failure_pairs
from netdesign.analysis.traffic.failures import Failure, FailureKind, single_failures
from netdesign.analysis.traffic.link_capacity import capacity_bps
from netdesign.graph.network import Network, analysis

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from netdesign.catalog.parameters import Parameters
    from netdesign.graph.multigraph import Floats, Longs
    from netdesign.model.vocabulary import ServiceClass

NONE = Failure(FailureKind.LINK, ())


class Cut(NamedTuple):
    """Flows (by id) that find no path after a failure, and how many failures are like it."""

    failure: Failure
    like: int
    lost_bps: dict[str, float]


class Overload(NamedTuple):
    """A link (by position) that carries more than is allowed in a direction (0 from its a end) after a failure."""

    link: int
    direction: int
    load_bps: float
    share: float
    failure: Failure
    alike: int
    """Links that are like it, itself among them."""


@dataclass(frozen=True, eq=False)
class Worst:
    """What a list of failures does at worst: shares and loads of links by direction, and after which failure."""

    tried: int
    share: Floats
    load_bps: Floats
    after: Longs
    failures: tuple[Failure, ...]
    cuts: tuple[Cut, ...]
    before: dict[str, float]
    """What finds no path with nothing failed."""

    @property
    def highest(self) -> float:
        """The highest share of any link."""
        return float(self.share.max(initial=0.0))

    def overloads(self, network: Network, allowed: float) -> Iterator[Overload]:
        """The worst link of each kind of links that carries more than a share of what it can."""
        classes = link_classes(network)
        seen: set[int] = set()
        peak = self.share.max(axis=0, initial=0.0)
        for place in np.argsort(-peak, kind="stable").tolist():
            if peak[place] <= allowed:
                break
            if int(classes[place]) not in seen:
                seen.add(int(classes[place]))
                direction = int(self.share[:, place].argmax())
                load, after = float(self.load_bps[direction, place]), self.failures[int(self.after[direction, place])]
                alike = int(np.count_nonzero(classes == classes[place]))
                yield Overload(place, direction, load, float(peak[place]), after, alike)


@analysis
def worst_single(
    network: Network, kinds: tuple[FailureKind, ...], classes: frozenset[ServiceClass] | None = None
) -> Worst:
    """The worst that single failures of the kinds do to the flows of some service classes, or to all."""
    return worst_of(network, single_failures(network, kinds), classes)


def worst_pair(network: Network, parameters: Parameters, classes: frozenset[ServiceClass]) -> Worst:
    """The worst that the pairs of failures that are tried do to the flows of some service classes."""
    key = ("worst_pair", parameters.version, classes)
    return network.memo(key, lambda: worst_of(network, failure_pairs(network, parameters).failures, classes))


def worst_of(network: Network, failures: Sequence[Failure], classes: frozenset[ServiceClass] | None = None) -> Worst:
    """The worst that any of the failures does."""
    capacity = capacity_bps(network)
    share, load = np.zeros_like(capacity), np.zeros_like(capacity)
    after = np.zeros(capacity.shape, np.int64)
    tried: list[Failure] = []
    cuts: list[Cut] = []
    for outcome in outcomes(network, failures, classes):
        now = _shares(outcome.load_bps, capacity)
        worse = now > share
        share[worse], load[worse], after[worse] = now[worse], outcome.load_bps[worse], len(tried)
        tried.append(outcome.failure)
        if outcome.unserved_bps:
            cuts.append(Cut(outcome.failure, outcome.like, outcome.unserved_bps))
    before = watch(network, sent_by(network, classes)).cut_off_bps(NONE) if network.devices else {}
    return Worst(len(failures), share, load, after, tuple(tried), tuple(cuts), before)


def _shares(load: Floats, capacity: Floats) -> Floats:
    share = np.divide(load, capacity, out=np.zeros_like(load), where=capacity > 0)
    share[(capacity <= 0) & (load > 1)] = np.inf
    return share
