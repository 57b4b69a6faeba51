"""What the validation group sends."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from netdesign.model.canonical import to_document
from netdesign.ports.policies import KeptWaiver


class WaiverView(BaseModel):
    """A waiver, the design that it is for (null for all), who entered it, and whether it was withdrawn."""

    waiver: dict[str, Any]
    design_id: str | None
    author: str
    created_at: datetime
    withdrawn_at: datetime | None


def waiver_view(kept: KeptWaiver) -> WaiverView:
    """Return what a client sees of a waiver."""
    return WaiverView(
        waiver=to_document(kept.waiver),
        design_id=kept.design_id,
        author=kept.author,
        created_at=kept.created_at,
        withdrawn_at=kept.withdrawn_at,
    )
