"""Words that people use, looked for in what they wrote."""

from __future__ import annotations

from collections.abc import Iterable


def mentions(words: Iterable[str], texts: Iterable[str]) -> str | None:
    """The first of `words` that some text contains as a word of its own; texts only ever choose defaults."""
    spaced = [f" {''.join(char if char.isalnum() else ' ' for char in text.lower())} " for text in texts]
    return next((word for word in words if any(f" {word} " in text for text in spaced)), None)
