"""The candidates of small examples, made once for all tests."""

from __future__ import annotations

from functools import cache

from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.selection import default_catalog
from netdesign.exchange.documents import read_document
from netdesign.model.design import Design
from netdesign.synthesis.candidates.variants import BASE, made, variants
from netdesign.synthesis.trial import Shop, understood
from tests.golden.conftest import EXAMPLES

SHOP = Shop(default_catalog(), default_parameters())
SMALL = ("dc-2-racks", "campus-branch")


@cache
def document(name: str):
    """The request as it was sent."""
    return read_document((EXAMPLES / f"{name}.yaml").read_bytes())


@cache
def designs(name: str) -> dict[str, Design]:
    """The design that the request leads to, and those of the variants that change what it is made of."""
    requirements = understood(document(name), SHOP).requirements
    base = made(BASE, document(name), requirements, SHOP)
    kept = {BASE.id: base}
    for variant in variants(base, SHOP):
        if not variant.id.startswith("shape-"):
            kept[variant.id] = made(variant, document(name), requirements, SHOP)
    return kept


CASES = tuple((name, variant) for name in SMALL for variant in designs(name))
"""Examples with the ids of their variants."""
