"""Whether a store that the service needs answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Answer:
    """What a dependency said: its version and how long it took, or why it did not answer."""

    name: str
    reachable: bool
    latency_ms: float
    version: str | None = None
    problem: str | None = None


class Dependency(Protocol):
    """A store that can be asked how it is."""

    async def ask(self) -> Answer:
        """Return its answer within two seconds; never raise."""
        ...
