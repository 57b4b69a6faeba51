"""Identities that sort by the time they were made: `dsg_` and 26 characters (48 bits of time, 80 random)."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32, which no one misreads."""


def now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)  # noqa: TID251  # the one clock of the service


def new_identity(prefix: str) -> str:
    """Return a new identity such as `dsg_01k9…`."""
    value = int(now().timestamp() * 1000) << 80 | secrets.randbits(80)
    text = "".join(ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))
    return f"{prefix}_{text}"
