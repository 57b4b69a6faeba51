"""The catalogue as a security level sees it: what it would rather not buy stands back."""

from __future__ import annotations

from netdesign.catalog.parameters import Parameters
from netdesign.catalog.selection import Catalog
from netdesign.catalog.sku import DeviceType
from netdesign.model.resolved import ResolvedRequirements


def graded(catalog: Catalog, requirements: ResolvedRequirements, parameters: Parameters) -> Catalog:
    """The catalogue with a drawback on each type whose module is not known to be validated, where modules must be.

    A type without a known certificate is not refused: it may be validated all the same, and for many roles none is
    known. What decides is the day on which the requirements are judged.
    """
    if not parameters.security[requirements.security_level].fips_module:
        return catalog
    day = requirements.evaluation_date

    def drawback(kind: DeviceType) -> str:
        return "" if kind.validation_on(day) else f"no FIPS 140 certificate of its module is known for {day}"

    return catalog.marked(drawback)
