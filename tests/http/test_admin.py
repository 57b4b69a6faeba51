"""The rules and parameters of an organisation."""

from __future__ import annotations

from starlette.testclient import TestClient

from netdesign.model.canonical import canonical
from netdesign.rules.registry import all_rules
from tests.http.test_designs import DESIGN


def judged_rules(client: TestClient) -> set[str]:
    report = client.post("/api/v1/validation/validate", content=canonical(DESIGN)).json()
    return {verdict["rule"] for verdict in report["verdicts"]}


def test_rules_are_listed_with_their_cards(client: TestClient) -> None:
    found = client.get("/api/v1/admin/rules").json()

    assert [rule["code"] for rule in found] == [rule.code for rule in all_rules()]
    assert all(rule["enabled"] and rule["flags"] and rule["mutants"] for rule in found)
    only = client.get("/api/v1/admin/rules?category=topology&severity=critical").json()
    assert {(rule["category"], rule["severity"]) for rule in only} == {("topology", "critical")}
    statistics = client.get("/api/v1/admin/rules/statistics").json()
    assert statistics["total"] == statistics["enabled"] == len(found)
    assert sum(statistics["by_category"].values()) == len(found)


def test_a_rule_that_is_switched_off_is_not_asked_and_the_report_says_so(client: TestClient) -> None:
    before = judged_rules(client)

    (state,) = client.post("/api/v1/admin/rules/TOP-01/disable").json()

    assert (state["code"], state["enabled"]) == ("TOP-01", False)
    assert before - judged_rules(client) == {"TOP-01"}
    assert [r["code"] for r in client.get("/api/v1/admin/rules?enabled=false").json()] == ["TOP-01"]
    assert client.get("/api/v1/admin/rules/top-01").json()["enabled"] is False
    assert client.get("/api/v1/admin/health/detailed").json()["rule_pack"]["disabled"] == ["TOP-01"]
    client.post("/api/v1/admin/rules/TOP-01/enable")
    assert judged_rules(client) == before


def test_a_category_is_switched_as_a_whole(client: TestClient) -> None:
    client.post("/api/v1/admin/rules/category/compliance/disable")

    assert not any(code.startswith("CMP") for code in judged_rules(client))
    client.post("/api/v1/admin/rules/category/compliance/enable")
    assert any(code.startswith("CMP") for code in judged_rules(client))


def test_an_unknown_rule_is_not_found(client: TestClient) -> None:
    for answer in (client.get("/api/v1/admin/rules/XXX-99"), client.post("/api/v1/admin/rules/XXX-99/disable")):
        assert answer.status_code == 404
        assert "XXX-99" in answer.json()["detail"]


def test_parameters_are_versioned_and_checked(client: TestClient) -> None:
    shipped = client.get("/api/v1/admin/parameters").json()
    name = "capacity.session_headroom"

    wrong = client.put("/api/v1/admin/parameters", json={"after": 0, "overrides": {"capacity.nonsense": 1}})

    assert (shipped["version"], shipped["overrides"]) == (0, {})
    assert wrong.status_code == 422
    assert "capacity.nonsense" in wrong.text
    known = next(card for card in _numbers() if card[0] != name)
    kept = client.put("/api/v1/admin/parameters", json={"after": 0, "overrides": {known[0]: known[1]}})
    assert (kept.status_code, kept.json()["version"]) == (200, 1)
    assert kept.json()["document"] != shipped["document"]
    assert client.put("/api/v1/admin/parameters", json={"after": 0, "overrides": {}}).status_code == 409
    assert client.get("/api/v1/admin/parameters").json() == kept.json()


def _numbers() -> list[tuple[str, float]]:
    from netdesign.catalog.parameters import default_parameters

    cards = default_parameters().cards()
    return [(card.path, card.value / 2) for card in cards if isinstance(card.value, float) and card.value > 0]
