"""What the asked-for security level demands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netdesign.model.vocabulary import SecurityLevel

if TYPE_CHECKING:
    from netdesign.catalog.policy import SecurityPosture
    from netdesign.rules.case import Case


def posture(case: Case) -> SecurityPosture:
    """The parameters of the asked-for security level."""
    return case.parameters.security[case.requirements.security_level]


def at_least(case: Case, level: SecurityLevel) -> bool:
    """Whether the asked-for security level is `level` or above."""
    return case.requirements.security_level.at_least(level)


def corporate(case: Case) -> bool:
    """Whether the level is corporate or above."""
    return at_least(case, SecurityLevel.CORPORATE)


def enterprise(case: Case) -> bool:
    """Whether the level is enterprise or above."""
    return at_least(case, SecurityLevel.ENTERPRISE)


def government(case: Case) -> bool:
    """Whether the level is government or above."""
    return at_least(case, SecurityLevel.GOVERNMENT)
