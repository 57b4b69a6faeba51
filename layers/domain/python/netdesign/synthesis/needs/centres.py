"""Which sites are data centres, which flows run between them, and what each of them carries on its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from netdesign.model.resolved import Population, ResolvedFlow, ResolvedRequirements, ResolvedSite
from netdesign.model.vocabulary import NetworkType, Redundancy

DATA_CENTRES: Final = frozenset({NetworkType.ENTERPRISE_DATACENTER, NetworkType.DATA_CENTER_INTERCONNECT})
"""The kinds of network whose sites are data centres."""


def centres(requirements: ResolvedRequirements) -> tuple[ResolvedSite, ...]:
    """The sites with servers; all sites where none has any."""
    return tuple(site for site in requirements.sites if site.servers) or requirements.sites


def crossing(requirements: ResolvedRequirements) -> tuple[ResolvedFlow, ...]:
    """The flows from one data centre to another."""
    names = {site.id for site in centres(requirements)}
    return tuple(flow for flow in requirements.flows if {flow.source, flow.target} <= names)


def joined(requirements: ResolvedRequirements) -> bool:
    """Whether the data centres are joined: always by kind, or because a flow or the redundancy asks for it."""
    if requirements.network_type not in DATA_CENTRES or len(centres(requirements)) < 2:
        return False
    asked = requirements.network_type is NetworkType.DATA_CENTER_INTERCONNECT or bool(crossing(requirements))
    return asked or requirements.redundancy is Redundancy.CRITICAL


def at_centre(requirements: ResolvedRequirements, site: str, share: float) -> ResolvedRequirements:
    """The requirements with what a data centre carries of the flows: its own, and its share of those of all.

    An end that names the site is its servers; what runs to another data centre passes no firewall here.
    """
    names = {one.id for one in centres(requirements)}
    flows = (_local(flow, site, share, names) for flow in requirements.flows)
    return replace(requirements, flows=tuple(flow for flow in flows if flow is not None))


def _local(flow: ResolvedFlow, site: str, share: float, names: set[str]) -> ResolvedFlow | None:
    ends = names & {flow.source, flow.target}
    if not ends:
        return _scaled(flow, share)
    if ends != {site}:
        return None
    source, target = (Population.SERVERS.value if end == site else end for end in (flow.source, flow.target))
    return replace(flow, source=source, target=target)


def _scaled(flow: ResolvedFlow, share: float) -> ResolvedFlow:
    if share == 1:
        return flow
    return replace(flow, up_bps=round(flow.up_bps * share), down_bps=round(flow.down_bps * share))
