"""Ways to take things out of a risk that they share, for the fixes of rules that ask for diversity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netdesign.model.cabling import Srlg, SrlgKind
from netdesign.model.patch import Add, Operation, Patch, Set
from netdesign.model.said import said

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from netdesign.model.cabling import Link
    from netdesign.model.inventory import Device
    from netdesign.rules.case import Case

BESIDE = "diverse"


def rerouted(case: Case, risk: str, links: Iterable[str]) -> Patch | None:
    """Lead every second of the links that name a risk over another of its kind, a new one where there is none."""
    known = case.network.by_id("links")
    mine = [known[name] for name in sorted(set(links)) if name in known and risk in known[name].srlgs]
    if not mine:
        return None
    moved = _every_second(mine)
    srlg = case.network.by_id("srlgs").get(risk)
    other = _other(case, risk, srlg.kind if srlg else SrlgKind.CONDUIT, [link for link in mine if link not in moved])
    made: list[Operation] = [Add("srlgs", other)] if other.id not in case.network.by_id("srlgs") else []
    for link in moved:
        kept = tuple(name for name in link.srlgs if name != risk)
        made.append(Set("links", link.id, {"srlgs": tuple(dict.fromkeys((*kept, other.id)))}))
    return tuple(made)


def _every_second(links: Sequence[Link]) -> list[Link]:
    """Of the links at each device, all but the first to one far end."""
    first: dict[str, str] = {}
    moved = []
    for link in links:
        ends = ((link.a.device, link.b.device), (link.b.device, link.a.device))
        if any(first.setdefault(near, far) != far for near, far in ends):
            moved.append(link)
    return moved or list(links[1::2]) or list(links)


def _other(case: Case, risk: str, kind: SrlgKind, staying: Sequence[Link]) -> Srlg:
    taken = {name for link in staying for name in link.srlgs} | {risk}
    near = {end for link in staying for end in (link.a.device, link.b.device)}
    used = {name for link in case.network.links if near & {link.a.device, link.b.device} for name in link.srlgs}
    spare = [one for one in case.design.cabling.srlgs if one.kind is kind and one.id in used - taken]
    return spare[0] if spare else Srlg(id=f"{risk}-{BESIDE}", kind=kind, name=f"{kind.value} beside {risk}")


def resold(case: Case, provider: str, links: Iterable[str]) -> Patch | None:
    """Order every circuit of a provider but the first from another one that sells nothing here."""
    wanted = set(links)
    circuits = case.design.cabling.circuits
    mine = [one for one in circuits if said(one.provider) == said(provider) and one.link in wanted]
    sellers = {said(one.provider) for one in circuits if one.link in wanted}
    others = {one.provider for one in circuits if said(one.provider) not in sellers}
    other = min(others, default=f"{provider}-{BESIDE}")
    return tuple(Set("circuits", one.id, {"provider": other}) for one in mine[1:]) or None


def refed(case: Case, device: Device) -> Patch | None:
    """Put a device on all feeds of its rack where it has supplies for them, or else on another one."""
    kind = case.network.device_types[case.network.device_index[device.id]]
    rack = case.network.by_id("racks").get(device.rack or "")
    feeds = rack.feeds if rack else tuple(sorted({feed for one in case.network.devices for feed in one.power_feeds}))
    others = tuple(feed for feed in feeds if feed not in device.power_feeds)
    if not others:
        return None
    whole = kind is not None and kind.power_supplies > 1
    return (Set("devices", device.id, {"power_feeds": feeds if whole else others[:1]}),)
