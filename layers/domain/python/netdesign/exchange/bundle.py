"""Every form that a design is exported in, and all of them together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from netdesign.catalog.selection import Catalog
from netdesign.errors import NotFoundError
from netdesign.exchange.csv_lists import addresses_csv, bom_csv, cabling_csv
from netdesign.exchange.documents import write_yaml
from netdesign.exchange.html_report import html_report
from netdesign.exchange.junit import junit
from netdesign.exchange.markdown_report import markdown_report
from netdesign.exchange.sarif import sarif
from netdesign.exchange.svg import svg
from netdesign.graph.network import compile_network
from netdesign.model.canonical import canonical, to_document
from netdesign.model.design import Design
from netdesign.model.verdict import Report


@dataclass(frozen=True, slots=True)
class Export:
    """A form of a design: file name, media type, and how it is written."""

    name: str
    media: str
    write: Callable[[Design, Report, Catalog], bytes]


EXPORTS: dict[str, Export] = {
    "json": Export("design.json", "application/json", lambda design, report, catalog: canonical(design)),
    "yaml": Export("design.yaml", "application/yaml", lambda design, report, catalog: write_yaml(to_document(design))),
    "report": Export("report.json", "application/json", lambda design, report, catalog: canonical(report)),
    "sarif": Export("report.sarif", "application/sarif+json", lambda design, report, catalog: sarif(report)),
    "junit": Export("report.xml", "application/xml", lambda design, report, catalog: junit(report)),
    "markdown": Export("report.md", "text/markdown; charset=utf-8", lambda d, r, c: markdown_report(d, r)),
    "html": Export(
        "report.html",
        "text/html; charset=utf-8",
        lambda design, report, catalog: html_report(design, report, svg(compile_network(design, catalog))),
    ),
    "svg": Export("diagram.svg", "image/svg+xml", lambda design, report, catalog: svg(compile_network(design, catalog))),
    "cabling-csv": Export("cabling.csv", "text/csv; charset=utf-8", lambda design, report, catalog: cabling_csv(design)),
    "bom-csv": Export("bom.csv", "text/csv; charset=utf-8", lambda design, report, catalog: bom_csv(design)),
    "addresses-csv": Export("addresses.csv", "text/csv; charset=utf-8", lambda d, r, c: addresses_csv(d)),
}

BUNDLE = ("json", "report", "markdown", "html", "svg", "cabling-csv", "bom-csv", "addresses-csv")


def export(form: str, design: Design, report: Report, catalog: Catalog) -> bytes:
    """Return the design in `form`, a key of `EXPORTS`; raise `NotFoundError` for another."""
    if form not in EXPORTS:
        raise NotFoundError("export format", form)
    return EXPORTS[form].write(design, report, catalog)


def design_bundle(design: Design, report: Report, catalog: Catalog) -> dict[str, bytes]:
    """Return the files that a person wants of a fresh design, by name."""
    return {EXPORTS[form].name: export(form, design, report, catalog) for form in BUNDLE}
