"""Sites that are alike: renaming the ids and addresses of one to those of another makes the facts of both the same.

What is compared is every fact about a site, in the design's order: each that names no other site, but for those that
many name, and each place that names it in a fact about several. Ids count by the order in which they come up;
addresses by how far they lie from the start of the prefix that the site owns, and by which prefixes of any facts lie
around that. A site that joins many others is like none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from hashlib import blake2b
from operator import itemgetter
from statistics import median
from typing import TYPE_CHECKING, Any

from netdesign.analysis.facts.site_facts import (
    NOBODY,
    NUMBERS,
    SiteFacts,
    judged_collections,
    plan_of,
    site_facts,
)
from netdesign.graph.network import Network, analysis
from netdesign.model.patch import collection_of
from netdesign.model.vocabulary import InterfaceKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netdesign.analysis.facts.site_facts import Owners

PAIR, BUSY = 2, 2
"""A site that has so many times as many others beside it as the middle one joins others: it is like none."""
_RANK = itemgetter(0, 1)
LONG = 8
"""Texts of a tuple from which on it is remembered whose they are."""
Seen = dict[tuple[str, ...], "Owners"]


@dataclass(frozen=True, eq=False)
class Placed:
    """Every fact of what is built: its collection, itself, and the sites that it is about. `busy` sites join others."""

    known: SiteFacts
    collections: list[str]
    facts: list[Any]
    about: list[Owners]
    busy: Owners


@analysis
def placed_facts(network: Network) -> Placed:
    """Every fact with the sites that it is about: those it names, and those that what it names is about alone."""
    known, seen = site_facts(network.design), Seen()
    names, facts, about = list[str](), list[Any](), list["Owners"]()
    for name in judged_collections():
        for fact in collection_of(network.design, name):
            names.append(name)
            facts.append(fact)
            about.append(_about(known, fact, seen))
    placed = Placed(known, names, facts, about, _busy(about))
    while _adopted(placed):
        seen.clear()
        for at, sites in enumerate(about):
            if not sites or sites & placed.busy:
                about[at] = sites | _about(known, facts[at], seen)
    return placed


def _busy(about: list[Owners]) -> Owners:
    """The sites that have facts about them and one other in common with far more others than most sites have."""
    others: dict[str, set[str]] = defaultdict(set)
    for one, two in {tuple(sites) for sites in set(about) if len(sites) == PAIR}:
        others[one].add(two)
        others[two].add(one)
    middle = median(map(len, others.values())) if others else 0
    return frozenset(site for site, some in others.items() if len(some) > BUSY * middle)


def _adopted(placed: Placed) -> bool:
    """Tell that what is about one site beside busy ones is that site's; whether anything was not known."""
    owners, news = placed.known.owners, False
    for fact, sites in zip(placed.facts, placed.about, strict=True):
        if sites & placed.busy and len(own := sites - placed.busy) == 1 and not own <= owners.get(fact.id, NOBODY):
            owners[fact.id] = owners.get(fact.id, NOBODY) | own
            news = True
    return news


def _about(known: SiteFacts, fact: Any, seen: Seen) -> Owners:
    """The sites that the fields of a fact name."""
    plan, found, owners = plan_of(type(fact)), NOBODY, known.owners
    for name, value in zip(plan.names, plan.named(fact), strict=True):
        if value is None or value == ():
            continue
        kind = type(value)
        if kind is str:
            sites = owners.get(value, NOBODY)
        elif kind is tuple:
            sites = _about_all(known, value, seen)
        elif name in NUMBERS:
            sites = owners.get(("asn", value), NOBODY)
        else:
            sites = _about(known, value, seen)
        if not sites <= found:
            found |= sites
    return found


def _about_all(known: SiteFacts, values: tuple[Any, ...], seen: Seen) -> Owners:
    if type(values[0]) is not str:
        return NOBODY.union(*(_about(known, one, seen) for one in values if hasattr(one, "__dataclass_fields__")))
    if len(values) < LONG:
        return NOBODY.union(*(known.owners.get(text, NOBODY) for text in values))
    if values not in seen:
        seen[values] = NOBODY.union(*(known.owners.get(text, NOBODY) for text in values))
    return seen[values]


class _Reader:
    """Writes facts as a site sees them: its own ids and addresses by number, all others as they stand.

    `codes` numbers what no site owns, alike for all readers.
    """

    def __init__(self, known: SiteFacts, site: str, codes: dict[object, int]) -> None:
        self.known, self.site, self.codes = known, site, codes
        self.said: list[tuple[str, list[object]]] = []
        self.keys: list[object] = []
        self.roots: dict[str, int | None] = {}

    def fact(self, name: str, fact: Any) -> None:
        """Take in a fact as a whole."""
        self._say((name, self._fields(fact)))

    def mention(self, name: str, identity: str, field: str, values: tuple[object, ...]) -> None:
        """Take in the places in a field of a fact about several sites."""
        self._say((name, identity, field, self._value(field, values)))

    def sum(self) -> bytes:
        """All that was taken in, in an order that no name decides; what is the site's own by the number of each.

        Facts that nothing else of the site is written like give their ids numbers first, then those that these
        numbers tell apart. The design's order decides of what is left, so that sites may count as unlike that are not.
        """
        digest, numbers = blake2b(digest_size=20), dict[object, int]()
        left = self.said
        while left:
            ranked = sorted(
                ((text, tuple(numbers.get(key, -1) for key in keys), keys) for text, keys in left), key=_RANK
            )
            count = Counter(map(_RANK, ranked))
            told = [one for one in ranked if count[_RANK(one)] == 1] or ranked
            left = (
                [(text, keys) for text, seen, keys in ranked if count[text, seen] > 1] if len(told) < len(left) else []
            )
            for text, _, keys in told:
                digest.update(text.encode())
                digest.update(repr([numbers.setdefault(key, len(numbers)) for key in keys]).encode())
        return digest.digest()

    def _say(self, words: tuple[object, ...]) -> None:
        self.said.append((repr(words), self.keys))
        self.keys = []

    def _fields(self, fact: Any) -> list[object]:
        kind = type(fact)
        plan = plan_of(kind)
        held: list[object] = [self._code((kind, plan.plain(fact)))]
        for field, value in zip(plan.names, plan.named(fact), strict=True):
            if not (field == "name" and getattr(fact, "kind", None) is InterfaceKind.TUNNEL):
                held.append(self._value(field, value))
        return held

    def _code(self, value: object) -> int:
        return self.codes.setdefault(value, len(self.codes))

    def _value(self, field: str, value: Any) -> Any:
        if value is None:
            return None
        kind = type(value)
        if kind is str:
            return self._text(value)
        if kind is tuple:
            return [self._value(field, one) for one in value]
        if field in NUMBERS:
            return self._own(("asn", value)) if self._owns(("asn", value)) else value
        return self._fields(value)

    def _owns(self, key: object) -> bool:
        return self.site in self.known.owners.get(key, NOBODY)

    def _text(self, text: str) -> object:
        owners = self.known.owners.get(text)
        if owners is None or self.site not in owners:
            return text
        place = self.known.places.get(text)
        if place is None:
            return self._own(text), len(owners)
        if place.root not in self.roots:
            root = self.known.roots[place.root]
            others = tuple(sorted(root.owners - {self.site}))
            own = self.site in root.owners
            self.roots[place.root] = self._code((root.length, root.within, others)) if own else None
        code = self.roots[place.root]
        return text if code is None else (self._own(("root", place.root)), place.offset, place.length, code)

    def _own(self, key: object) -> str:
        self.keys.append(key)
        return "#"


@analysis
def like_sites(network: Network) -> tuple[tuple[str, ...], ...]:
    """The sites in classes of those that are alike, each in the design's order."""
    placed = placed_facts(network)
    known, busy, codes = placed.known, placed.busy, dict[object, int]()
    seen: dict[tuple[Any, ...], dict[str, tuple[object, ...]]] = {}
    readers = {site.id: _Reader(known, site.id, codes) for site in network.design.inventory.sites}
    for name, fact, sites in zip(placed.collections, placed.facts, placed.about, strict=True):
        own = sites - busy
        if len(own) == 1:
            readers[next(iter(own))].fact(name, fact)
        elif own:
            for field, places in _places(known, fact, seen):
                for site in own & places.keys():
                    readers[site].mention(name, fact.id, field, places[site])
    classes: dict[object, list[str]] = defaultdict(list)
    for site, reader in readers.items():
        classes[site if site in busy else reader.sum()].append(site)
    return tuple(tuple(some) for some in classes.values())


def _places(
    known: SiteFacts, fact: Any, seen: dict[tuple[Any, ...], dict[str, tuple[object, ...]]]
) -> Iterator[tuple[str, dict[str, tuple[object, ...]]]]:
    """(field, places by the site that they name) of each field of a fact; `seen` is told of each tuple."""
    plan = plan_of(type(fact))
    for field, value in zip(plan.names, plan.named(fact), strict=True):
        values = value if type(value) is tuple else (value,)
        if field in NUMBERS or values not in seen:
            places: dict[str, list[object]] = defaultdict(list)
            for one in values:
                for site in _named(known, field, one):
                    places[site].append(one)
            seen[values] = {site: tuple(some) for site, some in places.items()}
        yield field, seen[values]


def _named(known: SiteFacts, field: str, value: Any) -> Owners:
    if type(value) is str:
        return known.owners.get(value, NOBODY)
    if hasattr(value, "__dataclass_fields__"):
        return _about(known, value, {})
    return known.owners.get(("asn", value), NOBODY) if field in NUMBERS else NOBODY
