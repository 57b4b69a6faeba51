"""A design and its report as one HTML page that needs nothing beside it."""

from __future__ import annotations

from html import escape as unmarked

from netdesign.exchange.summary import Section, sections
from netdesign.exchange.visible_text import visible_text
from netdesign.model.design import Design
from netdesign.model.verdict import Report

STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; color: #1d2a33; margin: 2rem auto; max-width: 72rem; padding: 0 1rem }
h1 { margin-bottom: 0 } h2 { margin-top: 2.2rem; border-bottom: 1px solid #d7dfe4; padding-bottom: .2rem }
table { border-collapse: collapse; width: 100%; font-size: 13px } .wide { overflow-x: auto }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid #e6ebee }
th { color: #55636e; font-weight: 600 } .valid { color: #1c7a3e } .invalid { color: #b3261e }
svg { max-width: 100%; height: auto } p.note { color: #55636e }
"""


def escape(text: str) -> str:
    """The text of a user as a page shows it: no markup, nothing hidden."""
    return unmarked(visible_text(text))


def html_report(design: Design, report: Report, picture: bytes) -> bytes:
    """Return the page, with `picture` (the design's SVG) drawn in it."""
    state = ("valid", "valid") if report.valid else ("invalid", "not valid")
    nav = " · ".join(f'<a href="#s{number}">{escape(s.title)}</a>' for number, s in enumerate(sections(design, report)))
    parts = [
        '<!doctype html><html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(design.name)}</title><style>{STYLE}</style></head><body>",
        f"<h1>{escape(design.name)}</h1><p>{escape(design.archetype.value.replace('_', ' '))}, ",
        f'<strong class="{state[0]}">{state[1]}</strong> in {report.mode.value} mode, score {report.score:.3f}, ',
        f"digest <code>{report.design_digest[:16]}</code></p><p>{nav}</p>",
        f'<div class="wide">{picture.decode()}</div>',
        *(_section(section, number) for number, section in enumerate(sections(design, report))),
        "</body></html>\n",
    ]
    return "".join(parts).encode()


def _section(section: Section, number: int) -> str:
    note = f'<p class="note">{escape(section.note)}</p>' if section.note else ""
    heading = "".join(f"<th>{escape(name)}</th>" for name in section.heading)
    rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in section.rows)
    return (
        f'<h2 id="s{number}">{escape(section.title)}</h2>{note}<div class="wide"><table>'
        f"<thead><tr>{heading}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
