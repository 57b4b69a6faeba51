"""Sites of a wide-area network that meet the Internet, under frameworks that keep such places few."""

from __future__ import annotations

from typing import Any

import pytest

from netdesign.catalog.parameters import default_parameters
from netdesign.catalog.selection import default_catalog
from netdesign.model.edits import edited
from netdesign.synthesis.relaxation.offers import countered
from netdesign.synthesis.relaxation.search import Trials
from netdesign.synthesis.trial import Shop, understood
from tests.unit.model.requests import CAMPUS

SHOP = Shop(default_catalog(), default_parameters())


def wan(*places: str, **changes: Any) -> dict[str, Any]:
    sites = [{"name": f"office {at}", "users": 10, "jurisdiction": code} for at, code in enumerate(places)]
    base = {
        "network_type": "wan",
        "scale": {"devices": 60, "users": 10 * len(places), "sites": len(places)},
        "redundancy": "low",
        "security_level": "enterprise",
        "compliance": ["NIST 800-53 Rev 5"],
        "sites": sites,
    }
    return CAMPUS | base | changes


@pytest.mark.parametrize(
    ("document", "refused"),
    [
        (wan("US", "US", "US"), True),
        (wan("US", "US"), False),
        (wan("US", "US", "CA", "CA"), False),
        (wan("US", "US", "US", compliance=["SOC2"]), False),
        (wan("US", "US", "US", network_type="legacy_campus"), False),
    ],
)
def test_more_exits_of_a_jurisdiction_than_allowed_are_refused(document: dict[str, Any], refused: bool) -> None:
    assert ("too-many-exits" in [one.code for one in understood(document, SHOP).conflicts]) is refused


def test_the_conflict_counts_and_its_way_out_works() -> None:
    document = wan("US", "US", "CA", "US")
    (conflict,) = countered(document, understood(document, SHOP).conflicts, SHOP, Trials(4))

    assert "each of 3 sites in US" in conflict.statement
    assert understood(edited(document, conflict.relaxations[0].edits), SHOP).conflicts == ()
