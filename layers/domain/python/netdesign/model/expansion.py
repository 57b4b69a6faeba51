"""A plan by which a network grows: phases that each leave it valid, and what becomes of what stands."""

from __future__ import annotations

from enum import StrEnum

from netdesign.model.fact import fact
from netdesign.model.parts import PartLine
from netdesign.model.repair import Change
from netdesign.model.vocabulary import Severity


class AlterationKind(StrEnum):
    GROWN = "grown"
    """It takes in more and loses nothing."""
    CHANGED = "changed"
    REWIRED = "rewired"
    RENAMED = "renamed"
    RENUMBERED = "renumbered"
    READDRESSED = "readdressed"
    MOVED = "moved"
    REPLACED = "replaced"
    REMOVED = "removed"


@fact
class Alteration:
    """What becomes of one fact that stands, in which fields, and why."""

    kind: AlterationKind
    collection: str
    id: str
    fields: tuple[str, ...]
    reason: str


@fact
class Setback:
    """A rule whose verdict is worse after a phase than before the first, and why that may be meanwhile."""

    rule: str
    severity: Severity
    finding: str
    reason: str


@fact
class Phase:
    """One step: what it builds, what of the network in place it touches, what it costs, and how it is undone.

    `touched` are devices in place that get a cable or another configuration. `undo` are the operations that lead
    back, in order.
    """

    number: int
    name: str
    purpose: str
    built: tuple[str, ...]
    touched: tuple[str, ...]
    changes: tuple[Change, ...]
    undo: tuple[Change, ...]
    parts: tuple[PartLine, ...]
    """What is to be bought for this phase: quantities beyond those of the phase before."""
    capital_usd: float
    yearly_usd: float
    digest: str
    """Of the design after the phase."""
    valid: bool
    score: float
    setbacks: tuple[Setback, ...]


@fact
class ExpansionPlan:
    """The way from a design to a larger one. `sound` says that every phase leaves the network valid, connected and
    as well protected as it was."""

    design: str
    digest_before: str
    digest_after: str
    phases: tuple[Phase, ...]
    alterations: tuple[Alteration, ...]
    sound: bool

    @property
    def capital_usd(self) -> float:
        """What all phases together cost to buy."""
        return round(sum(phase.capital_usd for phase in self.phases), 2)

    @property
    def yearly_usd(self) -> float:
        """What all phases together add a year."""
        return round(sum(phase.yearly_usd for phase in self.phases), 2)
