"""Wishes that only words express, and where the request has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from netdesign.model.conflict import Relaxation
from netdesign.model.requirements import Requirements
from netdesign.synthesis.conditions.question import Question, Spoken, relax
from netdesign.synthesis.needs.words import mentions

FIELDS: Final = ("technology_stack", "use_cases", "critical_applications", "special_requirements")
"""Lists of words; the description tells a story and may as well say what is not wanted."""


def spoken(requirements: Requirements) -> tuple[Spoken, ...]:
    """The lists of words of a request."""
    return tuple(Spoken(field, texts) for field in FIELDS if (texts := getattr(requirements, field)))


def said_of(question: Question, words: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each list that contains one of the words, with the first such word."""
    looked_for = tuple(words)
    for spoken_field in question.spoken:
        word = mentions(looked_for, spoken_field.texts)
        if word is not None:
            yield spoken_field.field, word


def unsay(question: Question, words: Iterable[str], statement: str, cost: str) -> Iterator[Relaxation]:
    """Dropping the texts with the words, where one list has them all."""
    looked_for = tuple(words)
    found = [one for one in question.spoken if mentions(looked_for, one.texts) is not None]
    if len(found) == 1:
        texts = found[0].texts
        kept = tuple(text for text in texts if mentions(looked_for, (text,)) is None)
        yield relax(found[0].field, (texts, kept), statement, cost)
