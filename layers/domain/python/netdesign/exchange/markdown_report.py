"""A design and its report as Markdown."""

from __future__ import annotations

import re

from netdesign.exchange.summary import Section, sections
from netdesign.exchange.visible_text import visible_text
from netdesign.model.design import Design
from netdesign.model.verdict import Report

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def markdown_report(design: Design, report: Report) -> bytes:
    """Return the report; the diagram is the file `diagram.svg` beside it."""
    parts = [
        f"# {_plain(design.name)}",
        f"{_plain(design.archetype.value.replace('_', ' '))}, digest `{report.design_digest[:16]}`",
        "![Diagram of the design](diagram.svg)",
        *(_section(section) for section in sections(design, report)),
    ]
    return ("\n\n".join(parts) + "\n").encode()


def _section(section: Section) -> str:
    lines = [f"## {section.title}", ""]
    if section.note:
        lines += [section.note, ""]
    lines.append("| " + " | ".join(section.heading) + " |")
    lines.append("|" + " --- |" * len(section.heading))
    lines += ["| " + " | ".join(_plain(cell) for cell in row) + " |" for row in section.rows]
    return "\n".join(lines)


def _plain(text: str) -> str:
    """The text with everything that Markdown would read as markup escaped, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(visible_text(text).split()))
