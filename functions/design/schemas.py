"""What the design group sends."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from netdesign.ports.designs import VersionSummary


class VersionView(BaseModel):
    """One version of a design, without its facts."""

    id: str
    version: int
    digest: str
    name: str
    network_type: str
    archetype: str
    author: str
    created_at: datetime


class DesignList(BaseModel):
    """A part of the list; ask for more with `cursor=<next>`."""

    items: list[VersionView]
    next: str | None


class Links(BaseModel):
    """Where the parts of the answer are."""

    design: str
    report: str
    diagram: str
    bill_of_materials: str


class Generated(BaseModel):
    """A design that was made, kept and judged."""

    design: VersionView
    report: str
    valid: bool
    score: float
    critical: list[str]
    errors: list[str]
    warnings: list[str]
    links: Links
    comparison: dict[str, Any] | None = Field(
        default=None,
        description="The candidates that the design was chosen among, a `Comparison`; left out unless asked for.",
    )


def version_view(summary: VersionSummary) -> VersionView:
    """Return what a client sees of a version."""
    return VersionView(
        id=summary.design_id,
        version=summary.version,
        digest=summary.digest,
        name=summary.name,
        network_type=summary.network_type,
        archetype=summary.archetype,
        author=summary.author,
        created_at=summary.created_at,
    )
