"""MAC addresses as texts: whether one names a single station."""

from __future__ import annotations

DIGITS = frozenset("0123456789abcdef")
SEPARATORS = str.maketrans("", "", ":.-")
GROUP_BIT = 1
"""The bit of the first octet that marks addresses of groups (IEEE 802-2014 section 8.2)."""


def station(text: str) -> bool:
    """Whether a text is the address of one station: twelve hexadecimal digits, no group's and not all zero."""
    digits = text.translate(SEPARATORS).lower()
    if len(digits) != 12 or not DIGITS.issuperset(digits):
        return False
    return int(digits, 16) != 0 and not int(digits[:2], 16) & GROUP_BIT
