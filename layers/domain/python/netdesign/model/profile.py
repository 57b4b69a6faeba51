"""What an organisation changes about how designs are judged, all of it visible in every report."""

from __future__ import annotations

from dataclasses import field

from netdesign.model.fact import fact
from netdesign.model.verdict import Waiver
from netdesign.model.vocabulary import Category, Severity


@fact
class RuleChange:
    """A rule switched off, or given another severity, and why. `rule` is its code or name."""

    rule: str
    reason: str
    enabled: bool = True
    severity: Severity | None = None


@fact
class OrganisationRule:
    """A rule of the organisation's own: of the elements of collection `select` for which `where` holds, `require`
    has to hold. `message` may hold expressions in braces. See docs/organisation.md for the language."""

    code: str
    name: str
    title: str
    category: Category
    severity: Severity
    select: str
    require: str
    message: str
    where: str = "true"
    remedy: str = ""
    references: tuple[str, ...] = ()


@fact
class Profile:
    """Parameters by dotted path, changes of rules, accepted failures, and rules of one's own."""

    name: str
    parameters: dict[str, int | float | bool | str] = field(default_factory=dict)
    rules: tuple[RuleChange, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    organisation_rules: tuple[OrganisationRule, ...] = ()
