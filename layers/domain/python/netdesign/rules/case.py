"""The one argument of every rule: the compiled network, what was asked for, and the numbers to hold it to."""

from __future__ import annotations

from dataclasses import dataclass

from netdesign.catalog.parameters import Parameters
from netdesign.catalog.selection import Catalog
from netdesign.graph.network import Network
from netdesign.model.design import Design
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.verdict import Waiver


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule may read, and nothing else: no clock, no store, no text that claims a verdict."""

    network: Network
    requirements: ResolvedRequirements
    catalog: Catalog
    parameters: Parameters
    evaluation_date: str
    waivers: tuple[Waiver, ...] = ()
    today: str | None = None
    """The day that waivers are weighed on; the evaluation date, which is the design's own, where None."""

    @property
    def waiver_day(self) -> str:
        """The day that decides which waivers are in force."""
        return self.today or self.evaluation_date

    @property
    def design(self) -> Design:
        """The facts that the network was compiled from."""
        return self.network.design
