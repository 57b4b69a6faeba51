"""What the next whole nine of availability costs: changes of redundancy, circuits and spares, each designed again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import floor, log10
from typing import TYPE_CHECKING, Final

from netdesign.errors import InfeasibleError, InvalidInputError
from netdesign.graph.network import compile_network
from netdesign.model.comparison import NextNine, Score, Tried
from netdesign.model.edits import Edit
from netdesign.model.vocabulary import Redundancy
from netdesign.synthesis.candidates.scoring import cost_usd, unavailability
from netdesign.synthesis.candidates.variants import SPARES
from netdesign.synthesis.trial import Change, Shop, tried

if TYPE_CHECKING:
    from netdesign.model.design import Design
    from netdesign.model.resolved import ResolvedRequirements

MOST_NINES: Final = 8


@dataclass(frozen=True, slots=True)
class Remake:
    """A change that may reach the next nine, the design that comes of it, and what it costs."""

    title: str
    step: Tried
    design: Design | None


def next_nine(unavailable: float) -> float:
    """The least availability with a whole nine more: 0.9999 after 0.9995."""
    nines = floor(-log10(max(unavailable, 10.0**-MOST_NINES)) + 1e-9)
    return round(1.0 - 10.0 ** -(nines + 1), MOST_NINES + 2)


def changes(document: object, requirements: ResolvedRequirements, wanted: float) -> Iterator[tuple[str, Change]]:
    """Spares, circuits and redundancy levels, alone and together; what is asked for becomes the `wanted` nine."""
    circuits = _asking(document, wanted)
    spares = requirements.redundancy is not Redundancy.NONE
    if spares:
        yield "spares of nearly every part", Change(overrides=SPARES)
    yield f"circuits for {wanted:.9g}", Change(edits=circuits)
    if spares:
        yield f"circuits for {wanted:.9g}, and spares", Change(edits=circuits, overrides=SPARES)
    for level in tuple(Redundancy)[requirements.redundancy.rank + 1 :]:
        raised = Edit(pointer="/redundancy", value=level.value)
        yield f"redundancy {level}", Change(edits=(raised,))
        yield f"redundancy {level}, circuits for {wanted:.9g}", Change(edits=(raised, *circuits))
        yield (
            f"redundancy {level}, circuits for {wanted:.9g}, and spares",
            Change(edits=(raised, *circuits), overrides=SPARES),
        )


def _asking(document: object, wanted: float) -> tuple[Edit, ...]:
    """The request for an availability, whether it stated that or minutes of downtime."""
    minutes = "max_downtime_minutes_per_year"
    cleared = (
        (Edit(pointer=f"/{minutes}", value=None),) if isinstance(document, Mapping) and minutes in document else ()
    )
    return (*cleared, Edit(pointer="/availability_requirement", value=wanted))


def remakes(document: object, base: Design, shop: Shop, wanted: float, most: int) -> tuple[Remake, ...]:
    """The designs of at most `most` of the changes, as answers to the request itself."""
    found: list[Remake] = []
    for title, change in changes(document, base.requirements, wanted):
        if len(found) == most:
            break
        found.append(_remade(title, change, document, base, shop))
    return tuple(found)


def _remade(title: str, change: Change, document: object, base: Design, shop: Shop) -> Remake:
    try:
        design = replace(tried(document, shop, change), requirements=base.requirements)
    except (InfeasibleError, InvalidInputError) as error:
        refusal = str(error)
        return Remake(title, Tried(title=title, tco_usd=None, unavailability=None, valid=None, refused=refusal), None)
    network = compile_network(design, shop.catalog)
    down = unavailability(network, shop.parameters)
    step = Tried(title=title, tco_usd=cost_usd(network, shop.parameters), unavailability=down, valid=None)
    return Remake(title, step, design)


def reaching(made: tuple[Remake, ...], wanted: float) -> tuple[Remake, ...]:
    """Those that reach an availability, the cheapest first."""
    enough = [
        one for one in made if one.step.unavailability is not None and 1.0 - one.step.unavailability >= wanted - 1e-12
    ]
    return tuple(sorted(enough, key=lambda one: (one.step.tco_usd or 0.0, one.title)))


def priced(present: Score, wanted: float, made: tuple[Remake, ...], chosen: Remake | None) -> NextNine:
    """The account of the next nine; `chosen` is what reaches it for least and holds."""
    cost = chosen.step.tco_usd if chosen is not None else None
    return NextNine(
        now=round(1.0 - (present.unavailability or 0.0), 9),
        tco_usd=present.tco_usd,
        wanted=wanted,
        price_usd=None if cost is None else round(cost - present.tco_usd, 2),
        by=chosen.title if chosen is not None else None,
        tried=tuple(one.step for one in made),
    )
