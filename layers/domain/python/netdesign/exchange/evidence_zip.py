"""Evidence as a zip whose bytes depend on nothing but what is in it."""

from __future__ import annotations

import hashlib
import io
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from netdesign.exchange.csv_lists import table_csv
from netdesign.exchange.evidence_page import evidence_page
from netdesign.model.canonical import canonical
from netdesign.model.design import Design
from netdesign.model.evidence import Evidence
from netdesign.model.verdict import Report

LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The earliest time that the format knows: files of a pack have no time of their own."""

TESTS = ("id", "source_zone", "target_zone", "source", "target", "protocol", "port", "expected", "because")


def evidence_zip(evidence: Evidence, design: Design, report: Report) -> bytes:
    """Return the pack: evidence as JSON and HTML, what it was drawn from, the tests, and a digest of each file.

    Nothing is compressed, since compressors of different versions write different bytes.
    """
    files = {
        "evidence.json": canonical(evidence),
        "evidence.html": evidence_page(evidence),
        "design.json": canonical(design),
        "report.json": canonical(report),
    }
    if evidence.segmentation_tests:
        rows = (tuple(getattr(test, name) for name in TESTS) for test in evidence.segmentation_tests)
        files["segmentation-tests.csv"] = table_csv(TESTS, rows)
    lines = (f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    files["MANIFEST.sha256"] = "".join(lines).encode()
    return _packed(files)


def _packed(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with ZipFile(buffer, "w", ZIP_STORED) as pack:
        for name, data in sorted(files.items()):
            entry = ZipInfo(name, LONG_AGO)
            entry.external_attr = 0o644 << 16
            pack.writestr(entry, data)
    return buffer.getvalue()
