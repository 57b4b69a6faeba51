"""Use cases on an organisation's own rules."""

from __future__ import annotations

from netdesign.errors import ConflictError, Fault, InvalidInputError
from netdesign.model.canonical import to_document
from netdesign.model.decoding import decode
from netdesign.model.profile import OrganisationRule
from netdesign.ports.policies import OwnRule
from netdesign.rules.organisation.definition import organisation_rule
from netdesign.services.container import Container, Principal

MOST_NAMED = 5
MOST_RULES = 200
"""Own rules that an organisation may have."""


async def put_own_rule(code: str, document: object, who: Principal, container: Container) -> OwnRule:
    """Keep a declared rule; raise `InvalidInputError` where it is none, or there are too many."""
    written = decode(OrganisationRule, document, subject="rule")
    if written.code != code:
        raise _refused("/code", f"the address says {code!r}, the document {written.code!r}", "make them agree")
    organisation_rule(written)
    others = [rule for rule in await container.own_rules.all(who.organisation) if rule.code != code]
    if len(others) >= MOST_RULES:
        raise _refused("", f"there are {MOST_RULES} rules already", "remove one first")
    if any(rule.document["name"] == written.name for rule in others):
        raise _refused("/name", f"another rule is named {written.name!r}", "give each its own name")
    kept = OwnRule(code, to_document(written), container.now())
    await container.own_rules.put(who.organisation, kept)
    return kept


async def remove_own_rule(code: str, who: Principal, container: Container) -> None:
    """Forget a rule; raise `NotFoundError` where there is none, `ConflictError` while waivers of it are in force."""
    kept = await container.waivers.all(who.organisation)
    open_ones = [one.waiver.id for one in kept if one.withdrawn_at is None and one.waiver.rule == code]
    if open_ones:
        raise ConflictError(f"there are waivers of {code}: withdraw {', '.join(open_ones[:MOST_NAMED])} first")
    await container.own_rules.remove(who.organisation, code)


def _refused(pointer: str, problem: str, remedy: str) -> InvalidInputError:
    return InvalidInputError("rule", (Fault(pointer, problem, remedy),))
