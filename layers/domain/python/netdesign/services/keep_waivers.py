"""Use cases on accepted failures: entered by a person, listed with all that was ever entered, withdrawn."""

from __future__ import annotations

from netdesign.errors import InvalidInputError
from netdesign.model.decoding import decode
from netdesign.model.verdict import Waiver
from netdesign.ports.policies import KeptWaiver
from netdesign.services.container import Container, Principal, own_rules_of
from netdesign.services.profile import own_names
from netdesign.services.waiver_input import normal, waiver_faults


async def grant_waiver(document: object, design_id: str | None, who: Principal, container: Container) -> KeptWaiver:
    """Keep a waiver for a design, or for all.

    Raises `InvalidInputError` for a document that is no waiver or names no rule, `NotFoundError` for a design that is
    not there, and `ConflictError` for an id that is taken.
    """
    waiver = decode(Waiver, document, subject="waiver")
    own = own_names(await own_rules_of(who.organisation, container))
    faults = tuple(waiver_faults(waiver, own))
    if faults:
        raise InvalidInputError("waiver", faults)
    waiver = normal(waiver, own)
    if design_id is not None:
        await container.designs.get(who.organisation, design_id)
    kept = KeptWaiver(waiver, design_id, who.name, container.now())
    await container.waivers.add(who.organisation, kept)
    return kept


async def waivers_of(who: Principal, container: Container, *, design_id: str | None = None) -> tuple[KeptWaiver, ...]:
    """Every waiver of the organisation; with a design, those that concern it."""
    kept = await container.waivers.all(who.organisation)
    return tuple(one for one in kept if design_id is None or one.design_id in (None, design_id))


async def withdraw_waiver(identity: str, who: Principal, container: Container) -> None:
    """End a waiver; raise `NotFoundError` where none of that id is in force."""
    await container.waivers.withdraw(who.organisation, identity, container.now())
