"""How long a network lasts under growth: what runs out, when, and what to keep free for it."""

from __future__ import annotations

from netdesign.model.fact import fact


@fact
class Resource:
    """Something of which there is a limited amount; `limit` is what may be planned of it.

    `runs_out` is the first year in which more is needed, 0 for today; None where it lasts as long as was looked.
    `reserve` is what the growth until the horizon takes beyond today, `short` what is then missing.
    """

    kind: str
    site: str
    name: str
    unit: str
    used: float
    limit: float
    fill: float
    runs_out: int | None
    needed: float
    """At the horizon."""
    reserve: float
    short: float
    elements: tuple[str, ...] = ()


@fact
class Year:
    """A year of the plan: demand over that of today, and the resource that is fullest then."""

    year: int
    factor: float
    users: int
    servers: int
    fullest: str
    fill: float
    run_out: tuple[str, ...]
    """Names of what is not enough any longer."""


@fact
class GrowthReport:
    """Year by year until the horizon; `resources` come with what runs out first at the front."""

    design: str
    rate: float
    horizon: int
    years: tuple[Year, ...]
    resources: tuple[Resource, ...]

    @property
    def first(self) -> Resource | None:
        """What runs out first; None where nothing does in the years that were looked at."""
        return next((one for one in self.resources if one.runs_out is not None), None)
