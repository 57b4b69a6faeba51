"""Changes to a request as it was sent: a place and the value to put there."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterable
from typing import Any

from netdesign.errors import Fault, InvalidInputError
from netdesign.model.fact import fact

APPEND = "-"


@fact
class Edit:
    """Put `value` at `pointer` (RFC 6901) of the request.

    Objects on the way that are missing or null are made; a last step of `-` adds to the end of a list,
    for which a single text stands as well.
    """

    pointer: str
    value: Any


def edited(document: object, edits: Iterable[Edit]) -> Any:
    """Return a copy of `document` with the edits made in their order.

    Raises `InvalidInputError` where a pointer leads through what is neither object nor list.
    """
    made: Any = copy.deepcopy(document)
    for edit in edits:
        steps = [part.replace("~1", "/").replace("~0", "~") for part in edit.pointer.split("/")[1:]]
        if not steps:
            made = copy.deepcopy(edit.value)
            continue
        place = made
        for step, following in itertools.pairwise(steps):
            place = _entered(place, step, edit.pointer, follows=following)
        _put(place, steps[-1], copy.deepcopy(edit.value), edit.pointer)
    return made


def _entered(place: Any, step: str, pointer: str, *, follows: str) -> Any:
    if isinstance(place, dict):
        if place.get(step) is None:
            place[step] = [] if follows == APPEND else {}
        elif follows == APPEND and isinstance(place[step], str):
            place[step] = [place[step]]
        return place[step]
    if isinstance(place, list) and step.isdecimal() and int(step) < len(place):
        return place[int(step)]
    raise _lost(pointer)


def _put(place: Any, step: str, value: Any, pointer: str) -> None:
    if isinstance(place, dict):
        place[step] = value
    elif isinstance(place, list) and step == APPEND:
        place.append(value)
    elif isinstance(place, list) and step.isdecimal() and int(step) < len(place):
        place[int(step)] = value
    else:
        raise _lost(pointer)


def _lost(pointer: str) -> InvalidInputError:
    fault = Fault(pointer, "there is no such place in the request", "name a field of an object or a place of a list")
    return InvalidInputError("edit", (fault,))
