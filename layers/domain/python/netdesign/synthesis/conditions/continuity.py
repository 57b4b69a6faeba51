"""Whether one loss of power may take all sites that hold data, under frameworks that keep a second one.

A site without coordinates may not be listed in the request at all; its grid alone would not decide the question.
"""

from __future__ import annotations

from collections.abc import Iterator

from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.resolved import ResolvedSite
from netdesign.model.vocabulary import SecurityLevel
from netdesign.synthesis.conditions.interconnect import APART
from netdesign.synthesis.conditions.question import Question, numbers, relax


def power_grids_unstated(question: Question) -> Iterator[Conflict]:
    """Sites with servers of which nobody says what feeds them, where evidence must not stay open.

    Where modules have to be validated, certificates that are not known leave evidence open already; levels below
    that get their design, with the question left open in it.
    """
    wanted = question.requirements
    holding, names = _holding(question), _names(question)
    lost = [site for site in holding if site.latitude is None or site.longitude is None]
    silent = [site for site in holding if site.power_grid is None]
    asked = question.parameters.security[wanted.security_level].fips_module
    if not (names and asked and (lost or silent)):
        return
    unsaid = [f"where {_places(lost)} is"] if lost else []
    unsaid += [f"which section of the grid feeds {_places(silent)}"] if silent else []
    yield Conflict(
        code="power-grids-unstated",
        requirements=("compliance", "sites"),
        statement=f"{', '.join(names)} asks that no one event and no loss of power takes all sites with servers, but"
        f" nothing says {' or '.join(unsaid)}.",
        numbers=numbers(
            sites_with_servers=len(holding), sites_without_a_place=len(lost), sites_without_a_grid=len(silent)
        ),
        relaxations=(*(() if lost else (_own_grids(question, silent),)), _without(question), _lower(question)),
    )


def one_power_grid(question: Question) -> Iterator[Conflict]:
    """Sites with servers on one section of the grid."""
    names, first = _names(question), dict[str, ResolvedSite]()
    for site in _holding(question) if names else ():
        grid = site.power_grid
        if grid is not None and first.setdefault(grid, site) is not site:
            yield Conflict(
                code="one-power-grid",
                requirements=("compliance", "sites"),
                statement=f"{', '.join(names)} asks that no single loss of power takes all sites with servers, but"
                f" {first[grid].name} and {site.name} hang off one section of the grid, {grid}.",
                numbers=numbers(power_grid=grid),
                relaxations=(_own_grids(question, [site]), _without(question)),
            )
            return


def _holding(question: Question) -> tuple[ResolvedSite, ...]:
    """The sites with servers where there are several; none where everything is at a provider."""
    holding = tuple(site for site in question.requirements.sites if site.servers)
    return () if question.virtual or len(holding) < 2 else holding


def _places(sites: list[ResolvedSite]) -> str:
    return " and ".join(site.name for site in sites)


def _names(question: Question) -> tuple[str, ...]:
    return tuple(str(ref) for ref in question.requirements.frameworks if ref.framework in APART)


def _own_grids(question: Question, sites: list[ResolvedSite]) -> Relaxation:
    """Feeding each site from a section of its own, which the request then says."""
    every = question.requirements.sites
    now = {f"{every.index(site)}/power_grid": site.power_grid for site in sites}
    then = {f"{every.index(site)}/power_grid": f"grid of {site.name}" for site in sites}
    return relax(
        "sites",
        (now, then),
        f"feed {_places(sites)} from a section of the grid of its own, and name it",
        "the utility confirms it, or builds another feed",
    )


def _without(question: Question) -> Relaxation:
    every = question.requirements.frameworks
    kept = tuple(str(ref) for ref in every if ref.framework not in APART)
    names = ", ".join(_names(question))
    return relax(
        "compliance",
        (tuple(map(str, every)), kept),
        f"keep what falls under {names} out of this network",
        f"a separate network for what falls under {names}",
    )


def _lower(question: Question) -> Relaxation:
    now, levels = question.requirements.security_level, question.parameters.security
    lower = [level for level in SecurityLevel if not levels[level].fips_module][-1]
    return relax(
        "security_level",
        (now.value, lower.value),
        f"choose security level {lower}",
        "no validated cryptographic modules; what feeds the sites stays an open question",
    )
