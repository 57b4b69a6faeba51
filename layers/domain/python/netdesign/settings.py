"""What the environment may set; read once, at the edge."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from netdesign.errors import Fault, InvalidInputError

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Settings:
    """`database_url` is None where the embedded server in `data_dir` is to be used."""

    database_url: str | None
    data_dir: Path
    body_limit_bytes: int
    organisation: str
    author: str
    port: int = 8000


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings of the environment; raise `InvalidInputError` where a value makes no sense."""
    values = os.environ if environment is None else environment
    return Settings(
        database_url=values.get("NETDESIGN_DATABASE_URL") or None,
        data_dir=Path(values.get("NETDESIGN_DATA_DIR") or ".local/data"),
        body_limit_bytes=_whole(values, "NETDESIGN_BODY_LIMIT_MIB", 6) * MEBIBYTE,
        organisation=values.get("NETDESIGN_ORGANISATION") or "local",
        author=values.get("NETDESIGN_AUTHOR") or "local",
        port=_whole(values, "PORT", 8000, least=0, most=65_535),
    )


def _whole(values: Mapping[str, str], name: str, default: int, *, least: int = 1, most: int = 4096) -> int:
    text = values.get(name, "")
    if not text:
        return default
    if not (text.isdecimal() and len(text) < 10 and least <= int(text) <= most):
        problem = f"{text[:40]!r} is no whole number from {least} to {most}"
        raise InvalidInputError("environment", (Fault(name, problem, f"set it, or leave it out for {default}"),))
    return int(text)
