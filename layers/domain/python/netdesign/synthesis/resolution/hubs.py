"""What a wide-area network has that other networks lack: hubs, their servers, and one block that all sites lie in."""

from __future__ import annotations

from hashlib import sha256
from ipaddress import IPv6Address
from math import ceil
from typing import Final

from netdesign.analysis.facts.distances import ground_km
from netdesign.catalog.parameters import Parameters
from netdesign.model.requirements import Requirements, SiteRequest
from netdesign.model.vocabulary import NetworkType, TopologyPreference
from netdesign.synthesis.needs.joined_sites import HUBS_OF_A_REGION, MESH_SITES, reach_km
from netdesign.synthesis.resolution.facts import Known, default

EQUALS: Final = (TopologyPreference.MESH, TopologyPreference.RING)
HUBBED: Final = (TopologyPreference.STAR, TopologyPreference.HYBRID_TOPOLOGY)
SITE_BITS: Final = 12
"""Bits of the 40 random ones of a unique local prefix (RFC 4193) that number the sites of a wide-area network."""


def server_gaps(
    requirements: Requirements, parameters: Parameters, requests: tuple[SiteRequest, ...]
) -> tuple[int | None, ...]:
    """Servers as sites state them; in a wide-area network those that state none share them at the hubs alone."""
    counts = tuple(site.servers for site in requests)
    if requirements.network_type is not NetworkType.WAN or any(counts):
        return counts
    hubs = set(hub_places(requirements, parameters, requests))
    return tuple(count if at in hubs else count or 0 for at, count in enumerate(counts))


def hub_places(
    requirements: Requirements, parameters: Parameters, requests: tuple[SiteRequest, ...]
) -> tuple[int, ...]:
    """The sites that others depend on: those of tier 1, all of a few, or else two for each region, the largest."""
    stated = tuple(at for at, site in enumerate(requests) if site.tier == 1)
    wish = requirements.topology_preference
    if wish in EQUALS:
        return stated or tuple(range(len(requests)))
    if stated:
        return _with_regions(stated, requests, reach_km(parameters))
    if len(requests) <= MESH_SITES and wish not in HUBBED:
        return tuple(range(len(requests)))
    regions = max(1, ceil(len(requests) / parameters.wan.regional_hub_spokes))
    count = min(len(requests), HUBS_OF_A_REGION * regions)
    ranked = sorted(range(len(requests)), key=lambda at: (-(requests[at].users or 0), at))
    largest = tuple(sorted(at for at in ranked[:count] if requests[at].tier is None)) or (0,)
    return _with_regions(largest, requests, reach_km(parameters))


def _with_regions(hubs: tuple[int, ...], requests: tuple[SiteRequest, ...], reach: float) -> tuple[int, ...]:
    """The hubs and as many pairs more as it takes until no site that may become one is farther than `reach` from all.

    A further pair stands where most of those left out reach it, the larger sites first.
    """
    found = list(hubs)
    if not any(_place(requests[at]) for at in hubs):
        return hubs
    while True:
        far = [at for at in range(len(requests)) if at not in found and _apart(requests, at, found) > reach]
        able = [at for at in far if requests[at].tier is None]
        if not able:
            return tuple(sorted(found))
        near = {at: [other for other in far if _apart(requests, other, [at]) <= reach] for at in able}
        first = max(able, key=lambda at: (len(near[at]), requests[at].users or 0, -at))
        others = [at for at in near[first] if at != first and at in able]
        second = sorted(others, key=lambda at: (-(requests[at].users or 0), at))[:1]
        found += [first, *second]


def _apart(requests: tuple[SiteRequest, ...], site: int, others: list[int]) -> float:
    """Kilometres to the nearest of others; 0 where nobody says where the site is."""
    here = _place(requests[site])
    places = (_place(requests[other]) for other in others)
    return min((ground_km(here, there) for there in places if there), default=0.0) if here else 0.0


def _place(site: SiteRequest) -> tuple[float, float] | None:
    return (site.lat, site.lon) if site.lat is not None and site.lon is not None else None


def common_block(requirements: Requirements) -> Known[str | None]:
    """The IPv6 block that sites have theirs from: of a wide-area network one, so that hubs can announce it as one."""
    if requirements.network_type is not NetworkType.WAN:
        return default("ipv6_supernet", None, "a unique local /48 is derived when addresses are planned")
    number = int.from_bytes(sha256(requirements.project_name.encode()).digest()[:5])
    block = IPv6Address((0xFD << 120) | (number >> SITE_BITS << (SITE_BITS + 80)))
    reason = f"a unique local block made from the project's name, with {40 - SITE_BITS} of 40 bits at random, for all"
    return default("ipv6_supernet", f"{block}/{48 - SITE_BITS}", f"{reason} sites", "project_name")
