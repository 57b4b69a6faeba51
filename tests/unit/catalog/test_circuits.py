"""Circuits and their tiers."""

from __future__ import annotations

import pytest

from netdesign.catalog.circuits import CircuitKind, circuit, circuits
from netdesign.catalog.parameters import default_parameters
from netdesign.errors import CatalogError
from netdesign.model.cabling import CircuitKind as ModelledKind


def test_every_kind_a_design_can_name_is_on_sale() -> None:
    assert {kind.value for kind in circuits()} == {kind.value for kind in ModelledKind}


@pytest.mark.parametrize("kind", list(CircuitKind))
def test_tiers_cost_more_the_faster_they_are(kind: CircuitKind) -> None:
    tiers = sorted(circuit(kind).tiers, key=lambda tier: (tier.rate_bps, tier.up_bps))

    assert [tier.usd_per_month for tier in tiers] == sorted(tier.usd_per_month for tier in tiers)
    assert all(0 < tier.up_bps <= tier.rate_bps for tier in tiers)


@pytest.mark.parametrize("kind", list(CircuitKind))
def test_availability_is_that_of_the_parameters(kind: CircuitKind) -> None:
    assert circuit(kind).availability == default_parameters().availability.circuit[kind]
    assert circuit(kind).source
    assert circuit(kind).as_of


@pytest.mark.parametrize(
    ("kind", "rate_bps", "chosen_bps"),
    [("dia", 150e6, 200e6), ("dia", 1e9, 1e9), ("mpls", 1, 10e6), ("broadband", 200e6, 1000e6)],
)
def test_the_cheapest_tier_that_carries_the_rate_both_ways_is_taken(
    kind: str, rate_bps: float, chosen_bps: float
) -> None:
    tier = circuit(kind).tier(rate_bps)

    assert tier is not None
    assert tier.rate_bps == chosen_bps
    assert tier.up_bps >= rate_bps


def test_no_tier_carries_more_than_the_fastest() -> None:
    assert circuit("lte").tier(10e9) is None


def test_an_unknown_kind_is_refused_with_those_on_sale() -> None:
    with pytest.raises(CatalogError, match=r"pigeon.*mpls"):
        circuit("pigeon")
