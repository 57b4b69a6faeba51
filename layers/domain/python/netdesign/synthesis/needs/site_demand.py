"""One site's part of what is asked for: its own people, servers and flows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from netdesign.model.resolved import Population, ResolvedFlow, ResolvedRequirements, ResolvedSite
from netdesign.model.vocabulary import NetworkType
from netdesign.synthesis.needs.flows import crossing_bps

COLUMNS: Final[Mapping[str, str]] = {
    Population.IOT: "endpoints",
    Population.SERVERS: "servers",
    Population.STORAGE: "servers",
    Population.DMZ: "servers",
}
"""What counts those who send a flow at a site; users where nothing else is named."""


MACHINES: Final[Mapping[str, str]] = {
    Population.IOT: "endpoints",
    Population.SERVERS: "servers",
    Population.STORAGE: "servers",
}
"""What counts the targets that a site may be without."""
OUTSIDE: Final = frozenset({Population.INTERNET, Population.REMOTE_USERS, Population.PARTNER})


def at_site(asked: ResolvedRequirements, site: str) -> ResolvedRequirements:
    """The requirements as the site alone would have them: flows by those who send them there, and to the Internet
    where the site has none of those they are for."""
    own = next(one for one in asked.sites if one.id == site)
    if asked.network_type is NetworkType.WAN and len(asked.sites) > 1:
        return _joined(asked, own)
    others = {one.id for one in asked.sites} - {site}
    joined = main_site(asked) == site
    flows = tuple(_outward(flow, own, joins_cloud=joined) for flow in asked.flows if flow.source not in others)
    if not others:
        return asked if flows == asked.flows else replace(asked, flows=flows)
    return replace(
        asked,
        users=own.users,
        remote_users=round(asked.remote_users * part(asked, own, "users")),
        servers=replace(asked.servers, count=own.servers),
        flows=tuple(_scaled(flow, asked, own) for flow in flows),
    )


def main_site(asked: ResolvedRequirements) -> str:
    """The site with most people and servers, the first of equal ones: where ports to a cloud provider end."""
    return max(asked.sites, key=lambda one: one.users + one.servers).id


def _joined(asked: ResolvedRequirements, own: ResolvedSite) -> ResolvedRequirements:
    """The requirements of a site of a wide-area network: what it sends, and what others send to it.

    What leaves for another site, or comes from there, is counted like traffic with the Internet: it takes the same
    circuits. A flow is the peak over all sites at once, so that what meets at a hub needs no further share.
    """
    flows = (*(flow for one in asked.flows for flow in own_part(asked, own, one)), *_inbound(asked, own))
    return replace(
        asked,
        sites=(own,),
        users=own.users,
        remote_users=round(asked.remote_users * part(asked, own, "servers" if asked.servers.count else "users")),
        servers=replace(asked.servers, count=own.servers),
        flows=flows,
    )


def outward(asked: ResolvedRequirements, site: str) -> ResolvedRequirements:
    """The requirements of a site of a wide-area network as its circuits see them where others are reached by lines:
    only what it exchanges with the Internet."""
    joined = at_site(asked, site)
    own = joined.sites[0]
    kept = [part for one in asked.flows for part in own_part(asked, own, one) if part.target == one.target]
    foreign = replace(asked, flows=tuple(flow for flow in asked.flows if flow.source in OUTSIDE))
    return replace(joined, flows=(*kept, *_inbound(foreign, own)))


def own_part(asked: ResolvedRequirements, own: ResolvedSite, flow: ResolvedFlow) -> tuple[ResolvedFlow, ...]:
    """What a site sends of a flow, to the Internet where the target is at other sites; nothing of what others send."""
    names = {one.id for one in asked.sites}
    if flow.source in names - {own.id} or flow.source in OUTSIDE:
        return ()
    sent = _scaled(flow, asked, own)
    absent = flow.target in names - {own.id} or _elsewhere(flow.target, own)
    return (replace(sent, target=Population.INTERNET.value),) if absent else (sent,)


def _elsewhere(target: str, site: ResolvedSite) -> bool:
    column = MACHINES.get(target)
    return column is not None and not getattr(site, column)


def _inbound(asked: ResolvedRequirements, own: ResolvedSite) -> Iterator[ResolvedFlow]:
    """What comes to a site from all others and from outside, as if from the Internet."""
    names = {one.id for one in asked.sites}
    for flow in asked.flows:
        if flow.target in names:
            share = 1.0 if flow.target == own.id and flow.source != own.id else 0.0
        elif flow.source in OUTSIDE:
            share = part(asked, own, COLUMNS.get(flow.target, "users"))
        elif flow.target in MACHINES or flow.target == Population.VOICE:
            column = COLUMNS.get(flow.target, "users")
            share = part(asked, own, column) * (1 - part(asked, own, COLUMNS.get(flow.source, "users")))
        else:
            share = 0.0
        if share:
            up_bps, down_bps = round(flow.up_bps * share), round(flow.down_bps * share)
            yield replace(flow, id=f"{flow.id}-inbound", source=_sender(flow), up_bps=up_bps, down_bps=down_bps)


def _sender(flow: ResolvedFlow) -> str:
    return flow.source if flow.source in OUTSIDE else Population.INTERNET.value


def _outward(flow: ResolvedFlow, site: ResolvedSite, *, joins_cloud: bool) -> ResolvedFlow:
    """The flow, to the Internet where its targets are not at the site or not behind ports of its own."""
    column = MACHINES.get(flow.target)
    absent = column is not None and not getattr(site, column)
    absent = absent or (flow.target == Population.CLOUD and not joins_cloud)
    return replace(flow, target=Population.INTERNET.value) if absent else flow


def evened(asked: ResolvedRequirements, site: str) -> float:
    """By how much the site's edge must exceed its own demand so that it carries its part of all demand too, by people
    and servers together: who and what is where changes sooner than what is asked for."""
    own = next(one for one in asked.sites if one.id == site)
    heads = [one.users + one.servers for one in asked.sites]
    share = (own.users + own.servers) / sum(heads) if sum(heads) else 1 / len(heads)
    local, whole = crossing_bps(at_site(asked, site).flows, asked), crossing_bps(asked.flows, asked)
    return max(1.0, whole * max(share, part(asked, own, "users")) / local) if local else 1.0


def part(asked: ResolvedRequirements, site: ResolvedSite, column: str) -> float:
    """The site's part of a count over all sites; an equal part where there is none anywhere."""
    total = sum(getattr(one, column) for one in asked.sites)
    return float(getattr(site, column) / total) if total else 1 / len(asked.sites)


def _scaled(flow: ResolvedFlow, asked: ResolvedRequirements, site: ResolvedSite) -> ResolvedFlow:
    """The site's part of a flow: all of it where the flow names the site."""
    if site.id in (flow.source, flow.target):
        return flow
    share = part(asked, site, COLUMNS.get(flow.source, "users"))
    return replace(flow, up_bps=round(flow.up_bps * share), down_bps=round(flow.down_bps * share))
