"""Several designs for one request side by side, what a nine more costs, and which open questions matter."""

from __future__ import annotations

from enum import StrEnum

from netdesign.model.fact import fact
from netdesign.model.vocabulary import Archetype


@fact
class Margin:
    """What is left at the horizon of the fullest resource of a kind; below 0 it is short.

    `left` is 1 - need / supply, need being that of the horizon.
    """

    kind: str
    of: str
    """The device, link, subnet or site whose resource is fullest."""
    left: float


@fact
class Score:
    """What designs are compared by. Less is better of all but `headroom`."""

    tco_usd: float
    """Capital cost and the yearly costs over the horizon."""
    unavailability: float | None
    """The share of time that the worst class of wired endpoints is cut off; None where there is nothing to reach."""
    headroom: float | None
    """The least of the margins; None where nothing is used."""
    power_w: float
    """What devices and optics draw as a rule."""
    margins: tuple[Margin, ...] = ()


class Why(StrEnum):
    """Why an alternative is not offered."""

    EQUAL = "equal"
    DOMINATED = "dominated"
    NOT_VALID = "not_valid"
    REFUSED = "refused"
    BETWEEN = "between"
    """On the front, but enough others stand for its part of it."""


@fact
class Candidate:
    """A design on offer: how it differs, its score, and what the rules say of it."""

    id: str
    title: str
    differs: str
    """What an architect changed to get it."""
    archetype: Archetype
    devices: int
    links: int
    score: Score
    valid: bool
    failed_rules: tuple[str, ...] = ()
    digest: str
    recommended: bool = False
    distance: float = 0
    """The distance to the ideal point, 0..2; of the valid candidates the recommended one has the least."""


@fact
class Rejected:
    """An alternative that was made, or tried, and is not offered."""

    id: str
    title: str
    why: Why
    reason: str
    other: str | None = None
    """The candidate that is equal, or better in everything."""
    score: Score | None = None


@fact
class Tried:
    """A change of the request or of the policy, and what it makes of availability and cost."""

    title: str
    tco_usd: float | None
    unavailability: float | None
    valid: bool | None
    """What the rules say of the design; None where it was not judged."""
    refused: str = ""


@fact
class NextNine:
    """What the next whole nine of availability costs: the cheapest of the changes that reach it."""

    now: float
    """The present availability."""
    tco_usd: float
    wanted: float
    price_usd: float | None
    """What the cheapest change that reaches it costs beyond the present design; None where none does."""
    by: str | None
    tried: tuple[Tried, ...]


class Grounds(StrEnum):
    """How the effect of a field was found."""

    DESIGN = "design"
    BOUND = "bound"
    """By the least cost of the mandatory parts alone: the design is too large to be made again so often."""
    NONE = "none"
    """Not at all; the reason is given."""


@fact
class Effect:
    """What a value of a field makes of the design; None where it was not found."""

    value: str
    tco_usd: float | None = None
    change: float | None = None
    """The change of the cost as a share of the cost with the default."""
    archetype: Archetype | None = None
    valid: bool | None = None
    refused: str = ""


@fact
class Sensitivity:
    """A requirement that nobody stated: what a low and a high value would change."""

    field: str
    pointer: str
    """Where the request states it, without the first slash; empty where it has no place for it."""
    default: str
    reason: str
    """Why the two values, or why none was tried."""
    grounds: Grounds
    effects: tuple[Effect, ...] = ()
    impact: float = 0
    """The largest change of the cost; at least 1 where the archetype, or whether the design is valid, changes."""
    ask: bool = False


@fact
class Comparison:
    """The candidates (recommended one first), the rejected alternatives, and what the choice rests on."""

    candidates: tuple[Candidate, ...]
    rejected: tuple[Rejected, ...]
    recommended: str | None
    method: str
    untried: tuple[str, ...] = ()
    """Alternatives that were not tried, each with the reason."""
    next_nine: NextNine | None = None
    sensitivities: tuple[Sensitivity, ...] = ()
    """Those that matter most first."""
    questions: tuple[str, ...] = ()
    """What to ask the client, most important first."""
