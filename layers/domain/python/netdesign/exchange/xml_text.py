"""Text that may stand in an XML document."""

from __future__ import annotations

import re

from netdesign.exchange.visible_text import visible_text

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """Return `text` with every character that XML 1.0 forbids, or that nobody sees, replaced by U+FFFD."""
    return visible_text(_FORBIDDEN.sub("\ufffd", text))
