"""What the system group sends and receives."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Health(BaseModel):
    """Up or down, without detail."""

    status: Literal["up", "down"]


class Status(BaseModel):
    """Uptime and versions."""

    uptime_s: float
    version: str
    python: str
    rules: int
    rule_pack: str
    parameters: str
    catalog: str


class ClientEvent(BaseModel):
    """An event that a client wants counted."""

    model_config = ConfigDict(extra="forbid", strict=True)

    event: str = Field(max_length=64)
    amount: int = Field(default=1, ge=1, le=1000)
