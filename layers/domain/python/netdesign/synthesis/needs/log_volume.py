"""How many events a network writes, and the disk that keeping them takes: arithmetic only."""

from __future__ import annotations

from math import ceil


def log_rate(
    users: int, connections_per_s: float, devices: int, *, per_user: float, per_connection: float, per_device: float
) -> float:
    """Log events each second."""
    return users * per_user + connections_per_s * per_connection + devices * per_device


def log_bytes(events_per_s: float, event_bytes: int, days: int) -> int:
    """Bytes that a collector stores over the retention time."""
    return ceil(events_per_s * event_bytes * 86_400 * days)
