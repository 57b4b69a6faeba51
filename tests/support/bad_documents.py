"""Over a hundred documents that are no requirements or no design, each with the place that an error must name."""

from __future__ import annotations

import copy
import json
from typing import Any, NamedTuple

from netdesign.model.canonical import to_document
from netdesign.model.inventory import Site
from netdesign.model.vocabulary import Role
from tests.support.sketch import design, device, interface, link
from tests.unit.model.requests import SMALL, changed

DEEP = 5000
GONE = object()


class Bad(NamedTuple):
    """A document and what its refusal must say: a JSON pointer, or line and column, or what is wrong as a whole."""

    name: str
    data: bytes
    says: str


DESIGN: dict[str, Any] = to_document(
    design(
        Site(id="dc1", name="One"),
        device("s1", Role.SPINE),
        device("l1", Role.LEAF),
        link("l1:Ethernet1", "s1:Ethernet1"),
        interface("l1", "Ethernet1"),
    )
)


def without(document: dict[str, Any], pointer: str) -> dict[str, Any]:
    """`document` without what is at `pointer`."""
    made = copy.deepcopy(document)
    *outer, last = pointer.split("/")
    place: Any = made
    for step in outer:
        place = place[int(step)] if isinstance(place, list) else place[step]
    del place[last]
    return made


def nested(levels: int) -> Any:
    """A list in a list in a list."""
    made: Any = []
    for _ in range(levels):
        made = [made]
    return made


_SITE = {"name": "A"}
_FLOW = {"from": "users", "to": "servers", "service": "https", "up": "1Gbps"}

REQUIREMENT_CHANGES: tuple[tuple[str, str, Any], ...] = (
    ("a number for a name", "project_name", 7),
    ("no name", "project_name", ""),
    ("null for a name", "project_name", None),
    ("a list for a name", "project_name", []),
    ("an endless name", "project_name", "x" * 20_000),
    ("a mapping for a text", "description", {"a": 1}),
    ("an unknown network type", "network_type", "lan"),
    ("a number for a choice", "network_type", 3),
    ("a list for a mapping", "scale", []),
    ("a number for a mapping", "scale", 40),
    ("a text for a number", "scale/devices", "forty"),
    ("a number in quotes", "scale/devices", "40"),
    ("a negative count", "scale/devices", -1),
    ("half a device", "scale/devices", 1.5),
    ("true for a number", "scale/devices", True),
    ("an impossible number", "scale/devices", 10**30),
    ("an unsafe number", "scale/devices", 2**53),
    ("no site at all", "scale/sites", 0),
    ("too many sites", "scale/sites", 10_001),
    ("no VLAN", "scale/vlans", 0),
    ("more VLANs than there are", "scale/vlans", 4095),
    ("an unknown inner field", "scale/racks", 3),
    ("a text for a range", "bandwidth", "1Gbps"),
    ("a rate in words", "bandwidth/min", "fast"),
    ("a negative rate", "bandwidth/min", "-1Gbps"),
    ("a rate in parsecs", "bandwidth/min", "1 parsec"),
    ("an empty rate", "bandwidth/min", ""),
    ("an infinite rate", "bandwidth/min", "1e400Gbps"),
    ("true for a rate", "bandwidth/min", True),
    ("a list for a rate", "bandwidth/max", ["1Gbps"]),
    ("an unknown redundancy", "redundancy", "extreme"),
    ("an unknown security level", "security_level", "moderately paranoid"),
    ("more than always", "availability_requirement", "101%"),
    ("a negative availability", "availability_requirement", -0.5),
    ("no downtime at all", "max_downtime_minutes_per_year", 0),
    ("more downtime than a year has", "max_downtime_minutes_per_year", 600_000),
    ("an unknown framework", "compliance/0", "PCI-XYZ"),
    ("a text for true", "requires_encryption", "yes"),
    ("a number for true", "requires_encryption", 1),
    ("contradicting numbers of sites", "number_of_sites", 2),
    ("more loss than traffic", "packet_loss_threshold", 2),
    ("a budget in words", "budget", "a lot"),
    ("a negative budget", "budget", -5),
    ("an unknown currency", "currency", "EURO"),
    ("growth in words", "expected_growth_rate", "lots"),
    ("a horizon out of sight", "scalability_horizon_years", 21),
    ("a time in words", "submitted_at", "yesterday"),
    ("a constraint of no kind", "constraints/0", {"constraint_type": "mood", "description": "gloomy"}),
    ("a constraint without text", "constraints/0", {"constraint_type": "budget"}),
    ("a site without name", "sites/0", {"users": 1}),
    ("a site off the globe", "sites/0", {"name": "A", "lat": 91}),
    ("an unknown field of a site", "sites/0", {"name": "A", "colour": "red"}),
    ("a site of no tier", "sites/0", {"name": "A", "tier": 4}),
    ("too many network ports", "servers", {"count": 1, "nics": 17}),
    ("servers at no speed", "servers", {"count": 1, "nic_speed": "quick"}),
    ("a flow to nowhere", "flows/0", {"from": "users", "service": "https", "up": "1Gbps"}),
    ("a flow of nothing known", "flows/0", _FLOW | {"service": "telepathy"}),
    ("a flow between strangers", "flows/0", _FLOW | {"to": "nobody at all"}),
    ("a flow of no class", "flows/0", _FLOW | {"class": "first"}),
    ("a prefix too long", "addressing/supernets/0", "10.0.0.0/33"),
    ("a prefix of words", "addressing/supernets/0", "somewhere"),
    ("an unknown data class", "data_classes/0", "gossip"),
    ("a port out of range", "internet_facing/0", "tcp/99999"),
    ("an unknown field", "colour", "red"),
)

DESIGN_CHANGES: tuple[tuple[str, str, Any], ...] = (
    ("a number for an id", "id", 7),
    ("an unknown archetype", "archetype", "pentagon"),
    ("a list for a group", "inventory", []),
    ("a mapping for a list", "inventory/devices", {"a": 1}),
    ("a text in a list of devices", "inventory/devices/0", "switch"),
    ("an unknown group", "weather", {}),
    ("an unknown collection", "inventory/clouds", []),
    ("an unknown field of a fact", "inventory/devices/0/colour", "red"),
    ("an unknown role", "inventory/devices/0/role", "boss"),
    ("a number for a hostname", "inventory/devices/0/hostname", 3),
    ("one text for several", "inventory/devices/0/power_feeds", "A"),
    ("a number for true", "inventory/devices/0/in_service", 1),
    ("a fraction of a rack unit", "inventory/devices/0/rack_unit", 1.5),
    ("a dangling site", "inventory/devices/0/site", "nowhere"),
    ("a dangling room", "inventory/devices/0/room", "nowhere"),
    ("a dangling end", "cabling/links/0/a/device", "ghost"),
    ("a speed in words", "cabling/links/0/speed_bps", "fast"),
    ("an impossible speed", "cabling/links/0/speed_bps", 10**30),
    ("a speed of no machine word", "cabling/links/0/speed_bps", 2**64 - 1),
    ("a length beyond the universe", "cabling/links/0/length_m", 1e300),
    ("an unknown medium", "cabling/links/0/medium", "string"),
    ("a length in words", "cabling/links/0/length_m", "long"),
    ("a link to a text", "cabling/links/0/b", "s1:Ethernet1"),
    ("a dangling shared risk", "cabling/links/0/srlgs", ["duct"]),
    ("an interface of a ghost", "addressing/interfaces/0/device", "ghost"),
    ("an unknown mode of a port", "addressing/interfaces/0/mode", "open"),
    ("an unknown state", "governance/state", "limbo"),
    ("no author", "governance/author", None),
    ("a requirement of the wrong type", "requirements/users", "many"),
    ("an unknown requirement", "requirements/colour", "red"),
    ("a requirement of no kind", "requirements/redundancy", "extreme"),
    ("a null requirement", "requirements/supernets", None),
)

REQUIREMENTS_LACK = ("project_name", "network_type", "scale", "scale/users", "bandwidth/max", "redundancy")
DESIGN_LACKS = (
    "name",
    "archetype",
    "requirements",
    "requirements/users",
    "inventory/devices/0/role",
    "cabling/links/0/a",
)


def _written(document: Any) -> bytes:
    return json.dumps(document).encode()


def bad_requirements() -> list[Bad]:
    """JSON that can be read and is no requirements."""
    told = [_changed_requirements(*change) for change in REQUIREMENT_CHANGES]
    told += [Bad(f"no {what}", _written(without(SMALL, what)), f"/{what}") for what in REQUIREMENTS_LACK]
    swapped = changed(SMALL, "bandwidth", {"min": "10Gbps", "max": "1Gbps"})
    twice = SMALL | {"scale": SMALL["scale"] | {"sites": 2}, "sites": [_SITE, _SITE]}
    return [
        *told,
        Bad("minimum above maximum", _written(swapped), "/bandwidth/min"),
        Bad("two sites of one name", _written(twice), "/sites/1/name"),
        Bad("more sites than stated", _written(SMALL | {"sites": [_SITE, {"name": "B"}]}), "/sites"),
        Bad("a list", b"[]", "a list"),
        Bad("a number", b"7", "7"),
        Bad("a text", b'"data centre"', "data centre"),
        Bad("null", b"null", "null"),
        Bad("a design", _written(DESIGN), "/archetype"),
    ]


def _changed_requirements(name: str, pointer: str, value: Any) -> Bad:
    head, _, rest = pointer.partition("/")
    document = SMALL | {head: [value]} if rest == "0" else changed(SMALL, pointer, value)
    if pointer.endswith("supernets/0"):
        document = SMALL | {"addressing": {"supernets": [value]}}
    return Bad(name, _written(document), f"/{pointer}")


def bad_designs() -> list[Bad]:
    """JSON that can be read and is no design."""
    told = [
        Bad(name, _written(replaced(DESIGN, pointer, value)), f"/{pointer}") for name, pointer, value in DESIGN_CHANGES
    ]
    told += [Bad(f"no {what}", _written(without(DESIGN, what)), f"/{what}") for what in DESIGN_LACKS]
    devices, links = DESIGN["inventory"]["devices"], DESIGN["cabling"]["links"]
    return [
        *told,
        Bad(
            "a device twice",
            _written(replaced(DESIGN, "inventory/devices", [*devices, devices[0]])),
            "/inventory/devices/2/id",
        ),
        Bad("a link twice", _written(replaced(DESIGN, "cabling/links", links * 2)), "/cabling/links/1/id"),
        Bad("no site", _written(replaced(DESIGN, "inventory/sites", [])), "/inventory/devices/0/site"),
        Bad("a list", b"[]", "a list"),
        Bad("null", b"null", "null"),
        Bad("requirements", _written(SMALL), "/archetype"),
    ]


def replaced(document: dict[str, Any], pointer: str, value: Any) -> dict[str, Any]:
    """`document` with `value` instead of what is at `pointer`."""
    made = copy.deepcopy(document)
    *outer, last = pointer.split("/")
    place: Any = made
    for step in outer:
        place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
    place[int(last) if isinstance(place, list) else last] = value
    return made


def unreadable() -> list[Bad]:
    """Bytes that hold no document at all, told by their first character as JSON or YAML."""
    return [
        Bad("nothing", b"", "empty"),
        Bad("white space", b" \n\t \n", "empty"),
        Bad("a comment", b"# nothing\n", "empty"),
        Bad("an open object", b"{", "line 1"),
        Bad("cut short", b'{"a": [1, 2', "line 1"),
        Bad("a trailing comma", b'{"a": 1,\n}', "line"),
        Bad("two objects", b"{}{}", "line 1, column 3"),
        Bad("a comment in JSON", b'{"a": 1} // done', "line 1"),
        Bad("invalid utf-8", b'{"a": "\xff"}', "line 1, column 8"),
        Bad("latin-1", "{'café': 1}".encode("latin-1"), "invalid UTF-8 at line 1"),
        Bad("utf-16", '{"a": 1}'.encode("utf-16"), "UTF-16"),
        Bad("a NUL", b'{"a": "\x00"}', "line 1, column 8"),
        Bad("an escaped NUL", b'{"a": "x\\u0000"}', "NUL"),
        Bad("an escaped NUL in YAML", b'a: "x\\0"', "NUL character (\\0) at line 1, column 4"),
        Bad("half a surrogate pair", b'{"a": "\\ud800"}', "surrogate"),
        Bad("a picture", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "invalid UTF-8"),
        Bad("an archive", b"\x1f\x8b\x08\x00\x00\x00\x00\x00", "invalid UTF-8"),
        Bad("not a number", b'{"users": NaN}', "line 1, column 11"),
        Bad("infinity", b'{"users": -Infinity}', "line 1"),
        Bad("an overflow", b'{"users": 1e999}', "line 1"),
        Bad("five thousand digits", b'{"users": ' + b"9" * DEEP + b"}", "line 1, column 11"),
        Bad("a key twice", b'{"name": 1, "name": 2}', "'name'"),
        Bad("five thousand objects", b'{"a":' * DEEP + b"1" + b"}" * DEEP, "64 deep"),
        Bad("five thousand lists", b"[" * DEEP + b"]" * DEEP, "64 deep"),
        Bad("a hundred thousand open lists", b"[" * 100_000, "64 deep"),
        Bad("five thousand dashes", b"- " * DEEP + b"x", "64 deep"),
        Bad("two thousand indentations", b"\n".join(b" " * at + b"a:" for at in range(2000)), "64 deep at line 65"),
        Bad("laughter", _laughter(), "aliases"),
        Bad("an alias of itself", b"a: &x [*x]", "line 1, column 8"),
        Bad("an unknown alias", b"a: *x", "line 1, column 4"),
        Bad("a tag that calls", b"a: !!python/object/apply:os.system [ls]", "tag"),
        Bad("a tag of one's own", b"!thing {a: 1}", "tag"),
        Bad("two YAML documents", b"a: 1\n---\nb: 2", "line 2"),
        Bad("a tab", b"\ta: 1", "line 1"),
        Bad("a merge key", b"a: &b {c: 1}\nd:\n  <<: *b", "line 3"),
        Bad("a key twice in YAML", b"a: 1\na: 2", "line 2"),
        Bad("a list as key", b"? [1]\n: 2", "line 1"),
        Bad("no number in YAML", b"users: .nan", "line 1, column 8"),
        Bad("an unclosed quote", b"a: 'x", "line"),
        Bad("a control character", b"a: \x07", "control characters"),
    ]


def _laughter() -> bytes:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return "\n".join(lines).encode()
