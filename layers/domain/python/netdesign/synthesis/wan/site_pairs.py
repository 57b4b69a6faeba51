"""What every two sites send one another at peak: from a site's people to where their servers and phones are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from netdesign.model.resolved import Population, ResolvedFlow, ResolvedRequirements, ResolvedSite
from netdesign.synthesis.needs.joined_sites import WanShape
from netdesign.synthesis.needs.site_demand import COLUMNS, MACHINES, OUTSIDE, part

Pairs = Mapping[tuple[str, str], float]
"""Bits per second from the first site to the second."""
MANAGED_BPS: Final = 1_500_000
"""What administrators, names, addresses, time and logs of a spoke take at its hub, rounded up."""
CALLED: Final = {**MACHINES, Population.VOICE: "users"}


def site_pairs(asked: ResolvedRequirements, shape: WanShape) -> dict[tuple[str, str], float]:
    """The peaks of all pairs of sites; a site uses the first of its hubs, then of all, that has what it lacks."""
    found: dict[tuple[str, str], float] = {}
    for site in asked.sites:
        for flow in asked.flows:
            target = _target(asked, shape, site, flow)
            if target is None:
                continue
            share = 1.0 if flow.source == site.id else part(asked, site, COLUMNS.get(flow.source, "users"))
            for pair, bps in (((site.id, target), flow.up_bps), ((target, site.id), flow.down_bps)):
                found[pair] = found.get(pair, 0.0) + bps * share
    for spoke in shape.homes:
        hub = shape.hubs_of(spoke)[0]
        for pair in ((spoke, hub), (hub, spoke)):
            found[pair] = found.get(pair, 0.0) + MANAGED_BPS
    return {pair: bps for pair, bps in found.items() if bps > 0}


def _target(asked: ResolvedRequirements, shape: WanShape, site: ResolvedSite, flow: ResolvedFlow) -> str | None:
    """The other site that a site sends a flow to; None where it sends it nowhere or to nobody else."""
    names = {one.id: one for one in asked.sites}
    if flow.source in OUTSIDE or flow.source in names.keys() - {site.id}:
        return None
    if flow.target in names:
        return flow.target if flow.target != site.id else None
    column = CALLED.get(flow.target)
    calls = flow.target == Population.VOICE
    if column is None or (getattr(site, column) and not (calls and site.id not in shape.hubs)):
        return None
    there = (one for one in (*shape.hubs_of(site.id), *shape.hubs) if one != site.id and getattr(names[one], column))
    return next(there, None)
