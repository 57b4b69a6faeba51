"""What an organisation holds designs to, over HTTP: severities, own rules, waivers, evidence."""

from __future__ import annotations

import io
from zipfile import ZipFile

import orjson
import pytest
from starlette.testclient import TestClient

from tests.http.test_designs import put

RULE = {
    "code": "ORG-01",
    "name": "no-leaves",
    "title": "No leaves",
    "category": "topology",
    "severity": "error",
    "select": "devices",
    "where": 'role == "leaf"',
    "require": "false",
    "message": "{id} is a leaf",
}
WAIVER = {
    "id": "W-1",
    "rule": "ORG-01",
    "owner": "risk office",
    "compensating_control": "leaves are watched",
    "expires": "2099-01-01",
}
RULES = "/api/v1/admin/organisation-rules"
WAIVERS = "/api/v1/validation/waivers"


def validated(client: TestClient, design_id: str) -> dict:
    found: dict = client.post(f"/api/v1/validation/validate-by-id/{design_id}").json()
    return found


def verdict(report: dict, code: str) -> dict:
    return next(one for one in report["verdicts"] if one["rule"] == code)


def test_an_own_rule_judges_from_when_it_is_kept_until_it_is_removed(client: TestClient) -> None:
    design_id = put(client).json()["id"]

    kept = client.put(f"{RULES}/ORG-01", json=RULE)
    report = validated(client, design_id)

    assert (kept.status_code, kept.json()["rule"]["require"]) == (200, "false")
    assert [one["code"] for one in client.get(RULES).json()] == ["ORG-01"]
    assert "ORG-01" in [one["code"] for one in client.get("/api/v1/admin/rules").json()]
    assert verdict(report, "ORG-01")["findings"][0]["message"] == "l1 is a leaf"
    assert report["own_rules"] == ["ORG-01"]
    assert client.delete(f"{RULES}/ORG-01").status_code == 204
    assert client.delete(f"{RULES}/ORG-01").status_code == 404
    assert "own_rules" not in validated(client, design_id)


@pytest.mark.parametrize(
    ("code", "change", "pointer"),
    [
        ("ORG-02", {}, "/code"),
        ("ORG-01", {"require": "__import__('os')"}, "/require"),
        ("ORG-01", {"select": "gadgets"}, "/select"),
        ("ORG-01", {"more": 1}, "/more"),
    ],
)
def test_a_rule_that_is_none_is_refused_where_it_is_wrong(client: TestClient, code, change, pointer) -> None:
    refused = client.put(f"{RULES}/{code}", json=RULE | change)
    assert refused.status_code == 422
    assert refused.json()["faults"][0]["pointer"] == pointer


def test_two_own_rules_have_two_names(client: TestClient) -> None:
    client.put(f"{RULES}/ORG-01", json=RULE)
    refused = client.put(f"{RULES}/ORG-02", json=RULE | {"code": "ORG-02"})
    assert refused.json()["faults"][0]["pointer"] == "/name"


def test_a_waiver_accepts_a_failure_of_its_design_until_it_is_withdrawn(client: TestClient) -> None:
    first, second = put(client).json()["id"], put(client).json()["id"]
    client.put(f"{RULES}/ORG-01", json=RULE)

    granted = client.post(f"{WAIVERS}?design_id={first}", json=WAIVER)
    accepted, failing = validated(client, first), validated(client, second)

    assert (granted.status_code, granted.json()["design_id"]) == (201, first)
    assert verdict(accepted, "ORG-01")["waived_by"] == "W-1"
    assert "waived_by" not in verdict(failing, "ORG-01")
    assert client.post(WAIVERS, json=WAIVER).status_code == 409
    assert [one["waiver"]["id"] for one in client.get(f"{WAIVERS}?design_id={first}").json()] == ["W-1"]
    assert client.get(f"{WAIVERS}?design_id={second}").json() == []
    assert client.delete(f"{WAIVERS}/W-1").status_code == 204
    assert "waived_by" not in verdict(validated(client, first), "ORG-01")
    assert client.get(WAIVERS).json()[0]["withdrawn_at"]
    assert client.delete(f"{WAIVERS}/W-1").status_code == 404


def test_a_waiver_names_a_rule_and_a_design_that_are_there(client: TestClient) -> None:
    unknown = client.post(WAIVERS, json=WAIVER | {"rule": "CAP-99"})
    undeclared = client.post(WAIVERS, json=WAIVER)
    nowhere = client.post(f"{WAIVERS}?design_id=dsg_{'0' * 26}", json=WAIVER | {"rule": "CAP-01"})
    assert unknown.json()["faults"][0]["pointer"] == "/rule"
    assert undeclared.json()["faults"][0]["remedy"] == "declare the rule first"
    assert nowhere.status_code == 404


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"id": ""}, "/id"),
        ({"id": "a/b"}, "/id"),
        ({"id": "x" * 101}, "/id"),
        ({"rule": "CMP-28"}, "/rule"),
        ({"expires": "never"}, "/expires"),
        ({"granted": "once"}, "/granted"),
        ({"granted": "2099-01-02"}, "/granted"),
        ({"owner": " "}, "/owner"),
        ({"compensating_control": ""}, "/compensating_control"),
        ({"elements": ["x"] * 1_001}, "/elements"),
    ],
)
def test_a_waiver_has_an_id_an_end_and_a_rule_that_can_be_waived(client: TestClient, change, pointer) -> None:
    refused = client.post(WAIVERS, json=WAIVER | {"rule": "CAP-01"} | change)
    assert refused.status_code == 422
    assert refused.json()["faults"][0]["pointer"] == pointer


def test_a_severity_is_given_and_taken_back_and_outlives_switching(client: TestClient) -> None:
    design_id = put(client).json()["id"]
    path = "/api/v1/admin/rules/CAP-01"

    given = client.put(f"{path}/severity", json={"severity": "info", "reason": "we count by hand"})
    client.post(f"{path}/disable")
    client.post(f"{path}/enable")

    assert given.json()["given_severity"] == "info"
    assert client.get(path).json()["given_severity"] == "info"
    assert "CAP-01" in [one["code"] for one in client.get("/api/v1/admin/rules?severity=info").json()]
    report = validated(client, design_id)
    assert report["changed_severities"] == {"CAP-01": "info"}
    client.put(f"{path}/severity", json={"severity": None, "reason": "as shipped"})
    assert "changed_severities" not in validated(client, design_id)
    assert client.put(f"{path}/severity", json={"severity": "grave", "reason": "x"}).status_code == 422
    assert client.put(f"{path}/severity", json={"severity": "info", "reason": ""}).status_code == 422


def test_evidence_is_drawn_from_the_version_that_a_report_is_about(client: TestClient) -> None:
    design_id = put(client).json()["id"]
    made = client.post(f"/api/v1/validation/validate-by-id/{design_id}")

    first = client.get(f"{made.headers['location']}/evidence?framework=soc2")
    second = client.get(f"{made.headers['location']}/evidence?framework=soc2")

    assert first.headers["content-type"] == "application/zip"
    assert first.content == second.content
    with ZipFile(io.BytesIO(first.content)) as archive:
        assert "evidence.html" in archive.namelist()
    assert client.get(f"{made.headers['location']}/evidence?framework=sox").status_code == 422
    assert client.get(f"/api/v1/validation/val_{'0' * 26}/evidence?framework=soc2").status_code == 404


def test_evidence_is_that_of_the_report_whatever_is_changed_later(client: TestClient) -> None:
    design_id = put(client).json()["id"]
    client.put(f"{RULES}/ORG-01", json=RULE)
    client.put("/api/v1/admin/parameters", json={"after": 0, "overrides": {"compliance.waiver_max_months": 6}})
    made = client.post(f"/api/v1/validation/validate-by-id/{design_id}?validation_mode=lenient")
    before = client.get(f"{made.headers['location']}/evidence?framework=soc2").content

    client.post("/api/v1/admin/rules/category/compliance/disable?reason=noise")
    client.put("/api/v1/admin/rules/SEC-08/severity", json={"severity": "info", "reason": "x"})
    client.delete(f"{RULES}/ORG-01")
    client.put("/api/v1/admin/parameters", json={"after": 1, "overrides": {}})
    client.post(WAIVERS, json=WAIVER | {"rule": made.json()["verdicts"][0]["rule"]})
    after = client.get(f"{made.headers['location']}/evidence?framework=soc2&mode=strict").content

    assert before == after
    with ZipFile(io.BytesIO(after)) as archive:
        report, evidence = (orjson.loads(archive.read(f"{name}.json")) for name in ("report", "evidence"))
    kept = client.get(made.headers["location"]).json()
    assert report == kept
    assert (evidence["mode"], evidence["score"], evidence["valid"]) == ("lenient", kept["score"], kept["valid"])
    assert "disabled_rules" not in report
    assert report["changed_parameters"] == {"compliance.waiver_max_months": 6}
    said = {one["rule"]: one["status"] for control in evidence["controls"] for one in control.get("rules", ())}
    assert {code: said[code] for code in said if said[code]} == {
        one["rule"]: one["status"] for one in kept["verdicts"] if one["rule"] in said
    }


def test_evidence_of_rules_that_were_off_is_computed_with_the_parameters_of_then(client: TestClient) -> None:
    design_id = put(client).json()["id"]
    client.post("/api/v1/admin/rules/SEC-08/disable?reason=noise")
    made = client.post(f"/api/v1/validation/validate-by-id/{design_id}")
    assert made.json()["reasons"] == {"SEC-08": "noise"}
    archive = ZipFile(io.BytesIO(client.get(f"{made.headers['location']}/evidence?framework=pci-dss").content))
    evidence = orjson.loads(archive.read("evidence.json"))
    said = {one["rule"]: one["status"] for control in evidence["controls"] for one in control.get("rules", ())}
    assert said["SEC-08"] in ("pass", "fail", "not_applicable", "unknown")
    assert "switched off: SEC-08 (noise)" in evidence["changes"]


def test_waivers_are_weighed_on_the_day_of_the_judgement(client: TestClient) -> None:
    design_id = put(client).json()["id"]
    client.put(f"{RULES}/ORG-01", json=RULE)
    client.post(WAIVERS, json=WAIVER | {"expires": "2026-02-01", "id": "past"})
    report = validated(client, design_id)
    assert "waived_by" not in verdict(report, "ORG-01")
    assert report["waivers_as_of"] > "2026-02-01"
    assert report["evaluation_date"] != report["waivers_as_of"]
    messages = [one["message"] for one in verdict(report, "CMP-28")["findings"]]
    assert "waiver past expired on 2026-02-01" in messages


def test_a_report_holds_the_waivers_that_count(client: TestClient) -> None:
    design_id = put(client).json()["id"]
    client.put(f"{RULES}/ORG-01", json=RULE)
    client.post(WAIVERS, json=WAIVER | {"rule": "no-leaves", "reason": "they leave soon"})
    report = validated(client, design_id)
    assert report["waivers"] == [WAIVER | {"reason": "they leave soon"}]
    refused = client.delete(f"{RULES}/ORG-01")
    assert (refused.status_code, "W-1" in refused.json()["detail"]) == (409, True)
    client.delete(f"{WAIVERS}/W-1")
    assert client.delete(f"{RULES}/ORG-01").status_code == 204


def test_own_rules_are_read_switched_and_weighed_like_others(client: TestClient) -> None:
    design_id = put(client).json()["id"]
    client.put(f"{RULES}/ORG-01", json=RULE)
    path = "/api/v1/admin/rules/ORG-01"

    given = client.put(f"{path}/severity", json={"severity": "info", "reason": "small"})
    weighed = validated(client, design_id)
    off = client.post(f"{path}/disable?reason=later")

    assert client.get("/api/v1/admin/rules/no-leaves").json()["title"] == "No leaves"
    assert (given.json()["given_severity"], given.json()["reason"]) == ("info", "small")
    assert verdict(weighed, "ORG-01")["severity"] == "info"
    assert (off.json()[0]["enabled"], off.json()[0]["reason"]) == (False, "later")
    assert "ORG-01" in validated(client, design_id)["disabled_rules"]
    assert client.get("/api/v1/admin/rules/ORG-99").status_code == 404


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"name": "no-single-point-of-failure"}, "/name"),
        ({"name": "top-01"}, "/name"),
        ({"title": " "}, "/title"),
        ({"message": "{" + "x" * 90_000}, "/message"),
    ],
)
def test_an_own_rule_has_a_name_and_a_title_of_its_own(client: TestClient, change, pointer) -> None:
    refused = client.put(f"{RULES}/ORG-01", json=RULE | change)
    assert refused.status_code == 422
    assert refused.json()["faults"][0]["pointer"] == pointer


def test_codes_are_in_plain_digits_and_parameters_are_pointed_at(client: TestClient) -> None:
    assert client.put(f"{RULES}/ORG-\u0660\u0661", json=RULE | {"code": "ORG-\u0660\u0661"}).status_code == 422
    refused = client.put("/api/v1/admin/parameters", json={"after": 0, "overrides": {"no.such": 1}})
    assert refused.json()["faults"][0]["pointer"] == "/overrides/no.such"
