"""Policy parameters: values of the tables, overrides, and what is refused."""

from __future__ import annotations

import dataclasses
import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netdesign.catalog import documents, parameters
from netdesign.catalog.parameters import Card, default_parameters
from netdesign.errors import CatalogError, InvalidInputError
from netdesign.model.vocabulary import Archetype, Framework, Mode, Redundancy, SecurityLevel, Severity

BETWEEN_SITES = {
    Archetype.WAN_MESH,
    Archetype.WAN_PARTIAL_MESH,
    Archetype.WAN_RING,
    Archetype.WAN_HUB_AND_SPOKE,
    Archetype.WAN_REGIONAL_HUBS,
    Archetype.WAN_MPLS,
}
"""Shapes in which sites are joined: one limit holds for all of them."""


def test_levels_are_those_a_requirement_can_name() -> None:
    defaults = default_parameters()

    assert set(defaults.redundancy) == set(Redundancy)
    assert set(defaults.security) == set(SecurityLevel)
    assert set(defaults.scoring.threshold) == set(defaults.scoring.unknown_value) == set(Mode)
    assert set(defaults.scoring.severity_weight) == set(Severity)
    assert set(Framework) <= set(defaults.logging.retention_months)
    assert {*Archetype} - BETWEEN_SITES | {"wan"} == set(defaults.topology.max_diameter)


@pytest.mark.parametrize(
    ("level", "load", "failed", "availability", "spare", "homed"),
    [
        (Redundancy.NONE, 0.80, None, 0.99, 0.10, None),
        (Redundancy.LOW, 0.75, None, 0.995, 0.15, 1000),
        (Redundancy.MEDIUM, 0.70, 0.95, 0.999, 0.20, 480),
        (Redundancy.HIGH, 0.60, 0.85, 0.9999, 0.25, 192),
        (Redundancy.CRITICAL, 0.50, 0.80, 0.99999, 0.30, 48),
    ],
)
def test_redundancy_levels_have_the_values_of_the_policy(
    level: str, load: float, failed: float | None, availability: float, spare: float, homed: int | None
) -> None:
    found = default_parameters().redundancy[level]

    assert (found.max_utilisation, found.max_utilisation_failed) == (load, failed)
    assert (found.availability, found.spare_share, found.max_single_homed_endpoints) == (
        availability,
        spare,
        homed,
    )


def test_the_stricter_level_never_asks_for_less() -> None:
    levels = [default_parameters().redundancy[level] for level in Redundancy]
    postures = [default_parameters().security[level] for level in SecurityLevel]

    for low, high in pairwise(levels):
        assert low.edge_disjoint_paths <= high.edge_disjoint_paths
        assert low.node_disjoint_paths <= high.node_disjoint_paths
        assert set(low.failure_set) <= set(high.failure_set)
        assert low.max_utilisation >= high.max_utilisation
        assert low.availability <= high.availability
    for basic, strict in pairwise(postures):
        assert basic.crypto_bits <= strict.crypto_bits
        assert basic.min_zones <= strict.min_zones
        assert basic.dot1x_wired_share <= strict.dot1x_wired_share
        assert basic.enforcement_ha <= strict.enforcement_ha


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("oversubscription.leaf_general", 3.0),
        ("oversubscription.leaf_lossless", 1.0),
        ("oversubscription.access", 20.0),
        ("capacity.imix_bytes", 353),
        ("capacity.sessions_per_user", 75),
        ("capacity.sessions_per_server", 500),
        ("growth.annual", 0.15),
        ("growth.horizon_years", 3),
        ("availability.common_cause", 0.05),
        ("availability.mtbf_h.firewall", 120_000),
        ("cost.power_usage_effectiveness", 1.5),
        ("wireless.area_voice_m2", 150),
        ("logging.retention_months.hipaa", 72),
        ("protocols.overhead_bytes.vxlan_ipv4", 50),
        ("zones.trust.management", 90),
        ("fabric.spine_counts", [2, 4, 6, 8, 16]),
    ],
)
def test_constants_have_the_values_of_the_policy(path: str, value: object) -> None:
    assert {card.path: card.value for card in default_parameters().cards()}[path] == value


def test_every_parameter_has_a_unit_and_a_reason() -> None:
    for card in default_parameters().cards():
        assert card.unit, card.path
        assert card.reason.endswith("."), card.path


def test_an_override_replaces_one_value_and_marks_the_version() -> None:
    defaults = default_parameters()
    changed = defaults.with_overrides({"redundancy.high.max_utilisation": 0.5, "growth.horizon_years": 5})

    assert changed.redundancy["high"].max_utilisation == 0.5
    assert changed.redundancy["low"] == defaults.redundancy["low"]
    assert changed.growth.horizon_years == 5
    assert changed.version.startswith(defaults.version + "+")
    assert defaults.redundancy["high"].max_utilisation == 0.6
    by_path = {card.path: card.value for card in changed.cards()}
    assert by_path["growth.horizon_years"] == 5


def test_the_same_overrides_make_the_same_version_in_any_order() -> None:
    one = {"growth.annual": 0.2, "growth.horizon_years": 4}
    other = dict(reversed(one.items()))

    assert default_parameters().with_overrides(one).version == default_parameters().with_overrides(other).version


def test_overrides_add_up() -> None:
    changed = default_parameters().with_overrides({"growth.annual": 0.2}).with_overrides({"cost.discount": 0.3})

    assert (changed.growth.annual, changed.cost.discount) == (0.2, 0.3)
    assert changed.with_overrides({}) is changed


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        ("growth.rate", 0.1, "there is no parameter"),
        ("redundancy.extreme.max_utilisation", 0.1, "there is no parameter"),
        ("growth", {"annual": 0.1}, "there is no parameter"),
        ("growth.annual", "much", "must be a number"),
        ("growth.annual", True, "must be a number"),
        ("growth.annual", 1.5, "between 0 and 1"),
        ("growth.annual", float("nan"), "between 0 and 1"),
        ("growth.annual", None, "may not be null"),
        ("growth.horizon_years", 2.5, "must be an integer"),
        ("growth.horizon_years", -1, "between 0.003 and 3000"),
        ("oversubscription.access", float("inf"), "between 0.02 and 20000"),
        ("capacity.session_lifetime_s", 0, "between 0.06 and 60000"),
        ("security.basic.admin_mfa", 1, "must be a bool"),
        ("security.basic.inter_zone_default", "maybe", "must be one of permit-log, deny"),
        ("security.basic.inter_zone_default", 7, "must be a str"),
        ("redundancy.low.failure_set", "link", "must be a list"),
        ("redundancy.low.failure_set", ["meteor"], "must be one of link"),
        ("redundancy.low.failure_set", [3], "items must be of type str"),
        ("fabric.spine_counts", [2.5], "items must be of type int"),
        ("fabric.spine_counts", [True], "items must be of type int"),
    ],
)
def test_what_cannot_be_a_value_is_refused_with_its_place(path: str, value: object, problem: str) -> None:
    with pytest.raises(InvalidInputError, match=problem) as caught:
        default_parameters().with_overrides({path: value})

    assert [fault.pointer for fault in caught.value.faults] == [f"/{path}"]


def test_every_fault_is_reported_at_once() -> None:
    with pytest.raises(InvalidInputError) as caught:
        default_parameters().with_overrides({"a.b": 1, "growth.annual": "x", "growth.horizon_years": 4})

    assert [fault.pointer for fault in caught.value.faults] == ["/a.b", "/growth.annual"]


def test_unlimited_may_be_null_and_whole_numbers_serve_as_fractions() -> None:
    changed = default_parameters().with_overrides(
        {"redundancy.critical.max_single_homed_endpoints": None, "redundancy.low.max_utilisation": 1}
    )

    assert changed.redundancy["critical"].max_single_homed_endpoints is None
    assert isinstance(changed.redundancy["low"].max_utilisation, float)


@settings(max_examples=60)
@given(st.data())
def test_an_override_of_any_parameter_by_its_own_default_changes_no_value(data: st.DataObject) -> None:
    defaults = default_parameters()
    card: Card = data.draw(st.sampled_from(defaults.cards()))
    changed = defaults.with_overrides({card.path: card.value})

    assert dataclasses.replace(changed, version=defaults.version, overrides=defaults.overrides) == defaults


def test_a_document_that_the_code_does_not_know_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    original = documents.parsed("parameters.json")

    def broken(name: str) -> dict[str, Any]:
        copy: dict[str, Any] = json.loads(json.dumps(original))
        copy["sections"]["growth"]["luck"] = {"unit": "fraction", "reason": "None.", "value": 1}
        return copy

    monkeypatch.setattr(parameters, "parsed", broken)
    with pytest.raises(CatalogError, match="disagree on growth: luck"):
        parameters._cards.__wrapped__()


def test_a_document_with_a_value_out_of_range_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    original = documents.parsed("parameters.json")

    def broken(name: str) -> dict[str, Any]:
        copy: dict[str, Any] = json.loads(json.dumps(original))
        copy["sections"]["growth"]["annual"]["value"] = 2
        return copy

    monkeypatch.setattr(parameters, "parsed", broken)
    with pytest.raises(CatalogError, match=r"growth\.annual: it must lie between 0 and 1"):
        parameters._cards.__wrapped__()
