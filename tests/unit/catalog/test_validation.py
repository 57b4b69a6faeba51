"""Certificates of cryptographic modules: what ships is read and sound, and counts on its days alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from hashlib import sha256
from typing import Any

import pytest

from netdesign.catalog import documents
from netdesign.catalog.selection import default_catalog
from netdesign.catalog.validation import FILE, Validation, shipped_validations, validations_by_sku
from netdesign.errors import CatalogError
from netdesign.model.vocabulary import Role

ENTRIES: list[dict[str, Any]] = documents.parsed(FILE)["validations"]
LAST_OF_140_2 = "2026-09-21"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: str(entry["certificate"]))
def test_every_certificate_is_read_from_a_source_of_its_own(entry: dict[str, Any]) -> None:
    page = entry["source"].split("/fips/")[1].split("/")[0]

    assert page == sha256(str(entry["certificate"]).encode()).hexdigest()[:16], "pages are named by this digest"
    assert entry["record"].endswith(f"/certificate/{entry['certificate']}")
    assert entry["policy"]
    assert entry["names"]
    assert entry["standard"] in ("FIPS 140-2", "FIPS 140-3")
    since = date.fromisoformat(entry["since"])
    assert since <= date.fromisoformat(documents.parsed(FILE)["record_as_of"])
    if entry["until"] is None:
        assert entry["historical"] is True
    else:
        assert since < date.fromisoformat(entry["until"])
        assert entry["standard"] == "FIPS 140-3" or entry["until"] == LAST_OF_140_2


def test_every_part_number_is_in_the_catalogue_and_has_its_certificates() -> None:
    catalog, known = default_catalog(), shipped_validations()

    assert known
    for sku, some in known.items():
        assert catalog.device(sku).validations == some
    assert sum(len(device.validations) for device in catalog.devices()) == sum(len(e["skus"]) for e in ENTRIES)


def test_a_certificate_counts_from_its_first_day_to_the_day_before_it_moves() -> None:
    switch = default_catalog().device("QFX5120-48Y-AFO2")
    days = ("2023-11-27", "2023-11-28", "2026-09-20", "2026-09-21", "2026-11-24")

    assert [switch.validation_on(day) is not None for day in days] == [False, True, True, False, False]
    assert switch.validations[0].words == "FIPS 140-2 certificate 4661 (2023-11-28 to 2026-09-21)"


def test_a_certificate_that_is_historical_since_an_unknown_day_counts_on_none() -> None:
    switch = default_catalog().device("C9200L-48P-4X")

    assert [one.words for one in switch.validations] == ["FIPS 140-2 certificate 4487 (historical)"]
    assert all(switch.validation_on(day) is None for day in ("2023-05-01", "2026-01-01", "2026-11-24"))


def test_the_newest_certificate_that_counts_is_named() -> None:
    old, new = default_catalog().device("EX4100-48P").validations[0], default_catalog().device("PA-410").validations[0]
    device = replace(default_catalog().device("EX4100-48P"), validations=(old, new))

    assert device.validation_on("2026-02-01") == old
    assert device.validation_on("2025-02-01") == new
    assert device.validation_on("2024-02-01") is None


@pytest.mark.parametrize("day", ["2026-01-01", "2026-11-24"])
def test_some_firewall_and_some_switch_for_management_is_validated(day: str) -> None:
    for role in (Role.FIREWALL, Role.MANAGEMENT_SWITCH, Role.ACCESS, Role.ACCESS_POINT):
        assert any(device.validation_on(day) for device in default_catalog().devices(role)), role


def test_entries_that_lack_a_fact_are_refused() -> None:
    whole = {key: value for key, value in ENTRIES[0].items() if key != "caveat"}

    assert validations_by_sku({"validations": [whole]})[whole["skus"][0]][0].caveat == ""
    with pytest.raises(CatalogError, match=f"validation {whole['certificate']}"):
        validations_by_sku({"validations": [{key: value for key, value in whole.items() if key != "since"}]})


def test_certificates_are_sorted_newest_first() -> None:
    two = [{**ENTRIES[-1], "skus": ["X"]}, {**ENTRIES[0], "skus": ["X"]}]
    found = validations_by_sku({"validations": two})["X"]

    assert [one.certificate for one in found] == sorted((e["certificate"] for e in two), reverse=True)
    assert all(isinstance(one, Validation) for one in found)
