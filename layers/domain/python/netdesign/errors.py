"""Errors that a caller can act on: each says what is wrong, where, and what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input: where (`pointer`, RFC 6901), what, and the remedy."""

    pointer: str
    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        remedy = f" ({self.remedy})" if self.remedy else ""
        return f"{self.pointer or '/'}: {self.problem}{remedy}"


class NetdesignError(Exception):
    """Base of every error that the system raises on purpose."""


class InvalidInputError(NetdesignError):
    """The input cannot be used; `faults` lists every reason that was found."""

    def __init__(self, subject: str, faults: tuple[Fault, ...]) -> None:
        self.subject = subject
        self.faults = faults
        super().__init__(f"{subject}: " + "; ".join(map(str, faults)))


class InputTooLargeError(InvalidInputError):
    """The input exceeds a size limit, so it was refused before it was read."""


class NotFoundError(NetdesignError):
    """There is no such thing."""

    def __init__(self, kind: str, identity: str) -> None:
        self.kind = kind
        self.identity = identity
        super().__init__(f"there is no {kind} {identity!r}")


class ConflictError(NetdesignError):
    """The state of the thing forbids the change, for example because somebody changed it first."""


class InfeasibleError(NetdesignError):
    """No design can meet the requirements; `conflicts` holds `netdesign.model.Conflict` values."""

    def __init__(self, conflicts: tuple[object, ...]) -> None:
        self.conflicts = conflicts
        super().__init__("; ".join(map(str, conflicts)))


class CatalogError(NetdesignError):
    """The catalogue has no entry that a design refers to, or an entry contradicts itself."""


class UnavailableError(NetdesignError):
    """A store that the request needs does not answer; trying again later may help."""
