"""A network without any way out, against what needs one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from netdesign.model.conflict import Conflict, Relaxation
from netdesign.model.resolved import Basis, Population
from netdesign.synthesis.conditions.question import Question, numbers, relax
from netdesign.synthesis.conditions.wording import said_of, unsay

ISOLATED: Final = ("air gapped", "air gap", "airgapped", "airgap")
CONTROLLED: Final = (
    "saas controller",
    "cloud controller",
    "cloud managed",
    "cloud management",
    "meraki",
    "mist",
    "aruba central",
    "cloudvision as a service",
    "cvaas",
)
"""Management planes that run at a provider and nowhere else."""
OUTSIDE: Final = frozenset({Population.INTERNET, Population.PARTNER, Population.REMOTE_USERS})


def isolated_with_ways_out(question: Question) -> Iterator[Conflict]:
    """An air gap, and something that works only across it."""
    said = next(said_of(question, ISOLATED), None)
    if said is None:
        return
    for field, words, way in _ways_out(question):
        yield Conflict(
            code="isolated-but-connected",
            requirements=(said[0], field),
            statement=f"A network that is {said[1]} reaches nothing outside, but {words}.",
            numbers=numbers(),
            relaxations=(
                *unsay(question, ISOLATED, "let the network reach what it needs outside", "an edge to be defended"),
                *way,
            ),
        )
        return


def _ways_out(question: Question) -> Iterator[tuple[str, str, tuple[Relaxation, ...]]]:
    """What reaches outside: the field, the words for it, and how to do without."""
    wanted = question.requirements
    controlled = next(said_of(question, CONTROLLED), None)
    if controlled:
        field, word = controlled
        ways = tuple(unsay(question, CONTROLLED, "manage it on the premises", "controllers of its own"))
        yield field, f"{word} is a service at its provider", ways
    if wanted.cloud_integration:
        way = relax("cloud_integration", (True, False), "do without the cloud", "everything runs on the premises")
        yield "cloud_integration", "a cloud is to be joined", (way,)
    if wanted.internet_facing:
        names = tuple(service.name for service in wanted.internet_facing)
        way = relax("internet_facing", (names, ()), "offer nothing to the Internet", "nobody outside is served")
        yield "internet_facing", f"{', '.join(names)} is offered to the Internet", (way,)
    if wanted.why("flows").basis is Basis.STATED:
        for at, flow in enumerate(wanted.flows):
            end = next((end for end in (flow.source, flow.target) if end in OUTSIDE), None)
            if end is not None:
                yield f"flows/{at}", f"a flow between {flow.source} and {flow.target} is stated", ()
