"""Faster links in the place of ones that are too slow: on the same ports, with the cable that this takes."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from netdesign.analysis.equipment.link_ports import NO_TYPE, link_ports
from netdesign.analysis.failure.failure_images import link_classes
from netdesign.analysis.traffic.link_capacity import capacity_bps
from netdesign.catalog.media import cheapest_phy, media
from netdesign.model.patch import Operation, Patch, Set
from netdesign.model.vocabulary import Medium
from netdesign.rules.circuits import larger_tier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from netdesign.catalog.media import Cage
    from netdesign.model.cabling import Link
    from netdesign.rules.case import Case


def like_links(case: Case, link: str) -> list[int]:
    """The positions of the links that are images of a link, itself among them."""
    place = case.network.link_index.get(link)
    if place is None:
        return []
    classes = link_classes(case.network)
    return [int(one) for one in np.flatnonzero(classes == classes[place])]


def widened(case: Case, link: str, load_bps: float, allowed: float) -> Patch | None:
    """Give a link and those like it the slowest speed at which a load is no more than allowed.

    Of circuits the cheapest tier that carries it once it has grown. None where ports run no faster.
    """
    needed = load_bps / allowed if allowed > 0 else load_bps
    grown = needed * case.requirements.growth_multiplier
    patch: list[Operation] = []
    for place in like_links(case, link):
        if float(capacity_bps(case.network)[:, place].min()) >= needed:
            continue
        made = _faster(case, place, needed) or larger_tier(case, case.network.links[place].id, grown, grown)
        if made is None:
            return None
        patch += made
    return tuple(patch) or None


def _faster(case: Case, place: int, needed: float) -> Patch | None:
    link = case.network.links[place]
    if link.speed_bps >= needed or link.medium is Medium.VIRTUAL:
        return None
    if link.phy is not None and (phy := media().phys.get(link.phy)) is not None and phy.speed_bps >= needed:
        return (Set("links", link.id, {"speed_bps": phy.speed_bps}),)
    for speed in sorted(speed for speed in media().by_speed if speed >= needed):
        cable = _cable(case, place, link, speed)
        if cable is not None:
            return (Set("links", link.id, {"speed_bps": speed, **cable}),)
    return None


def _cable(case: Case, place: int, link: Link, speed: int) -> dict[str, object] | None:
    """The cheapest cable and transceivers that the two ports take at a speed."""
    ports, length = link_ports(case.network), link.length_m or 0.0
    cages: list[Sequence[Cage]] = []
    for codes in (ports.a, ports.b):
        code = int(codes[place])
        if code < 0 and code != NO_TYPE:
            return None
        cages.append(ports.cages(code, speed) if code >= 0 else ())
    known = [found for found in cages if found]
    if len(known) < sum(int(codes[place]) >= 0 for codes in (ports.a, ports.b)) or not known:
        return None
    for one, other in product(known[0], known[-1]):
        phy = cheapest_phy(speed, length, one.form_factor, other.form_factor, lanes_a=one.lanes, lanes_b=other.lanes)
        if phy is not None:
            return {"phy": phy.name, "medium": phy.mediums(length)[0]}
    return None
