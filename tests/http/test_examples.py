"""The example requirements over HTTP: made, kept, judged, drawn; or refused with a way out."""

from __future__ import annotations

import csv
import io
import json

import pytest
from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from netdesign.exchange.documents import read_document
from netdesign.model.canonical import design_digest, design_from
from netdesign.model.design import Design
from netdesign.model.edits import Edit, edited
from netdesign.model.requirements import Requirements
from netdesign.model.verdict import Report
from netdesign.rules.registry import all_rules
from tests.golden.conftest import REFUSED, VALID, analysed, synthesized
from tests.http.conftest import example

YAML = {"Content-Type": "application/yaml"}
SMALL = ("dc-2-racks", "campus-branch", "campus-shop-card-payments")


def generated(client: TestClient, name: str, query: str = "", headers: dict[str, str] = YAML):
    return client.post(f"/api/v1/design/generate{query}", content=example(name), headers=headers)


@pytest.mark.parametrize("name", SMALL)
def test_requirements_become_a_stored_and_judged_design(shared_client: TestClient, name: str) -> None:
    made = generated(shared_client, name)

    body = made.json()
    assert made.status_code == 201, made.text
    design = shared_client.get(body["links"]["design"])
    report = shared_client.get(body["links"]["report"]).json()
    assert made.headers["location"] == body["links"]["design"]
    assert made.headers["etag"] == design.headers["etag"] == f'"{body["design"]["digest"]}"'
    assert design_digest(design_from(design.json())) == body["design"]["digest"] == report["design_digest"]
    assert (report["design"], report["mode"]) == (body["design"]["id"], "strict")
    expected = synthesized(name).report
    assert {v["rule"]: v["status"] for v in report["verdicts"]} == {v.rule: v.status for v in expected.verdicts}
    assert (body["valid"], body["score"]) == (expected.valid, expected.score)
    assert (body["valid"], body["critical"], body["errors"]) == (True, [], [])


@pytest.mark.parametrize("name", SMALL)
def test_the_links_of_an_answer_lead_to_picture_and_parts(shared_client: TestClient, name: str) -> None:
    links = generated(shared_client, name).json()["links"]

    picture = shared_client.get(links["diagram"])
    parts = list(csv.DictReader(io.StringIO(shared_client.get(links["bill_of_materials"]).text)))

    assert picture.headers["content-type"] == "image/svg+xml"
    assert picture.text.startswith("<svg")
    assert len(parts) == len(synthesized(name).design.parts.lines)


def test_a_kept_design_judged_again_gives_the_same_report(shared_client: TestClient) -> None:
    body = generated(shared_client, "dc-2-racks").json()
    first = shared_client.get(body["links"]["report"]).json()
    path = f"/api/v1/validation/validate-by-id/{body['design']['id']}?validation_mode=strict&version=1"

    again = [shared_client.post(path).json() for _ in range(2)]
    given = shared_client.post(
        "/api/v1/validation/validate?validation_mode=strict", json=shared_client.get(body["links"]["design"]).json()
    ).json()

    for report in (first, given, *again):
        del report["duration_ms"]
    assert again[0] == again[1] == first == given


def test_the_same_requirements_give_the_same_design_under_another_id(shared_client: TestClient) -> None:
    made = [generated(shared_client, "dc-2-racks").json() for _ in range(2)]
    designs = [shared_client.get(body["links"]["design"]).json() for body in made]

    assert designs[0].pop("id") != designs[1].pop("id")
    assert designs[0] == designs[1]


def test_json_and_yaml_and_what_curl_sends_by_default_are_read_alike(shared_client: TestClient) -> None:
    as_json = json.dumps(read_document(example("dc-2-racks"))).encode()
    path = "/api/v1/design/analyze-requirements"

    answers = [
        shared_client.post(path, content=content, headers={"Content-Type": media} if media else {}).json()
        for content, media in (
            (example("dc-2-racks"), "application/yaml"),
            (example("dc-2-racks"), "text/yaml; charset=utf-8"),
            (example("dc-2-racks"), "application/x-www-form-urlencoded"),
            (example("dc-2-racks"), ""),
            (as_json, "Application/JSON"),
            (as_json, "application/octet-stream"),
        )
    ]

    assert all(answer == answers[0] for answer in answers)


@pytest.mark.parametrize("name", VALID)
def test_requirements_are_completed_with_the_provenance_of_every_field(shared_client: TestClient, name: str) -> None:
    answer = shared_client.post("/api/v1/design/analyze-requirements", content=example(name), headers=YAML).json()

    assert (answer["feasible"], answer["conflicts"]) == (True, [])
    explained = {entry["field"] for entry in answer["requirements"]["provenance"]}
    assert set(answer["requirements"]) - {"provenance"} <= explained
    assert answer["requirements"]["project_name"] == analysed(name).requirements.project_name


@pytest.mark.parametrize("name", REFUSED)
def test_requirements_that_cannot_be_met_are_refused_with_a_way_out(shared_client: TestClient, name: str) -> None:
    before = shared_client.get("/api/v1/design/list").json()

    analysis = shared_client.post("/api/v1/design/analyze-requirements", content=example(name), headers=YAML)
    refusal = generated(shared_client, name)

    expected = analysed(name).conflicts
    assert (analysis.status_code, analysis.json()["feasible"]) == (200, False)
    assert (refusal.status_code, refusal.json()["type"]) == (422, "urn:netdesign:problem:infeasible")
    for conflicts in (analysis.json()["conflicts"], refusal.json()["conflicts"]):
        assert [conflict["code"] for conflict in conflicts] == [conflict.code for conflict in expected]
        assert all(conflict["relaxations"] and len(conflict["requirements"]) == 2 for conflict in conflicts)
    assert expected[0].relaxations[0].statement in refusal.json()["detail"]
    assert shared_client.get("/api/v1/design/list").json() == before


def test_a_design_is_judged_as_strictly_as_asked(shared_client: TestClient) -> None:
    body = generated(shared_client, "dc-2-racks", "?mode=lenient").json()

    assert shared_client.get(body["links"]["report"]).json()["mode"] == "lenient"


def test_the_recommended_of_several_designs_is_kept(shared_client: TestClient) -> None:
    body = generated(shared_client, "campus-branch", "?candidates=true").json()

    comparison = body["comparison"]
    best = next(one for one in comparison["candidates"] if one.get("recommended"))
    assert 2 <= len(comparison["candidates"]) <= 4
    assert (best["id"], best["valid"]) == (comparison["recommended"], True)
    design = shared_client.get(body["links"]["design"]).json()
    assert len(design["inventory"]["devices"]) == best["devices"]
    assert comparison["questions"]
    assert "comparison" not in generated(shared_client, "campus-branch").json()
    document = shared_client.get("/openapi.json").json()
    schema = {"$ref": "#/components/schemas/Comparison", "components": document["components"]}
    assert not list(Draft202012Validator(schema).iter_errors(comparison))


@pytest.mark.parametrize("name", REFUSED)
def test_a_way_out_that_a_program_takes_leads_to_a_design(shared_client: TestClient, name: str) -> None:
    sent = read_document(example(name))
    for conflict in generated(shared_client, name).json()["conflicts"]:
        edits = [Edit(**edit) for edit in conflict["relaxations"][0]["edits"]]
        sent = edited(sent, edits)

    made = shared_client.post("/api/v1/design/generate", json=sent)

    assert made.status_code == 201, made.text


def test_a_rule_that_is_switched_off_is_missing_from_the_report_of_a_new_design(client: TestClient) -> None:
    code = all_rules()[0].code
    client.post(f"/api/v1/admin/rules/{code}/disable")

    report = client.get(generated(client, "dc-2-racks").json()["links"]["report"]).json()

    assert code not in {verdict["rule"] for verdict in report["verdicts"]}
    assert report["disabled_rules"] == [code]


def test_designs_and_reports_are_counted(client: TestClient) -> None:
    valid = generated(client, "dc-2-racks").json()["valid"]

    samples = client.get("/api/v1/metrics/application").json()["samples"]
    assert samples["netdesign_designs_total{origin=generated}"] == 1
    assert samples[f"netdesign_validations_total{{valid={str(valid).lower()}}}"] == 1


def test_the_published_schemas_fit_what_is_taken_and_given(shared_client: TestClient) -> None:
    document = shared_client.get("/openapi.json").json()
    body = generated(shared_client, "dc-2-racks").json()

    def faults(kind: type, value: object) -> list[str]:
        schema = {"$ref": f"#/components/schemas/{kind.__name__}", "components": document["components"]}
        return [error.message for error in Draft202012Validator(schema).iter_errors(value)]

    assert faults(Requirements, read_document(example("datacenter"))) == []
    assert faults(Design, shared_client.get(body["links"]["design"]).json()) == []
    assert faults(Report, shared_client.get(body["links"]["report"]).json()) == []
    assert faults(Requirements, {"project_name": 1})
    assert faults(Design, {"name": "x"})
