"""What every use case that needs no store works with: the catalogue and the policy parameters."""

from __future__ import annotations

from dataclasses import dataclass

from netdesign.catalog.parameters import Parameters, default_parameters
from netdesign.catalog.selection import Catalog, default_catalog


@dataclass(frozen=True, slots=True)
class Workbench:
    """The facts and numbers that a design is made from and held to."""

    catalog: Catalog
    parameters: Parameters


def default_workbench() -> Workbench:
    """The shipped catalogue and parameters."""
    return Workbench(default_catalog(), default_parameters())
