"""Names of a user's document cannot hide, turn or move what stands around them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from netdesign.cli.terminal_text import terminal_text
from netdesign.exchange.html_report import html_report
from netdesign.exchange.markdown_report import markdown_report
from netdesign.exchange.visible_text import visible_text
from netdesign.exchange.xml_text import xml_text
from tests.unit.exchange.test_reports import DESIGN, REPORT

HOSTILE = "adm\u202ein\u200b\x1b[2J\u2066x\u061c\x85"


def test_what_nobody_sees_is_shown_as_a_mark() -> None:
    assert visible_text(HOSTILE) == "adm\ufffdin\ufffd[2J\ufffdx\ufffd"
    assert visible_text("Zürich – 東京\n\tx") == "Zürich – 東京\n\tx"
    assert terminal_text("a\nb\u202ec") == "a\ufffdb\ufffdc"
    assert xml_text("a\nb\u202ec") == "a\nb\ufffdc"


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_pages_show_hostile_names_as_marks(form: str) -> None:
    named = replace(DESIGN, name=HOSTILE)
    page = (markdown_report(named, REPORT) if form == "markdown" else html_report(named, REPORT, b"<svg/>")).decode()
    assert "adm\ufffdin" in page
    assert not {"\u202e", "\u200b", "\x1b", "\u2066"} & set(page)
