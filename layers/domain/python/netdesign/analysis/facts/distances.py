"""How far apart places are."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt
from typing import Protocol

EARTH_KM = 6371.0


class Place(Protocol):
    """Something that may have coordinates, in degrees."""

    @property
    def latitude(self) -> float | None: ...
    @property
    def longitude(self) -> float | None: ...


def kilometres(one: Place, other: Place) -> float | None:
    """The great-circle distance between two places; None where one has no coordinates."""
    places = (one.latitude, one.longitude, other.latitude, other.longitude)
    if any(value is None for value in places):
        return None
    north, east, far_north, far_east = (radians(value or 0.0) for value in places)
    half = sin((far_north - north) / 2) ** 2 + cos(north) * cos(far_north) * sin((far_east - east) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))
