"""Ways out of a refusal, tried on the request itself before they are offered."""

from __future__ import annotations

from typing import Final

from netdesign.errors import InfeasibleError
from netdesign.model.conflict import Conflict
from netdesign.model.resolved import ResolvedRequirements
from netdesign.services.workbench import Workbench
from netdesign.synthesis.relaxation.offers import countered
from netdesign.synthesis.relaxation.search import Trials
from netdesign.synthesis.trial import Shop

TRIALS: Final = ((1_000, 40), (4_000, 20), (12_000, 8), (10**9, 3))
"""Designs that are tried, by the ends of the network up to which so many are affordable."""


def with_offers(
    document: object, conflicts: tuple[Conflict, ...], requirements: ResolvedRequirements, bench: Workbench
) -> tuple[Conflict, ...]:
    """The conflicts of a request with ways out that end them; as many are tried by designs as its size allows."""
    if not conflicts:
        return ()
    trials = Trials(next(count for most, count in TRIALS if _ends(requirements) <= most))
    return countered(document, conflicts, Shop(bench.catalog, bench.parameters), trials)


def _ends(requirements: ResolvedRequirements) -> int:
    """What is attached, and twenty for each site, which has an edge of its own."""
    return requirements.servers.count + requirements.users // 2 + 20 * requirements.site_count


def refusal(
    document: object, error: InfeasibleError, requirements: ResolvedRequirements, bench: Workbench
) -> InfeasibleError:
    """The refusal with ways out that were tried; what is no conflict stays as it is."""
    known = tuple(one for one in error.conflicts if isinstance(one, Conflict))
    others = tuple(one for one in error.conflicts if not isinstance(one, Conflict))
    return InfeasibleError((*with_offers(document, known, requirements, bench), *others))
