"""What the router of an endpoint group is built around."""

from __future__ import annotations

from dataclasses import dataclass

from netdesign.http.metrics import Metrics
from netdesign.services.container import Container, Principal
from netdesign.settings import Settings


@dataclass(frozen=True, slots=True)
class Group:
    """The use cases' dependencies, the process's metrics, and who is asking where nobody has to say so."""

    container: Container
    metrics: Metrics
    settings: Settings

    @property
    def principal(self) -> Principal:
        """The one principal of a service on one machine."""
        return Principal(self.settings.organisation, self.settings.author)
