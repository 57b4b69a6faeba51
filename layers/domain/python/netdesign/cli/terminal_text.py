"""Text of a user's document on a terminal: one line, nothing that the terminal would obey."""

from __future__ import annotations

import re

from netdesign.exchange.visible_text import visible_text

MAX_SHOWN = 1000

_OBEYED = re.compile("[\t\n\r]+")


def terminal_text(text: str, most: int = MAX_SHOWN) -> str:
    """Return `text` with control characters, line ends and changes of direction replaced, a long middle cut."""
    clean = _OBEYED.sub("\ufffd", visible_text(text))
    if len(clean) <= most:
        return clean
    return f"{clean[: most // 2]} … {clean[-most // 2 :]}"
