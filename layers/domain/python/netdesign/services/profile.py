"""What a profile makes of the workbench and of the rules, with every fault of the profile named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netdesign.catalog.parameters import Parameters
from netdesign.errors import Fault, InvalidInputError
from netdesign.model.decoding import decode
from netdesign.model.profile import OrganisationRule, Profile
from netdesign.model.verdict import Waiver
from netdesign.rules.engine import NO_CHANGES, RuleSettings
from netdesign.rules.organisation.definition import organisation_rule
from netdesign.services.waiver_input import code_of, normal, waiver_faults
from netdesign.services.workbench import Workbench


@dataclass(frozen=True, slots=True)
class Standards:
    """What designs are held to: catalogue and parameters, changes of rules, own rules, accepted failures."""

    bench: Workbench
    settings: RuleSettings = NO_CHANGES
    waivers: tuple[Waiver, ...] = ()
    today: str | None = None
    """The day that waivers are weighed on; each design's evaluation date where None."""


def profile_from(document: object) -> Profile:
    """The profile that a document holds; raise `InvalidInputError` with the place of every fault."""
    return decode(Profile, document, subject="profile")


def standards(profile: Profile, bench: Workbench, today: str | None = None) -> Standards:
    """The workbench, settings and waivers of a profile, waivers to be weighed as of `today`.

    Raises `InvalidInputError` for parameters, rules and expressions that are not, and for codes and ids used twice.
    """
    own = own_names(profile.organisation_rules)
    faults = (*_rule_faults(profile, own), *_waiver_faults(profile, own))
    if faults:
        raise InvalidInputError("profile", faults)
    changed = Workbench(bench.catalog, _parameters(profile, bench))
    waivers = tuple(normal(waiver, own) for waiver in profile.waivers)
    return Standards(changed, _settings(profile, own), waivers, today)


def own_names(rules: Iterable[OrganisationRule]) -> dict[str, str]:
    """Codes of own rules by what may name them: code or name, in small letters."""
    return {text.lower(): rule.code for rule in rules for text in (rule.name, rule.code)}


def _parameters(profile: Profile, bench: Workbench) -> Parameters:
    try:
        return bench.parameters.with_overrides(profile.parameters)
    except InvalidInputError as error:
        faults = tuple(Fault(f"/parameters{f.pointer}", f.problem, f.remedy) for f in error.faults)
        raise InvalidInputError("profile", faults) from None


def _settings(profile: Profile, own: dict[str, str]) -> RuleSettings:
    changes = [(code_of(change.rule, own) or change.rule, change) for change in profile.rules]
    rules = tuple(
        organisation_rule(written, pointer=f"/organisation_rules/{place}")
        for place, written in enumerate(profile.organisation_rules)
    )
    return RuleSettings(
        disabled=frozenset(code for code, change in changes if not change.enabled),
        severities=tuple((code, change.severity) for code, change in changes if change.severity is not None),
        own_rules=rules,
        profile=profile.name,
        reasons=tuple((code, change.reason) for code, change in changes),
    )


def _rule_faults(profile: Profile, own: dict[str, str]) -> Iterator[Fault]:
    for place, change in enumerate(profile.rules):
        if code_of(change.rule, own) is None:
            yield Fault(f"/rules/{place}/rule", f"there is no rule {change.rule!r}", "netdesign rules lists them")
        if change.enabled and change.severity is None:
            yield Fault(f"/rules/{place}", "nothing is changed", "switch the rule off, or give it a severity")
        if not change.reason.strip():
            yield Fault(f"/rules/{place}/reason", "it is blank", "say why, for whoever reads the report")
    yield from _twice("/rules", "rule", [code_of(change.rule, own) or change.rule for change in profile.rules])
    yield from _twice("/organisation_rules", "code", [rule.code for rule in profile.organisation_rules])
    yield from _twice("/organisation_rules", "name", [rule.name for rule in profile.organisation_rules])


def _waiver_faults(profile: Profile, own: dict[str, str]) -> Iterator[Fault]:
    for place, waiver in enumerate(profile.waivers):
        yield from waiver_faults(waiver, own, f"/waivers/{place}")
    yield from _twice("/waivers", "id", [waiver.id for waiver in profile.waivers])


def _twice(pointer: str, field: str, values: list[str]) -> Iterator[Fault]:
    for place, value in enumerate(values):
        if value in values[:place]:
            yield Fault(f"{pointer}/{place}/{field}", f"{value!r} stands twice", "state each once")
