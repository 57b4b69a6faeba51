"""Text of a user's document where people read it: nothing that moves, hides or turns what stands around it."""

from __future__ import annotations

import re

_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028\u2029\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+"
)


def visible_text(text: str) -> str:
    """Return `text` with control characters, invisible ones and changes of direction replaced by U+FFFD."""
    return _HIDDEN.sub("\ufffd", text)
