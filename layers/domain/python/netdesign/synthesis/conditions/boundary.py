"""How many places of one jurisdiction may meet the Internet, under frameworks that keep them few."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from netdesign.analysis.failure.residency import code_of
from netdesign.model.conflict import Conflict
from netdesign.model.vocabulary import Framework, NetworkType
from netdesign.synthesis.conditions.question import Question, numbers, relax

BOUNDED: Final = frozenset({Framework.NIST, Framework.FEDRAMP})
"""Frameworks that limit the places where a network meets the Internet."""


def too_many_exits(question: Question) -> Iterator[Conflict]:
    """A wide-area network, whose sites all meet the Internet by the circuits that join them, of too many sites."""
    wanted, most = question.requirements, question.parameters.compliance.internet_access_points_per_region
    names = [str(ref) for ref in wanted.frameworks if ref.framework in BOUNDED]
    if not names or wanted.network_type is not NetworkType.WAN:
        return
    sites: dict[str, list[str]] = defaultdict(list)
    for site in wanted.sites:
        sites[code_of(site.jurisdiction) or "unknown"].append(site.name)
    region, found = max(sites.items(), key=lambda item: len(item[1]))
    if len(found) <= most:
        return
    every = tuple(map(str, wanted.frameworks))
    kept = tuple(name for name in every if name not in names)
    yield Conflict(
        code="too-many-exits",
        requirements=("compliance", "scale/sites"),
        statement=f"{', '.join(names)} lets {most} places of a jurisdiction meet the Internet, and each of"
        f" {len(found):,} sites in {region} does by the circuits that join it to the others.",
        numbers=numbers(sites_that_meet_the_internet=len(found), allowed=most, jurisdiction=region),
        relaxations=(
            relax(
                "compliance",
                (every, kept),
                f"keep what falls under {', '.join(names)} out of this network",
                f"a separate network for what falls under {', '.join(names)}",
            ),
        ),
    )
