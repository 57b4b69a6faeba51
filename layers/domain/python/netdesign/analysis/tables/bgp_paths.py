"""Path-vector routing: what every BGP process chooses for each of many destinations, all computed at once.

A round lets every process tell its neighbours what it chose in the round before; rounds go on until
nothing changes. Rows are processes or sessions, columns are destinations.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from netdesign.analysis.protocols.route_policy import Marks, Signature, treated

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from netdesign.graph.multigraph import Bools, Longs
    from netdesign.graph.network import Network

    Counts = NDArray[np.uint8]

MAX_ROUNDS = 200
"""Rounds after which routing that still changes is said never to settle."""
CELLS = 4_000_000
"""Sessions times destinations of one step, which bounds memory."""
LOCAL = -1
WORST = np.int64(2**62)
DEFAULT_PREFERENCE = 100


Metric = Callable[[int, int], "int | None"]


class Attributes(NamedTuple):
    """A route as a process holds it. `origin` is 0 for a stated network and 2 for redistributed ones.

    `injected` routes are learned, though not over a session: they compete like learned ones.
    """

    path: tuple[int, ...] = ()
    marks: Marks = Marks()
    origin: int = 0
    originator: int | None = None
    clusters: tuple[str, ...] = ()
    injected: bool = False

    @property
    def key(self) -> int:
        """What the choice among routes compares first; smaller is better."""
        preference = self.marks.local_preference
        preference = DEFAULT_PREFERENCE if preference is None else min(max(0, preference), 2**24 - 1)
        return ((2**24 - preference) << 12 | min(len(self.path), 1023) << 2 | self.origin) << 21


class Treatment(NamedTuple):
    """What a session does to routes: who sends (process and AS), by which policies, and as what."""

    sender: int
    asn: int
    external: bool
    export: str | None
    imported: str | None
    strips_private: bool
    cluster: str


@dataclass(frozen=True, eq=False)
class Speakers:
    """The sessions that are up, sorted by head and then by preference among equals.

    `client` says that the tail counts the head as its client, `from_client` that the head so counts the tail;
    `resets` that the tail puts itself as the next hop; `checks` that the head has to resolve next hops.
    `identity` and `cluster` are tokens of each process, `asn` of its AS.
    """

    count: int
    tail: Longs
    head: Longs
    reverse: Longs
    external: Bools
    client: Bools
    from_client: Bools
    resets: Bools
    allowed: Longs
    treatment: Longs
    treatments: tuple[Treatment, ...]
    asn: Longs
    identity: Longs
    cluster: Longs
    cluster_tokens: Mapping[str, int]
    as_tokens: Mapping[int, int]
    identities: tuple[int, ...]
    metric: Metric | None
    """(session by its place here, session whose tail is the next hop) -> distance; None: not resolved."""


@dataclass(frozen=True, eq=False)
class Paths:
    """What came out, for one batch: by process the route chosen (an index of `routes`, -1: none) and the
    session it came over (`LOCAL`), by session whether it brought a route as good as the chosen one, which
    one, and the session whose tail is its next hop. `settled` says which destinations came to rest."""

    routes: Sequence[Attributes]
    best: Longs
    via: Longs
    equal: Bools
    offered: Longs
    next_hop: Longs
    settled: Bools


@dataclass(eq=False)
class Interned:
    """Attributes by number, with what vector steps read of them."""

    speakers: Speakers
    routes: list[Attributes] = field(default_factory=list)
    index: dict[Attributes, int] = field(default_factory=dict)
    keys: Longs = field(default_factory=lambda: np.zeros(64, np.int64))
    tokens: Counts = field(init=False)
    changed: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        speakers = self.speakers
        width = 1 + int(max((s.max(initial=0) for s in (speakers.asn, speakers.identity, speakers.cluster)), default=0))
        self.tokens = np.zeros((64, width), np.uint8)

    def number(self, route: Attributes) -> int:
        """The number of a route."""
        found = self.index.get(route)
        if found is not None:
            return found
        at = len(self.routes)
        if at == self.keys.size:
            self.keys = np.concatenate([self.keys, np.zeros_like(self.keys)])
            self.tokens = np.concatenate([self.tokens, np.zeros_like(self.tokens)])
        self.routes.append(route)
        self.index[route] = at
        self.keys[at] = route.key
        speakers = self.speakers
        for asn in route.path:
            if asn in speakers.as_tokens:
                token = speakers.as_tokens[asn]
                self.tokens[at, token] = min(255, int(self.tokens[at, token]) + 1)
        if route.originator is not None:
            self.tokens[at, route.originator] += 1
        for cluster in route.clusters:
            self.tokens[at, speakers.cluster_tokens[cluster]] += 1
        return at


def converge(
    network: Network, speakers: Speakers, starts: Sequence[Mapping[int, Attributes]], taken: Sequence[Signatures]
) -> list[Paths]:
    """The paths to destinations, in batches: `starts` gives for each the routes that processes bring in themselves,
    and `taken` how its prefix fits the policies."""
    known = Interned(speakers)
    step = max(1, CELLS // max(1, speakers.tail.size))
    return [_batch(network, known, starts[at : at + step], taken[at : at + step]) for at in range(0, len(starts), step)]


Signatures = tuple[tuple[str, Signature], ...]
"""The signature of a prefix under every policy that is in use."""


class _State(NamedTuple):
    best: Longs
    via: Longs
    next_hop: Longs


def _batch(
    network: Network, known: Interned, starts: Sequence[Mapping[int, Attributes]], taken: Sequence[Signatures]
) -> Paths:
    speakers, width = known.speakers, len(starts)
    own = np.full((speakers.count, width), -1, np.int64)
    for column, start in enumerate(starts):
        for process, route in start.items():
            own[process, column] = known.number(route)
    kinds: dict[Signatures, int] = {}
    sorts = np.array([kinds.setdefault(one, len(kinds)) for one in taken], np.int64)
    known.changed.clear()
    step = _Step(network, known, own, sorts, [dict(one) for one in kinds])
    state = _State(own.copy(), np.full_like(own, LOCAL), np.full_like(own, LOCAL))
    moving = np.arange(width)
    for _ in range(MAX_ROUNDS):
        if not moving.size or not speakers.tail.size:
            break
        part = _State(*(column[:, moving] for column in state))
        new = step.choose(moving, *step.offers(moving, part))[0]
        still = np.zeros(moving.size, np.bool_)
        for old, fresh, whole in zip(part, new, state, strict=True):
            still |= (old != fresh).any(axis=0)
            whole[:, moving] = fresh
        moving = moving[still]
    settled = np.ones(width, np.bool_)
    settled[moving if speakers.tail.size else moving[:0]] = False
    everything = np.arange(width)
    offered, hop, key = step.offers(everything, state)
    _, equal = step.choose(everything, offered, hop, key)
    return Paths(known.routes, state.best, state.via, equal, offered, hop, settled)


@dataclass(frozen=True, eq=False)
class _Step:
    """One round for some destinations."""

    network: Network
    known: Interned
    own: Longs
    sorts: Longs
    taken: Sequence[Mapping[str, Signature]]

    def offers(self, columns: Longs, state: _State) -> tuple[Longs, Longs, Longs]:
        """(route, next hop, key) that each session brings its head; -1 and `WORST` where it brings none."""
        speakers = self.known.speakers
        route, heard = state.best[speakers.tail], state.via[speakers.tail]
        inner = ~speakers.external
        learned = (heard >= 0) & inner[heard] if inner.size else np.zeros(route.shape, np.bool_)
        ok = (route >= 0) & (heard != speakers.reverse[:, None])
        if inner.any():
            told = speakers.client[:, None] | np.append(speakers.from_client, False)[heard]
            ok &= ~(inner[:, None] & learned) | told
        tokens = self.known.tokens
        ok &= tokens[route, speakers.asn[speakers.head][:, None]] <= speakers.allowed[:, None]
        if inner.any():
            for token in (speakers.identity, speakers.cluster):
                ok &= ~inner[:, None] | (tokens[route, token[speakers.head][:, None]] == 0)
        offered = self._changed(columns, np.where(ok, route, -1), learned & inner[:, None])
        place = np.arange(speakers.tail.size)[:, None]
        fresh = speakers.resets[:, None] | (state.next_hop[speakers.tail] == LOCAL)
        hop = np.where(fresh, place, state.next_hop[speakers.tail])
        key = np.where(offered >= 0, self.known.keys[offered] + (inner.astype(np.int64) << 20)[:, None], WORST)
        if speakers.metric is not None and inner.any():
            self._weigh(key, hop, speakers.metric)
        return np.where(key < WORST, offered, -1), hop, key

    def _weigh(self, key: Longs, hop: Longs, metric: Metric) -> None:
        """Add the distance of next hops that were handed on; what no table resolves is no offer."""
        speakers = self.known.speakers
        row, column = np.nonzero((key < WORST) & ~speakers.external[:, None])
        code = row * np.int64(speakers.tail.size) + hop[row, column]
        codes, back = np.unique(code, return_inverse=True)
        pairs = zip((codes // speakers.tail.size).tolist(), (codes % speakers.tail.size).tolist(), strict=True)
        far = [metric(session, at) for session, at in pairs]
        added = np.array([int(WORST) if one is None else min(one, 2**20 - 1) for one in far], np.int64)
        key[row, column] = np.minimum(key[row, column] + added[back], WORST)

    def _changed(self, columns: Longs, route: Longs, reflected: Bools) -> Longs:
        """The routes as their receivers hold them; -1 where a policy denies."""
        kind = self.known.speakers.treatment[:, None] * 2 + reflected
        row, column = np.nonzero(route >= 0)
        code = (kind[row, column] << 40) | (route[row, column] << 16) | self.sorts[columns[column]]
        codes, back = _distinct(code)
        new = np.fromiter(map(self._one, codes.tolist()), np.int64, codes.size)
        found = np.full(route.shape, -1, np.int64)
        found[row, column] = new[back]
        return found

    def _one(self, code: int) -> int:
        done = self.known.changed.get(code)
        if done is None:
            kind, route, sort = code >> 40, code >> 16 & 0xFFFFFF, code & 0xFFFF
            treatment = self.known.speakers.treatments[kind >> 1]
            made = passed(
                self.network, treatment, self.known.routes[route], bool(kind & 1), self.taken[sort], self.known.speakers
            )
            done = self.known.changed[code] = -1 if made is None else self.known.number(made)
        return done

    def choose(self, columns: Longs, offered: Longs, hop: Longs, key: Longs) -> tuple[_State, Bools]:
        """What every process chooses of its own routes and the offers, and the offers as good as that."""
        speakers, own = self.known.speakers, self.own[:, columns]
        injected = np.array([route.injected for route in self.known.routes] + [False], np.bool_)
        mine = np.where(own >= 0, np.where(injected[own], self.known.keys[own], -1), WORST)
        heads, first = np.unique(speakers.head, return_index=True)
        least = np.minimum.reduceat(key, first, axis=0)
        wins = least < mine[heads]
        limit = np.full((speakers.count, columns.size), -2, np.int64)
        limit[heads] = np.where(wins, least, -2)
        equal: Bools = (key == limit[speakers.head]) & (offered >= 0)
        place = np.where(equal, np.arange(speakers.tail.size)[:, None], speakers.tail.size)
        chosen = np.minimum.reduceat(place, first, axis=0)
        via = np.full_like(own, LOCAL)
        via[heads] = np.where(wins, chosen, LOCAL)
        at = np.arange(columns.size)[None, :]
        learned = via >= 0
        best = np.where(learned, offered[via, at], own)
        return _State(best, via, np.where(learned, hop[via, at], LOCAL)), equal


def _distinct(codes: Longs) -> tuple[Longs, Longs]:
    found, back = np.unique(codes, return_inverse=True)
    return found, back.reshape(-1)


def passed(
    network: Network,
    treatment: Treatment,
    route: Attributes,
    reflected: bool,
    taken: Mapping[str, Signature],
    speakers: Speakers,
) -> Attributes | None:
    """The route after one session; None where a policy denies it."""
    marks = route.marks if not treatment.external else route.marks._replace(local_preference=None)
    after = treated(network, treatment.export, taken.get(treatment.export or "", ()), marks._replace(prepend=0))
    if after is None:
        return None
    path, originator, clusters = route.path, route.originator, route.clusters
    if treatment.external:
        path = (treatment.asn,) * (1 + after.prepend) + (_public(path) if treatment.strips_private else path)
        originator, clusters = None, ()
        after = after._replace(local_preference=None)
    elif treatment.sender >= 0:
        path = (treatment.asn,) * after.prepend + path
        originator = originator if originator is not None else speakers.identities[treatment.sender]
        clusters = (treatment.cluster, *clusters) if reflected else clusters
    taken_in = treated(network, treatment.imported, taken.get(treatment.imported or "", ()), after._replace(prepend=0))
    if taken_in is None:
        return None
    path = (path[0] if path else treatment.asn,) * taken_in.prepend + path
    marks = Marks(taken_in.communities, 0, taken_in.local_preference)
    return Attributes(path, marks, route.origin, originator, clusters)


def _public(path: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(asn for asn in path if not (64512 <= asn <= 65534 or 4_200_000_000 <= asn <= 4_294_967_294))
