"""Why the design is as it is: each decision with its formula, inputs and refused alternatives."""

from __future__ import annotations

from netdesign.model.fact import fact


@fact
class Input:
    """A named value that went into a formula, as text with its unit."""

    name: str
    value: str


@fact
class Alternative:
    choice: str
    refused_because: str


@fact
class Decision:
    """A question answered: `result` follows from `formula` and `inputs`."""

    id: str
    question: str
    choice: str
    formula: str = ""
    inputs: tuple[Input, ...] = ()
    result: str = ""
    alternatives: tuple[Alternative, ...] = ()
    requirement_fields: tuple[str, ...] = ()
    source: str = ""
    """The standard, paper or policy parameter that the formula comes from."""


@fact
class Rationale:
    decisions: tuple[Decision, ...] = ()
