"""CMP-11: what is approved is what another person approved, unchanged, with everything that made it pinned."""

from __future__ import annotations

import re
from collections.abc import Iterator

from netdesign.model.governance import Approval, State
from netdesign.model.patch import Patch, SetGovernance
from netdesign.model.verdict import Finding, Measure
from netdesign.model.vocabulary import Category, Severity
from netdesign.rules.card import Said, rule
from netdesign.rules.case import Case

PINNED = ("generator", "rule_pack", "parameters", "catalog")
DIGEST = re.compile(r"[0-9a-f]{64}")


def _applies(case: Case) -> bool:
    return case.design.governance.state in (State.SUBMITTED, State.APPROVED)


def _digest(case: Case) -> str:
    """The digest of what the design says."""
    from netdesign.model.canonical import design_digest  # pydantic is loaded only for designs that leave the draft

    return case.network.memo("design_digest", lambda: design_digest(case.design))


@rule(
    code="CMP-11",
    name="change-management",
    title="Change Management",
    category=Category.COMPLIANCE,
    severity=Severity.ERROR,
    applies="designs submitted or approved",
    applicable=_applies,
    flags="An approved design without approver, approved by its author, or whose facts are not those approved;"
    " a version without author, without the versions of the generator, rules, parameters and catalogue that made it,"
    " or without the digest of the version before it; a version equal to the one before it; an approval that a"
    " submitted version has kept from before.",
    passes="The facts are those that somebody other than the author approved, and their origin is on record.",
    remedy="Return the design to draft, pin what made it, and have another person approve it.",
    references=("PCI DSS 1.2.2, 6.5.1", "NIST SP 800-53 CM-3, CM-5", "ISO/IEC 27001 A.8.32", "TSC CC8.1"),
)
def change_management(case: Case) -> Iterator[Said]:
    """The chain of versions, then the approval."""
    yield from _chain(case)
    yield from _pins(case)
    yield from _approval(case)
    yield Measure(name="state", value=case.design.governance.state.value)
    yield Measure(name="design_digest", value=_digest(case))


def _chain(case: Case) -> Iterator[Finding]:
    held = case.design.governance
    if not held.author.strip():
        yield Finding(message="nobody is named as the author", witness={"author": held.author})
    if held.version > 1 and held.parent_digest is None:
        yield Finding(
            message=f"version {held.version} does not name the digest of the version before it",
            witness={"version": held.version, "parent_digest": None},
        )
    if held.parent_digest is not None and not DIGEST.fullmatch(held.parent_digest):
        yield Finding(
            message="what stands for the digest of the version before is none",
            witness={"parent_digest": held.parent_digest},
        )
    elif held.parent_digest == _digest(case):
        yield Finding(
            message="the version says the same as the one before it, so that there is no change to approve",
            witness={"parent_digest": held.parent_digest},
        )


def _pins(case: Case) -> Iterator[Finding]:
    bare = [name for name in PINNED if not getattr(case.design.governance, name).strip()]
    if bare:
        yield Finding(
            message=f"not on record: the version of {', '.join(name.replace('_', ' ') for name in bare)}",
            witness={"missing": [*bare]},
        )


def _approval(case: Case) -> Iterator[Finding]:
    held = case.design.governance
    if held.state is State.SUBMITTED:
        if held.approval is not None:
            yield Finding(
                message=f"the version is only submitted, but still carries {held.approval.approver}'s approval",
                witness={"state": held.state.value, "approver": held.approval.approver},
            )
        return
    if held.approval is None or not held.approval.approver.strip():
        yield Finding(message="the design is approved, but by nobody", witness={"approver": None})
        return
    if _same(held.approval.approver, held.author):
        yield Finding(
            message=f"{held.author} approved a design of their own",
            witness={"author": held.author, "approver": held.approval.approver},
        )
    if held.approval.digest != _digest(case):
        yield Finding(
            message="the design was changed after it was approved",
            witness={"approved": held.approval.digest, "design": _digest(case)},
        )


def _same(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _sound(case: Case, **changes: object) -> SetGovernance:
    """An approval that holds, but for `changes`."""
    held = case.design.governance
    pins = {name: getattr(held, name) or "1" for name in PINNED}
    parent = held.parent_digest or ("0" * 64 if held.version > 1 else None)
    approval = Approval(approver=f"not {held.author}", digest=_digest(case))
    sound = {"state": State.APPROVED, "approval": approval, "parent_digest": parent, **pins}
    return SetGovernance({**sound, **changes})


@change_management.mutant("approve one's own design")
def approve_oneself(case: Case) -> Patch | None:
    """Sound in all else."""
    return (_sound(case, approval=Approval(approver=case.design.governance.author, digest=_digest(case))),)


@change_management.mutant("change the design after its approval")
def change_afterwards(case: Case) -> Patch | None:
    """As seen from the approval: its digest is another's."""
    return (_sound(case, approval=Approval(approver=f"not {case.design.governance.author}", digest="f" * 64)),)


@change_management.mutant("forget which rules judged")
def forget_rules(case: Case) -> Patch | None:
    """Sound in all else."""
    return (_sound(case, rule_pack=""),)
