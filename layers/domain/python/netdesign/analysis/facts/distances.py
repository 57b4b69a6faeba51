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
    return ground_km((one.latitude or 0.0, one.longitude or 0.0), (other.latitude or 0.0, other.longitude or 0.0))


def ground_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """The great-circle distance between two pairs of latitude and longitude."""
    north, east, far_north, far_east = (radians(value) for value in (*one, *other))
    half = sin((far_north - north) / 2) ** 2 + cos(north) * cos(far_north) * sin((far_east - east) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half)))
