"""Which sites each fact is about: by the ids that it names and by the addresses that lie in a site's prefixes.

What a site owns is found from facts that say where they are (a device its site, an interface its device) and from
addresses: a prefix is a site's where all interfaces and subnets in it are of that site, and two sites' where they
join those two.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from operator import attrgetter
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, NamedTuple, get_args, get_origin, get_type_hints

from netdesign.analysis.facts.address_text import parse
from netdesign.model.patch import GROUPS, collection_of, collections
from netdesign.model.references import names_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netdesign.model.design import Design

PARENTS: dict[str, tuple[tuple[str, str], ...]] = {
    "sites": (("id", ""),),
    "rooms": (("site", "sites"),),
    "racks": (("room", "rooms"),),
    "devices": (("site", "sites"),),
    "ha_groups": (("members", "devices"),),
    "vlans": (("site", "sites"),),
    "endpoint_groups": (("site", "sites"),),
    "attachments": (("group", "endpoint_groups"), ("device", "devices")),
    "port_profiles": (("vlans", "vlans"),),
    "links": (("a.device", "devices"), ("b.device", "devices")),
    "lags": (("device", "devices"),),
    "mlags": (("peers", "devices"),),
    "circuits": (("link", "links"), ("site", "sites")),
    "pools": (("site", "sites"),),
    "subnets": (("site", "sites"), ("vlan", "vlans")),
    "interfaces": (("device", "devices"),),
    "nats": (("devices", "devices"), ("provider", "devices")),
    "spanning_trees": (("device", "devices"),),
    "processes": (("device", "devices"),),
    "igp_interfaces": (("process", "processes"),),
    "bgp_neighbors": (("process", "processes"),),
    "static_routes": (("device", "devices"),),
    "tunnels": (("a", "devices"), ("b", "devices")),
    "policies": (("devices", "devices"),),
    "policy_rules": (("policy", "policies"),),
    "wireless_networks": (("sites", "sites"), ("vlans", "vlans")),
    "ddos_mitigations": (("providers", "devices"),),
    "published_services": (("group", "endpoint_groups"),),
    "remote_accesses": (("heads", "devices"),),
    "service_instances": (("site", "sites"),),
    "cloud_connections": (("device", "devices"), ("site", "sites")),
    "flows": tuple((end, kind) for end in ("sources", "targets") for kind in ("endpoint_groups", "devices")),
}
"""Collection -> (field, collection named) that say where a fact is, in an order in which each finds the earlier."""
WORDS = frozenset({"name", "hostname", "description", "justification"})
"""Fields for people alone."""
NUMBERS = frozenset({"asn", "remote_asn"})
"""Fields of numbers that only say who is who."""
MOST_OWNERS = 2
"""Sites that a prefix may belong to."""
_ADDRESS = re.compile(r"[0-9a-fA-F:]*[.:][0-9a-fA-F:.]*(/[0-9]{1,3})?")
Owners = frozenset[str]
NOBODY: Owners = frozenset()


class Place(NamedTuple):
    """Where an address lies: in the widest prefix (`root`) that sites own, so far from its start, so long."""

    root: str
    offset: int
    length: int


class Root(NamedTuple):
    """A prefix that sites own, its length, and the prefixes of any facts that hold it and more."""

    owners: Owners
    length: int
    within: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class SiteFacts:
    """`owners` gives the sites of ids, labels, addresses and numbers; `places` and `roots` are of addresses by text."""

    owners: dict[object, Owners]
    places: dict[str, Place]
    roots: dict[str, Root]


class Plan(NamedTuple):
    """How facts of a kind are read: texts, tuples, nested facts and numbers that name by field, all else as it is."""

    names: tuple[str, ...]
    named: Callable[[Any], tuple[Any, ...]]
    plain: Callable[[Any], tuple[Any, ...]]


_plans: dict[type, Plan] = {}


def plan_of(kind: type) -> Plan:
    """The plan of a kind of facts; fields for people alone are left out."""
    if kind not in _plans:
        _plans[kind] = _plan(kind)
    return _plans[kind]


def _plan(kind: type) -> Plan:
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind) if field.name not in WORDS]
    plain = tuple(name for name in names if name not in NUMBERS and _is_plain(hints[name]))
    named = tuple(name for name in names if name not in plain)
    return Plan(named, _reading(named), _reading(plain))


def _is_plain(hint: Any) -> bool:
    parts = get_args(hint) if get_origin(hint) is UnionType else (hint,)
    if get_origin(hint) is tuple:
        parts = tuple(part for part in get_args(hint) if part is not Ellipsis)
    return all(isinstance(part, type) and issubclass(part, (bool, int, float, Enum, NoneType)) for part in parts)


def _reading(names: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if not names:
        return lambda _: ()
    one = attrgetter(*names)
    return one if len(names) > 1 else lambda fact: (one(fact),)


def judged_collections() -> tuple[str, ...]:
    """The collections of what is built: not its bill, nor its reasons."""
    told = set(GROUPS) - {"parts", "rationale"}
    return tuple(name for name, (group, _) in collections().items() if group in told)


def site_facts(design: Design) -> SiteFacts:
    """Whose every id and every address of a design is."""
    homes = _homes(design)
    owners: dict[object, Owners] = {}
    for named in homes.values():
        for name, sites in named.items():
            owners[name] = owners.get(name, NOBODY) | sites
    _label(design, homes, owners)
    places, roots = _addresses(design, homes)
    for text, place in places.items():
        owners[text] = owners.get(text, NOBODY) | roots[place.root].owners
    return SiteFacts(owners, places, roots)


def _homes(design: Design) -> dict[str, dict[str, Owners]]:
    homes: dict[str, dict[str, Owners]] = {"": {site.id: frozenset((site.id,)) for site in design.inventory.sites}}
    for name, parents in PARENTS.items():
        found = homes.setdefault(name, {})
        for fact in collection_of(design, name):
            sites = NOBODY
            for field, kind in parents:
                for text in names_in(fact, field):
                    sites |= homes[kind].get(text, NOBODY)
            found[fact.id] = found.get(fact.id, NOBODY) | sites
    return homes


def _label(design: Design, homes: dict[str, dict[str, Owners]], owners: dict[object, Owners]) -> None:
    """Tell whose labels and numbers are: of all sites whose facts have them."""
    said: list[tuple[object, Owners]] = [
        *((device.block, homes["devices"][device.id]) for device in design.inventory.devices),
        *((room.building, homes["rooms"][room.id]) for room in design.inventory.rooms),
        *((name, homes["links"][link.id]) for link in design.cabling.links for name in link.srlgs),
        *((("asn", process.asn), homes["processes"][process.id]) for process in design.routing.processes),
    ]
    for key, sites in said:
        if key is not None and key not in homes["sites"]:
            owners[key] = owners.get(key, NOBODY) | sites


def _texts(design: Design) -> set[str]:
    """Every text that a fact holds."""
    found: set[str] = set()
    for name in judged_collections():
        for fact in collection_of(design, name):
            _gather(plan_of(type(fact)).named(fact), found)
    return found


def _gather(values: Iterable[Any], found: set[str]) -> None:
    for value in values:
        if type(value) is str:
            found.add(value)
        elif type(value) is tuple and value:
            if type(value[0]) is str:
                found.update(value)
            else:
                _gather(value, found)
        elif is_dataclass(value):
            _gather(plan_of(type(value)).named(value), found)


class _Spans(NamedTuple):
    """Prefixes by position, those around one before it: as texts, how long each is, and the narrowest around each.

    `of` gives the prefix around each address, `offset` how far the address lies from its start.
    """

    texts: list[str]
    starts: list[int]
    lengths: list[int]
    above: list[int]
    of: dict[str, int]
    hosts: dict[str, int]

    def around(self, at: int) -> Iterator[int]:
        """A prefix and all around it, the narrowest first."""
        while at >= 0:
            yield at
            at = self.above[at]


def _addresses(design: Design, homes: dict[str, dict[str, Owners]]) -> tuple[dict[str, Place], dict[str, Root]]:
    spans = _spans([text for text in _texts(design) if _ADDRESS.fullmatch(text)])
    owners = _owners(design, homes, spans)
    addressing = design.addressing
    named = [*(one.prefix for one in addressing.subnets), *(one.prefix for one in addressing.pools)]
    valid = {spans.of[text] for text in named if text in spans.of}
    valid = {at for at in valid if 0 < len(owners[at]) <= MOST_OWNERS}
    widest, roots = list[int](), dict[str, Root]()
    for at, above in enumerate(spans.above):
        root = widest[above] if above >= 0 else -1
        if root < 0 and at in valid:
            root, around = at, list(spans.around(above)) if above >= 0 else []
            roots[spans.texts[at]] = Root(owners[at], spans.lengths[at], tuple(spans.texts[one] for one in around))
        widest.append(root)
    places = {
        text: Place(spans.texts[root], spans.hosts[text] - spans.starts[root], spans.lengths[at])
        for text, at in spans.of.items()
        if (root := widest[at]) >= 0
    }
    return places, roots


def _spans(texts: list[str]) -> _Spans:
    """The prefixes around addresses."""
    parsed = parse(texts)
    high, low = parsed.networks()
    columns = (column.tolist() for column in (parsed.version, high, low, parsed.high, parsed.low, parsed.length))
    keys, hosts = dict[str, tuple[int, int, int]](), dict[str, int]()
    for text, version, first, last, own_high, own_low, length in zip(texts, *columns, strict=True):
        if version:
            keys[text] = version, first << 64 | last, length
            hosts[text] = own_high << 64 | own_low
    ranked = sorted(set(keys.values()))
    position = {key: at for at, key in enumerate(ranked)}
    of = {text: position[key] for text, key in keys.items()}
    names = [""] * len(ranked)
    for text, at in of.items():
        names[at] = min(names[at] or text, text)
    starts, lengths = [key[1] for key in ranked], [key[2] for key in ranked]
    return _Spans(names, starts, lengths, _nested(ranked), of, hosts)


def _nested(ranked: list[tuple[int, int, int]]) -> list[int]:
    """The narrowest prefix around each of some that ascend; -1 for none."""
    above, stack = list[int](), list[tuple[int, int, int]]()
    for at, (version, first, length) in enumerate(ranked):
        while stack and (stack[-1][0] != version or stack[-1][1] < first):
            stack.pop()
        above.append(stack[-1][2] if stack else -1)
        stack.append((version, first + (1 << ((32 if version == 4 else 128) - length)) - 1, at))
    return above


def _owners(design: Design, homes: dict[str, dict[str, Owners]], spans: _Spans) -> list[Owners]:
    """The sites of the interfaces and subnets in each prefix; of more than can own it, some."""
    found = [NOBODY] * len(spans.above)

    def tell(text: str, sites: Owners) -> None:
        for at in spans.around(spans.of.get(text, -1)):
            if sites <= found[at] or len(found[at]) > MOST_OWNERS:
                break
            found[at] |= sites

    for port in design.addressing.interfaces:
        for text in (*port.addresses, *port.virtual_addresses):
            tell(text, homes["interfaces"][port.id])
    for subnet in design.addressing.subnets:
        tell(subnet.prefix, homes["subnets"][subnet.id])
    return found
