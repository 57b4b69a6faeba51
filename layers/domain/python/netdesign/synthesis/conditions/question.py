"""What a necessary condition is asked about, and the words in which its failure is reported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from netdesign.catalog.parameters import Parameters
from netdesign.catalog.selection import Catalog
from netdesign.catalog.sku import DeviceType
from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.edits import Edit
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.vocabulary import NetworkType, Role


@dataclass(frozen=True, slots=True)
class Spoken:
    """A list of words of the request, by the name of its field."""

    field: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """Resolved requirements against what can be bought and what the policy asks."""

    requirements: ResolvedRequirements
    catalog: Catalog
    parameters: Parameters
    spoken: tuple[Spoken, ...] = ()

    def suppose(self, **changes: Any) -> Question:
        """The same question with some resolved fields changed."""
        return replace(self, requirements=replace(self.requirements, **changes))

    @property
    def campus(self) -> bool:
        """Whether people, rather than racks, are attached."""
        kind = self.requirements.network_type
        hybrid = kind is NetworkType.HYBRID and self.requirements.users > 0
        return hybrid or kind in (NetworkType.SDN_CAMPUS, NetworkType.LEGACY_CAMPUS, NetworkType.WAN)

    @property
    def virtual(self) -> bool:
        """Whether everything runs at a cloud provider, so that no device, rack or port is ours."""
        return self.requirements.network_type is NetworkType.CLOUD_NATIVE

    def devices(self, role: Role, features: Iterable[str] = ()) -> tuple[DeviceType, ...]:
        """Device types for a role that may be bought: not excluded, still supported, with the features."""
        wanted = self.requirements
        return tuple(
            device
            for device in self.catalog.devices(role, excluded=wanted.excluded_vendors, features=features)
            if device.end_of_support is None or device.end_of_support > wanted.evaluation_date
        )


Condition = Callable[[Question], Iterator[Conflict]]


def written(value: object) -> str:
    """A value as it is written in a request."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.9g}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {written(one)}" for name, one in value.items()) + "}"
    return str(value)


def relax(field: str, change: tuple[object, object], statement: str, cost: str) -> Relaxation:
    """A way out: `change` is the value now, and the one that ends the conflict as a program would send it.

    Of an object only the fields that are named change.
    """
    now, then = change
    value = list(then) if isinstance(then, tuple) else str(then) if isinstance(then, StrEnum) else then
    places = (
        {f"/{field}/{name}": one for name, one in value.items()} if isinstance(value, dict) else {f"/{field}": value}
    )
    return Relaxation(
        field=field,
        from_value=written(now),
        to_value=written(value),
        statement=statement,
        cost=cost,
        edits=tuple(Edit(pointer=pointer, value=one) for pointer, one in places.items()),
    )


def numbers(**values: object) -> tuple[tuple[str, str], ...]:
    """Named numbers as text, in the order given."""
    return tuple((name.replace("_", " "), str(value)) for name, value in values.items())
