"""What a profile makes of the workbench and of the rules, with every fault of the profile named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from netdesign.analysis.days import day
from netdesign.catalog.parameters import Parameters
from netdesign.errors import Fault, InvalidInputError, NotFoundError
from netdesign.model.decoding import decode
from netdesign.model.profile import Profile
from netdesign.model.verdict import Waiver
from netdesign.rules.card import Rule
from netdesign.rules.engine import NO_CHANGES, WAIVER_RULE, RuleSettings
from netdesign.rules.organisation.definition import CODE, organisation_rule
from netdesign.rules.registry import find_rule
from netdesign.services.workbench import Workbench

WAIVER_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True)
class Standards:
    """What designs are held to: catalogue and parameters, changes of rules, own rules, accepted failures."""

    bench: Workbench
    settings: RuleSettings = NO_CHANGES
    waivers: tuple[Waiver, ...] = ()


def profile_from(document: object) -> Profile:
    """The profile that a document holds; raise `InvalidInputError` with the place of every fault."""
    return decode(Profile, document, subject="profile")


def standards(profile: Profile, bench: Workbench) -> Standards:
    """The workbench, settings and waivers of a profile.

    Raises `InvalidInputError` for parameters, rules and expressions that are not, and for codes and ids used twice.
    """
    faults = (*_rule_faults(profile), *_waiver_faults(profile))
    if faults:
        raise InvalidInputError("profile", faults)
    changed = Workbench(bench.catalog, _parameters(profile, bench))
    return Standards(changed, _settings(profile), profile.waivers)


def _parameters(profile: Profile, bench: Workbench) -> Parameters:
    try:
        return bench.parameters.with_overrides(profile.parameters)
    except InvalidInputError as error:
        faults = tuple(Fault(f"/parameters/{f.pointer.lstrip('/')}", f.problem, f.remedy) for f in error.faults)
        raise InvalidInputError("profile", faults) from None


def _settings(profile: Profile) -> RuleSettings:
    codes = {change.rule: find_rule(change.rule).code for change in profile.rules}
    own = tuple(
        organisation_rule(written, pointer=f"/organisation_rules/{place}")
        for place, written in enumerate(profile.organisation_rules)
    )
    return RuleSettings(
        disabled=frozenset(codes[change.rule] for change in profile.rules if not change.enabled),
        severities=tuple(
            (codes[change.rule], change.severity) for change in profile.rules if change.severity is not None
        ),
        own_rules=own,
        profile=profile.name,
    )


def _rule_faults(profile: Profile) -> Iterator[Fault]:
    for place, change in enumerate(profile.rules):
        if shipped(change.rule) is None:
            yield Fault(f"/rules/{place}/rule", f"there is no rule {change.rule!r}", "netdesign rules lists them")
        if change.enabled and change.severity is None:
            yield Fault(f"/rules/{place}", "nothing is changed", "switch the rule off, or give it a severity")
    yield from _twice("/rules", "rule", [change.rule for change in profile.rules])
    yield from _twice("/organisation_rules", "code", [rule.code for rule in profile.organisation_rules])
    yield from _twice("/organisation_rules", "name", [rule.name for rule in profile.organisation_rules])


def _waiver_faults(profile: Profile) -> Iterator[Fault]:
    own = frozenset(rule.code for rule in profile.organisation_rules)
    for place, waiver in enumerate(profile.waivers):
        yield from waiver_faults(waiver, own, f"/waivers/{place}")
    yield from _twice("/waivers", "id", [waiver.id for waiver in profile.waivers])


def waiver_faults(waiver: Waiver, own: frozenset[str], pointer: str = "") -> Iterator[Fault]:
    """What keeps a waiver from being one: its id, the rule that it names, the days that it runs from and to."""
    if not WAIVER_ID.fullmatch(waiver.id):
        yield Fault(f"{pointer}/id", f"{waiver.id[:60]!r} is no id", "letters, digits, dots, dashes; 100 at most")
    if waiver.rule == WAIVER_RULE:
        yield Fault(f"{pointer}/rule", "the rule on waivers cannot be waived", "mend the waiver that it flags")
    elif waiver.rule not in own and shipped(waiver.rule) is None:
        remedy = "declare the rule first" if CODE.fullmatch(waiver.rule) else "netdesign rules lists them"
        yield Fault(f"{pointer}/rule", f"there is no rule {waiver.rule!r}", remedy)
    if day(waiver.expires) is None:
        yield Fault(f"{pointer}/expires", f"{waiver.expires[:60]!r} is no day", "write YYYY-MM-DD")
    if waiver.granted is not None and day(waiver.granted) is None:
        yield Fault(f"{pointer}/granted", f"{waiver.granted[:60]!r} is no day", "write YYYY-MM-DD")


def shipped(code: str) -> Rule | None:
    """The shipped rule of that code; None where there is none."""
    try:
        return find_rule(code)
    except NotFoundError:
        return None


def _twice(pointer: str, field: str, values: list[str]) -> Iterator[Fault]:
    for place, value in enumerate(values):
        if value in values[:place]:
            yield Fault(f"{pointer}/{place}/{field}", f"{value!r} stands twice", "state each once")
