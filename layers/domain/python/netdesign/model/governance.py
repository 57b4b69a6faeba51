"""Who made a design from what, and who approved which state of it."""

from __future__ import annotations

from enum import StrEnum

from netdesign.model.fact import fact


class State(StrEnum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"


@fact
class Approval:
    """A person's approval of exactly the design with this digest of facts."""

    approver: str
    digest: str


@fact
class PublishedDocument:
    """A diagram, list or plan that was made from the design while its facts had this digest."""

    name: str
    digest: str


@fact
class Governance:
    """The version's place in the chain of versions, and the versions of what it was made with."""

    author: str
    state: State = State.DRAFT
    version: int = 1
    parent_digest: str | None = None
    approval: Approval | None = None
    generator: str = ""
    rule_pack: str = ""
    parameters: str = ""
    catalog: str = ""
    documents: tuple[PublishedDocument, ...] = ()
    change_plan: tuple[str, ...] = ()
    rollback_plan: tuple[str, ...] = ()
    """What is done, and how it is undone, where the design changes a network that stands."""
