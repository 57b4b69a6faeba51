"""What the router of an endpoint group is built around."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from netdesign.http.metrics import Metrics
from netdesign.services.container import Container, Principal


@dataclass(frozen=True, slots=True)
class Group:
    """The use cases' dependencies, the process's metrics, and what of the settings the routes show or use."""

    container: Container
    metrics: Metrics
    principal: Principal
    """The one principal of a service on one machine."""
    data_dir: Path
    body_limit_bytes: int
    embedded_database: bool
