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
class Material:
    """What an export is made of."""

    design: Design
    report: Report
    catalog: Catalog

    def picture(self) -> bytes:
        """The design as SVG."""
        return svg(compile_network(self.design, self.catalog))


@dataclass(frozen=True, slots=True)
class Export:
    """A form of a design: file name, media type, and how it is written."""

    name: str
    media: str
    write: Callable[[Material], bytes]


EXPORTS: dict[str, Export] = {
    "json": Export("design.json", "application/json", lambda of: canonical(of.design)),
    "yaml": Export("design.yaml", "application/yaml", lambda of: write_yaml(to_document(of.design))),
    "report": Export("report.json", "application/json", lambda of: canonical(of.report)),
    "sarif": Export("report.sarif", "application/sarif+json", lambda of: sarif(of.report)),
    "junit": Export("report.xml", "application/xml", lambda of: junit(of.report)),
    "markdown": Export("report.md", "text/markdown; charset=utf-8", lambda of: markdown_report(of.design, of.report)),
    "html": Export(
        "report.html",
        "text/html; charset=utf-8",
        lambda of: html_report(of.design, of.report, of.picture()),
    ),
    "svg": Export("diagram.svg", "image/svg+xml", lambda of: of.picture()),
    "cabling-csv": Export("cabling.csv", "text/csv; charset=utf-8", lambda of: cabling_csv(of.design)),
    "bom-csv": Export("bom.csv", "text/csv; charset=utf-8", lambda of: bom_csv(of.design)),
    "addresses-csv": Export("addresses.csv", "text/csv; charset=utf-8", lambda of: addresses_csv(of.design)),
}

BUNDLE = ("json", "report", "markdown", "html", "svg", "cabling-csv", "bom-csv", "addresses-csv")


def export(form: str, material: Material) -> bytes:
    """Return the design in `form`, a key of `EXPORTS`; raise `NotFoundError` for another."""
    if form not in EXPORTS:
        raise NotFoundError("export format", form)
    return EXPORTS[form].write(material)


def design_bundle(material: Material) -> dict[str, bytes]:
    """Return the files that a person wants of a fresh design, by name."""
    return {EXPORTS[form].name: export(form, material) for form in BUNDLE}
