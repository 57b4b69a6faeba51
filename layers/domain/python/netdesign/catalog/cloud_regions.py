"""Where cloud providers have regions, under which law, and what they promise of them: dated facts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from netdesign.catalog.documents import parsed


@dataclass(frozen=True, slots=True)
class CloudRegion:
    """A region of a provider: the law of its place, the city that it is near, and its availability zones."""

    id: str
    jurisdiction: str
    latitude: float
    longitude: float
    zones: int
    government: bool
    """Whether only those who work for a government may use it."""

    def zone_names(self, count: int) -> tuple[str, ...]:
        """Names of the first `count` availability zones."""
        return tuple(f"{self.id}{letter}" for letter in "abcdef"[: min(count, self.zones)])


@dataclass(frozen=True, slots=True)
class CloudProvider:
    """A provider: the names that people call it by, its regions, and the availability that it promises.

    `zone_availability` is of what runs in one zone, `region_availability` of what runs in several.
    """

    id: str
    names: tuple[str, ...]
    regions: tuple[CloudRegion, ...]
    first: str | None
    """The region that stands in where nothing says where people are."""
    zone_availability: float | None
    region_availability: float | None
    source: str
    as_of: str

    @property
    def described(self) -> bool:
        """Whether enough is on record to design with the provider."""
        return bool(self.regions) and self.zone_availability is not None and self.region_availability is not None


@cache
def cloud_providers() -> dict[str, CloudProvider]:
    """Every provider, by id, in the order of the data."""
    data: dict[str, Any] = parsed("cloud_regions.json")
    return {name: _provider(name, dict(facts)) for name, facts in data["providers"].items()}


def _provider(name: str, facts: dict[str, Any]) -> CloudProvider:
    regions = tuple(CloudRegion(*row) for row in facts.pop("regions"))
    return CloudProvider(id=name, names=tuple(facts.pop("names")), regions=regions, **facts)
