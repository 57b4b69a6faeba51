"""The example requirements: read, resolved, and possible unless meant to be refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from netdesign.exchange.documents import read_document, write_json, write_yaml
from netdesign.model.decoding import decode
from netdesign.model.requirements import Requirements
from tests.unit.synthesis.resolving import conflicts_of, resolved

EXAMPLES = sorted((Path(__file__).parents[3] / "events" / "requirements").glob("*.yaml"))
REFUSED = {
    "refused-budget": {"budget-below-least-cost"},
    "refused-contradiction": {"availability-needs-redundancy", "compliance-needs-segmentation"},
}


def test_there_are_enough_and_of_every_kind():
    names = {path.stem for path in EXAMPLES}

    assert len(names) >= 14
    assert set(REFUSED) < names
    assert {"datacenter", "dc-2-racks", "dc-12-racks", "dc-300-racks", "dc-ai-fabric", "campus-branch"} < names
    assert {"campus-one-building", "campus-three-buildings", "campus-large", "campus-hospital"} < names
    assert {"campus-shop-card-payments", "campus-government-office"} < names


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_is_possible_or_refused_for_its_reason(path):
    document = read_document(path.read_bytes())
    assert isinstance(document, dict)

    assert {conflict.code for conflict in conflicts_of(document)} == REFUSED.get(path.stem, set())
    assert resolved(document).project_name == document["project_name"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_means_the_same_in_json_and_when_written_again(path):
    document = read_document(path.read_bytes())
    read = decode(Requirements, document, subject=path.name)

    for again in (read_document(write_json(document)), read_document(write_yaml(document))):
        assert decode(Requirements, again, subject=path.name) == read
    stored = read.model_dump(mode="json", by_alias=True, exclude_none=True)
    assert decode(Requirements, stored, subject=path.name) == read


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_example_explains_itself(path):
    assert path.read_text().startswith("# ")
