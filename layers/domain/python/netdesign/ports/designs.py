"""Where designs, their versions and the reports on them are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version of a design, ready to be kept. `document` is the canonical JSON of the design."""

    design_id: str
    digest: str
    name: str
    network_type: str
    archetype: str
    author: str
    document: bytes
    created_at: datetime


@dataclass(frozen=True, slots=True)
class VersionSummary:
    """What a list shows of one version of a design."""

    design_id: str
    version: int
    digest: str
    name: str
    network_type: str
    archetype: str
    author: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version as it is kept: its summary and its document."""

    summary: VersionSummary
    document: Any


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list, newest first; `next` is the cursor of the part after it."""

    items: tuple[VersionSummary, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class StoredReport:
    """A report as it is kept; `design_version` is None where the design was not a stored one."""

    id: str
    design_id: str
    design_version: int | None
    document: Any
    created_at: datetime


class DesignRepository(Protocol):
    """A store of the versions of designs, by organisation, with optimistic locking on the version."""

    async def add(self, organisation: str, version: NewVersion) -> VersionSummary:
        """Keep the first version of a new design; raise `ConflictError` where the id is taken."""
        ...

    async def add_version(self, organisation: str, version: NewVersion, *, after: str) -> VersionSummary:
        """Keep a further version of a design whose current digest is `after`.

        Raises `NotFoundError` for an unknown design and `ConflictError` where it has moved on.
        """
        ...

    async def get(self, organisation: str, design_id: str, version: int | None = None) -> StoredVersion:
        """Return a version of a design, the current one by default; raise `NotFoundError`."""
        ...

    async def page(
        self, organisation: str, *, limit: int, cursor: str | None = None, network_type: str | None = None
    ) -> Page:
        """Return the current versions of designs, newest design first, after `cursor` (a design's id)."""
        ...

    async def versions(self, organisation: str, design_id: str) -> tuple[VersionSummary, ...]:
        """Return every version of a design, oldest first; raise `NotFoundError`."""
        ...


class ReportRepository(Protocol):
    """A store of validation reports, by organisation."""

    async def add(self, organisation: str, report: StoredReport) -> None:
        """Keep a report; raise `ConflictError` where the id is taken."""
        ...

    async def get(self, organisation: str, report_id: str) -> StoredReport:
        """Return the report with that id; raise `NotFoundError`."""
        ...
