"""Policy parameters: every number that is a judgement, in one versioned document, with unit and reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from functools import cache
from types import MappingProxyType
from typing import Any

from netdesign.catalog import policy
from netdesign.catalog.documents import parsed
from netdesign.errors import CatalogError, Fault, InvalidInputError

SLIP = 1000
"""By how much an override may differ from the default."""

LEVELLED: dict[str, type[Any]] = {"redundancy": policy.RedundancyLevel, "security": policy.SecurityPosture}
SECTIONS: dict[str, type[Any]] = {
    "oversubscription": policy.Oversubscription,
    "growth": policy.Growth,
    "capacity": policy.Capacity,
    "wireless": policy.Wireless,
    "campus": policy.Campus,
    "fabric": policy.Fabric,
    "topology": policy.Topology,
    "availability": policy.Availability,
    "cost": policy.Cost,
    "latency": policy.Latency,
    "protocols": policy.Protocols,
    "wan": policy.Wan,
    "interconnect": policy.Interconnect,
    "cloud": policy.Cloud,
    "zones": policy.Zones,
    "logging": policy.Logging,
    "compliance": policy.Compliance,
    "scoring": policy.Scoring,
}


@dataclass(frozen=True, slots=True)
class Card:
    """One parameter as a reader wants it: dotted path, value, unit, reason, and what values it may take."""

    path: str
    value: object
    unit: str
    reason: str
    kind: str
    choices: tuple[str, ...] = ()
    zero: bool = False
    """Whether none at all makes sense; what others are divided by is always above zero."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """All policy parameters; `redundancy` and `security` are indexed by level.

    `version` names the document, and the overrides when there are any.
    """

    version: str
    redundancy: Mapping[str, policy.RedundancyLevel]
    security: Mapping[str, policy.SecurityPosture]
    oversubscription: policy.Oversubscription
    growth: policy.Growth
    capacity: policy.Capacity
    wireless: policy.Wireless
    campus: policy.Campus
    fabric: policy.Fabric
    topology: policy.Topology
    availability: policy.Availability
    cost: policy.Cost
    latency: policy.Latency
    protocols: policy.Protocols
    wan: policy.Wan
    interconnect: policy.Interconnect
    cloud: policy.Cloud
    zones: policy.Zones
    logging: policy.Logging
    compliance: policy.Compliance
    scoring: policy.Scoring
    overrides: Mapping[str, object]

    def with_overrides(self, overrides: Mapping[str, object]) -> Parameters:
        """These parameters with some replaced by dotted path, such as `redundancy.high.max_utilisation`.

        Raises `InvalidInputError` listing every unknown path and every value of the wrong type or range.
        """
        if not overrides:
            return self
        known = _cards()
        faults = tuple(fault for path, value in overrides.items() if (fault := _fault(known, path, value)))
        if faults:
            raise InvalidInputError("parameters", faults)
        return _built({**self.overrides, **overrides})

    def cards(self) -> tuple[Card, ...]:
        """Every parameter with its present value, in the order of the document."""
        return tuple(replace(card, value=self.overrides.get(path, card.value)) for path, card in _cards().items())


@cache
def default_parameters() -> Parameters:
    """The parameters that ship with the catalogue."""
    return _built({})


@cache
def _cards() -> dict[str, Card]:
    """Default of every parameter by dotted path."""
    data = parsed("parameters.json")["sections"]
    _same("sections", data, {**LEVELLED, **SECTIONS})
    found: dict[str, Card] = {}
    for section, kind in {**LEVELLED, **SECTIONS}.items():
        kinds = {field.name: str(field.type) for field in fields(kind)}
        _same(section, data[section], kinds)
        for name, annotation in kinds.items():
            found.update((card.path, card) for card in _entry(section, name, data[section][name], annotation))
    return found


def _entry(section: str, name: str, entry: dict[str, Any], annotation: str) -> Iterator[Card]:
    """Cards of one entry of the document: one, or one per level, or one per key."""
    kind = annotation
    if annotation.startswith("Mapping"):
        kind = annotation.removeprefix("Mapping[str, ").removesuffix("]")
    if "levels" in entry:
        values = {f"{section}.{level}.{name}": value for level, value in entry["levels"].items()}
    elif "values" in entry:
        values = {f"{section}.{name}.{key}": value for key, value in entry["values"].items()}
    else:
        values = {f"{section}.{name}": entry["value"]}
    zero = entry.get("zero", False) or any(value == 0 for value in values.values())
    for path, value in values.items():
        card = Card(path, value, entry["unit"], entry["reason"], kind, tuple(entry.get("choices", ())), zero)
        problem = _problem(card, value)
        if problem:
            raise CatalogError(f"parameter {path}: {problem}")
        yield card


def _same(where: str, found: Mapping[str, object], wanted: Mapping[str, object]) -> None:
    """Raise `CatalogError` unless the document has exactly the names that the code expects."""
    odd = sorted(found.keys() ^ wanted.keys())
    if odd:
        raise CatalogError(f"the parameter document and the code disagree on {where}: {', '.join(odd)}")


def _built(overrides: Mapping[str, object]) -> Parameters:
    """The tree of all values, overrides in place."""
    tree: dict[str, Any] = {}
    for path, card in _cards().items():
        node = tree
        *parents, leaf = path.split(".")
        for parent in parents:
            node = node.setdefault(parent, {})
        node[leaf] = _frozen(overrides.get(path, card.value), card.kind)
    levels: dict[str, Any] = {
        name: MappingProxyType({level: kind(**values) for level, values in tree[name].items()})
        for name, kind in LEVELLED.items()
    }
    sections: dict[str, Any] = {name: kind(**_proxied(tree[name])) for name, kind in SECTIONS.items()}
    replaced = MappingProxyType(dict(overrides))
    return Parameters(version=_version(overrides), **levels, **sections, overrides=replaced)


def _proxied(values: dict[str, Any]) -> dict[str, Any]:
    """Values with their mappings read-only."""
    return {name: MappingProxyType(value) if isinstance(value, dict) else value for name, value in values.items()}


def _frozen(value: object, kind: str) -> object:
    """A JSON value as the type of the field."""
    if isinstance(value, list | tuple):
        return tuple(value)
    return float(value) if kind.startswith("float") and isinstance(value, int) else value


def _version(overrides: Mapping[str, object]) -> str:
    """Version of the document, with a digest of the overrides when there are any."""
    base = str(parsed("parameters.json")["version"])
    if not overrides:
        return base
    import json
    from hashlib import sha256

    text = json.dumps(dict(overrides), sort_keys=True, default=list)
    return f"{base}+{sha256(text.encode()).hexdigest()[:12]}"


def _fault(known: Mapping[str, Card], path: str, value: object) -> Fault | None:
    """What is wrong with one override; None when nothing is."""
    pointer = "/" + path.replace("~", "~0").replace("/", "~1")
    if path not in known:
        return Fault(pointer, f"there is no parameter {path!r}", "list the parameters for the known paths")
    problem = _problem(known[path], value)
    return Fault(pointer, problem, f"the default is {known[path].value!r}") if problem else None


def _problem(card: Card, value: object) -> str:
    """Why a value cannot be that of the parameter; empty when it can."""
    kind = card.kind
    if value is None:
        return "" if "None" in kind else "it may not be null"
    if kind.startswith("tuple"):
        return _items_problem(card, value)
    if kind in ("bool", "str"):
        wanted = bool if kind == "bool" else str
        wrong = "" if isinstance(value, wanted) else f"it must be a {wanted.__name__}"
        return wrong or _choice_problem(card, value)
    whole = kind.startswith("int")
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        return f"it must be {'an integer' if whole else 'a number'}"
    return _range_problem(card, value)


def _items_problem(card: Card, value: object) -> str:
    """Why a value cannot be the list that the parameter is."""
    item = int if "int" in card.kind else str
    if not isinstance(value, list | tuple):
        return "it must be a list"
    if any(isinstance(one, bool) or not isinstance(one, item) for one in value):
        return f"its items must be of type {item.__name__}"
    return next((problem for one in value if (problem := _choice_problem(card, one))), "")


def _choice_problem(card: Card, value: object) -> str:
    """Why a word cannot be the parameter's value."""
    return "" if not card.choices or value in card.choices else f"it must be one of {', '.join(card.choices)}"


def _range_problem(card: Card, value: int | float) -> str:
    """Why a number is out of range (which also refuses what is not a number).

    Less than a thousandth or more than a thousandfold of the default is no policy but a slip.
    """
    default = card.value if isinstance(card.value, int | float) else 1
    least, most = 0.0 if card.zero else default / SLIP, max(default, 1) * SLIP
    if card.unit == "fraction":
        most = 1.0
    return "" if least <= value <= most else f"it must lie between {least:g} and {most:g}"
