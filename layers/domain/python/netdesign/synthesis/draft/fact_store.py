"""All facts of a design under construction, by type and id."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar, cast, get_type_hints

from netdesign.errors import ConflictError, NotFoundError
from netdesign.model.addressing import Addressing
from netdesign.model.cabling import Cabling
from netdesign.model.cloud import Cloud
from netdesign.model.design import Design
from netdesign.model.governance import Governance
from netdesign.model.infrastructure import Infrastructure
from netdesign.model.inventory import EndpointGroup, Inventory
from netdesign.model.overlay import Overlay
from netdesign.model.parts import Parts
from netdesign.model.rationale import Alternative, Decision, Input, Rationale
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.routing import Routing
from netdesign.model.security import Security
from netdesign.model.switching import Switching, Vlan
from netdesign.model.traffic import Traffic
from netdesign.model.vocabulary import Archetype

T = TypeVar("T")
GROUPS: dict[str, type] = {
    "inventory": Inventory,
    "cabling": Cabling,
    "addressing": Addressing,
    "switching": Switching,
    "routing": Routing,
    "overlay": Overlay,
    "security": Security,
    "infrastructure": Infrastructure,
    "cloud": Cloud,
    "traffic": Traffic,
    "parts": Parts,
    "rationale": Rationale,
}


@cache
def collections() -> dict[type, tuple[str, str]]:
    """The group and the collection that each type of fact belongs to."""
    return {
        hint.__args__[0]: (group, name) for group, kind in GROUPS.items() for name, hint in get_type_hints(kind).items()
    }


class FactStore:
    """Facts by type and id; an id is unique within its type."""

    def __init__(self, requirements: ResolvedRequirements) -> None:
        self.requirements = requirements
        self._facts: dict[type, dict[str, Any]] = {kind: {} for kind in collections()}
        self._grouped: tuple[int, dict[str, list[str]]] = (-1, {})
        self._vlan_devices: dict[str, dict[str, None]] = {}

    def add(self, fact: T) -> T:
        """Add a fact to the collection of its type; raises `ConflictError` when the id is taken."""
        known = self._facts[type(fact)]
        identity = fact.id  # type: ignore[attr-defined]  # every fact that a collection holds has one
        if identity in known:
            raise ConflictError(f"there are two {type(fact).__name__} {identity!r}")
        known[identity] = fact
        return fact

    def add_all(self, facts: Iterable[object]) -> None:
        """Add several facts."""
        for fact in facts:
            self.add(fact)

    def replace(self, fact: T) -> T:
        """Put a fact in the place of the one with its id; raises `NotFoundError` when there is none."""
        known = self._facts[type(fact)]
        identity = fact.id  # type: ignore[attr-defined]
        if identity not in known:
            raise NotFoundError(type(fact).__name__, identity)
        known[identity] = fact
        return fact

    def change(self, fact: T, **fields: Any) -> T:
        """The fact with other values in some fields, in its place."""
        return self.replace(replace(fact, **fields))  # type: ignore[type-var]

    def get(self, kind: type[T], identity: str) -> T:
        """The fact of a type and id; raises `NotFoundError`."""
        found = self._facts[kind].get(identity)
        if found is None:
            raise NotFoundError(kind.__name__, identity)
        return cast(T, found)

    def has(self, kind: type[object], identity: str) -> bool:
        """Whether there is such a fact."""
        return identity in self._facts[kind]

    def all(self, kind: type[T]) -> tuple[T, ...]:
        """All facts of a type, in the order in which they were added."""
        return tuple(self._facts[kind].values())

    def groups_at(self, site: str) -> tuple[EndpointGroup, ...]:
        """The groups of endpoints of a site."""
        groups = self.all(EndpointGroup)
        if self._grouped[0] != len(groups):
            found: dict[str, list[str]] = {}
            for group in groups:
                found.setdefault(group.site, []).append(group.id)
            self._grouped = (len(groups), found)
        return tuple(self.get(EndpointGroup, identity) for identity in self._grouped[1].get(site, ()))

    def remove(self, fact: object) -> None:
        """Take a fact out again."""
        del self._facts[type(fact)][fact.id]  # type: ignore[attr-defined]

    def define_vlan(self, vlan: Vlan, *devices: str) -> None:
        """Define a VLAN on devices, besides those that have it."""
        self._vlan_devices.setdefault(vlan.id, dict.fromkeys(vlan.devices)).update(dict.fromkeys(devices))

    def vlan_devices(self, vlan: Vlan) -> tuple[str, ...]:
        """Devices that a VLAN is defined on so far."""
        return tuple(self._vlan_devices.get(vlan.id, vlan.devices))

    def next_decision(self) -> str:
        """The id of the next decision."""
        return f"decision-{len(self._facts[Decision]) + 1:03d}"

    def decide(
        self,
        question: str,
        choice: str,
        *,
        formula: str = "",
        inputs: dict[str, object] | None = None,
        result: object = "",
        alternatives: Iterable[tuple[str, str]] = (),
        fields: Iterable[str] = (),
        source: str = "",
    ) -> Decision:
        """Record why something is as it is; `alternatives` are (choice, why refused)."""
        return self.add(
            Decision(
                id=self.next_decision(),
                question=question,
                choice=choice,
                formula=formula,
                inputs=tuple(Input(name=name, value=str(value)) for name, value in (inputs or {}).items()),
                result=str(result),
                alternatives=tuple(Alternative(choice=c, refused_because=why) for c, why in alternatives),
                requirement_fields=tuple(fields),
                source=source,
            )
        )

    def design(self, name: str, archetype: Archetype, *, identity: str = "", author: str = "netdesign") -> Design:
        """The design of all facts, each collection in order of ids."""
        for vlan, devices in self._vlan_devices.items():
            self.change(self.get(Vlan, vlan), devices=tuple(sorted(devices)))
        groups: dict[str, dict[str, tuple[Any, ...]]] = {group: {} for group in GROUPS}
        for kind, (group, collection) in collections().items():
            groups[group][collection] = tuple(sorted(self._facts[kind].values(), key=attrgetter("id")))
        made: dict[str, Any] = {group: GROUPS[group](**facts) for group, facts in groups.items()}
        return Design(
            id=identity or slug(name),
            name=name,
            archetype=archetype,
            requirements=self.requirements,
            governance=Governance(author=author),
            **made,
        )


def slug(text: str) -> str:
    """The text in lower case with one hyphen for each run of anything but letters and digits."""
    words = "".join(char if char.isascii() and char.isalnum() else " " for char in text.lower()).split()
    return "-".join(words) or "design"
