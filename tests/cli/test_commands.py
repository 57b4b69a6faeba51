"""Every command, in the forms it offers, with the exit code that it promises."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator
from junitparser import JUnitXml

from netdesign import __version__
from netdesign.cli import main as entry
from netdesign.exchange.bundle import BUNDLE, EXPORTS
from netdesign.model.canonical import canonical, design_from, json_schema
from netdesign.model.design import Design
from netdesign.model.requirements import Requirements
from netdesign.model.verdict import Finding, Gap, Report, Status, Verdict
from netdesign.model.vocabulary import Category, Mode, Severity
from netdesign.rules.registry import all_rules
from netdesign.services.mutate_design import Fate, MutantResult
from netdesign.services.synthesize_design import Synthesized
from tests.cli.conftest import SKETCH, SMALLEST, Run
from tests.golden.conftest import EXAMPLES, REFUSED, synthesized

SOUND = Report(
    design="dsg_test",
    design_digest="0" * 64,
    mode=Mode.STRICT,
    threshold=0.9,
    score=1.0,
    valid=True,
    categories=(),
    verdicts=(),
    rule_pack="1",
    parameters="1",
    catalog="1",
    evaluation_date="2026-11-01",
)


def judged(code: str, status: Status, **more) -> Verdict:
    return Verdict(rule=code, name="a-rule", category=Category.TOPOLOGY, severity=Severity.ERROR, status=status, **more)


def test_help_names_every_command_and_every_exit_code(run: Run) -> None:
    said = run("--help")

    assert said.code == 0
    assert all(name in said.out for name in entry.COMMANDS)
    assert "0 valid, 1 findings" in said.out
    assert run("-h").out == said.out
    assert run("--version").out.split() == ["netdesign,", "version", __version__]


@pytest.mark.parametrize("name", list(entry.COMMANDS))
def test_every_command_explains_itself(run: Run, name: str) -> None:
    said = run(name, "--help")

    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"Usage: netdesign {name}")


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["desing"], "desing"),
        (["design"], "REQUIREMENTS"),
        (["validate", "x", "--mode", "harsh"], "lenient"),
        (["validate", "x", "--format", "pdf"], "sarif"),
        (["schema", "weather"], "requirements"),
        (["rules", "--category", "weather"], "topology"),
        (["serve", "--port", "70000"], "65535"),
        (["design", "a", "b"], "b"),
        (["--colour"], "--colour"),
    ],
)
def test_a_wrong_word_is_bad_input_and_the_right_ones_are_named(run: Run, arguments: list[str], hint: str) -> None:
    said = run(*arguments)

    assert (said.code, said.out) == (2, "")
    assert hint in said.err


def test_no_command_shows_the_help(run: Run) -> None:
    said = run()

    assert said.code == 2
    assert "Commands:" in said.out + said.err


def test_an_example_becomes_a_design_on_standard_output(run: Run) -> None:
    said = run("design", SMALLEST)

    made = synthesized(SMALLEST.stem)
    assert said.out.encode() == canonical(made.design) + b"\n"
    assert said.code == (0 if made.report.valid else 1)
    assert f"score {made.report.score:.3f}" in said.err


def test_a_design_goes_into_a_folder_with_everything_that_a_person_wants(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"

    said = run("design", SMALLEST, "-o", folder)

    made = synthesized(SMALLEST.stem)
    assert said.out == ""
    assert f"written to {folder}" in said.err
    assert {path.name for path in folder.iterdir()} == {EXPORTS[form].name for form in BUNDLE}
    assert design_from(json.loads((folder / "design.json").read_bytes())) == made.design
    report = json.loads((folder / "report.json").read_bytes())
    assert (report["mode"], report["design_digest"]) == ("strict", made.report.design_digest)
    assert ElementTree.parse(folder / "diagram.svg").getroot().tag.endswith("svg")
    cables = list(csv.DictReader(io.StringIO((folder / "cabling.csv").read_text())))
    assert len(cables) == len(made.design.cabling.links)
    again = run("design", SMALLEST, "-o", folder)
    assert again.code == said.code


def test_a_design_is_judged_as_strictly_as_asked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    from netdesign.cli import design as command

    asked: list[Mode] = []

    def made(document: object, bench: object, *, mode: Mode) -> Synthesized:
        asked.append(mode)
        return Synthesized(SKETCH, replace(SOUND, mode=mode, valid=mode is not Mode.STRICT))

    monkeypatch.setattr(command, "synthesize_design", made)

    assert [run("design", SMALLEST, *more).code for more in ([], ["--mode", "lenient"])] == [1, 0]
    assert asked == [Mode.STRICT, Mode.LENIENT]


@pytest.mark.parametrize("name", REFUSED)
def test_requirements_that_cannot_be_met_are_refused_with_a_way_out(run: Run, name: str) -> None:
    said = run("design", EXAMPLES / f"{name}.yaml")

    assert (said.code, said.out) == (1, "")
    assert "No design can meet these requirements." in said.err
    assert said.err.count("way out:") >= 2


def test_a_refusal_writes_no_file(run: Run, tmp_path: Path) -> None:
    run("design", EXAMPLES / f"{REFUSED[0]}.yaml", "-o", tmp_path / "made")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", list(Mode))
def test_a_design_is_judged_in_words(run: Run, sketch: Path, mode: Mode) -> None:
    said = run("validate", sketch, "--mode", mode.value)

    assert (said.code, said.err) == (1, "")
    assert f"not valid in {mode.value} mode" in said.out
    assert "TOP-" in said.out


def test_json_and_yaml_and_standard_input_give_one_report(
    run: Run, sketch: Path, sketch_yaml: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reports = [json.loads(run("validate", path, "--format", "json").out) for path in (sketch, sketch_yaml)]
    for path in (sketch, sketch_yaml):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(path.read_bytes())))
        reports.append(json.loads(run("validate", "-", "--format", "json").out))

    for report in reports:
        del report["duration_ms"]
    assert reports[0]["mode"] == "standard"
    assert all(report == reports[0] for report in reports)


def test_requirements_come_from_standard_input_too(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(SMALLEST.read_bytes())))

    assert run("design", "-").out.encode() == canonical(synthesized(SMALLEST.stem).design) + b"\n"


def test_a_report_in_sarif_holds_what_the_standard_requires(run: Run, sketch: Path) -> None:
    said = run("validate", sketch, "--format", "sarif")

    document = json.loads(said.out)
    (made,) = document["runs"]
    driver = made["tool"]["driver"]
    assert (said.code, document["version"], driver["name"]) == (1, "2.1.0", "netdesign")
    assert document["$schema"].endswith("sarif-2.1.0.json")
    assert made["results"]
    for result in made["results"]:
        assert result["message"]["text"]
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["kind"] in ("fail", "open")
        assert (result["level"] == "none") == (result["kind"] == "open")


def test_a_report_in_junit_counts_every_rule(run: Run, sketch: Path) -> None:
    said = run("validate", sketch, "--format", "junit")

    suites = JUnitXml.fromstring(said.out.encode())
    assert said.code == 1
    assert sum(suite.tests for suite in suites) == len(all_rules())
    assert sum(suite.failures for suite in suites) > 0


@pytest.mark.parametrize(("valid", "code"), [(True, 0), (False, 1)])
@pytest.mark.parametrize("style", ["text", "json", "sarif", "junit"])
def test_the_exit_code_is_the_verdict_in_every_form(
    run: Run, sketch: Path, monkeypatch: pytest.MonkeyPatch, style: str, valid: bool, code: int
) -> None:
    from netdesign.cli import validate as command

    monkeypatch.setattr(command, "validate_design", lambda *_, **__: replace(SOUND, valid=valid))

    assert run("validate", sketch, "--format", style).code == code


def test_a_report_in_words_shows_ten_of_many_and_disarms_what_it_quotes(
    run: Run, sketch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from netdesign.cli import validate as command

    findings = tuple(Finding(message=f"[bold]n{n}[/] \x1b[2J\nmore") for n in range(12))
    verdicts = (
        judged("TOP-01", Status.FAIL, findings=findings, omitted_findings=5),
        judged("TOP-02", Status.UNKNOWN, gaps=(Gap(message="no length"),)),
        judged("TOP-03", Status.FAIL, findings=findings[:1], waived_by="w-[1]"),
        judged("TOP-04", Status.PASS),
    )
    monkeypatch.setattr(command, "validate_design", lambda *_, **__: replace(SOUND, verdicts=verdicts))

    said = run("validate", sketch).out

    assert "[bold]n9[/]" in said
    assert "n10" not in said
    assert "and 7 more" in said
    assert "unknown TOP-02 a-rule" in said
    assert "(waived by w-[1])" in said
    assert "TOP-04" not in said
    assert "\x1b" not in said


def test_the_rules_are_listed(run: Run) -> None:
    said = run("rules")

    assert said.code == 0
    assert all(rule.code in said.out for rule in all_rules())
    assert f"{len(all_rules())} rules" in said.out
    listed = json.loads(run("rules", "--format", "json", "--category", "topology").out)
    assert [card["code"] for card in listed] == [r.code for r in all_rules() if r.category is Category.TOPOLOGY]
    assert all(card["flags"] and card["remedy"] and card["mutants"] for card in listed)


def test_a_rule_is_explained_by_code_or_name(run: Run) -> None:
    rule = all_rules()[0]

    said = run("explain", rule.code)

    assert said.code == 0
    assert all(text in said.out for text in (rule.code, rule.title, rule.flags, rule.remedy, rule.references[0]))
    assert run("explain", rule.name.upper()).out == said.out


def test_every_rule_can_be_explained_in_full(run: Run) -> None:
    for rule in all_rules():
        said = run("explain", rule.code).out
        assert all(text in said for text in (rule.flags, rule.passes, rule.applies)), rule.code


def test_an_unknown_rule_is_bad_input(run: Run) -> None:
    said = run("explain", "XXX-99\x1b[2J")

    assert (said.code, said.out) == (2, "")
    assert "XXX-99" in said.err
    assert "\x1b" not in said.err


@pytest.mark.parametrize(("kind", "model"), [("requirements", Requirements), ("design", Design), ("report", Report)])
def test_the_schema_is_one_that_validators_take(run: Run, kind: str, model: type) -> None:
    said = run("schema", kind)

    schema = json.loads(said.out)
    Draft202012Validator.check_schema(schema)
    assert said.code == 0
    assert schema == json_schema(model)


def test_what_is_written_fits_the_schema_that_is_printed(run: Run, sketch: Path) -> None:
    design_schema = Draft202012Validator(json.loads(run("schema", "design").out))
    report_schema = Draft202012Validator(json.loads(run("schema", "report").out))

    report = json.loads(run("validate", sketch, "--format", "json").out)

    assert list(design_schema.iter_errors(json.loads(sketch.read_bytes()))) == []
    assert list(report_schema.iter_errors(report)) == []
    assert list(design_schema.iter_errors({"name": 1}))


def test_a_design_is_drawn(run: Run, sketch: Path, tmp_path: Path) -> None:
    said = run("diagram", sketch)

    assert said.code == 0
    texts = [node.text for node in ElementTree.fromstring(said.out).iter("{http://www.w3.org/2000/svg}text")]
    assert {"s1", "l1"} <= set(texts)
    assert run("diagram", sketch, "-o", tmp_path / "a" / "b.svg").code == 0
    assert (tmp_path / "a" / "b.svg").read_text() == said.out.rstrip("\n")


RESULTS = tuple(
    MutantResult("TOP-01", f"mutant [{fate.value}]", fate, "seen", ("TOP-01", "TOP-02") if fate is Fate.KILLED else ())
    for fate in Fate
)


def test_mutants_are_told_with_their_fate_and_counted(run: Run, sketch: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from netdesign.cli import mutate as command

    monkeypatch.setattr(command, "mutate_design", lambda *_, **__: RESULTS)

    said = run("mutate", sketch)

    assert said.code == 1
    assert "TOP-01 killed mutant [killed] also caught by TOP-02" in said.out
    assert "1 killed, 1 survived, 1 not applicable, 1 already failing" in said.out
    document = json.loads(run("mutate", sketch, "--format", "json").out)
    assert [result["fate"] for result in document] == [fate.value for fate in Fate]
    monkeypatch.setattr(command, "mutate_design", lambda *_, **__: RESULTS[:1])
    assert run("mutate", sketch).code == 0


def test_a_design_is_mutated_by_every_rule(run: Run, sketch: Path) -> None:
    said = run("mutate", sketch, "--own-rule-only", "--format", "json")

    results = json.loads(said.out)
    assert len(results) == sum(len(rule.mutants) for rule in all_rules())
    assert {result["fate"] for result in results} <= {fate.value for fate in Fate}


def test_a_server_is_started_where_asked(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, object]] = []

    def serve(**where: object) -> int:
        asked.append(where)
        return 0

    monkeypatch.setattr("functions.local.serve", serve)

    assert run("serve", "--host", "::1", "--port", "0").code == 0
    assert run("serve").code == 0
    assert asked == [{"host": "::1", "port": 0}, {"host": "127.0.0.1", "port": None}]


def test_a_server_that_is_not_installed_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "functions.local", None)

    said = run("serve")

    assert said.code == 2
    assert "functions.local is not installed" in said.err
    assert "netdesign[service,embedded]" in said.err
