"""Values that are of the right type and say nothing: days that are none, shares above one, names of blanks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from netdesign.errors import Fault
from netdesign.model.design import Design
from netdesign.model.patch import collection_of, collections
from netdesign.model.said import is_day, is_said, said


class Check(NamedTuple):
    """Which values of a field are fit, and what to write instead of the others."""

    collection: str
    field: str
    fits: Callable[[Any], bool]
    problem: str
    remedy: str


def _is_community(text: str) -> bool:
    """A community, or a large one: two or three whole numbers (RFC 1997, RFC 8092)."""
    return re.fullmatch(r"[0-9]{1,10}(:[0-9]{1,10}){1,2}", text) is not None


_NO_DAY = "is no day of the calendar"
_DAY = "write YYYY-MM-DD, or leave it out"
_BLANK = "is blank"

CHECKS = (
    Check("circuits", "availability", lambda v: 0 <= v <= 1, "is no probability", "write 0.999 for 99.9 percent"),
    Check("circuits", "review_date", is_day, _NO_DAY, _DAY),
    Check("circuits", "provider", is_said, _BLANK, "name the provider"),
    Check("policy_rules", "expires", is_day, _NO_DAY, _DAY),
    Check("srlgs", "name", is_said, _BLANK, "name the duct, room or grid section"),
    Check("sites", "jurisdiction", is_said, _BLANK, 'write a jurisdiction code, or "unknown"'),
    Check("zones", "trust", lambda v: v <= 100, "is more than all trust", "write 0 (the Internet) to 100"),
    Check(
        "ddos_mitigations", "community", _is_community, "is no BGP community", "write 65000:666, as its provider says"
    ),
    Check("service_instances", "stratum", lambda v: 1 <= v <= 16, "is no stratum", "write 1 to 15, or leave it out"),
    Check("service_instances", "administration", is_said, _BLANK, "name who runs the instance"),
)
"""What is held to more than its type; None is always fit."""


def odd_values_in(design: Design) -> Iterator[Fault]:
    """Every value that no reader can use, and every shared risk that is stated twice."""
    for check in CHECKS:
        group = collections()[check.collection][0]
        for position, fact in enumerate(collection_of(design, check.collection)):
            value = getattr(fact, check.field)
            if value is not None and not check.fits(value):
                pointer = f"/{group}/{check.collection}/{position}/{check.field}"
                yield Fault(pointer, f"{value!r:.60} {check.problem}", check.remedy)
    yield from _twins(design)


def _twins(design: Design) -> Iterator[Fault]:
    """Risks of one kind and name are one risk; two ids for it hide what is shared."""
    seen: dict[tuple[str, str], str] = {}
    for position, risk in enumerate(design.cabling.srlgs):
        first = seen.setdefault((risk.kind.value, said(risk.name)), risk.id)
        if first != risk.id and is_said(risk.name):
            problem = f"{risk.id!r} is the {risk.kind.value} {risk.name!r}, as {first!r} is"
            yield Fault(f"/cabling/srlgs/{position}/name", problem, "name the first one in links, or tell them apart")
