"""The compliance frameworks, under any of their usual spellings, with version and level kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from netdesign.errors import Fault, InvalidInputError
from netdesign.model.fact import fact
from netdesign.model.vocabulary import Framework

MAX_TEXT: Final = 100
KNOWN: Final = "PCI DSS, HIPAA, SOC 2, ISO 27001, GDPR, NIST (CSF, 800-53, 800-171), FedRAMP"


class FrameworkError(InvalidInputError, ValueError):
    """A text that names no known framework; also a `ValueError`, so that models collect it."""

    def __init__(self, problem: str) -> None:
        super().__init__("compliance", (Fault("", problem, f"the known ones are {KNOWN}"),))


@fact
class FrameworkRef:
    """A framework as the client named it: `version` like "4.0.1", `level` like "high" or "type ii"."""

    framework: Framework
    version: str | None = None
    level: str | None = None

    def __str__(self) -> str:
        return " ".join(part for part in (self.framework.value, self.version, self.level) if part)


_VERSION: Final = r"(?: v(?:er(?:sion)?)? ?)?(?: ?(?P<version>\d{1,4}(?:\.\d{1,2}){0,2}))?"
_LEVEL: Final = r"(?: (?:level )?(?P<level>low|moderate|medium|high)(?: impact| baseline| level)?)?"
_TAIL: Final = r"(?: (?:compliant|compliance|certified|certification|standard|framework|law|rule))?"


def _pattern(body: str) -> re.Pattern[str]:
    return re.compile(body + _TAIL)


_PATTERNS: Final[tuple[tuple[Framework, re.Pattern[str], str | None], ...]] = (
    (
        Framework.PCI_DSS,
        _pattern(
            rf"(?:pci ?(?:dss)?|payment card industry(?: data security standard)?){_VERSION}"
            r"(?: (?P<level>level [1-4]))?"
        ),
        None,
    ),
    (
        Framework.HIPAA,
        _pattern(
            r"(?:us )?(?:hipaa|health insurance portability and accountability act)"
            r"(?: (?:and )?hitech| security| privacy)?"
        ),
        None,
    ),
    (
        Framework.SOC2,
        _pattern(r"(?:aicpa )?soc ?(?:2|ii)(?: ?(?P<level>type ?(?:i{1,2}|[12])))?"),
        None,
    ),
    (
        Framework.ISO27001,
        _pattern(r"(?:(?:iso(?: iec)? ?|iec )?27001|iso ?27k(?:1|001)?)(?: (?P<version>\d{4}))?"),
        None,
    ),
    (
        Framework.GDPR,
        _pattern(r"(?:eu )?(?:gdpr|dsgvo|rgpd|general data protection regulation)(?: 2016 679)?|(?:eu )?2016 679"),
        None,
    ),
    (
        Framework.NIST,
        _pattern(rf"nist (?:csf|cyber ?security framework|cybersecurity){_VERSION}"),
        "csf",
    ),
    (
        Framework.NIST,
        _pattern(
            r"(?:nist )?(?:sp )?800 (?P<series>53|171|207)(?: ?[ab])?"
            rf"(?: ?r(?:ev(?:ision)?)? ?(?P<version>\d))?{_LEVEL}"
        ),
        "800",
    ),
    (Framework.NIST, _pattern(rf"nist{_LEVEL}"), None),
    (Framework.FEDRAMP, _pattern(rf"fed ?ramp(?: \+)?{_LEVEL}(?: authorization)?"), None),
)
_ROMAN: Final = {"type1": "type i", "type2": "type ii", "typei": "type i", "typeii": "type ii"}


def parse_framework(text: object) -> FrameworkRef:
    """The framework that "PCI_DSS 4.0.1", "iso/iec 27001:2022" or "SOC 2 Type II" names.

    Raises `FrameworkError`, which lists the known frameworks.
    """
    if not isinstance(text, str):
        raise FrameworkError(f"{text!r:.40} is not the name of a framework")
    if not text.strip() or len(text) > MAX_TEXT:
        raise FrameworkError("the name of a framework is empty" if not text.strip() else "the name is too long")
    plain = _plain(text)
    for framework, pattern, prefix in _PATTERNS:
        if match := pattern.fullmatch(plain):
            return _reference(framework, match.groupdict().get, prefix)
    raise FrameworkError(f"{text!r} is not a framework that is known here")


def _plain(text: str) -> str:
    """Lower case, one space for every run of separators; dots stay only inside numbers."""
    spaced = re.sub(r"[\s_/:;(),®™-]+", " ", text.lower())
    return re.sub(r"(?<!\d)\.|\.(?!\d)", "", spaced).strip()


def _reference(framework: Framework, group: Callable[[str], str | None], prefix: str | None) -> FrameworkRef:
    version = group("version")
    if prefix == "csf":
        version = f"csf {version}" if version else "csf"
    if prefix == "800":
        version = f"800-{group('series')}" + (f" r{version}" if version else "")
    level = group("level")
    if level is not None:
        level = _ROMAN.get(level.replace(" ", ""), level)
        level = {"medium": "moderate"}.get(level, level)
    return FrameworkRef(framework=framework, version=version, level=level)
