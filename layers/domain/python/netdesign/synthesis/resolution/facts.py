"""A resolved value together with where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from netdesign.model.resolved import Basis, Provenance

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """One field of the resolved requirements: value, basis, reason, and the stated fields it is made from."""

    field: str
    value: T
    basis: Basis
    reason: str
    inputs: tuple[str, ...] = ()

    @property
    def provenance(self) -> Provenance:
        """The record that goes into the resolved requirements."""
        return Provenance(field=self.field, basis=self.basis, reason=self.reason, inputs=self.inputs)


def stated(field: str, value: T, source: str | None = None) -> Known[T]:
    """A value that the client gave, under the name `source` when the request names it otherwise."""
    return Known(field, value, Basis.STATED, "stated in the request", (source or field,))


def inferred(field: str, value: T, reason: str, *inputs: str) -> Known[T]:
    """A value that follows from what the client stated."""
    return Known(field, value, Basis.INFERRED, reason, inputs)


def default(field: str, value: T, reason: str, *inputs: str) -> Known[T]:
    """A value that stands in because the client stated nothing that decides it."""
    return Known(field, value, Basis.DEFAULT, reason, inputs)


def either(field: str, given: T | None, source: str, otherwise: Known[Any]) -> Known[Any]:
    """What the client gave under `source`, or `otherwise` when that is None."""
    return otherwise if given is None else stated(field, given, source)
