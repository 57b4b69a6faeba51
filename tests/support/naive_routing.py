"""Routing computed the slow and plain way, as an oracle: all-pairs distances and route-by-route announcements."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from itertools import product
from typing import Any

INFINITE = float("inf")


def shortest(nodes, edges):
    """All-pairs distances by Floyd and Warshall; `edges` are (u, v, cost) in one direction."""
    far = {(u, v): 0 if u == v else INFINITE for u in nodes for v in nodes}
    for u, v, cost in edges:
        far[u, v] = min(far[u, v], cost)
    for k, u, v in product(nodes, repeat=3):
        far[u, v] = min(far[u, v], far[u, k] + far[k, v])
    return far


def ospf(routers, links, homes):
    """(kind, metric, next hops) of each (router, home): RFC 2328 §16 by distances alone.

    `links` are (u, v, area, cost of u, cost of v); `homes` are (router, area, cost) of prefixes.
    """
    areas = {r: {a for u, v, a, *_ in links if r in (u, v)} | {a for h, a, _ in homes if h == r} for r in routers}
    borders = {r for r in routers if 0 in areas[r] and len(areas[r]) > 1}
    far = {}
    for area in {a for _, _, a, *_ in links} | {a for _, a, _ in homes}:
        inside = [(u, v, c) for u, v, a, c, _ in links if a == area]
        inside += [(v, u, c) for u, v, a, _, c in links if a == area]
        far[area] = shortest(routers, inside)
    hears = {r: any(a == 0 and r in (u, v) for u, v, a, *_ in links) for r in routers}
    return {
        (r, home): _ospf_route(r, home, links, areas, borders, far, hears)
        for r in routers
        for home in homes
        if r != home[0]
    }


def _ospf_route(router, home, links, areas, borders, far, hears):
    owner, home_area, cost = home

    def intra(at):
        return far[home_area][at, owner] + cost if home_area in areas[at] else INFINITE

    def into_backbone(at):
        """What a border router at `at` tells the backbone."""
        return intra(at) if at in borders and home_area != 0 else INFINITE

    def over_backbone(at):
        if 0 not in areas[at] or home_area == 0:
            return INFINITE
        return min((far[0][at, b] + into_backbone(b) for b in borders), default=INFINITE)

    def told(border, area):
        """What a border router tells an area that is not the backbone."""
        if border not in borders or area not in areas[border]:
            return INFINITE
        inside = intra(border)
        if area == home_area and inside < INFINITE:
            return INFINITE
        return inside if inside < INFINITE else over_backbone(border)

    if intra(router) < INFINITE:
        return ("intra", intra(router), _hops(router, home_area, intra, links))
    best = over_backbone(router)
    if best < INFINITE:
        return ("inter", best, _hops(router, 0, lambda at: _near(far[0], at, borders, into_backbone), links))
    if router in borders and hears[router]:
        return None
    return _by_borders(router, areas[router] - {0}, links, borders, far, told)


def _by_borders(router, areas, links, borders, far, told):
    """The route of a router by what border routers tell its areas; None if they tell it nothing."""
    best = INFINITE
    hops: set[Any] = set()
    for area in areas:
        value = _near(far[area], router, borders, lambda b, area=area: told(b, area))
        if value < best:
            best, hops = value, set()
        if value == best < INFINITE:
            hops |= _hops(
                router, area, lambda at, area=area: _near(far[area], at, borders, lambda b: told(b, area)), links
            )
    return ("inter", best, hops) if best < INFINITE else None


def _near(far, at, borders, brings):
    return min((far[at, b] + brings(b) for b in borders), default=INFINITE)


def _hops(router, area, value, links):
    """(neighbour, link) of all least ways in an area, by the values of the neighbours."""
    found = set()
    for place, (u, v, a, cost_u, cost_v) in enumerate(links):
        if a == area and router in (u, v):
            other, cost = (v, cost_u) if router == u else (u, cost_v)
            if value(other) + cost == value(router):
                found.add((other, place))
    return found


@dataclass(frozen=True)
class Told:
    """A route as one router holds it."""

    path: tuple[int, ...]
    preference: int
    inner: bool
    by: str | None
    link: int | None
    client: bool = False
    originator: str | None = None
    clusters: tuple[str, ...] = ()


@dataclass
class Speaker:
    asn: int
    number: int
    relaxed: bool = True
    paths: int = 8
    clients: set[str] = field(default_factory=set)
    allowed: int = 0


def path_vector(speakers, sessions, origin, imports, exports, rounds=60):
    """The best route and all equal (neighbour, link) of each router to one prefix; None where it never settles.

    `sessions` are (u, v, link). `imports` and `exports` give (deny, preference, prepend) by (own, peer, link).
    """
    held = {origin: Told((), 100, False, None, None)}
    for _ in range(rounds):
        fresh: dict[Any, Told] = {}
        equal: dict[Any, set[Any]] = {}
        for name in speakers:
            if name == origin:
                fresh[name], equal[name] = held[origin], set()
                continue
            offers = [o for u, v, link in sessions for o in _offers(speakers, held, name, u, v, link, imports, exports)]
            if offers:
                fresh[name], equal[name] = _choose(speakers, name, offers)
        if fresh == held:
            return fresh, equal
        held = fresh
    return None


def _offers(speakers, held, name, u, v, link, imports, exports):
    if name not in (u, v):
        return
    other = v if name == u else u
    route = held.get(other)
    if route is None or (route.by, route.link) == (name, link):
        return
    own, sender = speakers[name], speakers[other]
    inner = own.asn == sender.asn
    if inner and route.inner and not (route.client or name in sender.clients):
        return
    deny, preference, prepend = exports.get((other, name, link), (False, None, 0))
    if deny:
        return
    if inner:
        kept = route.preference if preference is None else preference
        path = (sender.asn,) * prepend + route.path
    else:
        kept, path = 100, (sender.asn,) * (1 + prepend) + route.path
    if path.count(own.asn) - (prepend if inner else 0) > own.allowed:
        return
    originator = (route.originator or other) if inner else None
    clusters = ((other, *route.clusters) if route.inner else route.clusters) if inner else ()
    deny, preference, _ = imports.get((name, other, link), (False, None, 0))
    if not deny and not (inner and (route.originator == name or name in route.clusters)):
        kept = kept if preference is None else preference
        yield Told(path, kept, inner, other, link, inner and other in own.clients, originator, clusters)


def _choose(speakers, name, offers):
    def rank(route):
        return (-route.preference, len(route.path), route.inner)

    best = min(map(rank, offers))
    alike = [o for o in offers if rank(o) == best]
    first = min(alike, key=lambda o: (speakers[o.by].number, o.link))
    if not speakers[name].relaxed:
        alike = [o for o in alike if o.path == first.path]
    return first, {(o.by, o.link) for o in alike}


def fates(tables, start, address, path=()):
    """How packets can end by trying every way; `tables` are lists of (prefix, next tables or a word)."""
    if start in path:
        return {"loop"}
    here = [(ip_network(prefix), to) for prefix, to in tables[start] if ip_address(address) in ip_network(prefix)]
    if not here:
        return {"no route"}
    longest = max(net.prefixlen for net, _ in here)
    ways = [to for net, to in here if net.prefixlen == longest]
    words = {to for to in ways if isinstance(to, str)}
    if "delivered" in words:
        return {"delivered"}
    found = set()
    for to in ways:
        if isinstance(to, str):
            found |= {to} if len(words) == len(ways) else set()
        else:
            found |= set().union(*(fates(tables, far, address, (*path, start)) for far in to)) if to else {"dead"}
    return found
