"""What a necessary condition is asked about, and the words in which its failure is reported."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from netdesign.catalog.parameters import Parameters
from netdesign.catalog.selection import Catalog
from netdesign.catalog.sku import DeviceType
from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.resolved import ResolvedRequirements
from netdesign.model.vocabulary import NetworkType, Role


@dataclass(frozen=True, slots=True)
class Question:
    """Resolved requirements against what can be bought and what the policy asks."""

    requirements: ResolvedRequirements
    catalog: Catalog
    parameters: Parameters

    def suppose(self, **changes: Any) -> Question:
        """The same question with some resolved fields changed."""
        return replace(self, requirements=replace(self.requirements, **changes))

    @property
    def campus(self) -> bool:
        """Whether people, rather than racks, are attached."""
        return self.requirements.network_type in (NetworkType.SDN_CAMPUS, NetworkType.LEGACY_CAMPUS)

    def devices(self, role: Role, features: Iterable[str] = ()) -> tuple[DeviceType, ...]:
        """Device types for a role that may be bought: not excluded, still supported, with the features."""
        wanted = self.requirements
        return tuple(
            device
            for device in self.catalog.devices(role, excluded=wanted.excluded_vendors, features=features)
            if device.end_of_support is None or device.end_of_support > wanted.evaluation_date
        )


Condition = Callable[[Question], Iterator[Conflict]]


def written_list(values: Iterable[str]) -> str:
    """A list as it is written in a request."""
    return f"[{', '.join(values)}]"


def relax(field: str, change: tuple[object, object], statement: str, cost: str) -> Relaxation:
    """A way out: `change` is the value now and the one that ends the conflict, as a request writes them."""
    now, then = change
    return Relaxation(field=field, from_value=str(now), to_value=str(then), statement=statement, cost=cost)


def numbers(**values: object) -> tuple[tuple[str, str], ...]:
    """Named numbers as text, in the order given."""
    return tuple((name.replace("_", " "), str(value)) for name, value in values.items())
