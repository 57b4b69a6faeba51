"""What a design costs, how long it is down, what room it leaves and what it draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netdesign.analysis.facts.money import money
from netdesign.analysis.failure.outages import outages
from netdesign.graph.network import Network, compile_network
from netdesign.model.comparison import Score
from netdesign.synthesis.candidates.headroom import margins

if TYPE_CHECKING:
    from netdesign.catalog.parameters import Parameters
    from netdesign.catalog.selection import Catalog
    from netdesign.model.design import Design


def score(design: Design, catalog: Catalog, parameters: Parameters) -> Score:
    """The score of a design under the policy's parameters, whatever it was made with."""
    network = compile_network(design, catalog)
    room = margins(network, parameters)
    return Score(
        tco_usd=cost_usd(network, parameters),
        unavailability=unavailability(network, parameters),
        headroom=room[0].left if room else None,
        power_w=round(sum(line.power_w for line in design.parts.lines) * parameters.cost.typical_power_share, 2),
        margins=room,
    )


def cost_usd(network: Network, parameters: Parameters) -> float:
    """Capital cost and the yearly costs over the horizon of the requirements."""
    return round(money(network, parameters.cost).total(network.design.requirements.horizon_years), 2)


def unavailability(network: Network, parameters: Parameters) -> float | None:
    """The share of time that the worst class of wired endpoints misses its firewalls and circuits."""
    found = outages(network, parameters.availability)
    return found[0].share if found else None
