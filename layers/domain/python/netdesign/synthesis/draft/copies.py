"""Many places alike: the facts of one, made under a name that stands for any, written out for each of the others.

What a fact says in terms of the place, its name and the addresses of its block, is found once; a copy costs no more
than the writing of its facts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import lru_cache
from ipaddress import ip_interface
from typing import Any, Final, TypeVar

from netdesign.model.routing import StaticRoute
from netdesign.synthesis.draft.address_plan import SitePlan, format_v4, format_v6

T = TypeVar("T")
STAND_IN: Final = "@@"
"""The name that stands for any place: no id or text of a design has it."""
PUNCTUATION: Final = ".,;:"
Write = Callable[["Place"], Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A place to write facts for: its id, and how far its blocks of both families lie from those of the first."""

    site: str
    shift_v4: int
    shift_v6: int


@dataclass(frozen=True, slots=True)
class Form:
    """A fact with how to write what differs from place to place."""

    fact: Any
    changes: tuple[tuple[str, Write], ...]

    def written(self, place: Place) -> Any:
        """The fact of a place."""
        made = replace(self.fact, **{name: write(place) for name, write in self.changes})
        if isinstance(made, StaticRoute):
            end = "discard" if made.discard else made.next_hop
            return replace(made, id=f"{made.device}:{made.vrf}:{made.prefix}:{end}")
        return made


class Forms:
    """Reads facts of the place that stands for any, whose blocks are those of `plan`."""

    def __init__(self, plan: SitePlan) -> None:
        self._v4 = plan.block.base, plan.block.base + (1 << (32 - plan.block.length))
        self._v6 = (plan.v6, plan.v6 + (1 << 80)) if plan.v6 is not None else (0, 0)

    def of(self, facts: Iterable[Any]) -> tuple[Form, ...]:
        """The forms of facts."""
        return tuple(Form(fact, self._changes(fact)) for fact in facts)

    def value(self, value: Any) -> Write | None:
        """How a value is written for a place; None where it is the same for all."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, (tuple, list)):
            return self._row(value)
        if is_dataclass(value) and not isinstance(value, type):
            changes = self._changes(value)
            return (lambda place: replace(value, **{n: w(place) for n, w in changes})) if changes else None
        return None

    def _changes(self, fact: Any) -> tuple[tuple[str, Write], ...]:
        found = ((field.name, self.value(getattr(fact, field.name))) for field in fields(fact))
        return tuple((name, write) for name, write in found if write is not None)

    def _row(self, values: tuple[Any, ...] | list[Any]) -> Write | None:
        writes = [self.value(one) for one in values]
        if not any(writes):
            return None
        pairs = tuple(zip(values, writes, strict=True))
        return lambda place: tuple(write(place) if write else one for one, write in pairs)

    def _text(self, text: str) -> Write | None:
        if " " in text:
            return self._sentence(text)
        if STAND_IN in text:
            parts = text.split(STAND_IN)
            return lambda place: place.site.join(parts)
        found = _address(text)
        if found is None:
            return None
        version, number, tail = found
        if version == 4 and self._v4[0] <= number < self._v4[1] and not _wider(tail, self._v4, 32):
            return lambda place: format_v4(number + place.shift_v4) + tail
        if version == 6 and self._v6[0] <= number < self._v6[1] and not _wider(tail, self._v6, 128):
            return lambda place: format_v6(number + place.shift_v6) + tail
        return None

    def _sentence(self, text: str) -> Write | None:
        """A text of several words, each written by itself."""
        words = text.split(" ")
        writes = [self._text(word.rstrip(PUNCTUATION)) for word in words]
        if not any(writes):
            return None
        rows = [(write, word, word[len(word.rstrip(PUNCTUATION)) :]) for write, word in zip(writes, words, strict=True)]
        return lambda place: " ".join(f"{write(place)}{end}" if write else word for write, word, end in rows)


def _wider(tail: str, block: tuple[int, int], bits: int) -> bool:
    """Whether the length of a prefix makes it larger than the block."""
    return bool(tail) and 1 << (bits - int(tail[1:])) > block[1] - block[0]


@lru_cache(maxsize=65_536)
def _address(text: str) -> tuple[int, int, str] | None:
    """(version, number, "/length" or nothing) of an address or prefix; None for any other text."""
    if not text or text[0] not in "0123456789abcdef" or not (":" in text or text.count(".") == 3):
        return None
    try:
        one = ip_interface(text)
    except ValueError:
        return None
    return one.version, int(one.ip), f"/{one.network.prefixlen}" if "/" in text else ""
