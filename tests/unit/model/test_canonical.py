"""Designs as documents: what goes out comes back, digests follow facts, faults are found."""

from __future__ import annotations

import dataclasses
import hashlib
from dataclasses import replace

import jsonschema
import orjson
import pytest

from netdesign.errors import InvalidInputError
from netdesign.model import canonical as canonical_module
from netdesign.model.canonical import canonical, design_digest, design_from, digest, json_schema, to_document
from netdesign.model.design import Design
from netdesign.model.governance import State
from netdesign.model.inventory import Site
from netdesign.model.patch import SetGovernance, apply, collections
from netdesign.model.references import REFERENCES
from netdesign.model.verdict import Report
from netdesign.model.vocabulary import Role
from tests.support.sketch import design, device, link

SOUND = design(
    Site(id="dc1", name="One"),
    device("s1", Role.SPINE),
    device("l1", Role.LEAF),
    link("l1:Ethernet1", "s1:Ethernet1", length_m=20.0),
)


def test_a_design_comes_back_equal() -> None:
    assert design_from(orjson.loads(canonical(SOUND))) == SOUND


def test_the_canonical_form_is_sorted_short_and_whole() -> None:
    text = canonical(SOUND)

    assert text == orjson.dumps(orjson.loads(text), option=orjson.OPT_SORT_KEYS)
    assert b'"length_m":20,' in text
    assert b'"in_service"' not in text
    assert b'"schema_version":1' in text


def test_equal_quantities_give_equal_digests() -> None:
    same = design(
        Site(id="dc1", name="One"),
        device("s1", Role.SPINE),
        device("l1", Role.LEAF),
        link("l1:Ethernet1", "s1:Ethernet1", length_m=20),
    )

    assert digest(same) == digest(SOUND)
    assert digest(same) != digest(replace(same, name="other"))


def test_governance_is_no_part_of_a_designs_digest() -> None:
    approved = apply(SOUND, (SetGovernance({"state": State.APPROVED}),))

    assert design_digest(approved) == design_digest(SOUND)
    assert digest(approved) != digest(SOUND)


@pytest.mark.parametrize("piece", [1, 2, 5000])
def test_the_digest_is_that_of_the_whole_text(monkeypatch: pytest.MonkeyPatch, piece: int) -> None:
    odd = link("s2:a", "s1:b", length_m=7.0, speed_bps=2**60)
    whole = design(
        Site(id="dc1", name="One", latitude=47.0),
        *SOUND.inventory.devices,
        device("s2", Role.SPINE),
        *SOUND.cabling.links,
        odd,
    )
    document = to_document(whole)
    del document["governance"]

    def plain(value: object) -> object:
        """What JavaScript reads: whole numbers without a point, larger ones as they are rounded."""
        if isinstance(value, dict):
            return {key: plain(one) for key, one in value.items()}
        if isinstance(value, list):
            return [plain(one) for one in value]
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value) if abs(value) >= 2**53 else int(value) if value == int(value) else value
        return value

    monkeypatch.setattr(canonical_module, "PIECE", piece)
    text = orjson.dumps(plain(document), option=orjson.OPT_SORT_KEYS)
    assert design_digest(whole) == hashlib.sha256(text).hexdigest()


def spoiled(path: str, value: object) -> object:
    document = to_document(SOUND)
    *steps, last = path.split("/")
    target = document
    for step in steps:
        target = target[int(step)] if step.isdigit() else target[step]
    target[last] = value
    return document


@pytest.mark.parametrize(
    ("path", "value", "pointer", "words"),
    [
        ("inventory/devices/0/rack_unit", "5", "/inventory/devices/0/rack_unit", "number"),
        ("inventory/devices/0/role", "gateway", "/inventory/devices/0/role", "one of"),
        ("inventory/devices/0/colour", "red", "/inventory/devices/0/colour", "no such field"),
        ("cabling/links/0/speed_bps", 1.5, "/cabling/links/0/speed_bps", "number"),
        ("cabling/links/0/length_m", -5, "/cabling/links/0/length_m", "-5.0 is below zero"),
        ("cabling/links/0/speed_bps", -1, "/cabling/links/0/speed_bps", "-1 is below zero"),
        ("inventory/devices/1/id", "s1", "/inventory/devices/1/id", "used twice"),
        ("inventory/devices/0/site", "dc9", "/inventory/devices/0/site", "'dc9' names nothing in sites"),
        ("inventory/devices/0/rack", "r1", "/inventory/devices/0/rack", "'r1' names nothing in racks"),
    ],
)
def test_every_fault_is_told_with_its_place(path: str, value: object, pointer: str, words: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        design_from(spoiled(path, value))

    problems = [fault.problem for fault in refused.value.faults if fault.pointer == pointer]
    assert len(problems) == 1
    assert words in problems[0]


def test_a_link_to_nowhere_is_told_at_the_end_that_dangles() -> None:
    document = to_document(SOUND)
    document["cabling"]["links"][0]["b"]["device"] = "s9"

    with pytest.raises(InvalidInputError, match=r"/cabling/links/0/b/device: 's9' names nothing in devices"):
        design_from(document)


def test_documents_obey_the_published_schemas() -> None:
    schema = json_schema(Design)

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(to_document(SOUND), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(spoiled("inventory/devices/0/colour", "red"), schema)
    jsonschema.Draft202012Validator.check_schema(json_schema(Report))


def test_every_reference_names_fields_and_collections_that_exist() -> None:
    known = collections()

    for collection, fields in REFERENCES.items():
        kind = known[collection][1]
        for field, targets in fields.items():
            assert field.split(".")[0] in {field.name for field in dataclasses.fields(kind)}, (collection, field)
            assert set(targets) <= set(known), (collection, field)
