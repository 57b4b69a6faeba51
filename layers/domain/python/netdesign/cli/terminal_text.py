"""Text of a user's document on a terminal: one line, nothing that the terminal would obey."""

from __future__ import annotations

import re

MAX_SHOWN = 1000

_OBEYED = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


def terminal_text(text: str) -> str:
    """Return `text` with control characters, line ends and changes of direction replaced, a long middle cut."""
    clean = _OBEYED.sub("\ufffd", text)
    if len(clean) <= MAX_SHOWN:
        return clean
    return f"{clean[: MAX_SHOWN // 2]} … {clean[-MAX_SHOWN // 2 :]}"
