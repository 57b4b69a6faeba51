"""CMP-17: few hosts are connected to card data, and what may pass between is laid out."""

from __future__ import annotations

from netdesign.model.patch import Add, Remove, Set
from netdesign.model.verdict import Finding, Status
from netdesign.model.vocabulary import Severity
from netdesign.rules.compliance.cmp_17_card_scope import card_scope
from tests.support.sketch import case, design
from tests.support.stronghold import SQL, permit, survivors, verdict
from tests.unit.rules.compliance.cards import mended, shop

APART = (Remove("flows", "staff-apps"), Remove("policy_rules", "p3"), Set("endpoint_groups", "apps", {"count": 10}))
"""Staff have nothing to do with card data: 16 of 116 endpoints do."""


def test_a_small_scope_passes_with_its_matrix() -> None:
    found = verdict(card_scope, shop(*APART))
    said = {m.name: (m.value, m.threshold) for m in found.measures}

    assert found.status is Status.PASS
    assert said["share_of_endpoints_connected_to_card_data"] == (round(16 / 116, 4), 0.3)
    assert said["permitted_dmz_to_server_bits"] == (32.0, None)
    assert said["pairs_that_a_test_has_to_find_closed"] == (6, None)
    assert survivors(card_scope, shop(*APART)) == []


def test_a_large_scope_is_a_warning_with_its_zones() -> None:
    (finding,) = verdict(card_scope, shop()).findings

    assert finding.witness == {
        "connected": 146,
        "endpoints": 146,
        "share": 1.0,
        "zones": ["dmz", "management", "server", "user"],
    }
    assert verdict(card_scope, shop()).severity is Severity.WARNING


def test_rules_and_endpoints_that_need_not_be_there_go() -> None:
    odd = permit("odd", 6, "user", "server", SQL, sources=("10.0.2.0/24",), destinations=("10.0.3.0/24",))
    needed = [Set("policy_rules", name, {"flows": ("web-apps",)}) for name in ("p2", "p5")]
    moved = Set("endpoint_groups", "staff", {"zone": "server", "vlans": ("server",)})

    assert mended(card_scope, shop(*APART, *needed, Add("policy_rules", odd)))
    assert mended(card_scope, shop(*APART, *needed, moved))


def test_mutants_and_fixes_without_card_data() -> None:
    empty = case(design())

    assert [mutant.mutate(empty) for mutant in card_scope.mutants] == [None] * 3
    assert [fix.propose(empty, Finding(message="")) for fix in card_scope.fixes] == [None] * 3
